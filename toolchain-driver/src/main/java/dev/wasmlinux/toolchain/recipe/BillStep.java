/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.initramfs.Entry;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.read.ImageIndex;
import dev.wasmlinux.patchset.Manifest;
import dev.wasmlinux.patchset.Source;
import dev.wasmlinux.toolchain.ImageConfiguration;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Json;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.spi.Component;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The bill of materials of the image: {@code image.cdx.json} in CycloneDX and {@code
 * image.spdx.json} in SPDX, with the software, its sources, patches and licences, and every file of
 * the root file system. Beside them {@code image.intoto.json}: how the image came to be.
 */
public final class BillStep implements Step {
    /** The CycloneDX document in the result. */
    public static final String CYCLONE_DX = "image.cdx.json";

    /** The SPDX document in the result. */
    public static final String SPDX = "image.spdx.json";

    /** The provenance in the result. */
    public static final String PROVENANCE = "image.intoto.json";

    private final BuildHost host;
    private final Map<String, BundledPatches> sources;
    private final ImageConfiguration configuration;
    private final List<Component> components;

    /**
     * Creates the step.
     *
     * @param host whose compiler made everything
     * @param sources patch sets by component
     * @param configuration what the image has of the user's own
     * @param components what others have added to it
     */
    BillStep(
            BuildHost host,
            Map<String, BundledPatches> sources,
            ImageConfiguration configuration,
            List<Component> components) {
        this.host = host;
        this.sources = Map.copyOf(sources);
        this.configuration = configuration;
        this.components = components.stream().filter(c -> c.imageDirectory().isPresent()).toList();
    }

    @Override
    public String name() {
        return "sbom";
    }

    @Override
    public List<String> dependencies() {
        List<String> names =
                new ArrayList<>(
                        List.of(
                                "image",
                                "initramfs",
                                "kernel",
                                "musl",
                                "compiler-runtime",
                                "agent"));
        if (configuration.busyBox()) {
            names.add("busybox");
        }
        components.forEach(component -> names.add(component.name()));
        return names;
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", "3");
        inputs.add("configuration", Provenance.parameters(configuration).text());
        for (Map.Entry<String, BundledPatches> source : sources.entrySet()) {
            inputs.add("patches of " + source.getKey(), source.getValue().digest());
        }
        host.llvm().addTo(inputs);
    }

    @Override
    public void run(StepContext context) throws ToolchainException, IOException {
        Bill bill = bill(context);
        Files.writeString(context.output().resolve(CYCLONE_DX), bill.cycloneDx());
        Files.writeString(context.output().resolve(SPDX), bill.spdx());
        Path image = context.dependency("image");
        Files.writeString(
                context.output().resolve(PROVENANCE),
                Provenance.text(image, configuration, bill, sources));
    }

    private Bill bill(StepContext context) throws ToolchainException, IOException {
        Path vmlinux = context.dependency("kernel").resolve("vmlinux.wasm");
        Path library = context.dependency("compiler-runtime").resolve(CompilerRuntimeStep.LIBRARY);
        Path libc = context.dependency("musl").resolve("lib/libc.a");
        List<String> userland = List.of("musl", "compiler-rt");
        List<Bill.Part> parts = new ArrayList<>();
        parts.add(part("linux", "operating-system", Digests.of(vmlinux), List.of()));
        parts.add(part("musl", "library", Digests.of(libc), List.of()));
        parts.add(
                new Bill.Part(
                        "compiler-rt",
                        "library",
                        Integer.toString(host.llvm().major()),
                        "Apache-2.0 WITH LLVM-exception",
                        "The compiler's run-time library, as the distribution ships it",
                        Digests.of(library),
                        List.of(),
                        Map.of(),
                        List.of()));
        if (configuration.busyBox()) {
            Path busybox = context.dependency("busybox").resolve("busybox");
            parts.add(part("busybox", "application", Digests.of(busybox), userland));
        }
        Path agent = context.dependency("agent").resolve("init");
        parts.add(
                new Bill.Part(
                        "agent",
                        "application",
                        "",
                        "Apache-2.0",
                        "The first program, which runs commands for the host",
                        Digests.of(agent),
                        List.of(),
                        Map.of(),
                        userland));
        for (Component component : components) {
            parts.add(
                    new Bill.Part(
                            component.name(),
                            "application",
                            "",
                            "",
                            "",
                            tree(context.dependency(component.name())),
                            component.sources().stream()
                                    .map(
                                            a ->
                                                    new Bill.Archive(
                                                            a.file(),
                                                            a.sha256(),
                                                            a.locations().isEmpty()
                                                                    ? ""
                                                                    : a.locations()
                                                                            .get(0)
                                                                            .toString()))
                                    .toList(),
                            Map.of(),
                            List.of()));
        }
        Path manifest = context.dependency("image").resolve("manifest.json");
        String release = Json.read(manifest).path("release").asString("");
        Path archive = context.dependency("initramfs").resolve("initramfs.cpio.gz");
        return new Bill(
                release,
                Digests.of(manifest),
                host.llvm().identity(),
                List.copyOf(parts),
                files(archive));
    }

    private Bill.Part part(String component, String type, String sha256, List<String> needs)
            throws ToolchainException {
        Manifest manifest = sources.get(component).set().manifest();
        List<Bill.Archive> archives = new ArrayList<>();
        for (Source source : manifest.sources()) {
            String url = source.urls().isEmpty() ? "" : source.urls().get(0).toString();
            archives.add(new Bill.Archive(source.file(), source.sha256(), url));
        }
        return new Bill.Part(
                component,
                type,
                manifest.version().toString(),
                manifest.license(),
                manifest.description(),
                sha256,
                archives,
                Bill.patches(manifest.patches()),
                needs);
    }

    private static String tree(Path directory) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Path file : Trees.files(directory)) {
            Path path = directory.resolve(file);
            text.append(
                    Files.isSymbolicLink(path)
                            ? "-> " + Files.readSymbolicLink(path)
                            : Digests.of(path));
            text.append("  ").append(file).append('\n');
        }
        return Digests.of(text.toString());
    }

    private static List<Bill.File> files(Path archive) throws ToolchainException, IOException {
        List<Bill.File> files = new ArrayList<>();
        try (ImageIndex index = ImageIndex.open(archive)) {
            for (Entry entry : index.tree().entries()) {
                if (entry.node() instanceof Node.RegularFile file) {
                    MessageDigest sha256 = Digests.sha256();
                    MessageDigest sha1 = Digests.sha1();
                    byte[] buffer = new byte[1 << 16];
                    try (InputStream in = file.content().open()) {
                        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                            sha256.update(buffer, 0, n);
                            sha1.update(buffer, 0, n);
                        }
                    }
                    files.add(
                            new Bill.File(
                                    entry.path().toString(),
                                    file.content().size(),
                                    Digests.hex(sha256),
                                    Digests.hex(sha1)));
                }
            }
        } catch (InitramfsException e) {
            throw new ToolchainException(Kind.BUILD, "step sbom: " + e.getMessage(), e);
        }
        return files;
    }
}

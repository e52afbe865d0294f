/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsBuilder;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.source.ContentStore;
import dev.wasmlinux.initramfs.source.DirectorySource;
import dev.wasmlinux.toolchain.ImageConfiguration;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The root file system of the image: {@code initramfs.cpio.gz} with the agent as {@code /init},
 * BusyBox with a link per applet, the files of {@code src/main/guest/root}, and over them what the
 * user's configuration has of its own.
 */
final class InitramfsStep implements Step {
    private static final GuestFiles ROOT = new GuestFiles("root", ".*");

    /** Directories of the root, with their modes. */
    private static final List<String> DIRECTORIES =
            List.of(
                    "bin",
                    "dev",
                    "etc",
                    "mnt",
                    "proc",
                    "root",
                    "run",
                    "sbin",
                    "sys",
                    "usr/bin",
                    "usr/sbin",
                    "var");

    private final OwnFiles own;
    private final boolean defaultFiles;
    private final boolean busyBox;
    private final List<Overlay> overlays;

    /**
     * A tree of another step's result.
     *
     * @param step name of the step
     * @param directory path in its result
     */
    record Overlay(String step, String directory) {}

    /** What the key was computed from; the files may change before they are read. */
    private volatile String ownDigest = "";

    /**
     * Creates the step.
     *
     * @param configuration what is in the image
     * @param overlays what is laid over the root, in this order
     */
    InitramfsStep(ImageConfiguration configuration, List<Overlay> overlays) {
        this.own = OwnFiles.of(configuration);
        this.defaultFiles = configuration.root().isEmpty();
        this.busyBox = configuration.busyBox();
        this.overlays = List.copyOf(overlays);
    }

    @Override
    public String name() {
        return "initramfs";
    }

    @Override
    public List<String> dependencies() {
        List<String> names = new ArrayList<>(List.of("agent"));
        if (busyBox) {
            names.add(0, "busybox");
        }
        overlays.forEach(overlay -> names.add(overlay.step()));
        return names;
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", "1 " + DIRECTORIES);
        if (defaultFiles) {
            inputs.add("files", ROOT.digest());
        }
        for (Overlay overlay : overlays) {
            inputs.add("overlay " + overlay.step(), overlay.directory());
        }
        if (!own.isEmpty()) {
            ownDigest = own.digest();
            inputs.add("own files", ownDigest);
        }
    }

    @Override
    public void run(StepContext context) throws ToolchainException, IOException {
        InitramfsBuilder builder = Initramfs.builder();
        builder.onConflict(InitramfsBuilder.Conflict.REPLACE);
        try (ContentStore store = ContentStore.open()) {
            if (defaultFiles) {
                DIRECTORIES.forEach(name -> builder.directory(name, 0755));
                builder.directory("root", 0700);
                builder.directory("tmp", 01777);
            }
            // What the kernel opens for /init before anybody can mount devtmpfs.
            builder.device("dev/console", Node.DeviceType.CHARACTER, 5, 1, 0600);
            builder.device("dev/null", Node.DeviceType.CHARACTER, 1, 3, 0666);
            builder.file("init", FileContent.of(context.dependency("agent").resolve("init")), 0755);
            if (busyBox) {
                addBusyBox(context.dependency("busybox"), builder);
            }
            if (defaultFiles) {
                addDefaultFiles(context.scratch(), builder);
            }
            for (Overlay overlay : overlays) {
                Path tree = context.dependency(overlay.step()).resolve(overlay.directory());
                if (!Files.isDirectory(tree)) {
                    throw new ToolchainException(
                            Kind.BUILD,
                            "the result of "
                                    + overlay.step()
                                    + " has no directory "
                                    + overlay.directory()
                                    + " for the image");
                }
                builder.addFrom(DirectorySource.of(tree));
            }
            own.addTo(builder, store);
            builder.build()
                    .writeTo(context.output().resolve("initramfs.cpio.gz"), Compression.gzip(9));
        } catch (InitramfsException e) {
            throw new ToolchainException(Kind.BUILD, "step initramfs: " + e.getMessage(), e);
        }
        if (!own.isEmpty() && !own.digest().equals(ownDigest)) {
            throw new ToolchainException(
                    Kind.USAGE, "files for the image have changed while it was built; build again");
        }
    }

    private static void addBusyBox(Path busybox, InitramfsBuilder builder) throws IOException {
        builder.file("bin/busybox", FileContent.of(busybox.resolve("busybox")), 0755);
        for (String link : Files.readAllLines(busybox.resolve("busybox.links"))) {
            String path = link.strip().replaceFirst("^/", "");
            if (!path.isEmpty() && !path.equals("bin/busybox")) {
                builder.symlink(path, "/bin/busybox");
            }
        }
    }

    private static void addDefaultFiles(Path scratch, InitramfsBuilder builder) throws IOException {
        ROOT.copyTo(scratch);
        for (Path file : Trees.files(scratch)) {
            byte[] bytes = Files.readAllBytes(scratch.resolve(file));
            builder.file(file.toString(), bytes, mode(file, bytes));
        }
    }

    /** Resources have no modes: scripts are executable, passwords are root's. */
    private static int mode(Path file, byte[] bytes) {
        if (file.endsWith("shadow")) {
            return 0600;
        }
        boolean script = bytes.length > 1 && bytes[0] == '#' && bytes[1] == '!';
        return script ? 0755 : 0644;
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import dev.wasmlinux.patchset.ApplyOptions;
import dev.wasmlinux.patchset.PatchException;
import dev.wasmlinux.patchset.PatchSource;
import dev.wasmlinux.patchset.Patches;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.step.StepContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Debian source package of format 3.0: a {@code .dsc} whose digest is known, and the files that
 * it names, each with its size and SHA-256, from the store, a folder, or beside the .dsc.
 *
 * <p>The tree becomes what {@code dpkg-source --extract} makes, without its {@code .pc} directory:
 * the upstream archive, further ones in directories of their own, {@code debian} from the Debian
 * archive only, and the patches of {@code debian/patches/series} applied with strip 1 and fuzz 0.
 * Upstream signatures ({@code .asc}) are neither fetched nor verified.
 */
public final class DebianSource {
    private static final String TAR = "\\.tar\\.(?:gz|bz2|xz)";
    private static final int MAX_SERIES = 1 << 20;

    private final SourceArchive dsc;
    private final SourceStore store;

    /**
     * A package.
     *
     * @param dsc its .dsc, as an archive with one variant
     * @param store where files come from
     */
    public DebianSource(SourceArchive dsc, SourceStore store) {
        this.dsc = dsc;
        this.store = store;
    }

    /**
     * Gets all files, unpacks and patches.
     *
     * @param context step that needs it
     * @param tree empty existing directory; its contents are undefined after a failure
     * @throws ToolchainException {@link Kind#CHECKSUM}, {@link Kind#SOURCE} or {@link Kind#STORAGE}
     *     as {@link SourceStore#obtain}, {@link Kind#ARCHIVE} if the .dsc or an archive is
     *     malformed, of another format or refused, {@link Kind#PATCH} if the series is not
     *     applicable
     * @throws IOException if reading or writing fails
     * @throws InterruptedException if cancelled
     */
    public void unpack(StepContext context, Path tree)
            throws ToolchainException, IOException, InterruptedException {
        SourceArchive.Variant variant = dsc.variants().get(0);
        SourceStore.Stored stored = store.obtain(dsc, context.listener());
        DebianControl control =
                DebianControl.parse(Files.readAllBytes(stored.file()), variant.name());
        Map<String, DebianControl.Part> plan = plan(control, variant.name());
        Map<String, Path> files = new LinkedHashMap<>();
        for (Map.Entry<String, DebianControl.Part> part : plan.entrySet()) {
            files.put(part.getKey(), obtain(part.getValue(), context));
        }
        for (Map.Entry<String, Path> file : files.entrySet()) {
            String name = plan.get(file.getKey()).name();
            context.action("unpacking " + name);
            Path place = tree;
            if (!file.getKey().isEmpty()) {
                place = tree.resolve(file.getKey());
                Trees.delete(place);
                Files.createDirectory(place);
            }
            String top = Unpacker.unpack(file.getValue(), name, place, tree);
            if (file.getKey().equals("debian") && !top.equals("debian")) {
                throw new ToolchainException(
                        Kind.ARCHIVE, name + ": its top directory is " + top + ", not debian");
            }
        }
        if (control.format().equals("3.0 (quilt)")) {
            patch(context, tree);
        }
    }

    /** Archives by the directory they go to, "" for the tree itself, in order of unpacking. */
    private static Map<String, DebianControl.Part> plan(DebianControl control, String dsc)
            throws ToolchainException {
        boolean quilt = control.format().equals("3.0 (quilt)");
        int revision = control.version().lastIndexOf('-');
        String upstream =
                revision < 0 ? control.version() : control.version().substring(0, revision);
        Pattern main =
                Pattern.compile(
                        Pattern.quote(
                                        control.source()
                                                + "_"
                                                + (quilt ? upstream : control.version()))
                                + (quilt ? "\\.orig(?:-([0-9A-Za-z-]+))?" : "()")
                                + TAR);
        Pattern debian =
                Pattern.compile(
                        Pattern.quote(control.source() + "_" + control.version())
                                + "\\.debian"
                                + TAR);
        Map<String, DebianControl.Part> found = new LinkedHashMap<>();
        for (DebianControl.Part part : control.files()) {
            Matcher upstreams = main.matcher(part.name());
            String place;
            if (upstreams.matches()) {
                place = quilt && upstreams.group(1) != null ? upstreams.group(1) : "";
            } else if (quilt && debian.matcher(part.name()).matches()) {
                place = "debian";
            } else if (part.name().endsWith(".asc")) {
                continue;
            } else {
                throw new ToolchainException(
                        Kind.ARCHIVE,
                        dsc + ": no place for " + part.name() + " in format " + control.format());
            }
            if (found.put(place, part) != null) {
                throw new ToolchainException(
                        Kind.ARCHIVE, dsc + ": a second archive for one place: " + part.name());
            }
        }
        for (String place : quilt ? List.of("", "debian") : List.of("")) {
            if (!found.containsKey(place)) {
                throw new ToolchainException(
                        Kind.ARCHIVE,
                        dsc
                                + ": names no "
                                + (place.isEmpty() ? "upstream" : place)
                                + " archive of version "
                                + control.version());
            }
        }
        Map<String, DebianControl.Part> ordered = new LinkedHashMap<>();
        ordered.put("", found.remove(""));
        DebianControl.Part last = found.remove("debian");
        ordered.putAll(found);
        if (last != null) {
            ordered.put("debian", last);
        }
        return ordered;
    }

    private Path obtain(DebianControl.Part part, StepContext context)
            throws ToolchainException, IOException, InterruptedException {
        SourceArchive.Variant variant = dsc.variants().get(0);
        SourceArchive wanted =
                new SourceArchive(
                        dsc.component(),
                        part.name() + " of " + variant.name(),
                        List.of(
                                new SourceArchive.Variant(
                                        List.of(part.name()),
                                        part.sha256(),
                                        variant.locations().stream()
                                                .map(uri -> uri.resolve(part.name()))
                                                .toList())));
        Path file = store.obtain(wanted, context.listener()).file();
        if (Files.size(file) != part.size()) {
            throw new ToolchainException(
                    Kind.CHECKSUM,
                    part.name()
                            + " has "
                            + Files.size(file)
                            + " bytes and the digest that "
                            + variant.name()
                            + " names,\n  but by it must have "
                            + part.size()
                            + " bytes; that .dsc is wrong");
        }
        return file;
    }

    private void patch(StepContext context, Path tree) throws ToolchainException, IOException {
        Path series = tree.resolve("debian/patches/series");
        if (!Files.exists(series, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        context.action("patching " + dsc.variants().get(0).name());
        try {
            Patches.apply(tree, read(tree, series), ApplyOptions.DEFAULT);
        } catch (PatchException e) {
            throw failure(e.getMessage().replace(tree + "/", ""), e);
        }
    }

    private List<PatchSource> read(Path tree, Path series) throws ToolchainException, IOException {
        inTree(tree, series, "series");
        if (Files.size(series) > MAX_SERIES) {
            throw failure("debian/patches/series is larger than " + MAX_SERIES + " bytes", null);
        }
        List<PatchSource> patches = new ArrayList<>();
        // Names are bytes; those that are not UTF-8 are then told to be missing.
        String text = new String(Files.readAllBytes(series), StandardCharsets.UTF_8);
        for (String line : text.lines().toList()) {
            String entry = line.replaceFirst("(^|\\s)#.*", "").strip();
            if (entry.isEmpty()) {
                continue;
            }
            String[] words = entry.split("\\s+");
            if (words.length > 2 || words.length == 2 && !words[1].equals("-p1")) {
                throw failure("debian/patches/series: only -p1 may follow a name: " + entry, null);
            }
            Path file;
            try {
                file = series.resolveSibling(words[0]);
            } catch (InvalidPathException e) {
                throw failure("debian/patches/series: not a file name: " + words[0], e);
            }
            inTree(tree, file, words[0]);
            patches.add(PatchSource.file(file));
        }
        return patches;
    }

    /** Neither the series nor a link of the package may have a file of this machine read. */
    private void inTree(Path tree, Path file, String name) throws ToolchainException, IOException {
        boolean inside =
                file.normalize().startsWith(tree.resolve("debian/patches").normalize())
                        && Files.isRegularFile(file)
                        && file.toRealPath().startsWith(tree.toRealPath());
        if (!inside) {
            throw failure("debian/patches has no file " + name, null);
        }
    }

    private ToolchainException failure(String problem, Exception cause) {
        return new ToolchainException(
                Kind.PATCH,
                dsc.variants().get(0).name()
                        + ": "
                        + problem.replaceAll("[\\p{Cntrl}&&[^\n]]", "?"),
                cause);
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepEngine;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DebianSourceTest {
    private static final String ONE =
            """
            Description: the second line

            --- a/file
            +++ b/file
            @@ -1,3 +1,3 @@
             one
            -two
            +zwei
             three
            """;
    private static final String TWO =
            """
            --- a/file
            +++ b/file
            @@ -1,3 +1,4 @@
             one
             zwei
            +two and a half
             three
            --- /dev/null
            +++ b/new/file
            @@ -0,0 +1 @@
            +new
            """;

    @TempDir Path directory;

    private Path folder;
    private final Map<String, byte[]> files = new LinkedHashMap<>();

    @BeforeEach
    void folder() throws IOException {
        folder = Files.createDirectory(directory.resolve("folder"));
        files.put("thing_1.0.orig.tar.gz", upstream().gzip());
        files.put("thing_1.0-2.debian.tar.xz", debian("one.patch\ntwo.patch -p1 # 2\n").xz());
    }

    private static Archives upstream() throws IOException {
        return new Archives()
                .file("thing-1.0/file", 0644, "one\ntwo\nthree\n")
                .file("thing-1.0/run.sh", 0755, "#!/bin/sh\n")
                .file("thing-1.0/debian/old", 0644, "upstream's\n")
                .file("thing-1.0/docs/old", 0644, "replaced\n");
    }

    private static Archives debian(String series) throws IOException {
        return new Archives()
                .file("debian/control", 0644, "Source: thing\n")
                .link("debian/program", "../run.sh")
                .file("debian/patches/one.patch", 0644, ONE)
                .file("debian/patches/two.patch", 0644, TWO)
                .file("debian/patches/series", 0644, series);
    }

    private String dsc(String format) {
        StringBuilder text =
                new StringBuilder("Format: " + format)
                        .append("\nSource: thing\nVersion: 1.0-2\nChecksums-Sha256:\n");
        files.forEach(
                (name, bytes) ->
                        text.append(
                                " " + Digests.of(bytes) + " " + bytes.length + " " + name + "\n"));
        return text.toString();
    }

    private Path unpack(String dsc) throws Exception {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
        Files.writeString(folder.resolve("thing_1.0-2.dsc"), dsc);
        return unpack(folder.resolve("thing_1.0-2.dsc"), store(true), List.of());
    }

    private SourceStore store(boolean withFolder) {
        CacheLayout layout = CacheLayout.of(directory.resolve("cache"));
        return new SourceStore(
                layout, withFolder ? List.of(folder) : List.of(), withFolder, Map.of());
    }

    /** Unpacks in a step, and returns a copy of the tree. */
    private Path unpack(Path dsc, SourceStore store, List<URI> locations) throws Exception {
        SourceArchive archive =
                new SourceArchive(
                        "thing",
                        "1.0-2",
                        List.of(
                                new SourceArchive.Variant(
                                        List.of(dsc.getFileName().toString()),
                                        Digests.of(dsc),
                                        locations)));
        Path copy = Files.createTempDirectory(directory, "unpacked");
        Step step =
                new Step() {
                    @Override
                    public String name() {
                        return "thing";
                    }

                    @Override
                    public List<String> dependencies() {
                        return List.of();
                    }

                    @Override
                    public void inputs(StepInputs inputs) {
                        inputs.add("dsc", archive.identity());
                    }

                    @Override
                    public void run(StepContext context)
                            throws ToolchainException, IOException, InterruptedException {
                        Path tree = context.scratch();
                        new DebianSource(archive, store).unpack(context, tree);
                        Trees.copy(tree, copy);
                    }
                };
        new StepEngine(
                        CacheLayout.of(directory.resolve("cache")),
                        List.of(step),
                        BuildListener.NONE)
                .run(List.of("thing"), Set.of("thing"));
        return copy;
    }

    private static Map<String, String> contents(Path tree) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        for (Path file : Trees.files(tree)) {
            Path path = tree.resolve(file);
            if (Files.isSymbolicLink(path)) {
                contents.put(file.toString(), "-> " + Files.readSymbolicLink(path));
            } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                contents.put(file.toString(), Files.readString(path));
            }
        }
        return contents;
    }

    @Test
    void unpacksAndPatches() throws Exception {
        files.put(
                "thing_1.0.orig-docs.tar.bz2",
                new Archives().file("any-name/manual", 0644, "manual\n").bzip2());
        files.put("thing_1.0.orig.tar.gz.asc", "no signature".getBytes());
        String dsc = dsc("3.0 (quilt)");
        files.remove("thing_1.0.orig.tar.gz.asc");
        assertThat(contents(unpack(dsc)))
                .containsOnlyKeys(
                        "file",
                        "run.sh",
                        "new/file",
                        "docs/manual",
                        "debian/control",
                        "debian/program",
                        "debian/patches/one.patch",
                        "debian/patches/two.patch",
                        "debian/patches/series")
                .containsEntry("file", "one\nzwei\ntwo and a half\nthree\n")
                .containsEntry("new/file", "new\n")
                .containsEntry("debian/program", "-> ../run.sh");
    }

    @Test
    void unpacksANativePackage() throws Exception {
        files.clear();
        files.put("thing_1.0-2.tar.gz", upstream().gzip());
        assertThat(contents(unpack(dsc("3.0 (native)"))))
                .containsEntry("file", "one\ntwo\nthree\n")
                .containsKey("debian/old");
    }

    @Test
    void downloadsTheFilesFromBesideTheDsc() throws Exception {
        Path dsc = directory.resolve("thing_1.0-2.dsc");
        Files.writeString(dsc, dsc("3.0 (quilt)"));
        files.put("thing_1.0-2.dsc", Files.readAllBytes(dsc));
        try (Mirror mirror =
                new Mirror(
                        (request, out) -> {
                            String name = request.path().replace("/pool/", "");
                            if (!files.containsKey(name)) {
                                throw new IOException("no " + request.path());
                            }
                            Mirror.whole(files.get(name)).write(request, out);
                        })) {
            URI location = mirror.location().resolve("/pool/thing_1.0-2.dsc");
            assertThat(contents(unpack(dsc, store(false), List.of(location))))
                    .containsEntry("new/file", "new\n");
            assertThat(mirror.requests).hasSize(3);
        }
    }

    private void refused(Kind kind, String problem, String dsc) {
        assertThatThrownBy(() -> unpack(dsc))
                .isInstanceOf(ToolchainException.class)
                .hasMessageContaining(problem)
                .extracting(e -> ((ToolchainException) e).kind())
                .isEqualTo(kind);
    }

    @Test
    void refusesFilesWithOtherBytesThanTheDscNames() throws Exception {
        String dsc = dsc("3.0 (quilt)");
        int size = files.get("thing_1.0.orig.tar.gz").length;
        String digest = Digests.of(files.get("thing_1.0.orig.tar.gz"));
        refused(
                Kind.CHECKSUM,
                "must have " + (size + 1) + " bytes",
                dsc.replace(" " + size + " thing", " " + (size + 1) + " thing"));
        files.put("thing_1.0.orig.tar.gz", upstream().file("thing-1.0/x", 0644, "").gzip());
        Trees.delete(directory.resolve("cache"));
        refused(Kind.CHECKSUM, digest, dsc);
        Files.delete(folder.resolve("thing_1.0.orig.tar.gz"));
        files.remove("thing_1.0.orig.tar.gz");
        refused(Kind.SOURCE, "thing_1.0.orig.tar.gz of thing_1.0-2.dsc", dsc);
    }

    @Test
    void refusesFilesThatAreTooFewOrTooMany() throws Exception {
        files.put("other_1.0.tar.gz", upstream().gzip());
        refused(Kind.ARCHIVE, "no place for other_1.0.tar.gz", dsc("3.0 (quilt)"));
        files.remove("other_1.0.tar.gz");
        refused(Kind.ARCHIVE, "no place for thing_1.0.orig.tar.gz", dsc("3.0 (native)"));
        files.put("thing_1.0.orig.tar.xz", upstream().xz());
        refused(Kind.ARCHIVE, "a second archive for one place", dsc("3.0 (quilt)"));
        files.remove("thing_1.0.orig.tar.xz");
        files.remove("thing_1.0.orig.tar.gz");
        refused(Kind.ARCHIVE, "names no upstream archive", dsc("3.0 (quilt)"));
    }

    private void refusedSeries(String problem, Archives debian) throws IOException {
        files.put("thing_1.0-2.debian.tar.xz", debian.xz());
        refused(Kind.PATCH, problem, dsc("3.0 (quilt)"));
    }

    @Test
    void appliesPatchesExactlyAsTheyAre() throws Exception {
        refusedSeries("debian/patches/two.patch:3: does not fit", debian("two.patch\n"));
        refusedSeries("has no file three.patch", debian("three.patch\n"));
        refusedSeries("only -p1 may follow", debian("one.patch -p0\n"));
        String fuzzy = ONE.replace(" three", " four");
        refusedSeries(
                "debian/patches/fuzzy.patch:5: does not fit",
                debian("fuzzy.patch\n").file("debian/patches/fuzzy.patch", 0644, fuzzy));
    }

    @Test
    void readsAndWritesNothingOutside() throws Exception {
        Files.writeString(directory.resolve("secret.patch"), ONE);
        String up = "../".repeat(20) + directory.toString().substring(1) + "/secret.patch";
        refusedSeries("has no file " + up, debian(up + "\n"));
        refusedSeries("has no file " + directory, debian(directory.resolve("secret.patch") + "\n"));
        refusedSeries("has no file ../control", debian("../control\n"));
        refusedSeries("not a file name: ?", debian("\0\n").file("debian/x", 0644, ""));
        refusedSeries(
                "debian/patches/evil.patch",
                debian("evil.patch\n")
                        .file(
                                "debian/patches/evil.patch",
                                0644,
                                "--- a/x\n+++ b/../../../x\n@@ -0,0 +1 @@\n+x\n"));
        files.put("thing_1.0-2.debian.tar.xz", debian("").link("debian/out", "../../secret").xz());
        refused(Kind.ARCHIVE, "link out of the tree", dsc("3.0 (quilt)"));
        files.put("thing_1.0-2.debian.tar.xz", new Archives().file("src/x", 0644, "").xz());
        refused(Kind.ARCHIVE, "its top directory is src, not debian", dsc("3.0 (quilt)"));
    }

    /** What dpkg-source packs is unpacked as dpkg-source unpacks it. */
    @Test
    void doesWhatDpkgSourceDoes() throws Exception {
        assumeTrue(run(directory, "dpkg-source", "--version") == 0, "dpkg-source is installed");
        Path work = Files.createDirectory(directory.resolve("work"));
        Files.write(work.resolve("thing_1.0.orig.tar.gz"), files.get("thing_1.0.orig.tar.gz"));
        Files.write(
                work.resolve("thing_1.0.orig-docs.tar.gz"),
                new Archives().file("any-name/manual", 0644, "manual\n").gzip());
        Path tree = Files.createDirectory(work.resolve("thing-1.0"));
        Path debian = tree.resolve("debian");
        Unpacker.unpack(work.resolve("thing_1.0.orig.tar.gz"), "upstream", tree);
        Trees.delete(debian);
        Trees.delete(tree.resolve("docs"));
        Files.createDirectories(tree.resolve("docs"));
        Files.writeString(tree.resolve("docs/manual"), "manual\n");
        Files.createDirectories(debian.resolve("source"));
        Files.writeString(debian.resolve("source/format"), "3.0 (quilt)\n");
        Files.createDirectories(debian.resolve("patches"));
        Files.writeString(debian.resolve("patches/one.patch"), ONE);
        Files.writeString(debian.resolve("patches/two.patch"), TWO);
        Files.writeString(debian.resolve("patches/series"), "# both\none.patch\ntwo.patch\n");
        Files.createSymbolicLink(debian.resolve("program"), Path.of("../run.sh"));
        Files.writeString(
                debian.resolve("control"),
                """
                Source: thing
                Maintainer: A <a@example.org>

                Package: thing
                Architecture: all
                Description: thing
                 long
                """);
        Files.writeString(
                debian.resolve("changelog"),
                """
                thing (1.0-2) unstable; urgency=low

                  * Test.

                 -- A <a@example.org>  Thu, 02 Jan 2020 03:04:05 +0000
                """);
        assertThat(run(work, "dpkg-source", "-b", "thing-1.0")).as(log()).isZero();
        assertThat(run(work, "dpkg-source", "-x", "thing_1.0-2.dsc", "oracle")).as(log()).isZero();
        for (String name : List.of("thing_1.0.orig.tar.gz", "thing_1.0-2.debian.tar.xz")) {
            assertThat(work.resolve(name)).exists();
        }
        folder = work;
        Map<String, String> ours =
                contents(unpack(work.resolve("thing_1.0-2.dsc"), store(true), List.of()));
        Map<String, String> theirs = contents(work.resolve("oracle"));
        theirs.keySet().removeIf(name -> name.startsWith(".pc/"));
        assertThat(ours).isEqualTo(theirs).containsEntry("new/file", "new\n");
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private int run(Path where, String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process =
                    new ProcessBuilder(command)
                            .directory(where.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("log").toFile())
                            .start();
        } catch (IOException e) {
            return -1; // not installed
        }
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return process.waitFor();
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A patch of 100 MB in a JVM whose heap is a third of that. */
class HugePatchTest {
    private static final String TEXT = " and so it goes on and on until the line is long enough\n";
    private static final int NEW_LINES = 720_000;
    private static final int HUNKS = 220_000;

    @TempDir private Path temp;

    /** Applies a patch in a process of its own: patch, tree; or patch, archive, output. */
    public static void main(String[] arguments) throws IOException {
        List<PatchSource> patch = Patches.read(Path.of(arguments[0]));
        Path tree = Path.of(arguments[1]);
        ApplyReport report =
                arguments.length == 2
                        ? Patches.apply(tree, patch, ApplyOptions.DEFAULT)
                        : Patches.apply(
                                UpstreamArchive.file(tree),
                                PatchedOutput.directory(Path.of(arguments[2])),
                                patch,
                                ApplyOptions.DEFAULT);
        System.out.println(report.patches().get(0).files().get(1).hunks());
    }

    @Test
    void needsLittleMemory() throws IOException, URISyntaxException {
        Path tree = Files.createDirectory(temp.resolve("tree"));
        try (BufferedWriter old = Files.newBufferedWriter(tree.resolve("old"))) {
            for (int i = 0; i < HUNKS * 5; i++) {
                old.write(i + TEXT);
            }
        }
        Path patch = temp.resolve("huge.patch");
        writePatch(patch);
        assertThat(Files.size(patch)).isGreaterThan(100_000_000L);

        Tool.Result tar = Tool.run(temp, "tar", "-cf", "tree.tar", "tree");
        run(patch, tree);
        check(tree);
        if (tar.exit() == 0) {
            run(patch, temp.resolve("tree.tar"), temp.resolve("unpacked"));
            check(temp.resolve("unpacked"));
        }
    }

    private void run(Path... arguments) throws IOException, URISyntaxException {
        Path classes =
                Path.of(Patches.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path tests =
                Path.of(getClass().getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx32m", "-XX:+UseSerialGC", "-cp"));
        command.add(classes + java.io.File.pathSeparator + tests);
        command.add(HugePatchTest.class.getName());
        for (Path argument : arguments) {
            command.add(argument.toString());
        }
        Tool.Result result = Tool.run(temp, command.toArray(String[]::new));
        assertThat(result.text()).isEqualTo(HUNKS + System.lineSeparator());
    }

    private static void check(Path tree) throws IOException {
        assertThat(Files.size(tree.resolve("new"))).isEqualTo(NEW_LINES * (long) TEXT.length());
        try (var lines = Files.lines(tree.resolve("old"), StandardCharsets.US_ASCII)) {
            assertThat(lines.filter(line -> line.startsWith("x")).count()).isEqualTo(HUNKS);
        }
    }

    private static void writePatch(Path patch) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(patch)) {
            out.write("--- /dev/null\n+++ b/new\n@@ -0,0 +1," + NEW_LINES + " @@\n");
            for (int i = 0; i < NEW_LINES; i++) {
                out.write("+" + TEXT);
            }
            out.write("--- a/old\n+++ b/old\n");
            for (int i = 0; i < HUNKS; i++) {
                int line = i * 5;
                out.write("@@ -" + (line + 2) + ",3 +" + (line + 2) + ",3 @@\n");
                out.write(" " + (line + 1) + TEXT);
                out.write("-" + (line + 2) + TEXT + "+x" + TEXT);
                out.write(" " + (line + 3) + TEXT);
            }
        }
    }
}

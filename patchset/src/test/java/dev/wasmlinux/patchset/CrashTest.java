/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it commits leaves a tree that the next one puts right. */
class CrashTest {
    private static final int FILES = 3000;

    @TempDir private Path temp;

    /** Applies a patch in a process of its own: tree, patch. */
    public static void main(String[] arguments) throws IOException {
        Patches.apply(
                Path.of(arguments[0]), Patches.read(Path.of(arguments[1])), ApplyOptions.DEFAULT);
    }

    @Test
    @Timeout(120)
    void isRolledBackOrDone() throws IOException, URISyntaxException, InterruptedException {
        SortedMap<String, String> before = new TreeMap<>();
        SortedMap<String, String> after = new TreeMap<>();
        StringBuilder patch = new StringBuilder();
        for (int i = 0; i < FILES; i++) {
            String name = "d" + i % 10 + "/f" + i;
            before.put(name, "-1\n");
            after.put("new/" + name, "-2\n");
            patch.append(
                    "diff --git a/%s b/new/%s\nrename from %s\nrename to new/%s\n"
                            .formatted(name, name, name, name));
            patch.append("--- a/%s\n+++ b/new/%s\n@@ -1 +1 @@\n-1\n+2\n".formatted(name, name));
        }
        Path tree = temp.resolve("tree");
        Trees.write(tree, before);
        Path file = temp.resolve("p");
        Files.writeString(file, patch);
        Path journal = tree.resolve(".wasm-linux-patching");

        Process process = start(tree, file);
        while (process.isAlive() && !Files.exists(journal.resolve("old/100"))) {
            Thread.onSpinWait();
        }
        process.destroyForcibly().waitFor();
        boolean interrupted = Files.exists(journal);

        byte[] nothing =
                "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+x\n".getBytes(StandardCharsets.US_ASCII);
        Patches.apply(
                tree, List.of(PatchSource.of("p", nothing)), ApplyOptions.DEFAULT.withDryRun(true));
        SortedMap<String, String> found = Trees.read(tree);
        assertThat(found).isEqualTo(found.containsKey("d0/f0") ? before : after);
        assertThat(interrupted || found.equals(after)).isTrue();
        assertThat(journal).doesNotExist();
    }

    private Process start(Path tree, Path patch) throws IOException, URISyntaxException {
        Path classes =
                Path.of(Patches.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path tests =
                Path.of(getClass().getProtectionDomain().getCodeSource().getLocation().toURI());
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classes + File.pathSeparator + tests,
                        CrashTest.class.getName(),
                        tree.toString(),
                        patch.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
    private static final String PATCH =
            """
            --- a/file
            +++ b/file
            @@ -1,3 +1,3 @@
             one
            -two
            +TWO
             three
            """;

    @TempDir Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path tree;
    private Path patch;

    @BeforeEach
    void files() throws IOException {
        tree = Files.createDirectory(directory.resolve("tree"));
        Files.writeString(tree.resolve("file"), "one\ntwo\nthree\n");
        patch = directory.resolve("a.patch");
        Files.writeString(patch, PATCH);
    }

    private int run(String... arguments) {
        return Main.run(arguments, new PrintStream(out, true), new PrintStream(err, true));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String cache() {
        return directory.resolve("cache").toString();
    }

    @Test
    void helpGoesToStandardOutputAndListsExitCodes() {
        assertThat(run("--help")).isZero();
        assertThat(out()).contains("build", "doctor", "Exit codes:", "WASM_LINUX_SOURCES");
        assertThat(err()).isEmpty();
    }

    @Test
    void wrongUsageIsTwoAndExplained() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("fly")).isEqualTo(2);
        assertThat(run("build", "--cache", cache(), "nothing")).isEqualTo(2);
        assertThat(err()).contains("no step nothing; there are: kernel-headers, kernel,");
        assertThat(run("fetch", "--cache", cache(), "emacs")).isEqualTo(2);
        assertThat(run("fetch", "--sources", "/no/such/folder")).isEqualTo(2);
        assertThat(out()).isEmpty();
    }

    @Test
    void offlineWithoutSourcesIsFourAndSaysWhatIsMissing() {
        assertThat(run("fetch", "--offline", "--cache", cache(), "musl")).isEqualTo(4);
        assertThat(err()).contains("musl-1.2.5.tar.gz", "a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7");
    }

    @Test
    void aLocalArchiveWithWrongBytesIsFive() throws Exception {
        Files.writeString(directory.resolve("musl-1.2.5.tar.gz"), "not it");
        assertThat(
                        run(
                                "fetch",
                                "--offline",
                                "--cache",
                                cache(),
                                "--sources",
                                directory.toString(),
                                "musl"))
                .isEqualTo(5);
    }

    @Test
    void listsComponents() {
        assertThat(run("build", "--list", "--cache", cache())).isZero();
        assertThat(out().lines()).contains("kernel", "musl", "busybox", "image");
    }

    @Test
    void reportAndInspectSayThatNothingIsBuilt() {
        assertThat(run("report", "--cache", cache())).isEqualTo(2);
        assertThat(run("inspect", "--cache", cache(), "kernel")).isEqualTo(2);
        assertThat(err()).contains("nothing has been built yet", "kernel is not built yet");
    }

    @Test
    void appliesAPatchAndTakesItBack() {
        assertThat(run("patch", "apply", "-C", tree.toString(), patch.toString())).isZero();
        assertThat(tree.resolve("file")).hasContent("one\nTWO\nthree\n");
        assertThat(out()).contains("modified file");
        assertThat(run("patch", "apply", "--reverse", "-C", tree.toString(), patch.toString()))
                .isZero();
        assertThat(tree.resolve("file")).hasContent("one\ntwo\nthree\n");
    }

    @Test
    void aDryRunChangesNothing() {
        assertThat(run("patch", "apply", "--dry-run", "-C", tree.toString(), patch.toString()))
                .isZero();
        assertThat(tree.resolve("file")).hasContent("one\ntwo\nthree\n");
    }

    @Test
    void aPatchThatDoesNotFitIsOneAndOneThatIsNoneIsTwo() throws Exception {
        Files.writeString(tree.resolve("file"), "another\ntext\n");
        assertThat(run("patch", "apply", "-C", tree.toString(), patch.toString())).isEqualTo(1);
        Files.writeString(patch, PATCH.substring(0, PATCH.length() - 8));
        assertThat(run("patch", "apply", "-C", tree.toString(), patch.toString())).isEqualTo(2);
        Files.writeString(patch, PATCH.replace("/file", "/../../evil"));
        assertThat(run("patch", "apply", "-C", tree.toString(), patch.toString())).isEqualTo(2);
        assertThat(tree.resolve("file")).hasContent("another\ntext\n");
        assertThat(run("patch", "apply", "-C", tree.toString(), "/no/such.patch")).isEqualTo(2);
    }
}

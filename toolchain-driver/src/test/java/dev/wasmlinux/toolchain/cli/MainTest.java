/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.wasmlinux.patchset.PatchEntry;
import dev.wasmlinux.patchset.PatchSet;
import dev.wasmlinux.toolchain.ExampleExtension;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Json;
import dev.wasmlinux.toolchain.source.Archives;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

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
    void commandsAreFoundByTheirNames() {
        Main.COMMANDS.forEach(
                (name, type) ->
                        assertThat(type.getAnnotation(CommandLine.Command.class).name())
                                .isEqualTo(name));
        assertThat(run("clean", "--help")).isZero();
        assertThat(out()).startsWith("Usage: wasm-linux clean ");
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
    void buildsComponentsOfAnExtension() throws Exception {
        String jar = ExampleExtension.compile(directory).toString();
        assertThat(run("build", "greeting", "--extension", jar, "--cache", cache())).isZero();
        assertThat(out()).startsWith("greeting  ");
        assertThat(run("build", "greeting", "--cache", cache())).isEqualTo(2);
        assertThat(run("build", "--extension", "/no/such.jar", "--cache", cache())).isEqualTo(2);
        assertThat(err()).contains("no such jar: /no/such.jar");
    }

    @Test
    void copiesResultsAndReportsWhatWasDone() throws Exception {
        String jar = ExampleExtension.compile(directory).toString();
        Path output = directory.resolve("my out");
        Path file = output.resolve("report.json");
        String[] build = {
            "build",
            "greeting",
            "--extension",
            jar,
            "--cache",
            cache(),
            "--report",
            file.toString(),
            "-o",
            output.toString()
        };
        assertThat(run(build)).isZero();
        // Again over the old result.
        assertThat(run(build)).isZero();
        assertThat(output.resolve("greeting/root/usr/bin/greet")).isExecutable();
        try (var left = Files.list(output)) {
            assertThat(left.map(entry -> entry.getFileName().toString()))
                    .containsExactlyInAnyOrder("greeting", "report.json");
        }
        JsonNode report = Json.read(file);
        assertThat(report.get("targets").get(0).asString()).isEqualTo("greeting");
        assertThat(report.get("circumstances").get("command").asString())
                .startsWith("wasm-linux build greeting --extension ")
                .endsWith(" -o '" + output + "'");
        JsonNode step = report.get("steps").get(0);
        assertThat(step.get("ran").asBoolean()).isFalse();
        assertThat(step.get("cpuSeconds").isNull()).isTrue();
        assertThat(step.get("peakMemoryBytes").isNull()).isTrue();
        assertThat(step.get("inputs").get("own text").asString()).contains("Good day");
        assertThat(step.get("outputs").get(0).get("sha256").asString()).hasSize(64);
        out.reset();
        assertThat(run("report", "--cache", cache())).isZero();
        assertThat(out()).isEqualTo(Files.readString(file));
    }

    @Test
    void reportsAFailedBuildToo() throws Exception {
        // Without sources no kernel headers.
        assertThat(run("build", "kernel-headers", "--offline", "--cache", cache())).isEqualTo(4);
        String message = err();
        out.reset();
        assertThat(run("report", "--cache", cache())).isZero();
        JsonNode report = Json.read(directory.resolve("cache/report.json"));
        assertThat(out()).isEqualTo(Files.readString(directory.resolve("cache/report.json")));
        JsonNode failure = report.get("failure");
        assertThat(failure.get("step").asString()).isEqualTo("kernel-headers");
        assertThat(failure.get("error").asString()).isEqualTo("SOURCE");
        assertThat(failure.get("exitCode").asInt()).isEqualTo(4);
        assertThat(message).contains(failure.get("message").asString());
        assertThat(failure.get("cpuSeconds").isNull()).isTrue();
        assertThat(report.get("steps").isEmpty()).isTrue();
        assertThat(report.get("circumstances").get("command").asString()).contains("--offline");

        // A wrong name is no build, and a good build replaces the report.
        assertThat(run("build", "nothing", "--cache", cache())).isEqualTo(2);
        assertThat(Json.read(directory.resolve("cache/report.json"))).isEqualTo(report);
        String jar = ExampleExtension.compile(directory).toString();
        assertThat(run("build", "greeting", "--extension", jar, "--cache", cache())).isZero();
        assertThat(Json.read(directory.resolve("cache/report.json")).has("failure")).isFalse();
    }

    @Test
    void exportsASeriesThatItCanImport() throws Exception {
        String[] export = {
            "patch", "export", "--quilt", "-o", directory.resolve("q").toString(), "musl"
        };
        assertThat(run(export)).isZero();
        Path series = directory.resolve("q/patches/series");
        assertThat(out()).isEqualTo(series + "\n");
        assertThat(run(export)).isEqualTo(2);
        assertThat(err()).contains("patches exists; choose another --output");
        assertThat(
                        run(
                                "patch",
                                "import",
                                "--component",
                                "musl",
                                "--upstream-version",
                                "1.2.5",
                                "--license",
                                "MIT",
                                "-o",
                                directory.resolve("again").toString(),
                                series.toString()))
                .isZero();
        PatchSet again = PatchSet.load(directory.resolve("again"));
        PatchSet musl = PatchSet.bundled("musl");
        assertThat(again.manifest().patches().subList(0, musl.patches().size()))
                .extracting(PatchEntry::title, PatchEntry::purpose)
                .containsExactlyElementsOf(
                        musl.manifest().patches().stream()
                                .map(entry -> tuple(entry.title(), entry.purpose()))
                                .toList());
        assertThat(run("patch", "export", "--quilt", "-o", "x", "no-such-set")).isEqualTo(2);
    }

    @Test
    void aDryRunNamesStepsAndDownloads() {
        assertThat(run("build", "musl", "--dry-run", "--offline", "--cache", cache())).isZero();
        assertThat(out())
                .contains("musl             runs: there is no stored result")
                .containsPattern("download +musl-1\\.2\\.5\\.tar\\.gz \\(1\\.0 MiB\\) https://")
                .doesNotContain("linux-6");
        assertThat(directory.resolve("cache/steps")).doesNotExist();
    }

    @Test
    void completesItsCommands() {
        assertThat(run("completion")).isZero();
        assertThat(out()).contains("complete -F", "verify-image", "--kernel-config");
    }

    @Test
    void wrongPartsOfAnOwnImageAreUsage() {
        for (String[] wrong :
                List.of(
                        new String[] {"--file", "motd"},
                        new String[] {"--program", "hello.c:/usr/bin/"},
                        new String[] {"--root", "/no/such/folder"},
                        new String[] {"--kernel-config", "/no/such/file"})) {
            assertThat(run("build", "kernel", "--cache", cache(), wrong[0], wrong[1]))
                    .as(String.join(" ", wrong))
                    .isEqualTo(2);
        }
        assertThat(err())
                .contains("say where it goes, as SRC:/DEST", "/no/such/file", "no file name");
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

    @Test
    void patchesAnArchiveWithoutUnpackingIt() throws Exception {
        Path archive = directory.resolve("a.tgz");
        String to = directory.resolve("b.tar.gz").toString();
        String from = archive.toString();
        String file = patch.toString();
        Files.write(archive, new Archives().file("tree/file", 0644, "one\ntwo\nthree\n").gzip());
        assertThat(run("patch", "apply", "--archive", from, "-o", to, file)).isZero();
        Path unpacked = directory.resolve("unpacked");
        assertThat(
                        run(
                                "patch",
                                "apply",
                                "-R",
                                "--archive",
                                to,
                                "--output",
                                unpacked.toString(),
                                file))
                .isZero();
        assertThat(unpacked.resolve("file")).hasContent("one\ntwo\nthree\n");
        assertThat(run("patch", "apply", "--archive", to, "-o", from, file)).isEqualTo(1);
        assertThat(run("patch", "apply", "--archive", from, file)).isEqualTo(2);
        assertThat(run("patch", "apply", "-C", tree.toString(), "--archive", from, "-o", to, file))
                .isEqualTo(2);
    }

    @Test
    void aSetIsImportedVerifiedPinnedRebasedAndExported() throws Exception {
        Path archive = directory.resolve("demo-1.0.tar.gz");
        Files.write(archive, new Archives().file("demo/file", 0644, "one\ntwo\nthree\n").gzip());
        String set = directory.resolve("set").toString();
        assertThat(
                        run(
                                "patch",
                                "import",
                                "--component",
                                "demo",
                                "--upstream-version",
                                "1.0",
                                "--license",
                                "MIT",
                                "-o",
                                set,
                                patch.toString()))
                .isZero();
        Path manifest = Path.of(set, "patchset.json");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replace(
                                "\"sources\": []",
                                "\"sources\": [{\"file\": \"demo-1.0.tar.gz\", \"sha256\": \""
                                        + Digests.of(archive)
                                        + "\"}]"));
        String[] sources = {"--offline", "--cache", cache(), "--sources", directory.toString()};
        assertThat(run(with(sources, "patch", "verify", set))).isZero();
        assertThat(out()).contains("nothing pinned");
        assertThat(run(with(sources, "patch", "refresh", set))).isZero();
        assertThat(run(with(sources, "patch", "verify", set))).isZero();
        assertThat(out()).contains("as pinned");

        Path text = Path.of(set, "patches/0001-a.patch");
        String before = Files.readString(text);
        Files.writeString(text, before.replace("+TWO", "+ZWEI"));
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replaceFirst(
                                "(0001-a.patch(?s:.*?)sha256\": \")[0-9a-f]+",
                                "$1" + Digests.of(text)));
        assertThat(run(with(sources, "patch", "verify", set))).isEqualTo(6);
        assertThat(err()).contains("wasm-linux patch refresh");
        assertThat(run(with(sources, "patch", "refresh", set))).isZero();
        assertThat(run(with(sources, "patch", "verify", set))).isZero();

        Path exported = directory.resolve("exported");
        assertThat(run(with(sources, "patch", "export", set, "-o", exported.toString()))).isZero();
        assertThat(exported.resolve("file")).hasContent("one\nZWEI\nthree\n");
        assertThat(run("patch", "rebase", set, archive.toString())).isZero();
        assertThat(run("patch", "rebase", set, exported.toString())).isEqualTo(1);
        assertThat(out()).contains("already applied  patches/0001-a.patch");

        Files.writeString(exported.resolve("file"), "one\nDEUX\nthree\n");
        String again = directory.resolve("again").toString();
        assertThat(
                        run(
                                with(
                                        sources,
                                        "patch",
                                        "refresh",
                                        "--tree",
                                        exported.toString(),
                                        "-o",
                                        again,
                                        set)))
                .isZero();
        assertThat(run(with(sources, "patch", "verify", again))).isZero();
        assertThat(Path.of(again, "patches/0001-a.patch")).content().contains("+DEUX");
        assertThat(run("patch", "verify", "no-such-set")).isEqualTo(2);
    }

    private static String[] with(String[] options, String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(2, List.of(options));
        return all.toArray(String[]::new);
    }

    @Test
    void cleansToASize() throws Exception {
        Path log = Path.of(cache(), "logs", "kernel-2.log");
        Files.createDirectories(log.getParent());
        Files.write(log, new byte[3 << 20]);
        assertThat(run("clean", "--cache", cache(), "--max-size", "2.5M", "--dry-run")).isZero();
        assertThat(out()).contains("logs/kernel-2.log", "would go: 3.0 MiB, would stay 0.0 MiB");
        assertThat(log).exists();
        assertThat(run("clean", "--cache", cache(), "--max-size", "3m")).isZero();
        assertThat(log).exists();
        assertThat(run("clean", "--cache", cache(), "--max-size", "2.5MiB")).isZero();
        assertThat(log).doesNotExist();
        for (String wrong : List.of("", "x", "2P", "-1", "1..5M")) {
            assertThat(run("clean", "--cache", cache(), "--max-size", wrong)).isEqualTo(2);
        }
        assertThat(run("clean", "--cache", cache(), "--max-size", "1G", "kernel")).isEqualTo(2);
        assertThat(run("clean", "--cache", cache(), "--dry-run")).isEqualTo(2);
    }

    @Test
    void comparesTwoDirectories() throws Exception {
        String first = tree.toString();
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.writeString(other.resolve("file"), "one\ntwo\nthree\n");
        assertThat(run("verify-reproducible", "--compare", first, other.toString())).isZero();
        assertThat(out()).contains("all 1 files are identical");
        Files.writeString(other.resolve("file"), "one\ntwo\nThree\n");
        assertThat(run("verify-reproducible", "--compare", first, other.toString())).isEqualTo(9);
        assertThat(out()).contains("file: first difference at byte 8");
        assertThat(run("verify-reproducible", "--compare", first, "/no/such")).isEqualTo(2);
    }
}

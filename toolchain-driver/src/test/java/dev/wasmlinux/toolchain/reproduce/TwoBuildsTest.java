/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.FakeTools;
import dev.wasmlinux.toolchain.ReproducibilityReport;
import dev.wasmlinux.toolchain.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two whole builds of a small component, with scripts in the place of compilers. */
@Timeout(120)
class TwoBuildsTest {
    @TempDir private Path directory;
    private FakeTools tools;
    private Path scratch;
    private final List<String> notes = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void everybodyMayPass() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        tools = new FakeTools(directory.resolve("tools"));
        scratch = Files.createDirectory(directory.resolve("scratch"));
    }

    private ReproducibilityReport verify() throws Exception {
        return verify(tools.directory() + ":/usr/bin:/bin", () -> {});
    }

    private ReproducibilityReport verify(String path, Runnable onFirstLine) throws Exception {
        return Toolchain.builder()
                .cache(directory.resolve("cache"))
                .environment(Map.of("PATH", path))
                .build()
                .verifyReproducible(
                        List.of("compiler-runtime"),
                        scratch,
                        new BuildListener() {
                            @Override
                            public void note(String text) {
                                notes.add(text);
                                if (text.startsWith("first build: ")) {
                                    onFirstLine.run();
                                }
                            }
                        });
    }

    @Test
    void buildsTwiceAsDifferentUsersAndFindsNoDifference() throws Exception {
        ReproducibilityReport report = verify();
        assertThat(report.differences()).isEmpty();
        assertThat(report.identical()).isTrue();
        assertThat(report.files()).isPositive();
        assertThat(report.builds())
                .extracting(ReproducibilityReport.Build::directory)
                .doesNotHaveDuplicates()
                .hasSize(2);
        long users =
                report.builds().stream().map(ReproducibilityReport.Build::user).distinct().count();
        assertThat(users).isEqualTo(report.sameUser() ? 1 : 2);
        if (report.sameUser()) {
            assertThat(notes).anyMatch(note -> note.startsWith("both builds as"));
        }
        assertThat(notes)
                .anyMatch(note -> note.startsWith("first build: "))
                .anyMatch(note -> note.startsWith("second build: "));
        assertThat(report.toText()).contains("files are identical");
        assertThat(scratch).isEmptyDirectory();
    }

    @Test
    void findsWhatIsNotReproducible() throws Exception {
        Path library = tools.directory().resolve("lib/22/lib/wasi/libclang_rt.builtins-wasm32.a");
        Files.setPosixFilePermissions(library, PosixFilePermissions.fromString("rw-rw-rw-"));
        String clang = Files.readString(tools.directory().resolve("clang-22"));
        // A compiler that leaves its process number in what it makes.
        tools.script(
                "clang-22",
                "echo \"made by $$ \" >'" + library + "'\n" + clang.replace("#!/bin/sh\n", ""));
        ReproducibilityReport report = verify();
        assertThat(report.identical()).isFalse();
        assertThat(report.differences())
                .singleElement()
                .satisfies(
                        d -> {
                            assertThat(d.path()).endsWith("libclang_rt.builtins.a");
                            assertThat(d.offset()).isBetween(8L, 16L);
                            assertThat(d.first()).contains("by ");
                        });
        assertThat(report.toText())
                .contains("first difference at byte", "NOT identical: 1 differences in");
        assertThat(notes).anyMatch(note -> note.contains("are kept in " + scratch));
        assertThat(scratch).isNotEmptyDirectory();
    }

    @Test
    void cancellingLeavesNothing() {
        Thread building = Thread.currentThread();
        assertThatThrownBy(() -> verify(tools.directory() + ":/usr/bin", building::interrupt))
                .isInstanceOf(InterruptedException.class);
        assertThat(scratch).isEmptyDirectory();
        assertThat(notes).noneMatch(note -> note.startsWith("second build: "));
    }
}

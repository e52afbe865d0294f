/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.ImageConfiguration;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepEngine;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitramfsStepTest {
    @TempDir Path directory;

    private static Step gives(String name, Map<String, String> files) {
        return new Step() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public List<String> dependencies() {
                return List.of();
            }

            @Override
            public void inputs(StepInputs inputs) {
                inputs.add("files", files.toString());
            }

            @Override
            public void run(StepContext context) throws IOException {
                for (Map.Entry<String, String> file : files.entrySet()) {
                    Files.writeString(context.output().resolve(file.getKey()), file.getValue());
                }
            }
        };
    }

    private ImageConfiguration configuration = ImageConfiguration.DEFAULT;

    private StepReport build(Path cache) throws Exception {
        List<StepReport> reports =
                new StepEngine(
                                CacheLayout.of(cache),
                                List.of(
                                        gives(
                                                "busybox",
                                                Map.of(
                                                        "busybox",
                                                        "the box",
                                                        "busybox.links",
                                                        "/bin/sh\n/usr/bin/awk\n/bin/busybox\n")),
                                        gives("agent", Map.of("init", "the agent")),
                                        new InitramfsStep(configuration, List.of())),
                                BuildListener.NONE)
                        .run(List.of("initramfs"), Set.of());
        return reports.get(reports.size() - 1);
    }

    /** Modes and contents by path. */
    private static Map<String, String> entries(StepReport report) throws IOException {
        Path archive = report.directory().resolve("initramfs.cpio.gz");
        Map<String, String> found = new TreeMap<>();
        try (InputStream in = new GZIPInputStream(Files.newInputStream(archive));
                CpioArchiveInputStream cpio = new CpioArchiveInputStream(in)) {
            for (CpioArchiveEntry entry = cpio.getNextEntry();
                    entry != null;
                    entry = cpio.getNextEntry()) {
                String text =
                        new String(cpio.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                found.put(
                        entry.getName(),
                        Long.toOctalString(entry.getMode())
                                + (entry.isCharacterDevice()
                                        ? " "
                                                + entry.getRemoteDeviceMaj()
                                                + ":"
                                                + entry.getRemoteDeviceMin()
                                        : entry.isDirectory() ? "" : " " + text));
            }
        }
        return found;
    }

    @Test
    void holdsAgentBusyBoxLinksAndDevices() throws Exception {
        Map<String, String> found = entries(build(directory.resolve("a")));
        assertThat(found)
                .containsEntry("init", "100755 the agent")
                .containsEntry("bin/busybox", "100755 the box")
                .containsEntry("bin/sh", "120777 /bin/busybox")
                .containsEntry("usr/bin/awk", "120777 /bin/busybox")
                .containsEntry("tmp", "41777")
                .containsEntry("root", "40700")
                .containsEntry("dev/console", "20600 5:1")
                .containsKey("etc/passwd");
    }

    @Test
    void isTheSameFromAnotherDirectory() throws Exception {
        assertThat(build(directory.resolve("a")).identity())
                .isEqualTo(build(directory.resolve("b")).identity());
    }

    private Path file(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    @Test
    void ownFilesLieOverTheDefaultOnes() throws Exception {
        file("tree/etc/passwd", "me");
        file("tree/etc/secret", "x");
        Files.setPosixFilePermissions(
                directory.resolve("tree/etc/secret"), PosixFilePermissions.fromString("rw-------"));
        Files.createSymbolicLink(directory.resolve("tree/link"), Path.of("etc"));
        Path tar = directory.resolve("files.tar.gz");
        try (TarArchiveOutputStream out =
                new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(tar)))) {
            TarArchiveEntry entry = new TarArchiveEntry("bin/tool");
            entry.setMode(0755);
            entry.setSize(4);
            out.putArchiveEntry(entry);
            out.write("tool".getBytes(StandardCharsets.UTF_8));
            out.closeArchiveEntry();
        }
        configuration =
                ImageConfiguration.builder()
                        .directory(directory.resolve("tree"), "/")
                        .tar(tar, "/opt/x")
                        .file(file("a b", "text"), "/usr/share/")
                        .file(file("motd", "hi"), "/etc/motd", 0600)
                        .list(file("list", "nod dev/ttyX 0600 0 0 c 4 64\n"))
                        .build();
        assertThat(entries(build(directory.resolve("a"))))
                .containsEntry("etc/passwd", "100644 me")
                .containsEntry("etc/secret", "100600 x")
                .containsEntry("link", "120777 etc")
                .containsEntry("opt/x/bin/tool", "100755 tool")
                .containsEntry("usr/share/a b", "100644 text")
                .containsEntry("etc/motd", "100600 hi")
                .containsEntry("dev/ttyX", "20600 4:64")
                .containsEntry("bin/sh", "120777 /bin/busybox");
    }

    @Test
    void anotherByteOrModeIsAnotherKey() throws Exception {
        Path cache = directory.resolve("a");
        String plain = build(cache).key();
        Path motd = file("motd", "hi");
        configuration = ImageConfiguration.builder().file(motd, "/etc/motd").build();
        String first = build(cache).key();
        assertThat(first).isNotEqualTo(plain);
        Files.setPosixFilePermissions(motd, PosixFilePermissions.fromString("rwxr-xr-x"));
        StepReport executable = build(cache);
        assertThat(executable.key()).isNotEqualTo(first);
        assertThat(executable.reason()).startsWith("own files changed");
        file("motd", "ho");
        assertThat(build(cache).key()).isNotEqualTo(executable.key());
        configuration = ImageConfiguration.DEFAULT;
        assertThat(build(cache).ran()).isFalse();
    }

    @Test
    void aRootOfOnesOwnHasOnlyTheAgentAndDevicesBeside() throws Exception {
        file("root/hello", "hello");
        configuration =
                ImageConfiguration.builder().root(directory.resolve("root")).busyBox(false).build();
        assertThat(entries(build(directory.resolve("a"))).keySet())
                .containsExactly("dev", "dev/console", "dev/null", "hello", "init");
    }

    @Test
    void whatCannotBeReadIsNamed() {
        configuration =
                ImageConfiguration.builder().file(directory.resolve("nowhere"), "/etc/x").build();
        assertThatThrownBy(() -> build(directory.resolve("a")))
                .hasMessageContaining("nowhere: not found")
                .extracting(e -> ((ToolchainException) e).kind())
                .isEqualTo(ToolchainException.Kind.USAGE);
        assertThatThrownBy(() -> ImageConfiguration.builder().file(directory.resolve("x"), "etc/x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("etc/x");
    }
}

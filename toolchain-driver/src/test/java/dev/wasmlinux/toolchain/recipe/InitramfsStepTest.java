/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepEngine;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
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
                                        new InitramfsStep()),
                                BuildListener.NONE)
                        .run(List.of("initramfs"), Set.of());
        return reports.get(2);
    }

    @Test
    void holdsAgentBusyBoxLinksAndDevices() throws Exception {
        Path archive = build(directory.resolve("a")).directory().resolve("initramfs.cpio.gz");
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
}

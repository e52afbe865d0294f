/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.initramfs.read.Finding;
import dev.wasmlinux.initramfs.read.ImageIndex;
import dev.wasmlinux.initramfs.read.KernelCheck;
import dev.wasmlinux.initramfs.report.ContentReport;
import dev.wasmlinux.initramfs.source.ContentStore;
import dev.wasmlinux.initramfs.source.CpioList;
import dev.wasmlinux.initramfs.source.DirectorySource;
import dev.wasmlinux.initramfs.source.TarSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the README compile and do what it says. */
class ReadmeTest {
    @TempDir Path dir;

    @Test
    void fromMemory() throws IOException {
        Path image = dir.resolve("initramfs.cpio.gz");

        Initramfs.builder()
                .directory("proc", 0755)
                .device("dev/console", Node.DeviceType.CHARACTER, 5, 1, 0600)
                .file("init", FileContent.of("#!/bin/sh\nexec sh\n"), 0755)
                .symlink("bin/sh", "busybox")
                .hardLink("sbin/init", "init")
                .build()
                .writeTo(image, Compression.gzip());

        assertThat(KernelCheck.check(image)).isEmpty();
    }

    @Test
    void fromSources() throws IOException {
        Path rootfs = Files.createDirectories(dir.resolve("rootfs/bin"));
        Files.writeString(rootfs.resolve("tool"), "tool");
        rootfs = rootfs.getParent();
        Path list = Files.writeString(dir.resolve("devices.list"), "dir /dev 755 0 0\n");
        Path layer = dir.resolve("layer.tar");
        Files.write(layer, new byte[1024]);
        Path image = dir.resolve("image");
        Initramfs microcode = Initramfs.builder().build();

        try (ContentStore store = ContentStore.open()) {
            Initramfs tree =
                    Initramfs.builder()
                            .onConflict(InitramfsBuilder.Conflict.REPLACE)
                            .addFrom(DirectorySource.of(rootfs))
                            .addFrom(TarSource.of(layer, store).owner(0, 0).under("opt/app"))
                            .addFrom(CpioList.of(list))
                            .build();
            Image.builder()
                    .segment(microcode, Compression.none())
                    .segment(
                            tree,
                            WriteOptions.defaults()
                                    .withCompression(Compression.parse("zstd:3"))
                                    .withSourceDateEpoch(System.getenv())
                                    .withThreads(4))
                    .sizeLimit(16 << 20)
                    .build()
                    .writeTo(image);
        }

        assertThat(KernelCheck.check(image)).isEmpty();
    }

    @Test
    void reading() throws IOException {
        Path image = dir.resolve("image");
        Initramfs.builder()
                .file("etc/fstab", FileContent.of("none"), 0644)
                .build()
                .writeTo(image, Compression.parse("xz:6"));

        for (Finding finding : KernelCheck.check(image)) {
            System.err.println(finding);
        }
        try (ImageIndex index = ImageIndex.open(image)) {
            FileContent fstab = index.content(ArchivePath.of("etc/fstab")).orElseThrow();
            ContentReport report = ContentReport.of(index.tree());
            List<ContentReport.Excess> heavy = report.over(Map.of(ArchivePath.of("etc"), 65_536L));
            assertThat(fstab.size()).isEqualTo(4);
            assertThat(heavy).isEmpty();
        }
    }

    @Test
    void examplesAreThose() throws IOException {
        String here =
                Files.readString(
                        Path.of(
                                "src/test/java/"
                                        + getClass().getName().replace('.', '/')
                                        + ".java"));
        String code = here.replaceAll("\\s+", "");
        Matcher blocks =
                Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(Path.of("README.md")));
        int count = 0;
        while (blocks.find()) {
            assertThat(code).contains(blocks.group(1).replaceAll("\\s+", ""));
            count++;
        }
        assertThat(count).isEqualTo(3);
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final String SHA256_OF_ABC =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private static final Initramfs TREE =
            Initramfs.builder()
                    .file("a/one", FileContent.of("abc"), 0644)
                    .file("b/two", FileContent.of("abc"), 0644)
                    .hardLink("b/three", "b/two")
                    .file("b/\"odd\"\n", FileContent.of("abcd"), 0644)
                    .file("empty", FileContent.empty(), 0644)
                    .file("empty2", FileContent.empty(), 0644)
                    .build();

    @Test
    void weighsFilesAndFindsDuplicates() throws IOException {
        ContentReport report = ContentReport.of(TREE);
        assertThat(report.totalSize()).isEqualTo(10);
        assertThat(report.directorySizes()).containsEntry(ArchivePath.of("b"), 7L);
        assertThat(report.duplicates())
                .containsExactly(
                        new ContentReport.Duplicate(
                                SHA256_OF_ABC,
                                3,
                                List.of(ArchivePath.of("a/one"), ArchivePath.of("b/two"))));
        assertThat(report.toJson()).contains("\"path\": \"b/\\\"odd\\\"\\\\x0a\"");
    }

    @Test
    void comparesWeightsWithBudgets() throws IOException {
        ContentReport report = ContentReport.of(TREE);
        assertThat(
                        report.over(
                                Map.of(
                                        ArchivePath.ROOT,
                                        9L,
                                        ArchivePath.of("b"),
                                        7L,
                                        ArchivePath.of("a/one"),
                                        2L,
                                        ArchivePath.of("none"),
                                        0L)))
                .containsExactly(
                        new ContentReport.Excess(ArchivePath.ROOT, 10, 9),
                        new ContentReport.Excess(ArchivePath.of("a/one"), 3, 2));
    }

    @Test
    void billHasEveryFileWithItsDigest() throws IOException {
        String bill = CycloneDx.of("initramfs", "1").time(0).toJson(TREE);
        assertThat(bill)
                .startsWith("{\n  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.5\",")
                .contains("\"timestamp\": \"1970-01-01T00:00:00Z\"")
                .contains("\"content\": \"" + SHA256_OF_ABC + "\"")
                .endsWith("}\n");
        assertThat(CycloneDx.of("initramfs", "1").time(0).toJson(TREE)).isEqualTo(bill);
    }
}

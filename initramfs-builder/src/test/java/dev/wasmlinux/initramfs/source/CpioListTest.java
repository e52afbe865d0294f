/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.ListSyntaxException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.Trees;
import dev.wasmlinux.initramfs.read.ImageDiff;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpioListTest {
    @TempDir Path dir;

    @Test
    void expandsVariablesInLocationsOnly() throws IOException {
        Files.writeString(dir.resolve("x"), "x");
        Initramfs tree =
                Initramfs.builder()
                        .addFrom(
                                CpioList.of("file ${D} ${D}/${F}x 0644 0 0 ${L}", "list")
                                        .environment(Map.of("D", dir.toString())))
                        .build();
        assertThat(tree.find("${D}").orElseThrow()).isInstanceOf(Node.RegularFile.class);
        assertThat(tree.find("${L}")).contains(new Node.HardLink(ArchivePath.of("${D}")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "bogus /x 0755 0 0|1:1: unknown keyword 'bogus'",
                "dir /x 0855 0 0|1:8: mode '0855' is no octal number",
                "dir /x 0755 0|1:14: gid is missing",
                "dir /x 0755 -1 0|1:13: uid '-1' is no number",
                "dir /x 0755 0 0 more|1:17: more words than a dir line has",
                "nod /x 0600 0 0 q 1 1|1:17: device type 'q' is neither b nor c",
                "nod /x 0600 0 0 c 5000 1|1:19: major '5000' is no number from 0 to 4095",
                "file /x nowhere 0644 0 0|1:9: there is no file",
                "dir /a/../b 0755 0 0|1:5: ",
                "dir `quoted|1:5: quote is not closed"
            })
    void mistakesHaveLineAndColumn(String line, String message) {
        CpioList list = CpioList.of(line.replace('`', '"'), "list");
        assertThatThrownBy(list::entries)
                .isInstanceOf(ListSyntaxException.class)
                .hasMessageContaining("list:" + message)
                .satisfies(e -> assertThat(((ListSyntaxException) e).line()).isEqualTo(1));
    }

    @Test
    void whatIsWrittenAsAListIsReadEqual() throws IOException {
        Initramfs tree =
                Trees.everyKind().toBuilder()
                        .file("with blank \"quote\" \\ and\nnewline", FileContent.of("q"), 0600)
                        .build();
        Path list = dir.resolve("list");
        Files.write(list, CpioListWriter.write(tree, dir));
        Initramfs again = Initramfs.builder().addFrom(CpioList.of(list)).build();
        assertThat(ImageDiff.compare(tree, again))
                .allSatisfy(
                        difference ->
                                assertThat(difference.details())
                                        .allMatch(detail -> detail.startsWith("time ")));
    }

    @Test
    @Timeout(20)
    void endlessLinesAndLocationsAreMistakes() {
        CpioList line = CpioList.of("dir x 0755 0 0\n# " + "x".repeat(2 << 20), "list");
        assertThatThrownBy(line::entries)
                .isInstanceOf(ListSyntaxException.class)
                .hasMessageContaining("list:2:1: a line of more than");
        CpioList location = CpioList.of("file x " + "${A}".repeat(200_000) + " 0644 0 0", "list");
        assertThatThrownBy(location::entries).hasMessageContaining("there is no file");
        assertThatThrownBy(location.environment(Map.of("A", "${A}".repeat(1000)))::entries)
                .isInstanceOf(ListSyntaxException.class)
                .hasMessageContaining("too long");
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KernelAbiTest {

    private static final KernelAbi ABI = KernelAbi.current();

    @Test
    void holdsTheContract() {
        assertThat(ABI.version()).isEqualTo(1);
        assertThat(ABI.imports()).hasSize(25).allMatch(f -> f.module().equals("host"));
        assertThat(ABI.exports()).hasSize(8);
        assertThat(ABI.importNamed("task_switch").orElseThrow().signature())
                .hasToString("(i32, i32, i32) -> i32");
        assertThat(ABI.importNamed("timer_set").orElseThrow().signature())
                .hasToString("(i64) -> ()");
        assertThat(ABI.importNamed("machine_end").orElseThrow().noReturn()).isTrue();
        assertThat(ABI.exportNamed("user_syscall").orElseThrow().signature())
                .hasToString("(i32, i64, i64, i64, i64, i64, i64) -> i32");
        assertThat(ABI.constants("limit").get("DEVICE_WINDOW")).isEqualTo(0xc0000000L);
        assertThat(ProgramAbi.current().signalHandlers()).hasSize(3);
        assertThatThrownBy(() -> ABI.constants("none")).hasMessageContaining("none");
        assertThatThrownBy(() -> ABI.constants("limit").get("NONE")).hasMessageContaining("NONE");
        assertThatThrownBy(() -> ABI.layout("none")).hasMessageContaining("none");
    }

    @Test
    void namesAreUniqueAndDescribed() {
        assertThat(ABI.imports()).extracting(AbiFunction::name).doesNotHaveDuplicates();
        assertThat(Stream.concat(ABI.exports().stream(), ABI.imports().stream()).toList())
                .allSatisfy(
                        f -> {
                            assertThat(f.meaning()).endsWith(".");
                            assertThat(f.since()).isEqualTo(1);
                        });
        assertThat(ABI.constants())
                .allSatisfy(
                        c ->
                                assertThat(c.values())
                                        .extracting(AbiConstants.Value::name)
                                        .doesNotHaveDuplicates());
    }

    @Test
    void layoutsHaveNoGapsAndEndAtTheirSize() {
        for (AbiLayout layout : ABI.layouts()) {
            int at = 0;
            for (AbiLayout.Field field : layout.fields()) {
                assertThat(field.offset()).as(layout.name() + "." + field.name()).isEqualTo(at);
                at += field.sizeInBytes();
            }
            assertThat(at).as(layout.name()).isEqualTo(layout.sizeInBytes());
            assertThat(layout.sizeInBytes() % layout.alignment()).isZero();
        }
        assertThat(ABI.layout("pt_regs").field("flags").offset()).isEqualTo(68);
    }

    @Test
    void theDocumentationIsUpToDate() throws IOException {
        Path page = Path.of("ABI.md");
        List<String> wanted = AbiDocument.lines();
        if (Boolean.getBoolean("abi.document.write")) {
            Files.write(page, wanted);
        }
        assertThat(Files.readAllLines(page))
                .as("ABI.md; write it anew with -Dabi.document.write=true")
                .isEqualTo(wanted);
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wasmlinux.abi.wasm.WasmInspector;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SymbolTableTest {

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void readsAndWritesTheSameText() {
        byte[] text = utf8("0 start_kernel\n7 operator new(unsigned long)\n12 größe\n");
        SymbolTable table = SymbolTable.parse(text);
        assertThat(table.name(7)).contains("operator new(unsigned long)");
        assertThat(table.name(1)).isEmpty();
        assertThat(table.toBytes()).isEqualTo(text);
        assertThat(SymbolTable.parse(utf8("3 x")).names()).isEqualTo(Map.of(3, "x"));
        assertThat(SymbolTable.parse(new byte[0]).names()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'x', 1",
        "'1', 1",
        "'1 ', 1",
        "'1 a\n1 b', 2",
        "'2 a\n1 b', 2",
        "'-1 a', 1",
        "'1 a\n\n', 2",
        "'1111111111 a', 1",
        "'1 a\tb', 1",
        "' 1 a', 1"
    })
    void namesTheBrokenLine(String text, int line) {
        SymbolException e =
                catchThrowableOfType(SymbolException.class, () -> SymbolTable.parse(utf8(text)));
        assertThat(e).isNotNull();
        assertThat(e.line()).isEqualTo(line);
    }

    @Test
    void comesFromTheNameSection() {
        TestModule module = new TestModule();
        int function = module.function(TestModule.signature("", ""));
        byte[] bytes = module.functionName(function, "f").toBytes();
        assertThat(SymbolTable.of(WasmInspector.inspect(bytes)).toBytes()).isEqualTo(utf8("0 f\n"));
    }
}

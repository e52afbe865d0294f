/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import static dev.wasmlinux.abi.TestModule.signature;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wasmlinux.abi.TestModule;
import dev.wasmlinux.abi.TestModule.Bytes;
import dev.wasmlinux.abi.wasm.CodeFeatures.Feature;
import dev.wasmlinux.abi.wasm.ModuleFormatException.Kind;
import dev.wasmlinux.abi.wasm.ModuleInfo.SegmentMode;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WasmInspectorTest {

    private static final int[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};

    private static TestModule rich() {
        TestModule module =
                new TestModule()
                        .importMemory(2, 100, true)
                        .importFunction("m", "f", signature("i32 i64", "f64"))
                        .importGlobal("m", "g");
        int first = module.function(signature("", "i32"), 0x41, 7);
        return module.export("first", 0, first)
                .exportTable("table", 9)
                .element(4, first, 0)
                .activeData(-16, new byte[] {1, 2, 3})
                .passiveData(new byte[] {4})
                .custom("hello", new byte[] {5, 6})
                .functionName(first, "named");
    }

    @Test
    void readsEveryDeclaration() {
        byte[] bytes = rich().toBytes();
        ModuleInfo info = WasmInspector.inspect(bytes);

        assertThat(info.sizeInBytes()).isEqualTo(bytes.length);
        assertThat(info.imports())
                .extracting(i -> i.module() + "." + i.name() + " " + i.type())
                .containsExactly(
                        "env.memory shared memory 2..100 pages",
                        "m.f (i32, i64) -> f64",
                        "m.g constant global i32");
        assertThat(info.functions()).hasToString("[(i32, i64) -> f64, () -> i32]");
        assertThat(info.importedFunctions()).isEqualTo(1);
        assertThat(info.exportType("first")).contains(signature("", "i32"));
        assertThat(info.exportType("table"))
                .contains(new TableType(ValueType.FUNCREF, 9, OptionalLong.of(9)));
        assertThat(info.exportType("none")).isEmpty();
        assertThat(info.bodies()).singleElement().returns(4, ModuleInfo.FunctionBody::sizeInBytes);
        assertThat(info.elementSegments())
                .containsExactly(
                        new ModuleInfo.ElementSegment(
                                SegmentMode.ACTIVE, 0, OptionalLong.of(4), 2));
        ModuleInfo.DataSegment data = info.dataSegments().get(0);
        assertThat(data.address()).hasValue(0xfffffff0L);
        assertThat(bytes[data.moduleOffset() + 2]).isEqualTo((byte) 3);
        assertThat(info.dataSegments().get(1).mode()).isEqualTo(SegmentMode.PASSIVE);
        assertThat(WasmInspector.contents(bytes, info.customSection("hello").orElseThrow()))
                .containsExactly(5, 6);
        assertThat(info.describeFunction(1)).isEqualTo("named");
        assertThat(info.describeFunction(0)).isEqualTo("function 0");
    }

    @Test
    void everyTruncationIsRefusedOrEndsAtASection() {
        byte[] bytes = rich().toBytes();
        int refused = 0;
        for (int length = 0; length < bytes.length; length++) {
            try {
                WasmInspector.inspect(Arrays.copyOf(bytes, length));
            } catch (ModuleFormatException e) {
                refused++;
                assertThat(e.kind()).isIn(Kind.NOT_WASM, Kind.TRUNCATED, Kind.MALFORMED);
            }
        }
        // Only cuts between sections leave a smaller module.
        assertThat(refused).isGreaterThan(bytes.length - 8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 1 1 1 1 1 1 1 | NOT_WASM | magic",
                "0 61 73 6d 2 0 0 0 | UNSUPPORTED | version 0x2",
                "0 61 73 6d d 0 1 0 | UNSUPPORTED | version 0x1000d",
                "0 61 73 6d 1 0 0 | TRUNCATED | ends here",
                "0 61 73 6d 1 0 0 0 63 0 | MALFORMED | unknown section id 99",
                "0 61 73 6d 1 0 0 0 1 5 0 | TRUNCATED | says 5 bytes",
                "0 61 73 6d 1 0 0 0 1 2 0 0 | MALFORMED | left over",
                "0 61 73 6d 1 0 0 0 1 1 0 1 1 0 | MALFORMED | repeated or out of order",
                "0 61 73 6d 1 0 0 0 3 1 0 1 1 0 | MALFORMED | repeated or out of order",
                "0 61 73 6d 1 0 0 0 1 5 ff ff ff ff f | MALFORMED | 4294967295 types cannot fit",
                "0 61 73 6d 1 0 0 0 1 5 ff ff ff ff 1f | MALFORMED | 32 bits",
                "0 61 73 6d 1 0 0 0 1 2 1 5f | UNSUPPORTED | type form 0x5f",
                "0 61 73 6d 1 0 0 0 3 2 1 0 | MALFORMED | type index 0 is not below 0",
                "0 61 73 6d 1 0 0 0 5 3 1 5 0 | UNSUPPORTED | memory limits flags 0x5",
                "0 61 73 6d 1 0 0 0 5 3 1 2 0 | MALFORMED | without a maximum",
                "0 61 73 6d 1 0 0 0 5 4 1 1 2 1 | MALFORMED | below its minimum",
                "0 61 73 6d 1 0 0 0 0 2 1 ff | MALFORMED | UTF-8",
                "0 61 73 6d 1 0 0 0 1 4 1 60 0 0 3 2 1 0 | MALFORMED | have code",
                "0 61 73 6d 1 0 0 0 c 1 3 | MALFORMED | 3 data segments",
            })
    void namesWhatIsWrong(String hex, Kind kind, String reason) {
        String[] parts = hex.strip().split(" ");
        byte[] bytes = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = (byte) Integer.parseInt(parts[i], 16);
        }
        ModuleFormatException e =
                catchThrowableOfType(
                        ModuleFormatException.class, () -> WasmInspector.inspect(bytes));
        assertThat(e).isNotNull();
        assertThat(e.kind()).isEqualTo(kind);
        assertThat(e.reason()).contains(reason);
        assertThat(e.offset()).isBetween(0, bytes.length);
    }

    @Test
    void exportNamesAreUnique() {
        TestModule module = new TestModule();
        int f = module.function(signature("", ""));
        assertThatThrownBy(
                        () ->
                                WasmInspector.inspect(
                                        module.export("a", 0, f).export("a", 0, f).toBytes()))
                .hasMessageContaining("\"a\" appears twice");
    }

    @Test
    void refusesTooManyDeclarations() {
        byte[] zeros = new byte[3_000_000];
        assertThatThrownBy(() -> WasmInspector.inspect(withSection(4, 100_001, zeros)))
                .hasMessageContaining("100001 tables, the limit is 100000");
        assertThatThrownBy(() -> WasmInspector.inspect(withSection(3, 1_000_001, zeros)))
                .hasMessageContaining("1000001 functions");
        Bytes types = new Bytes();
        for (int i = 0; i < 1000; i++) {
            types.u8(0x60).u32(1001);
            for (int n = 0; n < 1001; n++) {
                types.u8(0x7f);
            }
            types.u8(0);
        }
        assertThatThrownBy(() -> WasmInspector.inspect(withSection(1, 1000, types.toBytes())))
                .hasMessageContaining("value types, the limit is");
        Bytes customs = new Bytes().u8(HEADER);
        for (int i = 0; i < 10_001; i++) {
            customs.u8(0, 1, 0);
        }
        assertThatThrownBy(() -> WasmInspector.inspect(customs.toBytes()))
                .hasMessageContaining("custom sections");
    }

    private static byte[] withSection(int id, int count, byte[] contents) {
        byte[] bytes = new Bytes().u32(count).raw(contents).toBytes();
        return new Bytes().u8(HEADER).u8(id).u32(bytes.length).raw(bytes).toBytes();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void damagedModulesGiveInformationOrTheTypedError(int seed) {
        Random random = new Random(seed);
        byte[] good = rich().toBytes();
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            for (int n = random.nextInt(3); n >= 0; n--) {
                int at = 8 + random.nextInt(bad.length - 8);
                bad[at] = (byte) random.nextInt();
            }
            try {
                WasmInspector.scanCode(bad, WasmInspector.inspect(bad));
            } catch (ModuleFormatException e) {
                refused++;
                assertThat(e.offset()).isBetween(0, good.length);
            }
        }
        assertThat(refused).isGreaterThan(2000);
    }

    @Test
    void randomCodeGivesFeaturesOrTheTypedError() {
        Random random = new Random(5);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            int[] code = new int[random.nextInt(12)];
            for (int n = 0; n < code.length; n++) {
                code[n] = random.nextInt(256);
            }
            TestModule module = new TestModule();
            module.function(signature("", ""), code);
            byte[] bytes = module.toBytes();
            try {
                WasmInspector.scanCode(bytes, WasmInspector.inspect(bytes));
                read++;
            } catch (ModuleFormatException e) {
                assertThat(e.offset()).isBetween(0, bytes.length);
            }
        }
        assertThat(read).isBetween(500, 19_500);
    }

    private static CodeFeatures scan(int... code) {
        TestModule module = new TestModule();
        module.function(signature("", ""));
        module.function(signature("", ""), code);
        byte[] bytes = module.toBytes();
        return WasmInspector.scanCode(bytes, WasmInspector.inspect(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "TABLE_CHANGE, 26 0",
        "TABLE_CHANGE, fc c 0 0",
        "TABLE_CHANGE, fc e 0 0",
        "TABLE_CHANGE, fc f 0",
        "TABLE_CHANGE, fc 11 0",
        "MEMORY_GROW, 41 1 40 0 1a",
        "BULK_MEMORY, fc a 0 0",
        "BULK_MEMORY, fc b 0",
        "BULK_MEMORY, fc 8 3 0",
        "ATOMICS, fe 10 2 80 1",
        "ATOMICS, fe 3 0",
        "SIMD, fd c 0 1 2 3 4 5 6 7 8 9 a b c d e f",
        "SIMD, fd 54 0 10 3",
        "SIMD, fd 15 2",
        "SIMD, fd 80 1",
        "EXCEPTIONS, 1f 40 2 0 1 0 2 0 b",
        "LEGACY_EXCEPTIONS, 6 40 19 b",
        "LEGACY_EXCEPTIONS, 6 40 18 0",
        "TAIL_CALLS, 12 0",
    })
    void findsFeatures(Feature feature, String hex) {
        int[] code =
                Arrays.stream(hex.split(" "))
                        .mapToInt(part -> Integer.parseInt(part, 16))
                        .toArray();
        CodeFeatures features = scan(code);
        assertThat(features.firstUse()).containsOnlyKeys(feature);
        assertThat(features.firstUseOf(feature)).hasValue(1);
    }

    @Test
    void plainCodeHasNoFeatures() {
        int[] code = {
            0x02, 0x40, 0x03, 0x7f, 0x41, 0x7f, 0x42, 0xff, 0x00, 0x43, 0x0b, 0x0b, 0x0b, 0x0b,
            0x44, 1, 2, 3, 4, 5, 6, 7, 0x0b, 0x0e, 2, 0, 1, 2, 0x28, 2, 0x80, 0x01, 0x0b, 0x0b,
            0x04, 0x7f, 0x05, 0x0b, 0x1c, 1, 0x7f, 0xd0, 0x70, 0x11, 0, 0, 0xc4, 0xfc, 7, 0xfc,
            0x10, 0
        };
        assertThat(scan(code).firstUse()).isEmpty();
    }

    @Test
    void numbersAtTheirLimits() {
        assertThat(new ByteReader(new byte[] {-1, -1, -1, -1, 0x0f}, 0, 5, "t").u32())
                .isEqualTo(0xffffffffL);
        assertThat(signed(32, -128, -128, -128, -128, 0x78)).isEqualTo(Integer.MIN_VALUE);
        assertThat(signed(32, -1, -1, -1, -1, 0x07)).isEqualTo(Integer.MAX_VALUE);
        assertThat(signed(32, 0x7f)).isEqualTo(-1);
        assertThat(signed(64, -128, -128, -128, -128, -128, -128, -128, -128, -128, 0x7f))
                .isEqualTo(Long.MIN_VALUE);
        assertThat(signed(33, -1, -1, -1, -1, 0x0f)).isEqualTo(0xffffffffL);
        assertThatThrownBy(() -> signed(32, -1, -1, -1, -1, 0x0f)).hasMessageContaining("32 bits");
        assertThatThrownBy(() -> signed(32, -1, -1, -1, -1, -1, 0)).hasMessageContaining("32 bits");
    }

    private static long signed(int bits, int... bytes) {
        Bytes out = new Bytes().u8(bytes);
        return new ByteReader(out.toBytes(), 0, bytes.length, "t").signed(bits);
    }

    @Test
    void theEmptyModuleIsAModule() {
        assertThat(WasmInspector.inspect(new Bytes().u8(HEADER).toBytes()).functions()).isEmpty();
    }
}

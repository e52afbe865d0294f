/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import dev.wasmlinux.abi.wasm.FunctionSignature;
import dev.wasmlinux.abi.wasm.ValueType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Writes small Wasm modules for tests; by design it can also write wrong ones. */
public final class TestModule {

    /** Bytes under construction. */
    public static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        public Bytes() {}

        public Bytes u8(int... values) {
            for (int value : values) {
                out.write(value);
            }
            return this;
        }

        public Bytes u32(long value) {
            long rest = value;
            while (rest >= 0x80) {
                out.write((int) (rest & 0x7f) | 0x80);
                rest >>>= 7;
            }
            out.write((int) rest);
            return this;
        }

        public Bytes s32(int value) {
            int rest = value;
            while (rest < -64 || rest > 63) {
                out.write((rest & 0x7f) | 0x80);
                rest >>= 7;
            }
            out.write(rest & 0x7f);
            return this;
        }

        public Bytes name(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            return u32(utf8.length).raw(utf8);
        }

        public Bytes raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        public byte[] toBytes() {
            return out.toByteArray();
        }
    }

    private final List<FunctionSignature> types = new ArrayList<>();
    private final List<byte[]> imports = new ArrayList<>();
    private final List<Integer> functionTypes = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();
    private final List<byte[]> tables = new ArrayList<>();
    private final List<byte[]> globals = new ArrayList<>();
    private final List<byte[]> exports = new ArrayList<>();
    private final List<byte[]> elements = new ArrayList<>();
    private final List<byte[]> data = new ArrayList<>();
    private final List<Consumer<Bytes>> customs = new ArrayList<>();
    private int importedFunctions;

    public TestModule() {}

    public int type(FunctionSignature signature) {
        int index = types.indexOf(signature);
        if (index < 0) {
            types.add(signature);
            index = types.size() - 1;
        }
        return index;
    }

    public static FunctionSignature signature(String parameters, String results) {
        return new FunctionSignature(valueTypes(parameters), valueTypes(results));
    }

    private static List<ValueType> valueTypes(String text) {
        List<ValueType> result = new ArrayList<>();
        for (String part : text.split(" ")) {
            if (!part.isEmpty()) {
                result.add(ValueType.ofText(part).orElseThrow());
            }
        }
        return result;
    }

    public TestModule importFunction(String module, String name, FunctionSignature signature) {
        imports.add(new Bytes().name(module).name(name).u8(0).u32(type(signature)).toBytes());
        importedFunctions++;
        return this;
    }

    public TestModule importMemory(long minimum, long maximum, boolean shared) {
        imports.add(
                new Bytes()
                        .name("env")
                        .name("memory")
                        .u8(2, shared ? 3 : 1)
                        .u32(minimum)
                        .u32(maximum)
                        .toBytes());
        return this;
    }

    public TestModule importGlobal(String module, String name) {
        imports.add(new Bytes().name(module).name(name).u8(3, 0x7f, 0).toBytes());
        return this;
    }

    /** Adds a function; code without the final end. */
    public int function(FunctionSignature signature, int... code) {
        functionTypes.add(type(signature));
        bodies.add(new Bytes().u8(0).u8(code).u8(0x0b).toBytes());
        return importedFunctions + bodies.size() - 1;
    }

    public TestModule export(String name, int kind, int index) {
        exports.add(new Bytes().name(name).u8(kind).u32(index).toBytes());
        return this;
    }

    public TestModule exportFunction(String name, FunctionSignature signature) {
        // unreachable is a body of every type.
        return export(name, 0, function(signature, 0x00));
    }

    public TestModule exportGlobal(String name, boolean mutable, int value) {
        globals.add(new Bytes().u8(0x7f, mutable ? 1 : 0).u8(0x41).s32(value).u8(0x0b).toBytes());
        return export(name, 3, globals.size() - 1);
    }

    public TestModule exportTable(String name, int elements) {
        tables.add(new Bytes().u8(0x70, 1).u32(elements).u32(elements).toBytes());
        return export(name, 1, tables.size() - 1);
    }

    public TestModule element(int offset, int... functions) {
        Bytes bytes = new Bytes().u8(0, 0x41).s32(offset).u8(0x0b).u32(functions.length);
        for (int function : functions) {
            bytes.u32(function);
        }
        elements.add(bytes.toBytes());
        return this;
    }

    public TestModule passiveData(byte[] bytes) {
        data.add(new Bytes().u8(1).u32(bytes.length).raw(bytes).toBytes());
        return this;
    }

    public TestModule activeData(int address, byte[] bytes) {
        data.add(
                new Bytes()
                        .u8(0, 0x41)
                        .s32(address)
                        .u8(0x0b)
                        .u32(bytes.length)
                        .raw(bytes)
                        .toBytes());
        return this;
    }

    public TestModule custom(String name, byte[] contents) {
        customs.add(out -> section(out, 0, new Bytes().name(name).raw(contents)));
        return this;
    }

    public TestModule functionName(int index, String name) {
        Bytes map = new Bytes().u32(1).u32(index).name(name);
        byte[] inner = map.toBytes();
        return custom("name", new Bytes().u8(1).u32(inner.length).raw(inner).toBytes());
    }

    public byte[] toBytes() {
        Bytes out = new Bytes().u8(0, 'a', 's', 'm', 1, 0, 0, 0);
        List<byte[]> typeBytes = new ArrayList<>();
        for (FunctionSignature type : types) {
            Bytes bytes = new Bytes().u8(0x60).u32(type.parameters().size());
            type.parameters().forEach(t -> bytes.u8(t.code()));
            bytes.u32(type.results().size());
            type.results().forEach(t -> bytes.u8(t.code()));
            typeBytes.add(bytes.toBytes());
        }
        vector(out, 1, typeBytes);
        vector(out, 2, imports);
        vector(out, 3, functionTypes.stream().map(t -> new Bytes().u32(t).toBytes()).toList());
        vector(out, 4, tables);
        vector(out, 6, globals);
        vector(out, 7, exports);
        vector(out, 9, elements);
        if (!data.isEmpty()) {
            section(out, 12, new Bytes().u32(data.size()));
        }
        vector(
                out,
                10,
                bodies.stream().map(b -> new Bytes().u32(b.length).raw(b).toBytes()).toList());
        vector(out, 11, data);
        customs.forEach(c -> c.accept(out));
        return out.toBytes();
    }

    private static void vector(Bytes out, int id, List<byte[]> items) {
        if (!items.isEmpty()) {
            Bytes contents = new Bytes().u32(items.size());
            items.forEach(contents::raw);
            section(out, id, contents);
        }
    }

    private static void section(Bytes out, int id, Bytes contents) {
        byte[] bytes = contents.toBytes();
        out.u8(id).u32(bytes.length).raw(bytes);
    }
}

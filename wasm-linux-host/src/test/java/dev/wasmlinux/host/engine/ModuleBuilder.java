/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Assembles small test modules that import {@code env.memory} and export every function. */
public final class ModuleBuilder {
    public static final int I32 = 0x7f;
    public static final int I64 = 0x7e;
    static final int F32 = 0x7d;
    static final int F64 = 0x7c;

    private final List<byte[]> types = new ArrayList<>();
    private final List<Integer> functionTypes = new ArrayList<>();
    private final List<byte[]> imports = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();
    private final List<byte[]> exports = new ArrayList<>();
    private final List<byte[]> globals = new ArrayList<>();
    private final List<byte[]> data = new ArrayList<>();
    private Bytes elements = new Bytes();
    private final List<byte[]> tags = new ArrayList<>();
    private int tableSize = -1;
    private int importedFunctions;
    private int memoryPages = 16;

    /** Growing bytes with the encodings of the binary format. */
    public static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        public Bytes op(int... bytes) {
            for (int b : bytes) {
                out.write(b);
            }
            return this;
        }

        public Bytes u(long value) {
            long rest = value;
            do {
                int low = (int) (rest & 0x7f);
                rest >>>= 7;
                out.write(rest == 0 ? low : low | 0x80);
            } while (rest != 0);
            return this;
        }

        public Bytes s(long value) {
            long rest = value;
            while (true) {
                int low = (int) (rest & 0x7f);
                rest >>= 7;
                if (rest == 0 && (low & 0x40) == 0 || rest == -1 && (low & 0x40) != 0) {
                    out.write(low);
                    return this;
                }
                out.write(low | 0x80);
            }
        }

        Bytes text(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return u(bytes.length).raw(bytes);
        }

        public Bytes raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        /** {@code local.get} of the first {@code count} locals. */
        Bytes locals(int count) {
            for (int i = 0; i < count; i++) {
                op(0x20).u(i);
            }
            return this;
        }

        public Bytes i32(int value) {
            return op(0x41).s(value);
        }

        public byte[] bytes() {
            return out.toByteArray();
        }
    }

    public static Bytes bytes() {
        return new Bytes();
    }

    public int type(int[] parameters, int... results) {
        Bytes type = bytes().op(0x60).u(parameters.length).op(parameters);
        types.add(type.u(results.length).op(results).bytes());
        return types.size() - 1;
    }

    public ModuleBuilder importFunction(String module, String name, int type) {
        imports.add(bytes().text(module).text(name).op(0).u(type).bytes());
        importedFunctions++;
        return this;
    }

    /** Adds a function; locals are pairs of count and type. Answers its index. */
    int function(String name, int type, int[] locals, Bytes code) {
        functionTypes.add(type);
        Bytes body = bytes().u(locals.length / 2);
        for (int i = 0; i < locals.length; i += 2) {
            body.u(locals[i]).op(locals[i + 1]);
        }
        bodies.add(body.raw(code.bytes()).op(0x0b).bytes());
        int index = importedFunctions + bodies.size() - 1;
        exports.add(bytes().text(name).op(0).u(index).bytes());
        return index;
    }

    public int function(String name, int[] parameters, int result, Bytes code) {
        int type = result == 0 ? type(parameters) : type(parameters, result);
        return function(name, type, new int[0], code);
    }

    /** An exception tag; answers its index. */
    int tag(int type) {
        tags.add(bytes().op(0).u(type).bytes());
        return tags.size() - 1;
    }

    /** An immutable i32 global that is exported. */
    public ModuleBuilder constant(String name, int value) {
        return global(name, value, 0);
    }

    /** A mutable i32 global that is exported. */
    public ModuleBuilder global(String name, int value) {
        return global(name, value, 1);
    }

    private ModuleBuilder global(String name, int value, int mutable) {
        globals.add(bytes().op(I32, mutable).i32(value).op(0x0b).bytes());
        exports.add(bytes().text(name).op(3).u(globals.size() - 1).bytes());
        return this;
    }

    /** Demands a memory of some pages of 64 KiB. */
    public ModuleBuilder memory(int pages) {
        memoryPages = pages;
        return this;
    }

    /** Exports the table. */
    public ModuleBuilder exportTable(String name) {
        exports.add(bytes().text(name).op(1).u(0).bytes());
        return this;
    }

    public ModuleBuilder table(int size, int offset, int... functions) {
        tableSize = size;
        elements = bytes().op(0).i32(offset).op(0x0b).u(functions.length);
        for (int function : functions) {
            elements.u(function);
        }
        return this;
    }

    ModuleBuilder passiveData(byte[] bytes) {
        data.add(bytes().op(1).u(bytes.length).raw(bytes).bytes());
        return this;
    }

    public ModuleBuilder activeData(int address, byte[] bytes) {
        data.add(bytes().op(0).i32(address).op(0x0b).u(bytes.length).raw(bytes).bytes());
        return this;
    }

    public byte[] build() {
        Bytes out = bytes().op(0, 'a', 's', 'm', 1, 0, 0, 0);
        section(out, 1, types);
        imports.add(bytes().text("env").text("memory").op(2, 3).u(memoryPages).u(32767).bytes());
        section(out, 2, imports);
        List<byte[]> functions = new ArrayList<>();
        functionTypes.forEach(type -> functions.add(bytes().u(type).bytes()));
        section(out, 3, functions);
        if (tableSize >= 0) {
            section(out, 4, List.of(bytes().op(0x70, 0).u(tableSize).bytes()));
        }
        section(out, 13, tags);
        section(out, 6, globals);
        section(out, 7, exports);
        if (tableSize >= 0) {
            section(out, 9, List.of(elements.bytes()));
        }
        if (!data.isEmpty()) {
            Bytes count = bytes().u(data.size());
            out.op(12).u(count.bytes().length).raw(count.bytes());
        }
        List<byte[]> code = new ArrayList<>();
        bodies.forEach(body -> code.add(bytes().u(body.length).raw(body).bytes()));
        section(out, 10, code);
        section(out, 11, data);
        return out.bytes();
    }

    private static void section(Bytes out, int id, List<byte[]> items) {
        if (items.isEmpty()) {
            return;
        }
        Bytes content = bytes().u(items.size());
        items.forEach(content::raw);
        out.op(id).u(content.bytes().length).raw(content.bytes());
    }
}

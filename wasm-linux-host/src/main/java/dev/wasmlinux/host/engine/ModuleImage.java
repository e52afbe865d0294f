/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.engine.ModuleLayout.Global;
import dev.wasmlinux.host.engine.ModuleLayout.Import;
import dev.wasmlinux.host.engine.ModuleLayout.MemoryLimits;
import dev.wasmlinux.host.engine.ModuleLayout.TableLimits;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is known of a compiled module besides its classes, with its file format: big-endian numbers,
 * strings and byte arrays with a 32-bit length in front, maps sorted by key.
 *
 * @param packageName internal name of the package of its classes
 * @param form the form
 * @param checked whether kernel memory accesses check a limit
 * @param layout the layout
 * @param segments contents of the data segments
 * @param types the distinct function types
 * @param exports function index by export name
 * @param functions type number by function index
 * @param table function index by table index, -1 for an empty entry
 */
record ModuleImage(
        String packageName,
        Form form,
        boolean checked,
        ModuleLayout layout,
        List<byte[]> segments,
        List<FunctionType> types,
        Map<String, Integer> exports,
        int[] functions,
        int[] table) {
    /** Changes with every change of the generated code or of this format. */
    static final int VERSION = 5;

    private static final int MAGIC = 0x574c434d;

    Names names() {
        return new Names(packageName, form, checked);
    }

    /** The class that holds a function. */
    String owner(int function) {
        return function < layout.imports().size()
                ? names().calls()
                : names().functionClass(function);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(VERSION);
        text(out, packageName);
        out.writeByte(form.ordinal());
        out.writeBoolean(checked);
        out.writeInt(segments.size());
        for (byte[] segment : segments) {
            bytes(out, segment);
        }
        out.writeInt(types.size());
        for (FunctionType type : types) {
            values(out, type.parameters());
            values(out, type.results());
        }
        numbers(out, new TreeMap<>(exports));
        indices(out, functions);
        indices(out, table);
        writeLayout(out);
    }

    private void writeLayout(DataOutputStream out) throws IOException {
        out.writeInt(layout.memory().initialPages());
        out.writeInt(layout.memory().maximumPages());
        out.writeBoolean(layout.memory().shared());
        out.writeInt(layout.data().size());
        for (DataPlacement placement : layout.data()) {
            out.writeInt(placement.address());
            out.writeInt(placement.segment());
            out.writeInt(placement.offset());
            out.writeInt(placement.length());
        }
        out.writeInt(layout.table().base());
        out.writeInt(layout.imports().size());
        for (Import item : layout.imports()) {
            text(out, item.module());
            text(out, item.name());
        }
        out.writeInt(layout.globals().size());
        for (var global : new TreeMap<>(layout.globals()).entrySet()) {
            text(out, global.getKey());
            out.writeInt(global.getValue().index());
            out.writeByte(global.getValue().type().ordinal());
        }
        numbers(out, new TreeMap<>(layout.constants()));
        for (String name : layout.functionNames()) {
            text(out, name);
        }
    }

    /** Reads what {@link #write} wrote. */
    static ModuleImage read(DataInputStream in) throws IOException, ModuleException {
        if (in.readInt() != MAGIC || in.readInt() != VERSION) {
            throw new ModuleException("the compiled module is of another engine version");
        }
        String packageName = text(in);
        Form form = Form.values()[in.readByte()];
        boolean checked = in.readBoolean();
        List<byte[]> segments = new ArrayList<>();
        for (int i = count(in); i > 0; i--) {
            segments.add(bytes(in));
        }
        List<FunctionType> types = new ArrayList<>();
        for (int i = count(in); i > 0; i--) {
            types.add(new FunctionType(values(in), values(in)));
        }
        Map<String, Integer> exports = numbers(in);
        int[] functions = indices(in);
        int[] table = indices(in);
        ModuleLayout layout = readLayout(in, segments, types, exports, functions, table.length);
        return new ModuleImage(
                packageName, form, checked, layout, segments, types, exports, functions, table);
    }

    private static ModuleLayout readLayout(
            DataInputStream in,
            List<byte[]> segments,
            List<FunctionType> types,
            Map<String, Integer> exports,
            int[] functions,
            int tableSize)
            throws IOException {
        MemoryLimits memory = new MemoryLimits(in.readInt(), in.readInt(), in.readBoolean());
        List<DataPlacement> data = new ArrayList<>();
        for (int i = count(in); i > 0; i--) {
            int address = in.readInt();
            int segment = in.readInt();
            data.add(
                    new DataPlacement(
                            address, segment, segments.get(segment), in.readInt(), in.readInt()));
        }
        TableLimits table = new TableLimits(tableSize, in.readInt());
        List<Import> imports = new ArrayList<>();
        for (int i = count(in); i > 0; i--) {
            String module = text(in);
            imports.add(new Import(module, text(in), types.get(functions[imports.size()])));
        }
        Map<String, Global> globals = new LinkedHashMap<>();
        for (int i = count(in); i > 0; i--) {
            String name = text(in);
            int index = in.readInt();
            globals.put(name, new Global(index, ValueType.values()[in.readByte()]));
        }
        Map<String, Integer> constants = numbers(in);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < functions.length; i++) {
            names.add(text(in));
        }
        Map<String, FunctionType> exported = new LinkedHashMap<>();
        exports.forEach((name, index) -> exported.put(name, types.get(functions[index])));
        return new ModuleLayout(memory, data, table, imports, exported, globals, constants, names);
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0) {
            throw new IOException("negative count");
        }
        return count;
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        bytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = count(in);
        byte[] bytes = in.readNBytes(length);
        if (bytes.length != length) {
            throw new IOException("the compiled module is truncated");
        }
        return bytes;
    }

    private static void values(DataOutputStream out, List<ValueType> types) throws IOException {
        out.writeInt(types.size());
        for (ValueType type : types) {
            out.writeByte(type.ordinal());
        }
    }

    private static List<ValueType> values(DataInputStream in) throws IOException {
        List<ValueType> types = new ArrayList<>();
        for (int i = count(in); i > 0; i--) {
            types.add(ValueType.values()[in.readByte()]);
        }
        return types;
    }

    private static void numbers(DataOutputStream out, Map<String, Integer> map) throws IOException {
        out.writeInt(map.size());
        for (var entry : map.entrySet()) {
            text(out, entry.getKey());
            out.writeInt(entry.getValue());
        }
    }

    private static Map<String, Integer> numbers(DataInputStream in) throws IOException {
        Map<String, Integer> map = new LinkedHashMap<>();
        for (int i = count(in); i > 0; i--) {
            map.put(text(in), in.readInt());
        }
        return map;
    }

    private static void indices(DataOutputStream out, int[] values) throws IOException {
        out.writeInt(values.length);
        for (int value : values) {
            out.writeInt(value);
        }
    }

    private static int[] indices(DataInputStream in) throws IOException {
        List<Integer> values = new ArrayList<>();
        for (int i = count(in); i > 0; i--) {
            values.add(in.readInt());
        }
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}

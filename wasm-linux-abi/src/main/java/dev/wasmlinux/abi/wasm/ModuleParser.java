/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import dev.wasmlinux.abi.wasm.ModuleFormatException.Kind;
import dev.wasmlinux.abi.wasm.ModuleInfo.CustomSection;
import dev.wasmlinux.abi.wasm.ModuleInfo.DataSegment;
import dev.wasmlinux.abi.wasm.ModuleInfo.ElementSegment;
import dev.wasmlinux.abi.wasm.ModuleInfo.Export;
import dev.wasmlinux.abi.wasm.ModuleInfo.FunctionBody;
import dev.wasmlinux.abi.wasm.ModuleInfo.Global;
import dev.wasmlinux.abi.wasm.ModuleInfo.Import;
import dev.wasmlinux.abi.wasm.ModuleInfo.SegmentMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** One pass over the sections of one module. Used once, by one thread. */
final class ModuleParser {

    private static final int CUSTOM = 0;
    private static final int TYPE = 1;
    private static final int IMPORT = 2;
    private static final int FUNCTION = 3;
    private static final int TABLE = 4;
    private static final int MEMORY = 5;
    private static final int GLOBAL = 6;
    private static final int EXPORT = 7;
    private static final int START = 8;
    private static final int ELEMENT = 9;
    private static final int CODE = 10;
    private static final int DATA = 11;
    private static final int DATA_COUNT = 12;
    private static final int TAG = 13;

    /** Place of each section id in the prescribed order (specification, section 5.5.2). */
    private static final int[] ORDER = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6};

    private static final String[] NAMES = {
        "custom section", "type section", "import section", "function section", "table section",
        "memory section", "global section", "export section", "start section", "element section",
        "code section", "data section", "data count section", "tag section"
    };

    private static final int FUNCTION_TYPE = 0x60;
    private static final int MAX_PAGES = 65536;

    // Limits against modules that declare much in few bytes.
    private static final int MAX_DECLARATIONS = 100_000;
    private static final int MAX_FUNCTIONS = 1_000_000;
    private static final int MAX_VALUE_TYPES = 1_000_000;
    private static final int MAX_CUSTOM_SECTIONS = 10_000;

    private final byte[] module;
    private final List<FunctionSignature> types = new ArrayList<>();
    private final List<Import> imports = new ArrayList<>();
    private final List<FunctionSignature> functions = new ArrayList<>();
    private final List<TableType> tables = new ArrayList<>();
    private final List<MemoryType> memories = new ArrayList<>();
    private final List<Global> globals = new ArrayList<>();
    private final List<TagType> tags = new ArrayList<>();
    private final List<Export> exports = new ArrayList<>();
    private OptionalInt startFunction = OptionalInt.empty();
    private final List<ElementSegment> elements = new ArrayList<>();
    private final List<DataSegment> data = new ArrayList<>();
    private final List<FunctionBody> bodies = new ArrayList<>();
    private final List<CustomSection> customs = new ArrayList<>();
    private final Map<Integer, String> functionNames = new HashMap<>();
    private int importedFunctions;
    private int valueTypes;
    private long dataCount = -1;

    ModuleParser(byte[] module) {
        this.module = module;
    }

    ModuleInfo parse() {
        ByteReader reader = new ByteReader(module, 8, module.length, "section header");
        int last = 0;
        while (reader.remaining() > 0) {
            int at = reader.position();
            int id = reader.u8();
            if (id >= NAMES.length) {
                throw reader.malformed(at, "unknown section id " + id);
            }
            long length = reader.u32();
            if (length > reader.remaining()) {
                throw new ModuleFormatException(
                        Kind.TRUNCATED,
                        at,
                        NAMES[id]
                                + ": says "
                                + length
                                + " bytes, but the file has only "
                                + reader.remaining()
                                + " more");
            }
            ByteReader section = reader.slice((int) length, NAMES[id]);
            if (id == CUSTOM) {
                custom(section);
                continue;
            }
            if (ORDER[id] <= last) {
                throw reader.malformed(at, NAMES[id] + " is repeated or out of order");
            }
            last = ORDER[id];
            section(id, section);
            section.expectEnd();
        }
        int end = module.length;
        if (bodies.size() != functions.size() - importedFunctions) {
            throw reader.malformed(
                    end,
                    (functions.size() - importedFunctions)
                            + " functions are declared, but "
                            + bodies.size()
                            + " have code");
        }
        if (dataCount >= 0 && dataCount != data.size()) {
            throw reader.malformed(
                    end, dataCount + " data segments are announced, but " + data.size() + " exist");
        }
        readNames();
        return new ModuleInfo(
                module.length,
                types,
                imports,
                functions,
                tables,
                memories,
                globals,
                tags,
                exports,
                startFunction,
                elements,
                data,
                bodies,
                customs,
                functionNames);
    }

    private void section(int id, ByteReader in) {
        switch (id) {
            case TYPE -> types(in);
            case IMPORT -> imports(in);
            case FUNCTION -> {
                int count = in.count("functions", MAX_FUNCTIONS);
                for (int i = 0; i < count; i++) {
                    functions.add(types.get(in.index("type", types.size())));
                }
            }
            case TABLE -> {
                int count = in.count("tables", MAX_DECLARATIONS);
                for (int i = 0; i < count; i++) {
                    tables.add(tableType(in));
                }
            }
            case MEMORY -> {
                int count = in.count("memories", MAX_DECLARATIONS);
                for (int i = 0; i < count; i++) {
                    memories.add(memoryType(in));
                }
            }
            case GLOBAL -> {
                int count = in.count("globals", MAX_DECLARATIONS);
                for (int i = 0; i < count; i++) {
                    GlobalType type = globalType(in);
                    globals.add(new Global(type, constant(in)));
                }
            }
            case EXPORT -> exports(in);
            case START -> startFunction = OptionalInt.of(in.index("function", functions.size()));
            case ELEMENT -> {
                int count = in.count("element segments", MAX_DECLARATIONS);
                for (int i = 0; i < count; i++) {
                    elements.add(elementSegment(in));
                }
            }
            case CODE -> code(in);
            case DATA -> {
                int count = in.count("data segments", MAX_DECLARATIONS);
                for (int i = 0; i < count; i++) {
                    data.add(dataSegment(in));
                }
            }
            case DATA_COUNT -> dataCount = in.u32();
            case TAG -> {
                int count = in.count("tags", MAX_DECLARATIONS);
                for (int i = 0; i < count; i++) {
                    tags.add(tagType(in));
                }
            }
            default -> throw new AssertionError(id);
        }
    }

    private void types(ByteReader in) {
        int count = in.count("types", MAX_DECLARATIONS);
        for (int i = 0; i < count; i++) {
            int at = in.position();
            int form = in.u8();
            if (form != FUNCTION_TYPE) {
                throw in.unsupported(at, "type form 0x" + Integer.toHexString(form));
            }
            types.add(new FunctionSignature(valueTypes(in), valueTypes(in)));
        }
    }

    private List<ValueType> valueTypes(ByteReader in) {
        int count = in.count("value types", MAX_VALUE_TYPES - valueTypes);
        valueTypes += count;
        List<ValueType> result = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            result.add(valueType(in));
        }
        return result;
    }

    static ValueType valueType(ByteReader in) {
        int at = in.position();
        int code = in.u8();
        return ValueType.ofCode(code)
                .orElseThrow(() -> in.unsupported(at, "value type 0x" + Integer.toHexString(code)));
    }

    private void imports(ByteReader in) {
        int count = in.count("imports", MAX_DECLARATIONS);
        for (int i = 0; i < count; i++) {
            String from = in.name();
            String name = in.name();
            ExternalType type =
                    switch (kind(in)) {
                        case FUNCTION -> {
                            importedFunctions++;
                            yield add(functions, types.get(in.index("type", types.size())));
                        }
                        case TABLE -> add(tables, tableType(in));
                        case MEMORY -> add(memories, memoryType(in));
                        case GLOBAL -> {
                            GlobalType global = globalType(in);
                            globals.add(new Global(global, OptionalLong.empty()));
                            yield global;
                        }
                        case TAG -> add(tags, tagType(in));
                    };
            imports.add(new Import(from, name, type));
        }
    }

    private static <T> T add(List<T> space, T element) {
        space.add(element);
        return element;
    }

    private static ExternalKind kind(ByteReader in) {
        return ExternalKind.values()[in.index("kind", ExternalKind.values().length)];
    }

    private static TableType tableType(ByteReader in) {
        int at = in.position();
        ValueType element = valueType(in);
        if (!element.isReference()) {
            throw in.malformed(at, "table of " + element);
        }
        int flags = in.u8();
        if (flags > 1) {
            throw in.unsupported(at, "table limits flags 0x" + Integer.toHexString(flags));
        }
        long minimum = in.u32();
        OptionalLong maximum = flags == 1 ? OptionalLong.of(in.u32()) : OptionalLong.empty();
        if (maximum.isPresent() && maximum.getAsLong() < minimum) {
            throw in.malformed(at, "table maximum is below its minimum");
        }
        return new TableType(element, minimum, maximum);
    }

    private static MemoryType memoryType(ByteReader in) {
        int at = in.position();
        int flags = in.u8();
        if (flags > 3) {
            throw in.unsupported(at, "memory limits flags 0x" + Integer.toHexString(flags));
        }
        long minimum = in.u32();
        OptionalLong maximum = (flags & 1) != 0 ? OptionalLong.of(in.u32()) : OptionalLong.empty();
        boolean shared = (flags & 2) != 0;
        if (minimum > MAX_PAGES || maximum.orElse(0) > MAX_PAGES) {
            throw in.malformed(at, "memory of more than " + MAX_PAGES + " pages");
        }
        if (maximum.isPresent() && maximum.getAsLong() < minimum) {
            throw in.malformed(at, "memory maximum is below its minimum");
        }
        if (shared && maximum.isEmpty()) {
            throw in.malformed(at, "shared memory without a maximum");
        }
        return new MemoryType(minimum, maximum, shared);
    }

    private static GlobalType globalType(ByteReader in) {
        ValueType value = valueType(in);
        int at = in.position();
        int mutable = in.u8();
        if (mutable > 1) {
            throw in.malformed(at, "global mutability " + mutable);
        }
        return new GlobalType(value, mutable == 1);
    }

    private TagType tagType(ByteReader in) {
        int at = in.position();
        if (in.u8() != 0) {
            throw in.malformed(at, "tag attribute is not 0");
        }
        return new TagType(types.get(in.index("type", types.size())));
    }

    private void exports(ByteReader in) {
        int count = in.count("exports", MAX_DECLARATIONS);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            int at = in.position();
            String name = in.name();
            if (!names.add(name)) {
                throw in.malformed(at, "export \"" + name + "\" appears twice");
            }
            ExternalKind kind = kind(in);
            int bound =
                    switch (kind) {
                        case FUNCTION -> functions.size();
                        case TABLE -> tables.size();
                        case MEMORY -> memories.size();
                        case GLOBAL -> globals.size();
                        case TAG -> tags.size();
                    };
            exports.add(new Export(name, kind, in.index(kind.toString(), bound)));
        }
    }

    /** Reads a constant expression; a single integer constant gives its value. */
    private OptionalLong constant(ByteReader in) {
        OptionalLong value = OptionalLong.empty();
        int instructions = 0;
        while (true) {
            int at = in.position();
            int opcode = in.u8();
            if (opcode == 0x0b) {
                return instructions == 1 ? value : OptionalLong.empty();
            }
            instructions++;
            switch (opcode) {
                case 0x41 -> value = OptionalLong.of(in.signed(32));
                case 0x42 -> value = OptionalLong.of(in.signed(64));
                case 0x43 -> in.skip(4);
                case 0x44 -> in.skip(8);
                case 0x23 -> in.index("global", globals.size());
                case 0xd0 -> in.signed(33);
                case 0xd2 -> in.index("function", functions.size());
                case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e -> {
                    // Extended constant expressions: no immediate.
                }
                case 0xfd -> {
                    if (in.u32() != 12) {
                        throw in.malformed(at, "not a constant instruction");
                    }
                    in.skip(16);
                }
                default ->
                        throw in.malformed(
                                at,
                                "instruction 0x"
                                        + Integer.toHexString(opcode)
                                        + " in a constant expression");
            }
        }
    }

    private OptionalLong address(ByteReader in) {
        OptionalLong value = constant(in);
        return value.isPresent()
                ? OptionalLong.of(value.getAsLong() & 0xffffffffL)
                : OptionalLong.empty();
    }

    private ElementSegment elementSegment(ByteReader in) {
        int at = in.position();
        long flags = in.u32();
        if (flags > 7) {
            throw in.malformed(at, "element segment flags " + flags);
        }
        SegmentMode mode =
                (flags & 1) == 0
                        ? SegmentMode.ACTIVE
                        : (flags & 2) == 0 ? SegmentMode.PASSIVE : SegmentMode.DECLARATIVE;
        int table = 0;
        OptionalLong offset = OptionalLong.empty();
        if (mode == SegmentMode.ACTIVE) {
            // Without an explicit table index the segment still needs table 0.
            table = (flags & 2) != 0 ? in.index("table", tables.size()) : requireTable(in, at);
            offset = address(in);
        }
        boolean expressions = (flags & 4) != 0;
        if ((flags & 3) != 0) {
            int typeAt = in.position();
            if (expressions) {
                valueType(in);
            } else if (in.u8() != 0) {
                throw in.malformed(typeAt, "element kind is not function");
            }
        }
        int count = in.count("elements");
        for (int i = 0; i < count; i++) {
            if (expressions) {
                constant(in);
            } else {
                in.index("function", functions.size());
            }
        }
        return new ElementSegment(mode, table, offset, count);
    }

    private int requireTable(ByteReader in, int at) {
        if (tables.isEmpty()) {
            throw in.malformed(at, "active segment without a table");
        }
        return 0;
    }

    private DataSegment dataSegment(ByteReader in) {
        int at = in.position();
        long flags = in.u32();
        if (flags > 2) {
            throw in.malformed(at, "data segment flags " + flags);
        }
        SegmentMode mode = flags == 1 ? SegmentMode.PASSIVE : SegmentMode.ACTIVE;
        OptionalLong address = OptionalLong.empty();
        if (mode == SegmentMode.ACTIVE) {
            long memory = flags == 2 ? in.u32() : 0;
            if (memory >= memories.size()) {
                throw in.malformed(at, "active segment without memory " + memory);
            }
            address = address(in);
        }
        int length = in.count("data bytes");
        int start = in.position();
        in.skip(length);
        return new DataSegment(mode, address, start, length);
    }

    private void code(ByteReader in) {
        int at = in.position();
        int count = in.count("function bodies", MAX_FUNCTIONS);
        if (count != functions.size() - importedFunctions) {
            throw in.malformed(
                    at,
                    count
                            + " bodies for "
                            + (functions.size() - importedFunctions)
                            + " declared functions");
        }
        for (int i = 0; i < count; i++) {
            int length = in.count("body bytes");
            int start = in.position();
            in.skip(length);
            bodies.add(new FunctionBody(start, length));
        }
    }

    private void custom(ByteReader in) {
        if (customs.size() == MAX_CUSTOM_SECTIONS) {
            throw in.unsupported(
                    in.position(), "more than " + MAX_CUSTOM_SECTIONS + " custom sections");
        }
        String name = in.name();
        customs.add(new CustomSection(name, in.position(), in.remaining()));
    }

    /** Reads the function names; the section may stand anywhere, so this runs last. */
    private void readNames() {
        for (CustomSection section : customs) {
            if (!section.name().equals("name")) {
                continue;
            }
            int start = section.moduleOffset();
            ByteReader in =
                    new ByteReader(module, start, start + section.sizeInBytes(), "name section");
            while (in.remaining() > 0) {
                int id = in.u8();
                int length = in.count("subsection bytes");
                ByteReader sub = in.slice(length, "name section");
                if (id != 1) {
                    continue;
                }
                int count = sub.count("function names");
                for (int i = 0; i < count; i++) {
                    int index = sub.index("function", functions.size());
                    functionNames.put(index, sub.name());
                }
            }
            return;
        }
    }
}

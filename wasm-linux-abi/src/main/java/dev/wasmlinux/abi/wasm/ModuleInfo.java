/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.wasm;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What a WebAssembly module declares. Index spaces (functions, tables, memories, globals, tags)
 * count the imports first, as the format does.
 *
 * @param sizeInBytes length of the whole module
 * @param types function types of the type section
 * @param imports all imports, in order
 * @param functions signatures of all functions, imported ones first
 * @param tables all tables, imported ones first
 * @param memories all memories, imported ones first
 * @param globals all globals, imported ones first
 * @param tags all exception tags, imported ones first
 * @param exports all exports, in order; names are unique
 * @param startFunction index of the start function, or empty
 * @param elementSegments the element segments, in order
 * @param dataSegments the data segments, in order
 * @param bodies code of the defined functions; body i belongs to function {@code
 *     importedFunctions() + i}
 * @param customSections the custom sections, in order
 * @param functionNames names of functions by index from the custom section {@code name}; a function
 *     without a name is absent
 */
public record ModuleInfo(
        int sizeInBytes,
        List<FunctionSignature> types,
        List<Import> imports,
        List<FunctionSignature> functions,
        List<TableType> tables,
        List<MemoryType> memories,
        List<Global> globals,
        List<TagType> tags,
        List<Export> exports,
        OptionalInt startFunction,
        List<ElementSegment> elementSegments,
        List<DataSegment> dataSegments,
        List<FunctionBody> bodies,
        List<CustomSection> customSections,
        Map<Integer, String> functionNames) {

    /** Copies all collections. */
    public ModuleInfo {
        types = List.copyOf(types);
        imports = List.copyOf(imports);
        functions = List.copyOf(functions);
        tables = List.copyOf(tables);
        memories = List.copyOf(memories);
        globals = List.copyOf(globals);
        tags = List.copyOf(tags);
        exports = List.copyOf(exports);
        elementSegments = List.copyOf(elementSegments);
        dataSegments = List.copyOf(dataSegments);
        bodies = List.copyOf(bodies);
        customSections = List.copyOf(customSections);
        functionNames = Collections.unmodifiableMap(new TreeMap<>(functionNames));
    }

    /**
     * An import.
     *
     * @param module first part of its name
     * @param name second part of its name
     * @param type what the module expects
     */
    public record Import(String module, String name, ExternalType type) {}

    /**
     * An export.
     *
     * @param name its name
     * @param kind what it is
     * @param index index in the index space of its kind
     */
    public record Export(String name, ExternalKind kind, int index) {}

    /**
     * A global, imported or defined.
     *
     * @param type its type
     * @param initialValue the value of an initialiser that is a single integer constant (an i32 is
     *     sign-extended); empty for imported globals and other initialisers
     */
    public record Global(GlobalType type, OptionalLong initialValue) {}

    /** When a segment is written. */
    public enum SegmentMode {
        /** Written when the module is instantiated. */
        ACTIVE,
        /** Written by an instruction, if at all. */
        PASSIVE,
        /** Never written; only declares function references. */
        DECLARATIVE
    }

    /**
     * An element segment.
     *
     * @param mode when it is written
     * @param table index of the table of an active segment, else 0
     * @param tableOffset first element written, if it is a constant of an active segment
     * @param count number of elements
     */
    public record ElementSegment(
            SegmentMode mode, int table, OptionalLong tableOffset, int count) {}

    /**
     * A data segment.
     *
     * @param mode when it is written
     * @param address first byte written, as an unsigned 32-bit number, if it is a constant of an
     *     active segment
     * @param moduleOffset where its bytes begin in the module
     * @param sizeInBytes how many bytes it holds
     */
    public record DataSegment(
            SegmentMode mode, OptionalLong address, int moduleOffset, int sizeInBytes) {}

    /**
     * The code of a defined function.
     *
     * @param moduleOffset where the body (its local declarations) begins in the module
     * @param sizeInBytes length of the body: local declarations and instructions
     */
    public record FunctionBody(int moduleOffset, int sizeInBytes) {}

    /**
     * A custom section.
     *
     * @param name its name
     * @param moduleOffset where its contents begin in the module, behind the name
     * @param sizeInBytes length of its contents
     */
    public record CustomSection(String name, int moduleOffset, int sizeInBytes) {}

    /**
     * The number of imported functions, which is the index of the first defined one.
     *
     * @return at least 0
     */
    public int importedFunctions() {
        return functions.size() - bodies.size();
    }

    /**
     * The number of functions that the given index space declares by import.
     *
     * @param kind the index space
     * @return at least 0
     */
    public int imported(ExternalKind kind) {
        return (int) imports.stream().filter(i -> i.type().kind() == kind).count();
    }

    /**
     * Looks up an export.
     *
     * @param name its name
     * @return the export, or empty
     */
    public Optional<Export> export(String name) {
        return exports.stream().filter(e -> e.name().equals(name)).findFirst();
    }

    /**
     * The type of an export.
     *
     * @param export an export of this module
     * @return never null
     */
    public ExternalType typeOf(Export export) {
        return switch (export.kind()) {
            case FUNCTION -> functions.get(export.index());
            case TABLE -> tables.get(export.index());
            case MEMORY -> memories.get(export.index());
            case GLOBAL -> globals.get(export.index()).type();
            case TAG -> tags.get(export.index());
        };
    }

    /**
     * The type of the export with the given name.
     *
     * @param name its name
     * @return its type, or empty if there is no such export
     */
    public Optional<ExternalType> exportType(String name) {
        return export(name).map(this::typeOf);
    }

    /**
     * Looks up the first custom section with the given name.
     *
     * @param name its name
     * @return the section, or empty
     */
    public Optional<CustomSection> customSection(String name) {
        return customSections.stream().filter(s -> s.name().equals(name)).findFirst();
    }

    /**
     * A text that names a function for a person: its name from the name section, else of its
     * export, else {@code function N}.
     *
     * @param index function index, at least 0
     * @return never null
     */
    public String describeFunction(int index) {
        String name = functionNames.get(index);
        if (name != null) {
            return name;
        }
        return exports.stream()
                .filter(e -> e.kind() == ExternalKind.FUNCTION && e.index() == index)
                .map(Export::name)
                .findFirst()
                .orElse("function " + index);
    }
}

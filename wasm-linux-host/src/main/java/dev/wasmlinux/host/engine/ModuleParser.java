/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.ActiveElement;
import com.dylibso.chicory.wasm.types.AnnotatedInstruction;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.Element;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.Global;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.MemoryImport;
import com.dylibso.chicory.wasm.types.MutabilityType;
import com.dylibso.chicory.wasm.types.OpCode;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.ValType;
import dev.wasmlinux.host.engine.ModuleLayout.Import;
import dev.wasmlinux.host.engine.ModuleLayout.MemoryLimits;
import dev.wasmlinux.host.engine.ModuleLayout.TableLimits;
import dev.wasmlinux.host.engine.ModuleSource.GlobalVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses and validates a module and checks that it is of the kind that the engine takes. */
final class ModuleParser {
    private static final int MAX_PAGES = 32767;
    private static final int MAX_TABLE = 1 << 20;
    // The JVM allows 255 slots of parameters; memory and context take three.
    private static final int MAX_PARAMETER_SLOTS = 250;

    private final Form form;
    private final WasmModule module;
    private final List<FunctionType> types = new ArrayList<>();
    private final List<Import> imports = new ArrayList<>();
    private final Map<String, Integer> exports = new LinkedHashMap<>();
    private int[] moduleTypes;
    private MemoryLimits memory;

    private ModuleParser(byte[] wasm, Form form) throws ModuleException {
        this.form = form;
        SectionScanner.check(wasm);
        this.module = Parser.parse(wasm);
    }

    /** Parses a module; also fails with what the parser behind it throws, which is unchecked. */
    static ModuleSource parse(byte[] wasm, Form form) throws ModuleException {
        return new ModuleParser(wasm, form).parse();
    }

    private ModuleSource parse() throws ModuleException {
        readTypes();
        readImports();
        int[] functions = readFunctions();
        int start = startFunction();
        InitialData data = InitialData.read(module, start < 0 ? null : body(start));
        List<GlobalVariable> globals = readGlobals(data.globals());
        int[] table = readTable(functions.length);
        ModuleLayout layout = layout(functions, globals, table, data.placements());
        List<byte[]> segments = new ArrayList<>();
        for (DataSegment segment : InitialData.segments(module)) {
            segments.add(segment.data());
        }
        return new ModuleSource(
                module,
                form,
                layout,
                types,
                moduleTypes,
                functions,
                globals,
                table,
                segments,
                exports,
                LargeOffsets.replace(module),
                CallGraph.of(module, imports.size(), functions.length),
                start);
    }

    private void readTypes() throws ModuleException {
        int count = module.typeSection() == null ? 0 : module.typeSection().typeCount();
        moduleTypes = new int[count];
        for (int i = 0; i < count; i++) {
            var type = module.typeSection().getType(i);
            if (type == null) {
                throw new ModuleException("type " + i + " is not a function type");
            }
            moduleTypes[i] = isPlain(type) ? number(type) : -1;
        }
    }

    /** Types of blocks and tags may be anything; they need no number. */
    private static boolean isPlain(com.dylibso.chicory.wasm.types.FunctionType type) {
        return type.returns().size() <= 1
                && type.params().stream().allMatch(ValType::isNumeric)
                && type.returns().stream().allMatch(ValType::isNumeric);
    }

    private int number(com.dylibso.chicory.wasm.types.FunctionType type) throws ModuleException {
        FunctionType own = new FunctionType(values(type.params()), values(type.returns()));
        int slots = 0;
        for (ValueType parameter : own.parameters()) {
            slots += parameter == ValueType.I64 || parameter == ValueType.F64 ? 2 : 1;
        }
        if (slots > MAX_PARAMETER_SLOTS) {
            throw new ModuleException("functions of so many parameters are not supported");
        }
        int number = types.indexOf(own);
        if (number < 0) {
            number = types.size();
            types.add(own);
        }
        return number;
    }

    private static List<ValueType> values(List<ValType> types) throws ModuleException {
        List<ValueType> values = new ArrayList<>();
        for (ValType type : types) {
            values.add(value(type));
        }
        return values;
    }

    private static ValueType value(ValType type) throws ModuleException {
        if (type.equals(ValType.I32)) {
            return ValueType.I32;
        } else if (type.equals(ValType.I64)) {
            return ValueType.I64;
        } else if (type.equals(ValType.F32)) {
            return ValueType.F32;
        } else if (type.equals(ValType.F64)) {
            return ValueType.F64;
        }
        throw new ModuleException("values of type " + type + " are not supported here");
    }

    private void readImports() throws ModuleException {
        for (int i = 0; i < module.importSection().importCount(); i++) {
            var item = module.importSection().getImport(i);
            if (item instanceof FunctionImport function) {
                FunctionType type = types.get(typeNumber(function.typeIndex()));
                imports.add(new Import(item.module(), item.name(), type));
            } else if (item instanceof MemoryImport limits && memory == null) {
                readMemory(limits);
            } else {
                throw new ModuleException(
                        "import " + item.module() + "." + item.name() + " is not supported");
            }
        }
        if (memory == null || module.memorySection().filter(s -> s.memoryCount() > 0).isPresent()) {
            throw new ModuleException("the module must import its one memory as env.memory");
        }
    }

    private void readMemory(MemoryImport item) throws ModuleException {
        var limits = item.limits();
        if (!item.module().equals("env")
                || !item.name().equals("memory")
                || !limits.shared()
                || limits.maximumPages() > MAX_PAGES) {
            throw new ModuleException(
                    "the memory must be env.memory, shared, of at most " + MAX_PAGES + " pages");
        }
        memory = new MemoryLimits(limits.initialPages(), limits.maximumPages(), true);
    }

    private int typeNumber(int index) throws ModuleException {
        if (index < 0 || index >= moduleTypes.length) {
            throw new ModuleException("there is no type " + index);
        }
        if (moduleTypes[index] < 0) {
            throw new ModuleException(
                    "functions with references or several results are not supported");
        }
        return moduleTypes[index];
    }

    private int[] readFunctions() throws ModuleException {
        int own = module.functionSection() == null ? 0 : module.functionSection().functionCount();
        if (own != (module.codeSection() == null ? 0 : module.codeSection().functionBodyCount())) {
            throw new ModuleException("the module has not one body per function");
        }
        int[] functions = new int[imports.size() + own];
        for (int i = 0; i < imports.size(); i++) {
            functions[i] = types.indexOf(imports.get(i).type());
        }
        for (int i = 0; i < own; i++) {
            functions[imports.size() + i] = typeNumber(module.functionSection().getFunctionType(i));
        }
        return functions;
    }

    private int startFunction() throws ModuleException {
        if (module.startSection().isEmpty()) {
            return -1;
        }
        long index = module.startSection().get().startIndex();
        if (index < imports.size()) {
            throw new ModuleException("the start function is imported");
        }
        return (int) index;
    }

    private List<AnnotatedInstruction> body(int function) {
        return module.codeSection().getFunctionBody(function - imports.size()).instructions();
    }

    private List<GlobalVariable> readGlobals(Map<Integer, Long> initial) throws ModuleException {
        List<GlobalVariable> globals = new ArrayList<>();
        int count = module.globalSection() == null ? 0 : module.globalSection().globalCount();
        for (int i = 0; i < count; i++) {
            Global global = module.globalSection().getGlobal(i);
            boolean mutable = global.mutabilityType() == MutabilityType.Var;
            ValueType type = value(global.valueType());
            Long set = initial.get(i);
            if (set != null && (!mutable || type != ValueType.I32)) {
                throw new ModuleException("the start function sets global " + i);
            }
            long bits = set != null ? set : constant(global.initInstructions());
            globals.add(new GlobalVariable(type, mutable, bits));
        }
        for (int index : initial.keySet()) {
            if (index < 0 || index >= count) {
                throw new ModuleException("the start function sets an unknown global");
            }
        }
        return globals;
    }

    private static long constant(List<Instruction> expression) throws ModuleException {
        Instruction first = expression.isEmpty() ? null : expression.get(0);
        if (first != null && (expression.size() == 1 || expression.get(1).opcode() == OpCode.END)) {
            switch (first.opcode()) {
                case I32_CONST, I64_CONST, F32_CONST, F64_CONST -> {
                    return first.operand(0);
                }
                default -> {
                    // falls through to the refusal
                }
            }
        }
        throw new ModuleException("an initial value is not a plain constant");
    }

    private int[] readTable(int functionCount) throws ModuleException {
        int tables = module.tableSection() == null ? 0 : module.tableSection().tableCount();
        if (tables > 1) {
            throw new ModuleException("modules with several tables are not supported");
        }
        int size = 0;
        if (tables == 1) {
            Table table = module.tableSection().getTable(0);
            if (table.limits().min() > MAX_TABLE || !table.elementType().equals(ValType.FuncRef)) {
                throw new ModuleException("the table is too big or not one of functions");
            }
            size = (int) table.limits().min();
        }
        int[] entries = new int[size];
        Arrays.fill(entries, -1);
        int elements = module.elementSection() == null ? 0 : module.elementSection().elementCount();
        for (int i = 0; i < elements; i++) {
            if (module.elementSection().getElement(i) instanceof ActiveElement active) {
                fill(entries, active, functionCount);
            }
        }
        return entries;
    }

    private static void fill(int[] entries, ActiveElement element, int functionCount)
            throws ModuleException {
        long at = constant(element.offset()) & 0xffffffffL;
        if (element.tableIndex() != 0 || at + element.elementCount() > entries.length) {
            throw new ModuleException("an element segment exceeds the table");
        }
        for (List<Instruction> initializer : ((Element) element).initializers()) {
            Instruction first = initializer.get(0);
            if (first.opcode() == OpCode.REF_FUNC) {
                int function = (int) first.operand(0);
                if (function < 0 || function >= functionCount) {
                    throw new ModuleException("an element segment names an unknown function");
                }
                entries[(int) at] = function;
            } else if (first.opcode() != OpCode.REF_NULL) {
                throw new ModuleException("an element is not a function");
            }
            at++;
        }
    }

    private ModuleLayout layout(
            int[] functions, List<GlobalVariable> globals, int[] table, List<DataPlacement> data)
            throws ModuleException {
        Map<String, FunctionType> exported = new LinkedHashMap<>();
        Map<String, ModuleLayout.Global> variables = new LinkedHashMap<>();
        Map<String, Integer> constants = new LinkedHashMap<>();
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            Export export = module.exportSection().getExport(i);
            int index = export.index();
            switch (export.exportType()) {
                case FUNCTION -> {
                    exported.put(export.name(), types.get(functions[index]));
                    exports.put(export.name(), index);
                }
                case GLOBAL -> {
                    GlobalVariable global = globals.get(index);
                    if (global.mutable()) {
                        variables.put(export.name(), new ModuleLayout.Global(index, global.type()));
                    } else if (global.type() == ValueType.I32) {
                        constants.put(export.name(), (int) global.bits());
                    }
                }
                default -> {
                    // memory, table and tags need no name
                }
            }
        }
        int base = 0;
        while (base < table.length && table[base] < 0) {
            base++;
        }
        return new ModuleLayout(
                memory,
                data,
                new TableLimits(table.length, base),
                imports,
                exported,
                variables,
                constants,
                names(functions.length));
    }

    private List<String> names(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name =
                    module.nameSection() == null ? null : module.nameSection().nameOfFunction(i);
            if (name == null && i < imports.size()) {
                name = imports.get(i).name();
            }
            names.add(name == null ? "func_" + i : name);
        }
        for (var export : exports.entrySet()) {
            if (names.get(export.getValue()).equals("func_" + export.getValue())) {
                names.set(export.getValue(), export.getKey());
            }
        }
        return names;
    }
}

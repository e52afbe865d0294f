/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.rt.GuestException;
import dev.wasmlinux.host.rt.Numerics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * First pass: turns a function as the compiler made it into the final calling convention. The
 * memory object becomes a {@code long}, the instance becomes the module's context, and every helper
 * is bound statically to the {@code rt} package or replaced by instructions. Globals become fields
 * of the context. What has no counterpart is refused.
 */
final class Binder {
    private static final String CHICORY = "com/dylibso/chicory/";
    private static final String MEMORY = CHICORY + "runtime/Memory";
    private static final String INSTANCE = CHICORY + "runtime/Instance";
    private static final String EXCEPTION = CHICORY + "runtime/WasmException";
    private static final String NUMERIC_HELPERS = CHICORY + "runtime/OpcodeImpl";
    private static final String VALUES = CHICORY + "wasm/types/Value";

    private static final String GUEST_EXCEPTION = Type.getInternalName(GuestException.class);
    private static final String NUMERICS = Type.getInternalName(Numerics.class);

    private static final int WHOLE_SPACE_PAGES = 32767;

    /** Numeric helpers that are one method of the JDK. */
    private static final Map<String, String> JDK_METHODS =
            Map.ofEntries(
                    Map.entry("I32_CLZ", "java/lang/Integer.numberOfLeadingZeros"),
                    Map.entry("I32_CTZ", "java/lang/Integer.numberOfTrailingZeros"),
                    Map.entry("I32_POPCNT", "java/lang/Integer.bitCount"),
                    Map.entry("I32_ROTL", "java/lang/Integer.rotateLeft"),
                    Map.entry("I32_ROTR", "java/lang/Integer.rotateRight"),
                    Map.entry("I32_REINTERPRET_F32", "java/lang/Float.floatToRawIntBits"),
                    Map.entry("F32_REINTERPRET_I32", "java/lang/Float.intBitsToFloat"),
                    Map.entry("I64_REINTERPRET_F64", "java/lang/Double.doubleToRawLongBits"),
                    Map.entry("F64_REINTERPRET_I64", "java/lang/Double.longBitsToDouble"),
                    Map.entry("F64_CEIL", "java/lang/Math.ceil"),
                    Map.entry("F64_FLOOR", "java/lang/Math.floor"),
                    Map.entry("F64_NEAREST", "java/lang/Math.rint"),
                    Map.entry("F64_SQRT", "java/lang/Math.sqrt"),
                    Map.entry("F32_MIN", "java/lang/Math.min"),
                    Map.entry("F32_MAX", "java/lang/Math.max"),
                    Map.entry("F64_MIN", "java/lang/Math.min"),
                    Map.entry("F64_MAX", "java/lang/Math.max"));

    /** Numeric helpers that are one instruction. */
    private static final Map<String, Integer> JDK_INSTRUCTIONS =
            Map.of(
                    "I32_EXTEND_8_S", Opcodes.I2B,
                    "I32_EXTEND_16_S", Opcodes.I2S,
                    "F32_CONVERT_I32_S", Opcodes.I2F,
                    "F32_CONVERT_I64_S", Opcodes.L2F,
                    "F64_CONVERT_I32_S", Opcodes.I2D,
                    "F64_CONVERT_I64_S", Opcodes.L2D);

    private static final Set<String> CONVERSIONS =
            Set.of("longToFloat", "longToDouble", "floatToLong", "doubleToLong");

    private static final Set<String> BULK = Set.of("memoryCopy", "memoryFill", "memoryAtomicFence");

    private final ModuleSource source;
    private final Names names;
    private final int function;
    private final MethodNode method;
    private final InsnList code;
    private final int memorySlot;

    private Binder(ModuleSource source, Names names, int function, MethodNode method) {
        this.source = source;
        this.names = names;
        this.function = function;
        this.method = method;
        this.code = method.instructions;
        int slots = 0;
        for (ValueType parameter : source.typeOf(function).parameters()) {
            slots += parameter == ValueType.I64 || parameter == ValueType.F64 ? 2 : 1;
        }
        this.memorySlot = slots;
    }

    /** Rewrites the method of a function in place. */
    static void bind(ModuleSource source, Names names, int function, MethodNode method)
            throws ModuleException {
        new Binder(source, names, function, method).bind();
    }

    /** Slot of the memory base in a function of the final form. */
    static int memorySlot(String descriptor) {
        int slots = 0;
        for (Type argument : Type.getArgumentTypes(descriptor)) {
            slots += argument.getSize();
        }
        return slots - 3;
    }

    private void bind() throws ModuleException {
        method.desc = names.descriptor(source.typeOf(function));
        method.access = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC;
        method.localVariables = null;
        method.maxLocals++;
        method.maxStack += 6;
        for (AbstractInsnNode node : code.toArray()) {
            bind(node);
        }
        for (TryCatchBlockNode block : method.tryCatchBlocks) {
            if (!EXCEPTION.equals(block.type)) {
                throw unsupported("a handler of " + block.type);
            }
            block.type = GUEST_EXCEPTION;
        }
    }

    private void bind(AbstractInsnNode node) throws ModuleException {
        if (node instanceof FrameNode || node instanceof LineNumberNode) {
            code.remove(node);
        } else if (node instanceof VarInsnNode variable) {
            bindVariable(variable);
        } else if (node instanceof IincInsnNode increment) {
            increment.var = slot(increment.var);
        } else if (node instanceof TypeInsnNode type) {
            if (!type.desc.equals(EXCEPTION)) {
                throw unsupported(type.desc);
            }
            type.desc = GUEST_EXCEPTION;
        } else if (node instanceof FieldInsnNode field) {
            throw unsupported(field.name);
        } else if (node instanceof MethodInsnNode call) {
            bindCall(call);
        }
    }

    private int slot(int old) {
        return old <= memorySlot ? old : old + 1;
    }

    private void bindVariable(VarInsnNode variable) {
        if (variable.var == memorySlot) {
            variable.setOpcode(Opcodes.LLOAD);
        }
        variable.var = slot(variable.var);
    }

    private void bindCall(MethodInsnNode call) throws ModuleException {
        if (call.owner.equals(NUMERIC_HELPERS)) {
            bindNumeric(call);
        } else if (call.owner.equals(VALUES) && CONVERSIONS.contains(call.name)) {
            bindConversion(call);
        } else if (call.owner.equals(EXCEPTION) && call.name.equals("args")) {
            call.owner = GUEST_EXCEPTION;
            call.name = "arguments";
        } else if (call.owner.equals(INSTANCE)) {
            bindInstanceCall(call);
        } else if (call.name.startsWith("func_")) {
            bindFunctionCall(call);
        } else if (call.name.startsWith("call_indirect_")) {
            bindIndirectCall(call);
        } else {
            bindHelper(call);
        }
    }

    private void bindNumeric(MethodInsnNode call) {
        String jdk = JDK_METHODS.get(call.name);
        Integer opcode = JDK_INSTRUCTIONS.get(call.name);
        if (opcode != null) {
            code.set(call, new InsnNode(opcode));
        } else if (jdk != null) {
            int dot = jdk.indexOf('.');
            call.owner = jdk.substring(0, dot);
            call.name = jdk.substring(dot + 1);
        } else {
            call.owner = mayTrap(call.name) ? names.traps() : NUMERICS;
            call.name = camelCase(call.name);
        }
    }

    private static boolean mayTrap(String name) {
        return name.contains("_DIV_")
                || name.contains("_REM_")
                || name.contains("_TRUNC_F") && !name.contains("_SAT_");
    }

    /** {@code I32_TRUNC_F64_S} to {@code i32TruncF64S}. */
    static String camelCase(String mnemonic) {
        StringBuilder text = new StringBuilder();
        for (String word : mnemonic.split("_")) {
            String lower = word.toLowerCase(Locale.ROOT);
            text.append(
                    text.length() == 0
                            ? lower
                            : Character.toUpperCase(lower.charAt(0)) + lower.substring(1));
        }
        return text.toString();
    }

    private static void bindConversion(MethodInsnNode call) {
        switch (call.name) {
            case "longToDouble" -> retarget(call, "java/lang/Double", "longBitsToDouble");
            case "doubleToLong" -> retarget(call, "java/lang/Double", "doubleToRawLongBits");
            default -> call.owner = NUMERICS;
        }
    }

    private static void retarget(MethodInsnNode call, String owner, String name) {
        call.owner = owner;
        call.name = name;
    }

    private void bindInstanceCall(MethodInsnNode call) throws ModuleException {
        if (call.name.equals("registerException")) {
            retarget(call, names.context(), "keepException");
        } else if (call.name.equals("exn")) {
            call.setOpcode(Opcodes.INVOKESTATIC);
            retarget(call, names.traps(), "exception");
            call.desc = "(L" + Names.CONTEXT + ";I)L" + EXCEPTION + ";";
        } else {
            throw unsupported(call.name);
        }
        call.desc = call.desc.replace(EXCEPTION, GUEST_EXCEPTION);
    }

    private void bindFunctionCall(MethodInsnNode call) {
        int callee = Integer.parseInt(call.name.substring("func_".length()));
        call.owner = callee < source.importCount() ? names.calls() : names.functionClass(callee);
        call.desc = names.descriptor(source.typeOf(callee));
    }

    private void bindIndirectCall(MethodInsnNode call) throws ModuleException {
        int type =
                source.moduleTypes()[
                        Integer.parseInt(call.name.substring("call_indirect_".length()))];
        if (type < 0) {
            throw unsupported("an indirect call with references or several results");
        }
        AbstractInsnNode table = call.getPrevious().getPrevious().getPrevious();
        if (!Integer.valueOf(0).equals(Code.constant(table))) {
            throw unsupported("another table");
        }
        code.remove(table);
        call.owner = names.calls();
        call.name = Names.indirectCall(type);
        call.desc = names.indirectDescriptor(source.types().get(type));
    }

    private void bindHelper(MethodInsnNode call) throws ModuleException {
        switch (call.name) {
            case "checkInterruption" -> code.remove(call);
            case "readGlobal" -> bindGlobalRead(call);
            case "writeGlobal" -> bindGlobalWrite(call);
            case "throwTrapException" -> retarget(call, names.traps(), "unreachable");
            case "i32_ge_u" -> retarget(call, NUMERICS, "i32GeU");
            case "createWasmException" -> {
                retarget(call, GUEST_EXCEPTION, "create");
                call.desc = contextInDescriptor(call.desc).replace(EXCEPTION, GUEST_EXCEPTION);
            }
            case "exceptionMatches" -> {
                retarget(call, GUEST_EXCEPTION, "matches");
                call.desc = contextInDescriptor(call.desc).replace(EXCEPTION, GUEST_EXCEPTION);
            }
            case "dataDrop" -> {
                retarget(call, Names.CONTEXT, "dropSegment");
                call.desc = contextInDescriptor(call.desc);
            }
            case "memoryPages" -> replace(call, List.of(Opcodes.POP2), WHOLE_SPACE_PAGES);
            case "memoryGrow" -> replace(call, List.of(Opcodes.POP2, Opcodes.POP), -1);
            case "memoryInit" -> bindInit(call);
            default -> bindMemory(call);
        }
    }

    private static String contextInDescriptor(String descriptor) {
        return descriptor.replace(INSTANCE, Names.CONTEXT);
    }

    private void replace(MethodInsnNode call, List<Integer> opcodes, int constant) {
        for (int opcode : opcodes) {
            code.insertBefore(call, new InsnNode(opcode));
        }
        code.set(call, Code.push(constant));
    }

    private void bindInit(MethodInsnNode call) {
        call.owner = names.memory();
        call.name = "init";
        call.desc = "(IIIIJL" + Names.CONTEXT + ";)V";
        code.insertBefore(call, new VarInsnNode(Opcodes.ALOAD, memorySlot + 2));
    }

    private void bindMemory(MethodInsnNode call) throws ModuleException {
        String object = "L" + MEMORY + ";";
        boolean known =
                call.name.startsWith("memory")
                        && call.desc.indexOf(object) == call.desc.lastIndexOf(object)
                        && call.desc.contains(object + ")");
        boolean waits = call.name.contains("Wait") || call.name.contains("Notify");
        if (!known || waits && source.form() == Form.KERNEL) {
            throw unsupported(call.name);
        }
        if (!BULK.contains(call.name)) {
            restoreOffset(call.getPrevious().getPrevious());
        }
        String name = call.name.substring("memory".length());
        call.owner = names.memory();
        call.name = Character.toLowerCase(name.charAt(0)) + name.substring(1);
        call.desc = call.desc.replace(object, "J");
    }

    private void restoreOffset(AbstractInsnNode push) throws ModuleException {
        Integer offset = Code.constant(push);
        if (offset == null) {
            throw unsupported("an unusual access to memory");
        }
        code.set(push, Code.push(source.offsets().original(offset)));
    }

    private int globalIndex(MethodInsnNode call) throws ModuleException {
        AbstractInsnNode context = call.getPrevious();
        Integer index = Code.constant(context.getPrevious());
        if (index == null || context.getOpcode() != Opcodes.ALOAD) {
            throw unsupported("an unusual access to a global");
        }
        return index;
    }

    private void bindGlobalRead(MethodInsnNode call) throws ModuleException {
        int index = globalIndex(call);
        var global = source.globals().get(index);
        AbstractInsnNode context = call.getPrevious();
        code.remove(context.getPrevious());
        AbstractInsnNode next = call.getNext();
        if (global.type() != ValueType.I64) {
            // The conversion from raw bits is not needed: a field has the global's type.
            code.remove(next);
        }
        if (!global.mutable()) {
            code.remove(context);
            code.set(call, constant(global));
            return;
        }
        String letter = Names.letter(global.type());
        code.set(
                call,
                new FieldInsnNode(Opcodes.GETFIELD, names.context(), Names.global(index), letter));
    }

    private static AbstractInsnNode constant(ModuleSource.GlobalVariable global) {
        return switch (global.type()) {
            case I32 -> Code.push((int) global.bits());
            case I64 -> new LdcInsnNode(global.bits());
            case F32 -> new LdcInsnNode(Float.intBitsToFloat((int) global.bits()));
            case F64 -> new LdcInsnNode(Double.longBitsToDouble(global.bits()));
        };
    }

    private void bindGlobalWrite(MethodInsnNode call) throws ModuleException {
        int index = globalIndex(call);
        ValueType type = source.globals().get(index).type();
        AbstractInsnNode context = call.getPrevious();
        AbstractInsnNode push = context.getPrevious();
        if (type != ValueType.I64) {
            code.remove(push.getPrevious());
        }
        code.remove(push);
        if (type == ValueType.I64 || type == ValueType.F64) {
            code.insertBefore(call, new InsnNode(Opcodes.DUP_X2));
            code.insertBefore(call, new InsnNode(Opcodes.POP));
        } else {
            code.insertBefore(call, new InsnNode(Opcodes.SWAP));
        }
        code.set(
                call,
                new FieldInsnNode(
                        Opcodes.PUTFIELD,
                        names.context(),
                        Names.global(index),
                        Names.letter(type)));
    }

    private ModuleException unsupported(String what) {
        return new ModuleException(
                "function "
                        + source.nameOf(function)
                        + " uses "
                        + what
                        + ", which is not supported");
    }
}

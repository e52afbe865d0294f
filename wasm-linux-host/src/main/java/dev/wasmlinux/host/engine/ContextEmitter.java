/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.rt.ModuleLink;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Generates the module's subclass of {@code Context}: a field per mutable global, scratch fields.
 */
final class ContextEmitter {
    /** Descriptor of the constructor: memory, imports, link. */
    static final String CONSTRUCTOR =
            "(JLjava/lang/Object;" + Type.getDescriptor(ModuleLink.class) + ")V";

    private final ModuleSource source;
    private final ClassNode node;

    private ContextEmitter(ModuleSource source, Names names) {
        this.source = source;
        this.node = ClassFiles.node(Opcodes.ACC_FINAL, names.context(), Names.CONTEXT);
    }

    /** The class's bytes. */
    static byte[] emit(ModuleSource source, Names names, Scratch scratch) {
        ContextEmitter emitter = new ContextEmitter(source, names);
        emitter.fields(scratch);
        emitter.constructor();
        emitter.reader(ValueType.I32, "globalInt");
        emitter.writer(ValueType.I32, "globalInt");
        emitter.reader(ValueType.I64, "globalLong");
        emitter.writer(ValueType.I64, "globalLong");
        emitter.copy();
        return ClassFiles.bytes(emitter.node);
    }

    private List<Integer> mutable(ValueType type) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < source.globals().size(); i++) {
            var global = source.globals().get(i);
            if (global.mutable() && (type == null || global.type() == type)) {
                found.add(i);
            }
        }
        return found;
    }

    private String letter(int global) {
        return Names.letter(source.globals().get(global).type());
    }

    private void fields(Scratch scratch) {
        for (int index : mutable(null)) {
            field(Names.global(index), letter(index));
        }
        scratch.fields().forEach(this::field);
    }

    private void field(String name, String descriptor) {
        node.fields.add(new FieldNode(Opcodes.ACC_PUBLIC, name, descriptor, null, null));
    }

    private MethodNode method(int access, String name, String descriptor) {
        MethodNode method = new MethodNode(access, name, descriptor, null, null);
        node.methods.add(method);
        return method;
    }

    private void constructor() {
        InsnList code = method(Opcodes.ACC_PUBLIC, "<init>", CONSTRUCTOR).instructions;
        code.add(new VarInsnNode(Opcodes.ALOAD, 0));
        code.add(new VarInsnNode(Opcodes.LLOAD, 1));
        code.add(new VarInsnNode(Opcodes.ALOAD, 3));
        code.add(new VarInsnNode(Opcodes.ALOAD, 4));
        code.add(
                new MethodInsnNode(
                        Opcodes.INVOKESPECIAL, Names.CONTEXT, "<init>", CONSTRUCTOR, false));
        for (int index : mutable(null)) {
            var global = source.globals().get(index);
            if (global.bits() != 0) {
                code.add(new VarInsnNode(Opcodes.ALOAD, 0));
                code.add(
                        new LdcInsnNode(
                                switch (global.type()) {
                                    case I32 -> (Object) (int) global.bits();
                                    case I64 -> global.bits();
                                    case F32 -> Float.intBitsToFloat((int) global.bits());
                                    case F64 -> Double.longBitsToDouble(global.bits());
                                }));
                code.add(access(Opcodes.PUTFIELD, index));
            }
        }
        code.add(new InsnNode(Opcodes.RETURN));
    }

    private FieldInsnNode access(int opcode, int global) {
        return new FieldInsnNode(opcode, node.name, Names.global(global), letter(global));
    }

    /** {@code switch (index) { case i: return gi; … default: throw noSuchGlobal(index); }}. */
    private void reader(ValueType type, String name) {
        String letter = Names.letter(type);
        InsnList code = method(Opcodes.ACC_PUBLIC, name, "(I)" + letter).instructions;
        select(
                code,
                mutable(type),
                index -> {
                    code.add(new VarInsnNode(Opcodes.ALOAD, 0));
                    code.add(access(Opcodes.GETFIELD, index));
                    code.add(new InsnNode(Type.getType(letter).getOpcode(Opcodes.IRETURN)));
                });
    }

    private void writer(ValueType type, String name) {
        String letter = Names.letter(type);
        InsnList code = method(Opcodes.ACC_PUBLIC, name, "(I" + letter + ")V").instructions;
        select(
                code,
                mutable(type),
                index -> {
                    code.add(new VarInsnNode(Opcodes.ALOAD, 0));
                    code.add(new VarInsnNode(Type.getType(letter).getOpcode(Opcodes.ILOAD), 2));
                    code.add(access(Opcodes.PUTFIELD, index));
                    code.add(new InsnNode(Opcodes.RETURN));
                });
    }

    private static void select(
            InsnList code, List<Integer> indices, java.util.function.IntConsumer body) {
        LabelNode none = new LabelNode();
        LabelNode[] labels = new LabelNode[indices.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = new LabelNode();
        }
        int[] keys = indices.stream().mapToInt(Integer::intValue).toArray();
        code.add(new VarInsnNode(Opcodes.ILOAD, 1));
        code.add(new LookupSwitchInsnNode(none, keys, labels));
        for (int i = 0; i < labels.length; i++) {
            code.add(labels[i]);
            body.accept(keys[i]);
        }
        code.add(none);
        code.add(new VarInsnNode(Opcodes.ILOAD, 1));
        code.add(
                new MethodInsnNode(
                        Opcodes.INVOKESTATIC,
                        Names.CONTEXT,
                        "noSuchGlobal",
                        "(I)Ljava/lang/IllegalArgumentException;",
                        false));
        code.add(new InsnNode(Opcodes.ATHROW));
    }

    private void copy() {
        InsnList code =
                method(Opcodes.ACC_PROTECTED, "copyGlobals", "(L" + Names.CONTEXT + ";)V")
                        .instructions;
        code.add(new VarInsnNode(Opcodes.ALOAD, 1));
        code.add(new TypeInsnNode(Opcodes.CHECKCAST, node.name));
        code.add(new VarInsnNode(Opcodes.ASTORE, 2));
        for (int index : mutable(null)) {
            code.add(new VarInsnNode(Opcodes.ALOAD, 0));
            code.add(new VarInsnNode(Opcodes.ALOAD, 2));
            code.add(access(Opcodes.GETFIELD, index));
            code.add(access(Opcodes.PUTFIELD, index));
        }
        code.add(new InsnNode(Opcodes.RETURN));
    }
}

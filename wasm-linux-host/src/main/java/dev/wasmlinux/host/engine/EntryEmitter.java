/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Generates the class of a table entry: a stateless object whose method {@code call} is one
 * function. One small class per function keeps an indirect call as fast as a virtual one, however
 * many functions share a type; they are made when first called.
 */
final class EntryEmitter {
    /** Name of the method. */
    static final String CALL = "call";

    private EntryEmitter() {}

    /** The class's bytes. */
    static byte[] emit(Names names, int function, String owner, int type, String descriptor) {
        String superName = names.typeClass(type);
        ClassNode node = ClassFiles.node(Opcodes.ACC_FINAL, names.entryClass(function), superName);
        node.methods.add(constructor(superName));
        MethodNode method =
                new MethodNode(
                        Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL, CALL, descriptor, null, null);
        loadArguments(method.instructions, descriptor, 1, -1);
        method.instructions.add(
                new MethodInsnNode(
                        Opcodes.INVOKESTATIC, owner, Names.function(function), descriptor, false));
        method.instructions.add(
                new InsnNode(Type.getReturnType(descriptor).getOpcode(Opcodes.IRETURN)));
        node.methods.add(method);
        return ClassFiles.bytes(node);
    }

    static MethodNode constructor(String superName) {
        MethodNode method = new MethodNode(Opcodes.ACC_PUBLIC, "<init>", "()V", null, null);
        method.instructions.add(new VarInsnNode(Opcodes.ALOAD, 0));
        method.instructions.add(
                new MethodInsnNode(Opcodes.INVOKESPECIAL, superName, "<init>", "()V", false));
        method.instructions.add(new InsnNode(Opcodes.RETURN));
        return method;
    }

    /** Loads the arguments of a descriptor from consecutive slots, leaving out one int slot. */
    static void loadArguments(InsnList code, String descriptor, int firstSlot, int leftOut) {
        int slot = firstSlot;
        for (Type argument : Type.getArgumentTypes(descriptor)) {
            if (slot == leftOut) {
                slot++;
            }
            code.add(new VarInsnNode(argument.getOpcode(Opcodes.ILOAD), slot));
            slot += argument.getSize();
        }
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.rt.FlatMemory;
import dev.wasmlinux.host.rt.MemoryLimit;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Generates a module's own memory accessors with a limit check: for each of {@link FlatMemory} a
 * method that looks at {@link MemoryLimit} first.
 */
final class CheckedMemoryEmitter {
    private static final String FLAT = Type.getInternalName(FlatMemory.class);
    private static final String LIMIT = Type.getInternalName(MemoryLimit.class);

    private CheckedMemoryEmitter() {}

    /** The class's bytes, always the same. */
    static byte[] emit(Names names) {
        ClassNode node = ClassFiles.node(Opcodes.ACC_FINAL, names.memory(), "java/lang/Object");
        List<Method> methods =
                Arrays.stream(FlatMemory.class.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .sorted(Comparator.comparing(Method::getName))
                        .toList();
        for (Method method : methods) {
            node.methods.add(accessor(method.getName(), Type.getMethodDescriptor(method)));
        }
        return ClassFiles.bytes(node);
    }

    private static MethodNode accessor(String name, String descriptor) {
        MethodNode method =
                new MethodNode(
                        Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, name, descriptor, null, null);
        InsnList code = method.instructions;
        check(code, name, descriptor);
        EntryEmitter.loadArguments(code, descriptor, 0, -1);
        code.add(new MethodInsnNode(Opcodes.INVOKESTATIC, FLAT, name, descriptor, false));
        code.add(new InsnNode(Type.getReturnType(descriptor).getOpcode(Opcodes.IRETURN)));
        return method;
    }

    /** Arguments are the address first, offset and memory last, unless it is a block operation. */
    private static void check(InsnList code, String name, String descriptor) {
        switch (name) {
            case "poll", "atomicFence" -> {
                // no access
            }
            case "copy" -> {
                checkBlock(code, 0, 2, 3);
                checkBlock(code, 1, 2, 3);
            }
            case "fill" -> checkBlock(code, 0, 2, 3);
            case "init" -> checkBlock(code, 0, 2, 4);
            default -> {
                int memory = (Type.getArgumentsAndReturnSizes(descriptor) >> 2) - 1 - 2;
                code.add(new VarInsnNode(Opcodes.ILOAD, 0));
                code.add(new VarInsnNode(Opcodes.ILOAD, memory - 1));
                code.add(Code.push(width(name)));
                code.add(new VarInsnNode(Opcodes.LLOAD, memory));
                code.add(call("check", "(IIIJ)V"));
            }
        }
    }

    private static void checkBlock(InsnList code, int address, int size, int memory) {
        code.add(new VarInsnNode(Opcodes.ILOAD, address));
        code.add(new VarInsnNode(Opcodes.ILOAD, size));
        code.add(new VarInsnNode(Opcodes.LLOAD, memory));
        code.add(call("checkBlock", "(IIJ)V"));
    }

    private static MethodInsnNode call(String name, String descriptor) {
        return new MethodInsnNode(Opcodes.INVOKESTATIC, LIMIT, name, descriptor, false);
    }

    /** Bytes that an accessor touches, by its name. */
    static int width(String name) {
        if (name.contains("Byte") || name.contains("Rmw8")) {
            return 1;
        }
        if (name.contains("Short") || name.contains("Rmw16")) {
            return 2;
        }
        if (name.contains("LongInt") || name.contains("Rmw32")) {
            return 4;
        }
        return name.contains("Long") || name.contains("Double") ? 8 : 4;
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.util.HashSet;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Third pass: polls. One stands before every jump backwards and, in programs, before every direct
 * call of the same or an earlier function: a cycle of calls has at least one such call in it, or an
 * indirect one, which polls itself. So code cannot run long without a poll. Kernel code has none at
 * calls: its recursion is bounded by its stack.
 */
final class Polls {
    private Polls() {}

    /** Inserts the polls of a function. */
    static void insert(Names names, int function, MethodNode method) {
        InsnList code = method.instructions;
        int memory = Binder.memorySlot(method.desc);
        Set<LabelNode> passed = new HashSet<>();
        for (AbstractInsnNode node : code.toArray()) {
            if (node instanceof LabelNode label) {
                passed.add(label);
            } else if (isBackward(node, passed)
                    || names.form() == Form.PROGRAM && isCallBack(node, function)) {
                code.insertBefore(node, new VarInsnNode(Opcodes.LLOAD, memory));
                code.insertBefore(
                        node,
                        new MethodInsnNode(
                                Opcodes.INVOKESTATIC, names.poll(), "poll", "(J)V", false));
            }
        }
    }

    private static boolean isBackward(AbstractInsnNode node, Set<LabelNode> passed) {
        for (LabelNode target : Code.targets(node)) {
            if (passed.contains(target)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCallBack(AbstractInsnNode node, int function) {
        return node instanceof MethodInsnNode call
                && call.name.startsWith("func_")
                && Integer.parseInt(call.name.substring("func_".length())) <= function;
    }
}

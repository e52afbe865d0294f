/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.rt.StackReserve;
import java.util.HashSet;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Third pass: polls. One stands before every jump backwards and, in programs, before every counted
 * call (see {@link CallGraph}; indirect calls poll themselves), so that code cannot run long
 * without one. Programs also charge counted calls to their stack budget. Kernel code has neither at
 * calls: its recursion is bounded.
 */
final class Polls {
    private static final String RESERVE = Type.getInternalName(StackReserve.class);
    private static final String CHARGE = "(L" + Names.CONTEXT + ";I)V";

    private final ModuleSource source;
    private final Names names;
    private final int function;
    private final MethodNode method;
    private final InsnList code;
    private final int memory;

    private Polls(ModuleSource source, Names names, int function, MethodNode method) {
        this.source = source;
        this.names = names;
        this.function = function;
        this.method = method;
        this.code = method.instructions;
        this.memory = Binder.memorySlot(method.desc);
    }

    /** Inserts the polls and charges of a function. */
    static void insert(ModuleSource source, Names names, int function, MethodNode method) {
        Polls polls = new Polls(source, names, function, method);
        polls.insert();
        if (names.form() == Form.PROGRAM && !method.tryCatchBlocks.isEmpty()) {
            polls.restoreInHandlers();
        }
    }

    private void insert() {
        Set<LabelNode> passed = new HashSet<>();
        for (AbstractInsnNode node : code.toArray()) {
            if (node instanceof LabelNode label) {
                passed.add(label);
            } else if (isBackward(node, passed)) {
                poll(node);
            } else if (names.form() == Form.PROGRAM && node instanceof MethodInsnNode call) {
                countCall(call);
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

    private void poll(AbstractInsnNode before) {
        code.insertBefore(before, new VarInsnNode(Opcodes.LLOAD, memory));
        code.insertBefore(
                before,
                new MethodInsnNode(Opcodes.INVOKESTATIC, names.poll(), "poll", "(J)V", false));
    }

    private void countCall(MethodInsnNode call) {
        if (call.name.startsWith("func_")) {
            int callee = Integer.parseInt(call.name.substring("func_".length()));
            if (source.calls().isCounted(function, callee)) {
                poll(call);
                charge(call, source.calls().weight(callee));
            }
        } else if (call.name.startsWith("indirect_")) {
            int type = Integer.parseInt(call.name.substring("indirect_".length()));
            charge(call, source.indirectWeight(type));
        }
    }

    private void charge(MethodInsnNode call, int bytes) {
        code.insertBefore(call, charge("enter", bytes));
        code.insert(call, charge("leave", bytes));
    }

    private InsnList charge(String name, int bytes) {
        InsnList list = new InsnList();
        list.add(new VarInsnNode(Opcodes.ALOAD, memory + 2));
        list.add(Code.push(bytes));
        list.add(new MethodInsnNode(Opcodes.INVOKESTATIC, RESERVE, name, CHARGE, false));
        return list;
    }

    /** An exception leaves counted calls without paying back: handlers set the budget right. */
    private void restoreInHandlers() {
        int depth = method.maxLocals++;
        Set<LabelNode> handlers = new HashSet<>();
        for (TryCatchBlockNode block : method.tryCatchBlocks) {
            if (handlers.add(block.handler)) {
                InsnList restore = new InsnList();
                restore.add(new VarInsnNode(Opcodes.ALOAD, memory + 2));
                restore.add(new VarInsnNode(Opcodes.ILOAD, depth));
                restore.add(field(Opcodes.PUTFIELD));
                code.insert(block.handler, restore);
            }
        }
        InsnList save = new InsnList();
        save.add(new VarInsnNode(Opcodes.ALOAD, memory + 2));
        save.add(field(Opcodes.GETFIELD));
        save.add(new VarInsnNode(Opcodes.ISTORE, depth));
        code.insert(save);
    }

    private static FieldInsnNode field(int opcode) {
        return new FieldInsnNode(opcode, Names.CONTEXT, "stackCharge", "I");
    }
}

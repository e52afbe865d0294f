/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Which local variables of a method are live where, by the usual backward data flow. A handler's
 * variables are live in all of its range. A {@code long} or {@code double} counts as its first
 * slot.
 */
final class Liveness {
    private final InsnList code;
    private final BitSet[] in;
    private final List<List<LabelNode>> handlers;

    /** Analyses a method. */
    Liveness(MethodNode method) {
        this.code = method.instructions;
        this.in = new BitSet[code.size()];
        this.handlers = new ArrayList<>(code.size());
        for (int i = 0; i < in.length; i++) {
            in[i] = new BitSet();
            handlers.add(List.of());
        }
        for (TryCatchBlockNode block : method.tryCatchBlocks) {
            int end = code.indexOf(block.end);
            for (int i = code.indexOf(block.start); i < end; i++) {
                List<LabelNode> all = new ArrayList<>(handlers.get(i));
                all.add(block.handler);
                handlers.set(i, all);
            }
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int i = in.length - 1; i >= 0; i--) {
                changed |= update(i);
            }
        }
    }

    private boolean update(int index) {
        BitSet live = normalSuccessors(index);
        AbstractInsnNode instruction = code.get(index);
        if (instruction instanceof VarInsnNode variable) {
            boolean stores = variable.getOpcode() >= Opcodes.ISTORE;
            live.set(variable.var, !stores);
        } else if (instruction instanceof IincInsnNode increment) {
            live.set(increment.var);
        }
        addHandlers(index, live);
        if (live.equals(in[index])) {
            return false;
        }
        in[index] = live;
        return true;
    }

    private void addHandlers(int index, BitSet live) {
        for (LabelNode handler : handlers.get(index)) {
            live.or(in[code.indexOf(handler)]);
        }
    }

    private BitSet normalSuccessors(int index) {
        AbstractInsnNode instruction = code.get(index);
        BitSet live = new BitSet();
        if (fallsThrough(instruction.getOpcode()) && index + 1 < in.length) {
            live.or(in[index + 1]);
        }
        if (instruction instanceof JumpInsnNode jump) {
            live.or(in[code.indexOf(jump.label)]);
        } else if (instruction instanceof TableSwitchInsnNode table) {
            addAll(table.labels, table.dflt, live);
        } else if (instruction instanceof LookupSwitchInsnNode lookup) {
            addAll(lookup.labels, lookup.dflt, live);
        }
        return live;
    }

    private void addAll(List<LabelNode> labels, LabelNode last, BitSet live) {
        for (LabelNode label : labels) {
            live.or(in[code.indexOf(label)]);
        }
        live.or(in[code.indexOf(last)]);
    }

    private static boolean fallsThrough(int opcode) {
        return opcode != Opcodes.GOTO
                && opcode != Opcodes.ATHROW
                && opcode != Opcodes.TABLESWITCH
                && opcode != Opcodes.LOOKUPSWITCH
                && !(opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN);
    }

    /** The variables needed after an instruction, be it that it ends normally or throws. */
    BitSet behind(int index) {
        BitSet live = normalSuccessors(index);
        addHandlers(index, live);
        return live;
    }

    /** Whether an exception of the instruction may be caught in the method. */
    boolean isCaught(int index) {
        return !handlers.get(index).isEmpty();
    }
}

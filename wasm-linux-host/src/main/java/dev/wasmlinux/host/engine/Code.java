/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.rt.Numerics;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/** Questions that several passes ask about bytecode. */
final class Code {
    private static final String NUMERICS = Type.getInternalName(Numerics.class);

    private Code() {}

    /** The instruction that pushes an int constant in the shortest way. */
    static AbstractInsnNode push(int value) {
        if (value >= -1 && value <= 5) {
            return new InsnNode(Opcodes.ICONST_0 + value);
        }
        if (value == (byte) value) {
            return new IntInsnNode(Opcodes.BIPUSH, value);
        }
        if (value == (short) value) {
            return new IntInsnNode(Opcodes.SIPUSH, value);
        }
        return new LdcInsnNode(value);
    }

    /** The int constant that an instruction pushes, or null. */
    static Integer constant(AbstractInsnNode instruction) {
        if (instruction == null) {
            return null;
        }
        int opcode = instruction.getOpcode();
        if (opcode >= Opcodes.ICONST_M1 && opcode <= Opcodes.ICONST_5) {
            return opcode - Opcodes.ICONST_0;
        }
        if (opcode == Opcodes.BIPUSH || opcode == Opcodes.SIPUSH) {
            return ((IntInsnNode) instruction).operand;
        }
        if (instruction instanceof LdcInsnNode ldc && ldc.cst instanceof Integer value) {
            return value;
        }
        return null;
    }

    /** Whether control never goes on to the next instruction. */
    static boolean endsBlock(AbstractInsnNode instruction) {
        int opcode = instruction.getOpcode();
        return opcode == Opcodes.GOTO
                || opcode == Opcodes.ATHROW
                || isReturn(opcode)
                || opcode == Opcodes.TABLESWITCH
                || opcode == Opcodes.LOOKUPSWITCH;
    }

    /**
     * Whether a guest exception may come out of a call: not only of functions, also of accesses to
     * memory, traps and polls, below which a signal handler may run.
     */
    static boolean mayThrow(AbstractInsnNode instruction) {
        return instruction instanceof MethodInsnNode call
                && !call.owner.startsWith("java/lang/")
                && !call.owner.equals(NUMERICS);
    }

    static boolean isReturn(int opcode) {
        return opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN;
    }

    /** Where a jump or switch may go, with repetitions; empty for other instructions. */
    static java.util.List<LabelNode> targets(AbstractInsnNode instruction) {
        if (instruction instanceof JumpInsnNode jump) {
            return java.util.List.of(jump.label);
        }
        if (instruction instanceof TableSwitchInsnNode table) {
            var targets = new java.util.ArrayList<>(table.labels);
            targets.add(table.dflt);
            return targets;
        }
        if (instruction instanceof LookupSwitchInsnNode lookup) {
            var targets = new java.util.ArrayList<>(lookup.labels);
            targets.add(lookup.dflt);
            return targets;
        }
        return java.util.List.of();
    }

    /** Upper estimate of the bytes of an instruction. */
    static int size(AbstractInsnNode instruction) {
        int opcode = instruction.getOpcode();
        if (opcode < 0) {
            return 0;
        }
        if (instruction instanceof VarInsnNode variable) {
            return variable.var < 4 ? 1 : variable.var < 256 ? 2 : 4;
        }
        if (instruction instanceof IincInsnNode increment) {
            return increment.var < 256 && increment.incr == (byte) increment.incr ? 3 : 6;
        }
        if (instruction instanceof TableSwitchInsnNode table) {
            return 16 + 4 * table.labels.size();
        }
        if (instruction instanceof LookupSwitchInsnNode lookup) {
            return 12 + 8 * lookup.labels.size();
        }
        if (instruction instanceof MethodInsnNode) {
            return opcode == Opcodes.INVOKEINTERFACE ? 5 : 3;
        }
        if (instruction instanceof IntInsnNode) {
            return opcode == Opcodes.SIPUSH ? 3 : 2;
        }
        return instruction instanceof InsnNode ? 1 : 3;
    }

    /** Upper estimate of the bytes of a method's code. */
    static int size(InsnList instructions) {
        int size = 0;
        for (AbstractInsnNode instruction : instructions) {
            size += size(instruction);
        }
        return size;
    }
}

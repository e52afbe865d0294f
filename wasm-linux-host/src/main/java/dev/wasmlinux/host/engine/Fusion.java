/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.rt.Numerics;
import java.util.HashMap;
import java.util.Map;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;

/**
 * Second pass: a comparison helper whose 0 or 1 is only tested by a jump becomes the jump's own
 * comparison.
 */
final class Fusion {
    private static final String NUMERICS = Type.getInternalName(Numerics.class);

    /** Condition opcodes (IFEQ to IFLE) by the suffix of the helper's name. */
    private static final Map<String, Integer> CONDITIONS = conditions();

    private final InsnList code;

    private Fusion(InsnList code) {
        this.code = code;
    }

    private static Map<String, Integer> conditions() {
        Map<String, Integer> map = new HashMap<>();
        map.put("Eq", Opcodes.IFEQ);
        map.put("Ne", Opcodes.IFNE);
        map.put("Lt", Opcodes.IFLT);
        map.put("Ge", Opcodes.IFGE);
        map.put("Gt", Opcodes.IFGT);
        map.put("Le", Opcodes.IFLE);
        return map;
    }

    /** Fuses in place. */
    static void fuse(InsnList code) {
        Fusion fusion = new Fusion(code);
        for (AbstractInsnNode node : code.toArray()) {
            int opcode = node.getOpcode();
            if (opcode == Opcodes.IFEQ || opcode == Opcodes.IFNE) {
                fusion.fuse((JumpInsnNode) node);
            }
        }
    }

    private void fuse(JumpInsnNode jump) {
        while (jump.getPrevious() instanceof MethodInsnNode helper
                && helper.owner.equals(NUMERICS)) {
            boolean whenTrue = jump.getOpcode() == Opcodes.IFNE;
            if (helper.name.equals("i32Eqz")) {
                code.remove(helper);
                jump.setOpcode(whenTrue ? Opcodes.IFEQ : Opcodes.IFNE);
                continue;
            }
            if (helper.name.equals("i64Eqz")) {
                code.insertBefore(helper, new InsnNode(Opcodes.LCONST_0));
                code.set(helper, new InsnNode(Opcodes.LCMP));
                jump.setOpcode(whenTrue ? Opcodes.IFEQ : Opcodes.IFNE);
            } else {
                comparison(helper, jump, whenTrue);
            }
            return;
        }
    }

    private static int negate(int condition) {
        return (condition - Opcodes.IFEQ ^ 1) + Opcodes.IFEQ;
    }

    /** The condition for exchanged operands. */
    private static int mirror(int condition) {
        return switch (condition) {
            case Opcodes.IFLT -> Opcodes.IFGT;
            case Opcodes.IFGT -> Opcodes.IFLT;
            case Opcodes.IFLE -> Opcodes.IFGE;
            case Opcodes.IFGE -> Opcodes.IFLE;
            default -> condition;
        };
    }

    private void comparison(MethodInsnNode helper, JumpInsnNode jump, boolean whenTrue) {
        String operator = helper.name.substring(3);
        Integer condition =
                operator.length() >= 2 ? CONDITIONS.get(operator.substring(0, 2)) : null;
        if (condition == null || operator.length() > 3) {
            return;
        }
        boolean unsigned = operator.endsWith("U");
        switch (helper.name.substring(0, 3)) {
            case "i32" -> {
                if (unsigned) {
                    int met = unsignedInt(helper, condition);
                    code.set(helper, new InsnNode(Opcodes.LCMP));
                    jump.setOpcode(whenTrue ? met : negate(met));
                } else {
                    code.remove(helper);
                    int met = whenTrue ? condition : negate(condition);
                    jump.setOpcode(met - Opcodes.IFEQ + Opcodes.IF_ICMPEQ);
                }
            }
            case "i64" -> {
                int met = unsigned ? unsignedLong(helper, condition) : condition;
                code.set(helper, new InsnNode(Opcodes.LCMP));
                jump.setOpcode(whenTrue ? met : negate(met));
            }
            case "f32" -> {
                code.set(helper, new InsnNode(nanFails(condition, Opcodes.FCMPL)));
                jump.setOpcode(whenTrue ? condition : negate(condition));
            }
            default -> {
                code.set(helper, new InsnNode(nanFails(condition, Opcodes.DCMPL)));
                jump.setOpcode(whenTrue ? condition : negate(condition));
            }
        }
    }

    /** The floating comparison that makes the condition false for a NaN. */
    private static int nanFails(int condition, int less) {
        return condition == Opcodes.IFLT || condition == Opcodes.IFLE ? less + 1 : less;
    }

    /**
     * Makes both operands longs. A biased comparison of ints would be shorter, but the JVM's
     * optimiser takes that for an unsigned one and sometimes merges it wrongly with a signed one of
     * the same operands (JDK-8385157).
     */
    private int unsignedInt(MethodInsnNode helper, int condition) {
        AbstractInsnNode last = helper.getPrevious();
        Integer constant = Code.constant(last);
        if (constant != null) {
            zeroExtend(last);
            code.set(last, new LdcInsnNode(constant & 0xffffffffL));
            return condition;
        }
        zeroExtend(helper);
        code.insertBefore(helper, new InsnNode(Opcodes.DUP2_X1));
        code.insertBefore(helper, new InsnNode(Opcodes.POP2));
        zeroExtend(helper);
        return mirror(condition);
    }

    private void zeroExtend(AbstractInsnNode before) {
        code.insertBefore(before, new InsnNode(Opcodes.I2L));
        code.insertBefore(before, new LdcInsnNode(0xffffffffL));
        code.insertBefore(before, new InsnNode(Opcodes.LAND));
    }

    /** Flips the sign bits; by exclusive or, for the same reason. */
    private int unsignedLong(MethodInsnNode helper, int condition) {
        code.insertBefore(helper, new LdcInsnNode(Long.MIN_VALUE));
        code.insertBefore(helper, new InsnNode(Opcodes.LXOR));
        code.insertBefore(helper, new InsnNode(Opcodes.DUP2_X2));
        code.insertBefore(helper, new InsnNode(Opcodes.POP2));
        code.insertBefore(helper, new LdcInsnNode(Long.MIN_VALUE));
        code.insertBefore(helper, new InsnNode(Opcodes.LXOR));
        return mirror(condition);
    }
}

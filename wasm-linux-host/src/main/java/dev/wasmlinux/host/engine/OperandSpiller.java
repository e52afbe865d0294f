/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * Prepares a method for splitting: no operand stays on the stack over a jump target. Every edge to
 * a target with operands stores them to locals that belong to their depth and type; the target
 * loads them again.
 */
final class OperandSpiller {
    private final MethodNode method;
    private final InsnList code;
    private final Frames frames;
    private final Map<String, Integer> spillSlots = new HashMap<>();
    private final Map<LabelNode, Frame<BasicValue>> loaded = new IdentityHashMap<>();
    private final Map<LabelNode, LabelNode> trampolines = new IdentityHashMap<>();

    private OperandSpiller(MethodNode method) {
        this.method = method;
        this.code = method.instructions;
        this.frames = Frames.of(method);
    }

    /** Rewrites a method in place. */
    static void spill(MethodNode method) {
        OperandSpiller spiller = new OperandSpiller(method);
        spiller.findLoadedTargets();
        if (!spiller.loaded.isEmpty()) {
            method.maxStack += 2;
            spiller.rewrite();
        }
    }

    private void findLoadedTargets() {
        for (int i = 0; i < frames.instructions.length; i++) {
            if (!frames.reachable(i)) {
                continue;
            }
            for (LabelNode target : Code.targets(frames.instructions[i])) {
                Frame<BasicValue> frame = frames.at(frames.position(target));
                if (frame.getStackSize() > 0) {
                    loaded.put(target, frame);
                }
            }
        }
    }

    private void rewrite() {
        for (int i = 0; i < frames.instructions.length; i++) {
            if (frames.reachable(i)) {
                rewrite(i, frames.instructions[i]);
            }
        }
    }

    private void rewrite(int position, AbstractInsnNode node) {
        if (node instanceof LabelNode label && loaded.containsKey(label)) {
            enter(position, label);
        } else if (node instanceof JumpInsnNode jump && loaded.containsKey(jump.label)) {
            if (jump.getOpcode() == Opcodes.GOTO) {
                code.insertBefore(jump, store(loaded.get(jump.label)));
            } else {
                jump.label = trampoline(jump.label);
            }
        } else if (node instanceof TableSwitchInsnNode table) {
            table.labels.replaceAll(this::trampoline);
            table.dflt = trampoline(table.dflt);
        } else if (node instanceof LookupSwitchInsnNode lookup) {
            lookup.labels.replaceAll(this::trampoline);
            lookup.dflt = trampoline(lookup.dflt);
        }
    }

    /** A target: falling into it stores the operands like a jump; behind it they are loaded. */
    private void enter(int position, LabelNode label) {
        if (fallsInto(position)) {
            code.insertBefore(label, store(loaded.get(label)));
        }
        code.insert(label, load(loaded.get(label)));
    }

    private boolean fallsInto(int position) {
        int before = position - 1;
        while (before >= 0
                && frames.instructions[before] instanceof LabelNode label
                && !loaded.containsKey(label)) {
            before--;
        }
        return before >= 0
                && frames.reachable(before)
                && !Code.endsBlock(frames.instructions[before]);
    }

    private LabelNode trampoline(LabelNode target) {
        if (!loaded.containsKey(target)) {
            return target;
        }
        return trampolines.computeIfAbsent(
                target,
                t -> {
                    LabelNode label = new LabelNode();
                    code.add(label);
                    code.add(store(loaded.get(t)));
                    code.add(new JumpInsnNode(Opcodes.GOTO, t));
                    return label;
                });
    }

    private InsnList store(Frame<BasicValue> frame) {
        InsnList list = new InsnList();
        for (int i = frame.getStackSize() - 1; i >= 0; i--) {
            Type type = frame.getStack(i).getType();
            list.add(new VarInsnNode(type.getOpcode(Opcodes.ISTORE), slot(i, type)));
        }
        return list;
    }

    private InsnList load(Frame<BasicValue> frame) {
        InsnList list = new InsnList();
        for (int i = 0; i < frame.getStackSize(); i++) {
            Type type = frame.getStack(i).getType();
            list.add(new VarInsnNode(type.getOpcode(Opcodes.ILOAD), slot(i, type)));
        }
        return list;
    }

    private int slot(int depth, Type type) {
        return spillSlots.computeIfAbsent(
                depth + type.getDescriptor(),
                key -> {
                    int slot = method.maxLocals;
                    method.maxLocals += type.getSize();
                    return slot;
                });
    }
}

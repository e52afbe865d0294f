/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.util.IdentityHashMap;
import java.util.Map;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicInterpreter;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * A snapshot of a method's instructions with what is on the stack and in the locals before each.
 */
final class Frames {
    final AbstractInsnNode[] instructions;
    private final Frame<BasicValue>[] frames;
    private final Map<AbstractInsnNode, Integer> positions = new IdentityHashMap<>();

    private Frames(AbstractInsnNode[] instructions, Frame<BasicValue>[] frames) {
        this.instructions = instructions;
        this.frames = frames;
        for (int i = 0; i < instructions.length; i++) {
            positions.put(instructions[i], i);
        }
    }

    /** Analyses a method of the final form. */
    static Frames of(MethodNode method) {
        try {
            Frame<BasicValue>[] frames =
                    new Analyzer<>(new BasicInterpreter()).analyze("guest", method);
            return new Frames(method.instructions.toArray(), frames);
        } catch (AnalyzerException e) {
            throw new IllegalStateException("generated code of " + method.name + " is wrong", e);
        }
    }

    /** The state before an instruction, or null if it cannot be reached. */
    Frame<BasicValue> at(int position) {
        return frames[position];
    }

    boolean reachable(int position) {
        return frames[position] != null;
    }

    int position(AbstractInsnNode instruction) {
        return positions.get(instruction);
    }
}

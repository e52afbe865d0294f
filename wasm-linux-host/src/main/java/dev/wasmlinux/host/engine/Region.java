/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.engine.FlowGraph.Block;
import dev.wasmlinux.host.rt.GuestException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.BasicValue;

/**
 * A part of a method that may become a method of its own: a block with everything that it
 * dominates. Control enters it at its head only.
 */
final class Region {
    static final Type EXCEPTION = Type.getType(GuestException.class);

    private final FlowGraph graph;
    final Block head;

    /** Its blocks in method order. */
    final List<Block> blocks = new ArrayList<>();

    /** Where control goes on outside, in method order. */
    final List<Block> exits = new ArrayList<>();

    /** Whether it returns from the method somewhere. */
    boolean returns;

    /** Locals to pass in, with their types. */
    final TreeMap<Integer, Type> inputs = new TreeMap<>();

    /** Locals that it changes and that are live at an exit, with their types. */
    final TreeMap<Integer, Type> outputs = new TreeMap<>();

    /** Locals that it changes and that {@link #coveringHandler} reads, with their types. */
    final TreeMap<Integer, Type> saved = new TreeMap<>();

    /** The innermost handler outside that catches what the region or some of it throws, or null. */
    Block coveringHandler;

    /** The index of its try block. */
    int coveringTry = -1;

    /** Whether that try block covers only some of what may throw. */
    boolean mixed;

    /** Try blocks that lie in it with their handlers. */
    final List<TryCatchBlockNode> tries = new ArrayList<>();

    private final BitSet members = new BitSet();
    private final BitSet definitions = new BitSet();
    private final int memorySlot;
    private boolean possible = true;

    private Region(FlowGraph graph, Block head) {
        this.graph = graph;
        this.head = head;
        this.memorySlot = Binder.memorySlot(graph.method.desc);
    }

    /** The region of a head; it may turn out not to be {@link #isPossible}. */
    static Region of(FlowGraph graph, Block head, int maximumInputSlots) {
        Region region = new Region(graph, head);
        region.collectBlocks();
        region.collectExits();
        region.checkTries();
        if (region.possible) {
            region.collectLocals(maximumInputSlots);
        }
        return region;
    }

    /** Whether it can be cut out at all. */
    boolean isPossible() {
        return possible;
    }

    boolean contains(Block block) {
        return members.get(block.index);
    }

    /** Upper estimate of the code that stays behind in its place. */
    int stubSize() {
        int size = 16 + 2 * inputs.size();
        for (Block exit : exits) {
            size += 7;
            for (int local : outputs.keySet()) {
                size += exit.liveIn.get(local) ? 9 : 0;
            }
        }
        return size;
    }

    private void collectBlocks() {
        Set<Integer> found = new TreeSet<>();
        Deque<Block> work = new ArrayDeque<>();
        work.push(head);
        while (!work.isEmpty()) {
            Block block = work.pop();
            found.add(block.index);
            block.dominated.forEach(work::push);
        }
        for (int index : found) {
            blocks.add(graph.blocks.get(index));
            members.set(index);
        }
    }

    private void collectExits() {
        if (graph.operandsAt(head) != 0) {
            possible = false;
        }
        Set<Integer> found = new TreeSet<>();
        for (Block block : blocks) {
            definitions.or(block.definitions);
            int opcode = graph.frames.instructions[block.last].getOpcode();
            returns |= Code.isReturn(opcode);
            for (Block next : block.next) {
                if (!contains(next)) {
                    found.add(next.index);
                    possible &= graph.operandsAt(next) == 0;
                }
            }
        }
        found.forEach(index -> exits.add(graph.blocks.get(index)));
    }

    /**
     * A try block must lie in the region with its handler, or cover everything in the region that
     * may throw, or be the only one that covers some of it, or have nothing to do with it.
     */
    private void checkTries() {
        int covering = 0;
        for (int t = 0; t < graph.method.tryCatchBlocks.size(); t++) {
            TryCatchBlockNode node = graph.method.tryCatchBlocks.get(t);
            int covered = 0;
            int coveredInside = 0;
            for (Block block : graph.blocks) {
                if (block.tries.get(t)) {
                    covered++;
                    coveredInside += contains(block) ? 1 : 0;
                }
            }
            Block handler = graph.blockOf(node.handler);
            if (coveredInside > 0 && coveredInside == covered && contains(handler)) {
                tries.add(node);
                possible &= head == blocks.get(0);
            } else if (coveredInside > 0) {
                possible &= !contains(handler);
                mixed |= !head.tries.get(t) || !isQuietOutside(t);
                covering++;
                if (covering == 1) {
                    coveringTry = t;
                    coveringHandler = handler;
                }
            } else if (contains(handler)) {
                possible = false;
            }
        }
        possible &= !mixed || covering == 1;
    }

    /** Whether the blocks that a try block does not cover cannot throw a guest exception. */
    private boolean isQuietOutside(int tryIndex) {
        for (Block block : blocks) {
            for (int i = block.first; i <= block.last && !block.tries.get(tryIndex); i++) {
                AbstractInsnNode node = graph.frames.instructions[i];
                if (node.getOpcode() == Opcodes.ATHROW || Code.mayThrow(node)) {
                    return false;
                }
            }
        }
        return true;
    }

    private void collectLocals(int maximumInputSlots) {
        BitSet out = new BitSet();
        exits.forEach(exit -> out.or(exit.liveIn));
        out.and(definitions);
        BitSet kept = new BitSet();
        if (coveringHandler != null) {
            kept.or(coveringHandler.liveIn);
            kept.and(definitions);
        }
        BitSet in = mentioned();
        // A value that only some paths assign must come in, to go out unchanged on the others.
        in.or(out);
        in.or(kept);
        in.and(head.liveIn);
        in.clear(memorySlot);
        in.clear(memorySlot + 2);
        in.stream().forEach(local -> inputs.put(local, typeAt(head, local)));
        out.stream().forEach(local -> outputs.put(local, outputType(local)));
        kept.stream().forEach(local -> saved.put(local, typeAt(head, local)));
        possible =
                inputs.values().stream().mapToInt(Type::getSize).sum() <= maximumInputSlots
                        && inputs.values().stream().allMatch(Region::isPassable)
                        && outputs.values().stream().allMatch(Region::isPassable)
                        && saved.values().stream().allMatch(Region::isPassable);
    }

    private BitSet mentioned() {
        BitSet mentioned = new BitSet();
        for (Block block : blocks) {
            for (int i = block.first; i <= block.last; i++) {
                AbstractInsnNode node = graph.frames.instructions[i];
                if (node instanceof VarInsnNode variable && variable.getOpcode() <= Opcodes.ALOAD) {
                    mentioned.set(variable.var);
                } else if (node instanceof IincInsnNode increment) {
                    mentioned.set(increment.var);
                }
            }
        }
        return mentioned;
    }

    private Type typeAt(Block block, int local) {
        BasicValue value = graph.frameAt(block).getLocal(local);
        Type type = value == null ? null : value.getType();
        if (local == graph.exceptionSlot && value != null && value.isReference()) {
            return EXCEPTION;
        }
        return type == null ? Type.VOID_TYPE : type;
    }

    /** The type at all exits where the local is live, or void if they differ. */
    private Type outputType(int local) {
        Type type = null;
        for (Block exit : exits) {
            if (exit.liveIn.get(local)) {
                Type here = typeAt(exit, local);
                type = type == null || type.equals(here) ? here : Type.VOID_TYPE;
            }
        }
        return type;
    }

    private static boolean isPassable(Type type) {
        return type == EXCEPTION || type.getSort() >= Type.BOOLEAN && type.getSort() <= Type.DOUBLE;
    }
}

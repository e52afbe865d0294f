/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * Basic blocks of a method with dominators, the code size of dominator subtrees and the liveness of
 * locals. Exception handlers count as successors of every block that they cover.
 */
final class FlowGraph {
    /** A basic block: instructions {@code first} to {@code last} of the snapshot. */
    static final class Block {
        final int index;
        final int first;
        int last;
        int size;
        final List<Block> next = new ArrayList<>();
        final List<Block> handlers = new ArrayList<>();
        final List<Block> before = new ArrayList<>();

        /** Indices of the try blocks that cover it. */
        final BitSet tries = new BitSet();

        final BitSet uses = new BitSet();
        final BitSet definitions = new BitSet();

        /** Locals that are live at its start. */
        BitSet liveIn = new BitSet();

        Block dominator;
        final List<Block> dominated = new ArrayList<>();

        /** Code bytes of the block and all that it dominates. */
        int treeSize;

        private int postorder = -1;

        private Block(int index, int first) {
            this.index = index;
            this.first = first;
        }

        private List<Block> allNext() {
            List<Block> all = new ArrayList<>(next);
            all.addAll(handlers);
            return all;
        }
    }

    final MethodNode method;

    /** The local into which every handler first puts the exception, or -1. */
    final int exceptionSlot;

    final Frames frames;
    final List<Block> blocks = new ArrayList<>();

    /** Reachable blocks, each after those that it leads to but for loops. */
    final List<Block> postorder = new ArrayList<>();

    private final Block[] blockAt;

    private FlowGraph(MethodNode method, int exceptionSlot) {
        this.method = method;
        this.exceptionSlot = exceptionSlot;
        this.frames = Frames.of(method);
        this.blockAt = new Block[frames.instructions.length];
    }

    /** Analyses a method, which is first brought into a shape where every block has a label. */
    static FlowGraph of(MethodNode method, int exceptionSlot) {
        do {
            addLabels(method);
        } while (removeUnreachable(method));
        FlowGraph graph = new FlowGraph(method, exceptionSlot);
        graph.findBlocks();
        graph.findTries();
        graph.findEdges();
        graph.sort();
        graph.findDominators();
        graph.findLiveness();
        return graph;
    }

    private static void addLabels(MethodNode method) {
        if (!(method.instructions.getFirst() instanceof LabelNode)) {
            method.instructions.insert(new LabelNode());
        }
        for (AbstractInsnNode node : method.instructions.toArray()) {
            boolean jumps = !Code.targets(node).isEmpty() || Code.endsBlock(node);
            if (jumps && !(node.getNext() instanceof LabelNode)) {
                method.instructions.insert(node, new LabelNode());
            }
        }
    }

    private static boolean removeUnreachable(MethodNode method) {
        Frames frames = Frames.of(method);
        boolean removed = false;
        for (int i = 0; i < frames.instructions.length; i++) {
            if (!frames.reachable(i) && frames.instructions[i].getOpcode() >= 0) {
                method.instructions.remove(frames.instructions[i]);
                removed = true;
            }
        }
        removeEmptyTries(method);
        return removed;
    }

    /** The class file format does not allow a handler of no instructions. */
    static void removeEmptyTries(MethodNode method) {
        method.tryCatchBlocks.removeIf(
                block -> {
                    AbstractInsnNode node = block.start;
                    while (node != null && node != block.end && node.getOpcode() < 0) {
                        node = node.getNext();
                    }
                    return node == null || node == block.end;
                });
    }

    Block entry() {
        return blocks.get(0);
    }

    /** The block of a label. */
    Block blockOf(LabelNode label) {
        return blockAt[frames.position(label)];
    }

    private void findBlocks() {
        Block current = null;
        for (int i = 0; i < frames.instructions.length; i++) {
            boolean starts =
                    frames.instructions[i] instanceof LabelNode
                            && (i == 0 || !(frames.instructions[i - 1] instanceof LabelNode));
            if (starts) {
                current = new Block(blocks.size(), i);
                blocks.add(current);
            }
            current.last = i;
            current.size += Code.size(frames.instructions[i]);
            blockAt[i] = current;
        }
    }

    private void findTries() {
        for (int t = 0; t < method.tryCatchBlocks.size(); t++) {
            TryCatchBlockNode node = method.tryCatchBlocks.get(t);
            int start = frames.position(node.start);
            int end = frames.position(node.end);
            for (Block block : blocks) {
                if (block.size > 0 && block.last > start && block.last < end) {
                    block.tries.set(t);
                    block.handlers.add(blockOf(node.handler));
                }
            }
        }
    }

    private void findEdges() {
        for (Block block : blocks) {
            AbstractInsnNode last = frames.instructions[block.last];
            Set<Block> next = new LinkedHashSet<>();
            for (LabelNode target : Code.targets(last)) {
                next.add(blockOf(target));
            }
            if (!Code.endsBlock(last) && block.index + 1 < blocks.size()) {
                next.add(blocks.get(block.index + 1));
            }
            block.next.addAll(next);
            for (Block successor : block.allNext()) {
                successor.before.add(block);
            }
            for (int i = block.first; i <= block.last; i++) {
                locals(block, frames.instructions[i]);
            }
        }
    }

    private static void locals(Block block, AbstractInsnNode node) {
        if (node instanceof VarInsnNode variable) {
            if (variable.getOpcode() > Opcodes.ALOAD) {
                block.definitions.set(variable.var);
            } else if (!block.definitions.get(variable.var)) {
                block.uses.set(variable.var);
            }
        } else if (node instanceof IincInsnNode increment) {
            if (!block.definitions.get(increment.var)) {
                block.uses.set(increment.var);
            }
            block.definitions.set(increment.var);
        }
    }

    private void sort() {
        Deque<Block> path = new ArrayDeque<>();
        Deque<Integer> positions = new ArrayDeque<>();
        BitSet seen = new BitSet();
        path.push(entry());
        positions.push(0);
        seen.set(0);
        while (!path.isEmpty()) {
            Block block = path.peek();
            int position = positions.pop();
            List<Block> next = block.allNext();
            if (position == next.size()) {
                block.postorder = postorder.size();
                postorder.add(block);
                path.pop();
                continue;
            }
            positions.push(position + 1);
            Block successor = next.get(position);
            if (!seen.get(successor.index)) {
                seen.set(successor.index);
                path.push(successor);
                positions.push(0);
            }
        }
    }

    /** The iterative algorithm of Cooper, Harvey and Kennedy. */
    private void findDominators() {
        entry().dominator = entry();
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int i = postorder.size() - 2; i >= 0; i--) {
                Block block = postorder.get(i);
                Block dominator = null;
                for (Block before : block.before) {
                    if (before.dominator != null) {
                        dominator = dominator == null ? before : common(before, dominator);
                    }
                }
                if (dominator != block.dominator) {
                    block.dominator = dominator;
                    changed = true;
                }
            }
        }
        for (Block block : postorder) {
            block.treeSize += block.size;
            if (block != entry()) {
                block.dominator.treeSize += block.treeSize;
                block.dominator.dominated.add(block);
            }
        }
    }

    private static Block common(Block first, Block second) {
        Block a = first;
        Block b = second;
        while (a != b) {
            while (a.postorder < b.postorder) {
                a = a.dominator;
            }
            while (b.postorder < a.postorder) {
                b = b.dominator;
            }
        }
        return a;
    }

    private void findLiveness() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Block block : postorder) {
                BitSet live = new BitSet();
                block.next.forEach(next -> live.or(next.liveIn));
                live.andNot(block.definitions);
                live.or(block.uses);
                block.handlers.forEach(handler -> live.or(handler.liveIn));
                if (!live.equals(block.liveIn)) {
                    block.liveIn = live;
                    changed = true;
                }
            }
        }
    }

    /** Operands on the stack at the start of a block. */
    int operandsAt(Block block) {
        return frameAt(block).getStackSize();
    }

    /** The state at the start of a reachable block, only some of whose labels may be jumped to. */
    Frame<BasicValue> frameAt(Block block) {
        int position = block.first;
        while (!frames.reachable(position) && position < block.last) {
            position++;
        }
        return frames.at(position);
    }

    @Override
    public String toString() {
        return method.name + " " + Arrays.toString(blocks.stream().mapToInt(b -> b.size).toArray());
    }
}

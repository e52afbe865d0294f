/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.engine.FlowGraph.Block;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Last pass: a method that is too big for the JVM's compilers is split. As long as it has more than
 * {@link #LIMIT} bytes, dominator subtrees of at most {@link #PART} bytes are cut out of it, the
 * largest first.
 */
final class Splitter {
    /** Methods up to this many bytes of code stay whole. */
    static final int LIMIT = 3900;

    /** Largest part, in bytes of the code that it replaces. */
    static final int PART = 3200;

    private static final int SMALLEST_PART = 400;
    // The JVM allows 255 slots; memory and context take three.
    private static final int MAXIMUM_INPUT_SLOTS = 240;
    private static final int ROUNDS = 60;

    private final Names names;
    private final Scratch scratch;
    private final String owner;
    private final MethodNode method;
    private final List<MethodNode> parts = new ArrayList<>();
    private int exceptionSlot = -1;
    private int inputSlots = 60;
    private int largest = PART;
    private int smallest = SMALLEST_PART;

    private Splitter(Names names, Scratch scratch, String owner, MethodNode method) {
        this.names = names;
        this.scratch = scratch;
        this.owner = owner;
        this.method = method;
    }

    /**
     * Splits a method in place if it needs it.
     *
     * @param owner the class that the method and its parts belong to
     * @return the parts, which may be none
     */
    static List<MethodNode> split(Names names, Scratch scratch, String owner, MethodNode method) {
        if (Code.size(method.instructions) <= LIMIT) {
            return List.of();
        }
        Splitter splitter = new Splitter(names, scratch, owner, method);
        OperandSpiller.spill(method);
        splitter.openHandlers();
        SwitchGrouper.group(method);
        splitter.split();
        return splitter.parts;
    }

    /**
     * Lets every handler first put the exception into one local of its own, so that the stub of a
     * part can go on behind that.
     */
    private void openHandlers() {
        if (method.tryCatchBlocks.isEmpty()) {
            return;
        }
        exceptionSlot = method.maxLocals++;
        Set<LabelNode> handlers = new LinkedHashSet<>();
        method.tryCatchBlocks.forEach(node -> handlers.add(node.handler));
        for (LabelNode handler : handlers) {
            InsnList code = new InsnList();
            code.add(new VarInsnNode(Opcodes.ASTORE, exceptionSlot));
            code.add(new LabelNode());
            code.add(new VarInsnNode(Opcodes.ALOAD, exceptionSlot));
            method.instructions.insert(handler, code);
        }
    }

    private void split() {
        for (int round = 0; round < ROUNDS; round++) {
            int size = Code.size(method.instructions);
            if (size <= LIMIT) {
                return;
            }
            FlowGraph graph = FlowGraph.of(method, exceptionSlot);
            List<Region> chosen = choose(graph, size);
            if (chosen.isEmpty()) {
                if (largest >= Translator.HUGE_METHOD - 1000) {
                    return;
                }
                largest += inputSlots == MAXIMUM_INPUT_SLOTS ? 1000 : 0;
                smallest = SMALLEST_PART / 2;
                inputSlots = MAXIMUM_INPUT_SLOTS;
                continue;
            }
            List<TryCatchBlockNode> added = new ArrayList<>();
            for (Region region : chosen) {
                String name = method.name + "_p" + parts.size();
                parts.add(Outliner.cut(names, scratch, owner, graph, region, name, added));
            }
            method.tryCatchBlocks.addAll(0, added);
            chosen.forEach(region -> method.tryCatchBlocks.removeAll(region.tries));
            FlowGraph.removeEmptyTries(method);
        }
    }

    private List<Region> choose(FlowGraph graph, int size) {
        List<Block> heads = new ArrayList<>();
        for (Block block : graph.postorder) {
            if (block != graph.entry() && block.treeSize >= smallest && block.treeSize <= largest) {
                heads.add(block);
            }
        }
        heads.sort(
                Comparator.comparingInt((Block block) -> -block.treeSize)
                        .thenComparingInt(block -> block.index));
        List<Region> chosen = new ArrayList<>();
        Set<Block> taken = new HashSet<>();
        int left = size;
        for (Block head : heads) {
            if (left <= LIMIT) {
                break;
            }
            if (isInside(graph, head, taken)) {
                continue;
            }
            Region region = Region.of(graph, head, inputSlots);
            int stub = region.stubSize();
            if (region.isPossible()
                    && head.treeSize - stub >= smallest / 2
                    && stub <= head.treeSize * 6 / 10) {
                chosen.add(region);
                taken.add(head);
                left -= head.treeSize - stub;
            }
        }
        return chosen;
    }

    private static boolean isInside(FlowGraph graph, Block block, Set<Block> taken) {
        for (Block b = block; b != graph.entry(); b = b.dominator) {
            if (taken.contains(b)) {
                return true;
            }
        }
        return false;
    }
}

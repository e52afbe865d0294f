/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.engine.FlowGraph.Block;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Makes a big switch of a method that must be split a switch of two levels: the outer one picks a
 * group of cases, the head of the group picks the case. A group is then cut out as a whole, where
 * its many cases alone would each cost a call.
 */
final class SwitchGrouper {
    private static final int MINIMUM_LABELS = 24;
    private static final int MINIMUM_CASES = 8;
    private static final int GROUP_BYTES = 2500;

    private final FlowGraph graph;
    private final TableSwitchInsnNode node;
    private final Map<Block, Integer> groupOf = new HashMap<>();
    private int groups;

    private SwitchGrouper(FlowGraph graph, TableSwitchInsnNode node) {
        this.graph = graph;
        this.node = node;
    }

    /** Groups every big switch of a method. */
    static void group(MethodNode method) {
        for (AbstractInsnNode instruction : method.instructions.toArray()) {
            if (instruction instanceof TableSwitchInsnNode node
                    && node.labels.size() >= MINIMUM_LABELS) {
                FlowGraph graph = FlowGraph.of(method, -1);
                SwitchGrouper grouper = new SwitchGrouper(graph, node);
                if (grouper.isWholeStatement() && grouper.chooseGroups()) {
                    grouper.rewrite();
                }
            }
        }
    }

    /** Whether the selector is the only operand. */
    private boolean isWholeStatement() {
        if (node.getNext() == null && node.getPrevious() == null) {
            return false;
        }
        return graph.frames.at(graph.frames.position(node)).getStackSize() == 1;
    }

    private boolean chooseGroups() {
        Block home = homeBlock();
        Set<Block> cases = new LinkedHashSet<>();
        for (LabelNode label : node.labels) {
            Block target = graph.blockOf(label);
            if (target.dominator == home
                    && target.treeSize < GROUP_BYTES / 2
                    && target != graph.blockOf(node.dflt)) {
                cases.add(target);
            }
        }
        int bytes = 0;
        for (Block target : cases) {
            if (bytes > 0 && bytes + target.treeSize > GROUP_BYTES) {
                groups++;
                bytes = 0;
            }
            bytes += target.treeSize;
            groupOf.put(target, groups);
        }
        groups++;
        return cases.size() >= MINIMUM_CASES;
    }

    private Block homeBlock() {
        int position = graph.frames.position(node);
        for (Block block : graph.blocks) {
            if (block.last == position) {
                return block;
            }
        }
        throw new IllegalStateException("a switch ends its block");
    }

    private void rewrite() {
        InsnList code = graph.method.instructions;
        int selector = graph.method.maxLocals++;
        code.insertBefore(node, new VarInsnNode(Opcodes.ISTORE, selector));
        code.insertBefore(node, new VarInsnNode(Opcodes.ILOAD, selector));
        List<LabelNode> original = new ArrayList<>(node.labels);
        InsnList heads = new InsnList();
        for (int group = 0; group < groups; group++) {
            LabelNode head = new LabelNode();
            heads.add(head);
            heads.add(new VarInsnNode(Opcodes.ILOAD, selector));
            addInnerSwitch(heads, original, group);
            for (int i = 0; i < original.size(); i++) {
                if (isIn(original.get(i), group)) {
                    node.labels.set(i, head);
                }
            }
        }
        code.insert(node, heads);
    }

    private boolean isIn(LabelNode label, int group) {
        Integer own = groupOf.get(graph.blockOf(label));
        return own != null && own == group;
    }

    private void addInnerSwitch(InsnList heads, List<LabelNode> original, int group) {
        int first = 0;
        while (!isIn(original.get(first), group)) {
            first++;
        }
        int last = original.size() - 1;
        while (!isIn(original.get(last), group)) {
            last--;
        }
        LabelNode never = new LabelNode();
        LabelNode[] labels = new LabelNode[last - first + 1];
        for (int i = first; i <= last; i++) {
            labels[i - first] = isIn(original.get(i), group) ? original.get(i) : never;
        }
        heads.add(new TableSwitchInsnNode(node.min + first, node.min + last, never, labels));
        heads.add(never);
        heads.add(new InsnNode(Opcodes.ACONST_NULL));
        heads.add(new InsnNode(Opcodes.ATHROW));
    }
}

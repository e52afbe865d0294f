/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.engine.FlowGraph.Block;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Cuts a region out of a method: its blocks become a new method, a call of it stays behind.
 *
 * <p>The part takes the live locals, the memory base and the context. It answers the number of the
 * exit that it took; the first changed int travels in the upper half of the same long, other
 * changed locals in scratch fields of the context, which the caller reads at once. A part that only
 * returns from the method has the method's result type.
 */
final class Outliner {
    /** How the part tells its caller where to go on. */
    private enum Protocol {
        /** Returns the method's result. */
        RESULT,
        /** There is at most one way on. */
        NOTHING,
        /** The exit's number. */
        EXIT,
        /** The exit's number below the carried int. */
        PACKED
    }

    private final Names names;
    private final Scratch scratch;
    private final String owner;
    private final FlowGraph graph;
    private final Region region;
    private final MethodNode caller;
    private final MethodNode part;
    private final Type result;
    private final Protocol protocol;
    private final int carried;
    private final int memorySlot;
    private final Map<Integer, Integer> slots = new HashMap<>();
    private final Map<Block, LabelNode> blockLabels = new HashMap<>();
    private final Map<Block, LabelNode> exitLabels = new HashMap<>();
    private int partMemory;

    private Outliner(
            Names names,
            Scratch scratch,
            String owner,
            FlowGraph graph,
            Region region,
            String name) {
        this.names = names;
        this.scratch = scratch;
        this.owner = owner;
        this.graph = graph;
        this.region = region;
        this.caller = graph.method;
        this.result = Type.getReturnType(caller.desc);
        this.memorySlot = Binder.memorySlot(caller.desc);
        this.carried = chooseCarried();
        this.protocol = chooseProtocol();
        this.part =
                new MethodNode(
                        Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, name, descriptor(), null, null);
    }

    /**
     * Cuts out a region.
     *
     * @param added takes the try block of the stub, if it needs one, to be put before all others
     * @return the new method
     */
    static MethodNode cut(
            Names names,
            Scratch scratch,
            String owner,
            FlowGraph graph,
            Region region,
            String name,
            List<TryCatchBlockNode> added) {
        Outliner outliner = new Outliner(names, scratch, owner, graph, region, name);
        outliner.writePart();
        TryCatchBlockNode handler = outliner.replaceByCall();
        if (handler != null) {
            added.add(handler);
        }
        return outliner.part;
    }

    private int chooseCarried() {
        for (var output : region.outputs.entrySet()) {
            if (output.getValue() == Type.INT_TYPE) {
                return output.getKey();
            }
        }
        return -1;
    }

    private Protocol chooseProtocol() {
        if (region.exits.isEmpty() && region.returns) {
            return Protocol.RESULT;
        }
        if (carried >= 0) {
            return Protocol.PACKED;
        }
        return waysOn() > 1 ? Protocol.EXIT : Protocol.NOTHING;
    }

    private int waysOn() {
        return region.exits.size() + (region.returns ? 1 : 0);
    }

    private Type partResult() {
        return switch (protocol) {
            case RESULT -> result;
            case NOTHING -> Type.VOID_TYPE;
            case EXIT -> Type.INT_TYPE;
            case PACKED -> Type.LONG_TYPE;
        };
    }

    private String descriptor() {
        StringBuilder text = new StringBuilder("(");
        region.inputs.values().forEach(type -> text.append(type.getDescriptor()));
        return text.append("JL")
                .append(names.context())
                .append(";)")
                .append(partResult())
                .toString();
    }

    // ---- the part

    private void writePart() {
        int slot = 0;
        for (var input : region.inputs.entrySet()) {
            slots.put(input.getKey(), slot);
            slot += input.getValue().getSize();
        }
        partMemory = slot;
        slots.put(memorySlot, slot);
        slots.put(memorySlot + 2, slot + 2);
        part.maxLocals = slot + 3;
        part.maxStack = caller.maxStack + 6;
        region.blocks.forEach(block -> blockLabels.put(block, new LabelNode()));
        region.exits.forEach(block -> exitLabels.put(block, new LabelNode()));
        List<Block> order = new ArrayList<>(region.blocks);
        order.remove(region.head);
        order.add(0, region.head);
        for (int i = 0; i < order.size(); i++) {
            Block following = i + 1 < order.size() ? order.get(i + 1) : null;
            writeBlock(order.get(i), following);
        }
        LabelNode end = new LabelNode();
        part.instructions.add(end);
        moveTries(order, end);
        for (int i = 0; i < region.exits.size(); i++) {
            writeExit(i);
        }
        if (needsHandler()) {
            saveOnException(order, end);
        }
    }

    private boolean needsHandler() {
        return region.mixed || !region.saved.isEmpty();
    }

    /**
     * What the handler outside reads must reach it as it was when the exception was thrown. If the
     * handler is not one for all of the part, a flag tells the stub that it is to be asked.
     */
    private void saveOnException(List<Block> order, LabelNode end) {
        InsnList code = part.instructions;
        LabelNode handler = new LabelNode();
        code.add(handler);
        for (var saved : region.saved.entrySet()) {
            Type type = saved.getValue();
            code.add(new VarInsnNode(type.getOpcode(Opcodes.ILOAD), partSlot(saved.getKey())));
            storeScratch(code, partMemory + 2, type, index(region.saved, type, saved.getKey()));
        }
        if (region.mixed) {
            code.add(new VarInsnNode(Opcodes.ALOAD, partMemory + 2));
            code.add(new InsnNode(Opcodes.ICONST_1));
            code.add(flag(Opcodes.PUTFIELD));
        }
        code.add(new InsnNode(Opcodes.ATHROW));
        if (!region.mixed) {
            addHandler(blockLabels.get(region.head), end, handler);
            return;
        }
        for (int i = 0; i < order.size(); i++) {
            if (order.get(i).tries.get(region.coveringTry)) {
                LabelNode stop = i + 1 < order.size() ? blockLabels.get(order.get(i + 1)) : end;
                addHandler(blockLabels.get(order.get(i)), stop, handler);
            }
        }
    }

    private void addHandler(LabelNode start, LabelNode end, LabelNode handler) {
        part.tryCatchBlocks.add(
                new TryCatchBlockNode(start, end, handler, Region.EXCEPTION.getInternalName()));
    }

    private FieldInsnNode flag(int opcode) {
        return new FieldInsnNode(opcode, names.context(), scratch.flag(), "I");
    }

    private LabelNode partTarget(LabelNode target) {
        Block block = graph.blockOf(target);
        return region.contains(block) ? blockLabels.get(block) : exitLabels.get(block);
    }

    private void writeBlock(Block block, Block following) {
        InsnList code = part.instructions;
        code.add(blockLabels.get(block));
        Map<LabelNode, LabelNode> labels = new IdentityHashMap<>();
        AbstractInsnNode last = graph.frames.instructions[block.last];
        Code.targets(last).forEach(target -> labels.put(target, partTarget(target)));
        for (int i = block.first; i <= block.last; i++) {
            AbstractInsnNode node = graph.frames.instructions[i];
            if (node instanceof LabelNode) {
                continue;
            }
            if (Code.isReturn(node.getOpcode())) {
                writeReturn(node.getOpcode());
            } else {
                AbstractInsnNode copy = node.clone(labels);
                renumber(copy);
                code.add(copy);
            }
        }
        if (!Code.endsBlock(last)) {
            Block next = graph.blocks.get(block.index + 1);
            if (!region.contains(next)) {
                code.add(new JumpInsnNode(Opcodes.GOTO, exitLabels.get(next)));
            } else if (next != following) {
                code.add(new JumpInsnNode(Opcodes.GOTO, blockLabels.get(next)));
            }
        }
    }

    private void renumber(AbstractInsnNode node) {
        if (node instanceof VarInsnNode variable) {
            variable.var = partSlot(variable.var);
        } else if (node instanceof IincInsnNode increment) {
            increment.var = partSlot(increment.var);
        }
    }

    private int partSlot(int local) {
        return slots.computeIfAbsent(
                local,
                l -> {
                    int slot = part.maxLocals;
                    part.maxLocals += 2;
                    return slot;
                });
    }

    private void writeReturn(int opcode) {
        InsnList code = part.instructions;
        if (protocol == Protocol.RESULT) {
            code.add(new InsnNode(opcode));
            return;
        }
        if (opcode != Opcodes.RETURN) {
            storeScratch(code, partMemory + 2, result, scratchIndex(result, -1));
        }
        answer(region.exits.size(), false);
    }

    private void writeExit(int number) {
        Block exit = region.exits.get(number);
        InsnList code = part.instructions;
        code.add(exitLabels.get(exit));
        for (var output : region.outputs.entrySet()) {
            int local = output.getKey();
            if (local != carried && exit.liveIn.get(local)) {
                Type type = output.getValue();
                code.add(new VarInsnNode(type.getOpcode(Opcodes.ILOAD), partSlot(local)));
                storeScratch(code, partMemory + 2, type, scratchIndex(type, local));
            }
        }
        answer(number, carried >= 0 && exit.liveIn.get(carried));
    }

    private void answer(int exit, boolean carries) {
        InsnList code = part.instructions;
        switch (protocol) {
            case NOTHING -> code.add(new InsnNode(Opcodes.RETURN));
            case EXIT -> {
                code.add(Code.push(exit));
                code.add(new InsnNode(Opcodes.IRETURN));
            }
            default -> {
                if (carries) {
                    code.add(new VarInsnNode(Opcodes.ILOAD, partSlot(carried)));
                    code.add(new InsnNode(Opcodes.I2L));
                    code.add(new IntInsnNode(Opcodes.BIPUSH, 32));
                    code.add(new InsnNode(Opcodes.LSHL));
                    code.add(new LdcInsnNode((long) exit));
                    code.add(new InsnNode(Opcodes.LOR));
                } else {
                    code.add(new LdcInsnNode((long) exit));
                }
                code.add(new InsnNode(Opcodes.LRETURN));
            }
        }
    }

    private void moveTries(List<Block> order, LabelNode end) {
        for (TryCatchBlockNode node : region.tries) {
            int index = caller.tryCatchBlocks.indexOf(node);
            LabelNode start = null;
            LabelNode stop = end;
            for (int i = 0; i < order.size(); i++) {
                if (order.get(i).tries.get(index)) {
                    start = start == null ? blockLabels.get(order.get(i)) : start;
                    stop = i + 1 < order.size() ? blockLabels.get(order.get(i + 1)) : end;
                }
            }
            LabelNode handler = blockLabels.get(graph.blockOf(node.handler));
            part.tryCatchBlocks.add(new TryCatchBlockNode(start, stop, handler, node.type));
        }
    }

    // ---- scratch fields

    /**
     * The number of a changed local, or of the result (-1), among the scratch fields of its type.
     */
    private int scratchIndex(Type type, int local) {
        return index(region.outputs, type, local);
    }

    private static int index(Map<Integer, Type> locals, Type type, int local) {
        int index = 0;
        for (var output : locals.entrySet()) {
            if (output.getKey() == local) {
                return index;
            }
            index += output.getValue().equals(type) ? 1 : 0;
        }
        return index;
    }

    private FieldInsnNode field(int opcode, Type type, int index) {
        return new FieldInsnNode(
                opcode, names.context(), scratch.field(type, index), type.getDescriptor());
    }

    private void storeScratch(InsnList code, int context, Type type, int index) {
        code.add(new VarInsnNode(Opcodes.ALOAD, context));
        if (type.getSize() == 2) {
            code.add(new InsnNode(Opcodes.DUP_X2));
            code.add(new InsnNode(Opcodes.POP));
        } else {
            code.add(new InsnNode(Opcodes.SWAP));
        }
        code.add(field(Opcodes.PUTFIELD, type, index));
    }

    private void loadScratch(InsnList code, Type type, int index) {
        code.add(new VarInsnNode(Opcodes.ALOAD, memorySlot + 2));
        code.add(field(Opcodes.GETFIELD, type, index));
    }

    // ---- the caller

    private TryCatchBlockNode replaceByCall() {
        InsnList call = new InsnList();
        LabelNode start = new LabelNode();
        LabelNode end = new LabelNode();
        call.add(start);
        caller.maxStack = Math.max(caller.maxStack, partMemory + 6);
        for (var input : region.inputs.entrySet()) {
            call.add(new VarInsnNode(input.getValue().getOpcode(Opcodes.ILOAD), input.getKey()));
        }
        call.add(new VarInsnNode(Opcodes.LLOAD, memorySlot));
        call.add(new VarInsnNode(Opcodes.ALOAD, memorySlot + 2));
        call.add(new MethodInsnNode(Opcodes.INVOKESTATIC, owner, part.name, part.desc, false));
        call.add(end);
        goOn(call);
        int anchor = region.head.first;
        while (anchor < region.head.last
                && graph.frames.instructions[anchor + 1] instanceof LabelNode) {
            anchor++;
        }
        for (Block block : region.blocks) {
            for (int i = block.first; i <= block.last; i++) {
                if (!(graph.frames.instructions[i] instanceof LabelNode)) {
                    caller.instructions.remove(graph.frames.instructions[i]);
                }
            }
        }
        caller.instructions.insert(graph.frames.instructions[anchor], call);
        return !needsHandler()
                ? null
                : new TryCatchBlockNode(
                        start, end, reloadOnException(), Region.EXCEPTION.getInternalName());
    }

    /** The stub's handler: takes over what the part saved and goes on in the real handler. */
    private LabelNode reloadOnException() {
        InsnList code = caller.instructions;
        LabelNode handler = new LabelNode();
        InsnList list = new InsnList();
        list.add(handler);
        list.add(new VarInsnNode(Opcodes.ASTORE, graph.exceptionSlot));
        if (region.mixed) {
            askForHandler(list);
        }
        for (var saved : region.saved.entrySet()) {
            Type type = saved.getValue();
            loadScratch(list, type, index(region.saved, type, saved.getKey()));
            list.add(new VarInsnNode(type.getOpcode(Opcodes.ISTORE), saved.getKey()));
        }
        Block body = graph.blocks.get(region.coveringHandler.index + 1);
        LabelNode target = (LabelNode) graph.frames.instructions[body.first];
        list.add(new JumpInsnNode(Opcodes.GOTO, target));
        code.add(list);
        return handler;
    }

    /** Throws the exception on unless it comes from where the real handler is one. */
    private void askForHandler(InsnList list) {
        LabelNode covered = new LabelNode();
        list.add(new VarInsnNode(Opcodes.ALOAD, memorySlot + 2));
        list.add(flag(Opcodes.GETFIELD));
        list.add(new JumpInsnNode(Opcodes.IFNE, covered));
        list.add(new VarInsnNode(Opcodes.ALOAD, graph.exceptionSlot));
        list.add(new InsnNode(Opcodes.ATHROW));
        list.add(covered);
        list.add(new VarInsnNode(Opcodes.ALOAD, memorySlot + 2));
        list.add(new InsnNode(Opcodes.ICONST_0));
        list.add(flag(Opcodes.PUTFIELD));
    }

    private void goOn(InsnList call) {
        if (protocol == Protocol.RESULT) {
            call.add(new InsnNode(result.getOpcode(Opcodes.IRETURN)));
            return;
        }
        if (waysOn() == 0) {
            call.add(new InsnNode(Opcodes.ACONST_NULL));
            call.add(new InsnNode(Opcodes.ATHROW));
            return;
        }
        int packed = -1;
        if (protocol == Protocol.PACKED) {
            packed = caller.maxLocals;
            caller.maxLocals += 2;
            call.add(new InsnNode(Opcodes.DUP2));
            call.add(new VarInsnNode(Opcodes.LSTORE, packed));
            call.add(new InsnNode(waysOn() > 1 ? Opcodes.L2I : Opcodes.POP2));
        }
        LabelNode[] labels = new LabelNode[waysOn()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = new LabelNode();
        }
        dispatch(call, labels);
        for (int i = 0; i < labels.length; i++) {
            call.add(labels[i]);
            if (i < region.exits.size()) {
                leaveTo(call, region.exits.get(i), packed);
            } else {
                returnResult(call);
            }
        }
    }

    private static void dispatch(InsnList call, LabelNode[] labels) {
        if (labels.length == 2) {
            call.add(new JumpInsnNode(Opcodes.IFNE, labels[1]));
        } else if (labels.length > 2) {
            int last = labels.length - 1;
            LabelNode[] listed = java.util.Arrays.copyOf(labels, last);
            call.add(new TableSwitchInsnNode(0, last - 1, labels[last], listed));
        }
    }

    private void leaveTo(InsnList call, Block exit, int packed) {
        for (var output : region.outputs.entrySet()) {
            int local = output.getKey();
            if (!exit.liveIn.get(local)) {
                continue;
            }
            Type type = output.getValue();
            if (local == carried) {
                call.add(new VarInsnNode(Opcodes.LLOAD, packed));
                call.add(new IntInsnNode(Opcodes.BIPUSH, 32));
                call.add(new InsnNode(Opcodes.LSHR));
                call.add(new InsnNode(Opcodes.L2I));
            } else {
                loadScratch(call, type, scratchIndex(type, local));
            }
            call.add(new VarInsnNode(type.getOpcode(Opcodes.ISTORE), local));
        }
        LabelNode target = (LabelNode) graph.frames.instructions[exit.first];
        call.add(new JumpInsnNode(Opcodes.GOTO, target));
    }

    private void returnResult(InsnList call) {
        if (result != Type.VOID_TYPE) {
            loadScratch(call, result, scratchIndex(result, -1));
        }
        call.add(new InsnNode(result.getOpcode(Opcodes.IRETURN)));
    }
}

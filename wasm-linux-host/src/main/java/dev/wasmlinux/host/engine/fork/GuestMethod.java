/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * A method of compiled guest code with the calls in it at which frames may be captured: calls of
 * the module's own classes that pass a context on, system calls, and polls.
 */
final class GuestMethod {
    private static final String RUNTIME = "dev/wasmlinux/host/rt/";
    private static final String ROOT_CONTEXT = RUNTIME + "Context";
    private static final String IMPORTS = RUNTIME + "ProgramImports";
    private static final String MEMORY = RUNTIME + "TlbMemory";

    /** Never changed once made, so parent and child may share one. */
    private static final String EXCEPTION = RUNTIME + "GuestException";

    private final String owner;
    private final MethodNode node;
    private final int memorySlot;
    private final int contextSlot;
    private final List<CallSite> sites = new ArrayList<>();
    private final List<MethodInsnNode> calls = new ArrayList<>();

    private GuestMethod(String owner, MethodNode node) {
        this.owner = owner;
        this.node = node;
        Type[] arguments = Type.getArgumentTypes(node.desc);
        int last = (Type.getArgumentsAndReturnSizes(node.desc) >> 2) - 2;
        int receiver = isStatic() ? 0 : 1;
        boolean context = arguments.length > 0 && isContext(arguments[arguments.length - 1]);
        this.contextSlot = context ? last + receiver : -1;
        boolean memory =
                context
                        && arguments.length > 1
                        && arguments[arguments.length - 2].equals(Type.LONG_TYPE);
        this.memorySlot = memory ? contextSlot - 2 : -1;
    }

    /**
     * Reads and analyses a method.
     *
     * @throws ForkException if the class has no such method, more than one, or one that cannot be
     *     analysed
     */
    static GuestMethod read(byte[] classFile, String name) throws ForkException {
        Map<AbstractInsnNode, Integer> offsets = new HashMap<>();
        Scanner scanner = new Scanner(classFile, name, offsets);
        try {
            scanner.accept(scanner.visitor(), ClassReader.SKIP_FRAMES | ClassReader.SKIP_DEBUG);
            if (scanner.found.size() != 1) {
                throw new ForkException(
                        ForkException.Reason.INCONSISTENT,
                        scanner.found.size()
                                + " methods "
                                + name
                                + " in class "
                                + scanner.getClassName());
            }
            GuestMethod method = new GuestMethod(scanner.getClassName(), scanner.found.get(0));
            method.analyse(offsets);
            return method;
        } catch (AnalyzerException | IllegalArgumentException e) {
            throw new ForkException(
                    ForkException.Reason.UNSUPPORTED_CODE,
                    "cannot analyse " + scanner.getClassName() + "." + name,
                    e);
        }
    }

    /** Reads one method of a class and notes the offset of each of its calls. */
    private static final class Scanner extends ClassReader {
        final List<MethodNode> found = new ArrayList<>();
        private final String name;
        private final Map<AbstractInsnNode, Integer> offsets;
        private int offset;

        Scanner(byte[] classFile, String name, Map<AbstractInsnNode, Integer> offsets) {
            super(classFile);
            this.name = name;
            this.offsets = offsets;
        }

        @Override
        protected void readBytecodeInstructionOffset(int bytecodeOffset) {
            offset = bytecodeOffset;
        }

        ClassVisitor visitor() {
            return new ClassVisitor(Opcodes.ASM9) {
                @Override
                public MethodVisitor visitMethod(
                        int access,
                        String method,
                        String descriptor,
                        String signature,
                        String[] exceptions) {
                    if (!method.equals(name)) {
                        return null;
                    }
                    MethodNode node = noting(access, descriptor);
                    found.add(node);
                    return node;
                }
            };
        }

        private MethodNode noting(int access, String descriptor) {
            return new MethodNode(Opcodes.ASM9, access, name, descriptor, null, null) {
                @Override
                public void visitMethodInsn(
                        int opcode, String type, String method, String desc, boolean isInterface) {
                    super.visitMethodInsn(opcode, type, method, desc, isInterface);
                    offsets.put(instructions.getLast(), offset);
                }
            };
        }
    }

    private void analyse(Map<AbstractInsnNode, Integer> offsets) throws AnalyzerException {
        var interpreter = new OriginInterpreter(memorySlot, contextSlot);
        Frame<BasicValue>[] frames = new Analyzer<>(interpreter).analyze(owner, node);
        Liveness liveness = null;
        for (int i = 0; i < frames.length; i++) {
            if (frames[i] != null
                    && node.instructions.get(i) instanceof MethodInsnNode call
                    && kindOf(call) != null) {
                if (liveness == null) {
                    liveness = new Liveness(node);
                }
                sites.add(site(call, offsets.get(call), frames[i], liveness, i));
                calls.add(call);
            }
        }
    }

    private CallSite.Kind kindOf(MethodInsnNode call) {
        if (call.getOpcode() == Opcodes.INVOKEINTERFACE) {
            return call.owner.equals(IMPORTS) ? CallSite.Kind.SYSTEM_CALL : null;
        }
        if (call.owner.equals(MEMORY)) {
            return call.name.equals("poll") ? CallSite.Kind.POLL : null;
        }
        Type[] arguments = Type.getArgumentTypes(call.desc);
        boolean passesContext =
                isOfModule(call.owner)
                        && arguments.length > 0
                        && isContext(arguments[arguments.length - 1]);
        return passesContext ? CallSite.Kind.GUEST : null;
    }

    private boolean isOfModule(String type) {
        int end = owner.lastIndexOf('/') + 1;
        return type.lastIndexOf('/') + 1 == end && type.startsWith(owner.substring(0, end));
    }

    private boolean isContext(Type type) {
        return type.getSort() == Type.OBJECT
                && (type.getInternalName().equals(ROOT_CONTEXT)
                        || isOfModule(type.getInternalName()));
    }

    private CallSite site(
            MethodInsnNode call,
            int offset,
            Frame<BasicValue> frame,
            Liveness liveness,
            int index) {
        boolean tail = isReturn(nextInstruction(call)) && !liveness.isCaught(index);
        List<Slot> locals = new ArrayList<>();
        List<Slot> kept = new ArrayList<>();
        String unsupported = tail ? null : unsupportedMethod();
        if (!tail && unsupported == null) {
            String problem = locals(frame, liveness.behind(index), locals);
            unsupported = problem != null ? problem : kept(call, frame, kept);
        }
        return new CallSite(
                sites.size(),
                offset,
                call.getOpcode() == Opcodes.INVOKESTATIC ? call.owner + "." + call.name : null,
                kindOf(call),
                tail,
                Type.getReturnType(call.desc),
                List.copyOf(locals),
                List.copyOf(kept),
                unsupported);
    }

    private String unsupportedMethod() {
        if (!isStatic() || memorySlot < 0) {
            return "the method does not end its parameters with a memory base and a context";
        }
        int result = Type.getReturnType(node.desc).getSort();
        return result >= Type.ARRAY ? "the method returns an object" : null;
    }

    private static AbstractInsnNode nextInstruction(AbstractInsnNode from) {
        AbstractInsnNode next = from.getNext();
        while (next != null && next.getOpcode() < 0) {
            next = next.getNext();
        }
        return next;
    }

    private static boolean isReturn(AbstractInsnNode instruction) {
        return instruction != null
                && instruction.getOpcode() >= Opcodes.IRETURN
                && instruction.getOpcode() <= Opcodes.RETURN;
    }

    private static String locals(Frame<BasicValue> frame, BitSet live, List<Slot> slots) {
        for (int i = live.nextSetBit(0); i >= 0; i = live.nextSetBit(i + 1)) {
            Slot slot = slot(i, frame.getLocal(i));
            if (slot == null) {
                return "local variable " + i + " holds " + describe(frame.getLocal(i));
            }
            slots.add(slot);
        }
        return null;
    }

    private static String kept(MethodInsnNode call, Frame<BasicValue> frame, List<Slot> slots) {
        int arguments = Type.getArgumentTypes(call.desc).length;
        int receiver = call.getOpcode() == Opcodes.INVOKESTATIC ? 0 : 1;
        int count = frame.getStackSize() - arguments - receiver;
        int position = 0;
        for (int i = 0; i < count; i++) {
            BasicValue value = frame.getStack(i);
            Slot slot = slot(position, value);
            if (slot == null) {
                return "operand " + i + " is " + describe(value);
            }
            slots.add(slot);
            position += value.getSize();
        }
        return null;
    }

    private static Slot slot(int position, BasicValue value) {
        ValueKind kind = kind(value);
        if (kind == null) {
            return null;
        }
        String type = kind == ValueKind.REFERENCE ? value.getType().getInternalName() : null;
        return new Slot(position, kind, type);
    }

    private static ValueKind kind(BasicValue value) {
        if (value instanceof OriginInterpreter.TaskValue task) {
            return task.kind();
        }
        if (value.getType() == null) {
            return null;
        }
        return switch (value.getType().getSort()) {
            case Type.INT -> ValueKind.INT;
            case Type.LONG -> ValueKind.LONG;
            case Type.FLOAT -> ValueKind.FLOAT;
            case Type.DOUBLE -> ValueKind.DOUBLE;
            default -> isShareable(value.getType()) ? ValueKind.REFERENCE : null;
        };
    }

    private static boolean isShareable(Type type) {
        return type.getDescriptor().equals("[J") || type.getInternalName().equals(EXCEPTION);
    }

    private static String describe(BasicValue value) {
        return value instanceof OriginInterpreter.TaskValue
                ? "something computed from the memory base or the context"
                : "a value of type " + value.getType();
    }

    boolean isStatic() {
        return (node.access & Opcodes.ACC_STATIC) != 0;
    }

    /** Internal name of the class. */
    String owner() {
        return owner;
    }

    /** Name of the method. */
    String name() {
        return node.name;
    }

    /** Internal name of the context class. */
    String context() {
        Type[] arguments = Type.getArgumentTypes(node.desc);
        return arguments[arguments.length - 1].getInternalName();
    }

    /** The calls, in code order. */
    List<CallSite> sites() {
        return sites;
    }

    /** Number of slots of local variables. */
    int maxLocals() {
        return node.maxLocals;
    }

    /** Whether exceptions may be caught in the method. */
    boolean hasHandlers() {
        return !node.tryCatchBlocks.isEmpty();
    }

    /** Whether there is a site where a frame can go on. */
    boolean isResumable(boolean polls) {
        return sites.stream().anyMatch(site -> site.isResumable(polls));
    }

    /** The code; the writer of the variant consumes it. */
    MethodNode node() {
        return node;
    }

    /** The instruction of a site. */
    MethodInsnNode call(CallSite site) {
        return calls.get(site.index());
    }
}

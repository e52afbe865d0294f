/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodTooLargeException;
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
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Writes the resume variant of a method: a class with one static method of the same name,
 *
 * <pre>long func_N(int site, long[] values, Object[] references,
 *             long result, Throwable failure, long memory, CONTEXT context)</pre>
 *
 * that puts the values of a captured frame back, goes on behind the call number {@code site} as if
 * it had just returned {@code result} or thrown {@code failure}, and returns what the method
 * returns. All numbers are raw bits in a {@code long}. The code behind is the method's own, its
 * variables moved up; calls in it carry their site's number plus one as line number, so that a
 * frame of the variant can be captured too.
 */
final class VariantWriter {
    /** Local variables of the original begin here. */
    static final int SHIFT = 9;

    private static final int SITE = 0;
    private static final int VALUES = 1;
    private static final int REFERENCES = 2;
    private static final int RESULT = 3;
    private static final int FAILURE = 5;
    private static final int MEMORY = 6;
    private static final int CONTEXT = 8;

    private final GuestMethod method;
    private final InsnList code;
    private final boolean polls;
    private final CommonLocals common;

    private VariantWriter(GuestMethod method, boolean polls) {
        this.method = method;
        this.polls = polls;
        this.code = method.node().instructions;
        this.common = new CommonLocals(method, polls);
    }

    /**
     * Internal name of the class of a method's variant.
     *
     * @param polls whether it is the larger one that can also begin at polls
     */
    static String className(String owner, String method, boolean polls) {
        int slash = owner.lastIndexOf('/') + 1;
        String prefix = polls ? "P$" : "R$";
        return owner.substring(0, slash) + prefix + owner.substring(slash) + "$" + method;
    }

    /** Descriptor of a variant for a context class. */
    static String descriptor(String context) {
        return "(I[J[Ljava/lang/Object;JLjava/lang/Throwable;JL" + context + ";)J";
    }

    /**
     * Writes the class; the method's code is changed on the way.
     *
     * @throws ForkException if the variant is too large for a class file
     */
    static byte[] write(GuestMethod method, boolean polls) throws ForkException {
        VariantWriter writer = new VariantWriter(method, polls);
        writer.change();
        try {
            return writer.classFile();
        } catch (MethodTooLargeException e) {
            throw new ForkException(
                    ForkException.Reason.UNSUPPORTED_CODE,
                    "the resume variant of " + method.name() + " is too large",
                    e);
        }
    }

    private byte[] classFile() {
        ClassWriter writer =
                new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
                    @Override
                    protected String getCommonSuperClass(String first, String second) {
                        return "java/lang/Object";
                    }
                };
        int access = Opcodes.ACC_FINAL | Opcodes.ACC_SUPER | Opcodes.ACC_SYNTHETIC;
        writer.visit(
                Opcodes.V17,
                access,
                className(method.owner(), method.name(), polls),
                null,
                "java/lang/Object",
                null);
        MethodNode node = method.node();
        var target =
                writer.visitMethod(
                        Opcodes.ACC_STATIC, node.name, descriptor(method.context()), null, null);
        node.visibleLocalVariableAnnotations = null;
        node.invisibleLocalVariableAnnotations = null;
        node.localVariables = null;
        node.parameters = null;
        node.maxLocals += SHIFT;
        node.accept(target);
        writer.visitEnd();
        return writer.toByteArray();
    }

    private void change() {
        Type result = Type.getReturnType(method.node().desc);
        for (AbstractInsnNode node : code.toArray()) {
            if (node instanceof VarInsnNode variable) {
                variable.var += SHIFT;
            } else if (node instanceof IincInsnNode increment) {
                increment.var += SHIFT;
            } else if (node.getOpcode() >= Opcodes.IRETURN && node.getOpcode() <= Opcodes.RETURN) {
                code.insertBefore(node, toBits(result));
                code.set(node, new InsnNode(Opcodes.LRETURN));
            }
        }
        InsnList prologue = new InsnList();
        for (Slot slot : common.slots()) {
            restoreLocal(prologue, slot);
        }
        InsnList entries = new InsnList();
        LabelNode unknown = new LabelNode();
        LabelNode[] labels = new LabelNode[method.sites().size()];
        for (CallSite site : method.sites()) {
            markLine(site);
            labels[site.index()] = site.isResumable(polls) ? enter(entries, site) : unknown;
        }
        prologue.add(new VarInsnNode(Opcodes.ILOAD, SITE));
        prologue.add(new TableSwitchInsnNode(0, labels.length - 1, unknown, labels));
        prologue.add(entries);
        prologue.add(unknown);
        prologue.add(new InsnNode(Opcodes.ACONST_NULL)); // never reached: sites are checked
        prologue.add(new InsnNode(Opcodes.ATHROW));
        code.insert(prologue);
    }

    private void markLine(CallSite site) {
        LabelNode label = new LabelNode();
        code.insertBefore(method.call(site), label);
        code.insertBefore(method.call(site), new LineNumberNode(site.index() + 1, label));
    }

    /** Adds the entry of a site to the prologue and its landing place behind the call. */
    private LabelNode enter(InsnList entries, CallSite site) {
        LabelNode entry = new LabelNode();
        LabelNode landing = new LabelNode();
        entries.add(entry);
        for (Slot slot : site.locals()) {
            if (!common.contains(slot)) {
                restoreLocal(entries, slot);
            }
        }
        for (Slot slot : site.kept()) {
            load(entries, slot, method.maxLocals() + slot.position());
        }
        entries.add(new JumpInsnNode(Opcodes.GOTO, landing));

        // Directly behind the call, so within the same try ranges.
        InsnList behind = new InsnList();
        LabelNode done = new LabelNode();
        LabelNode normal = new LabelNode();
        behind.add(new JumpInsnNode(Opcodes.GOTO, done));
        behind.add(landing);
        behind.add(new VarInsnNode(Opcodes.ALOAD, FAILURE));
        behind.add(new JumpInsnNode(Opcodes.IFNULL, normal));
        behind.add(new VarInsnNode(Opcodes.ALOAD, FAILURE));
        behind.add(new InsnNode(Opcodes.ATHROW));
        behind.add(normal);
        if (site.result().getSort() != Type.VOID) {
            behind.add(new VarInsnNode(Opcodes.LLOAD, RESULT));
            fromBits(behind, site.result());
        }
        behind.add(done);
        code.insert(method.call(site), behind);
        return entry;
    }

    private void restoreLocal(InsnList to, Slot slot) {
        load(to, slot, slot.position());
        to.add(new VarInsnNode(slot.kind().store(), slot.position() + SHIFT));
    }

    private static void load(InsnList to, Slot slot, int index) {
        switch (slot.kind()) {
            case MEMORY -> to.add(new VarInsnNode(Opcodes.LLOAD, MEMORY));
            case CONTEXT -> to.add(new VarInsnNode(Opcodes.ALOAD, CONTEXT));
            case REFERENCE -> {
                to.add(new VarInsnNode(Opcodes.ALOAD, REFERENCES));
                to.add(constant(index));
                to.add(new InsnNode(Opcodes.AALOAD));
                to.add(new TypeInsnNode(Opcodes.CHECKCAST, slot.type()));
            }
            case INT, LONG, FLOAT, DOUBLE -> {
                to.add(new VarInsnNode(Opcodes.ALOAD, VALUES));
                to.add(constant(index));
                to.add(new InsnNode(Opcodes.LALOAD));
                fromBits(to, primitive(slot.kind()));
            }
        }
    }

    private static Type primitive(ValueKind kind) {
        return switch (kind) {
            case INT -> Type.INT_TYPE;
            case FLOAT -> Type.FLOAT_TYPE;
            case DOUBLE -> Type.DOUBLE_TYPE;
            default -> Type.LONG_TYPE;
        };
    }

    private static AbstractInsnNode constant(int value) {
        if (value == (byte) value) {
            return new IntInsnNode(Opcodes.BIPUSH, value);
        }
        return value == (short) value
                ? new IntInsnNode(Opcodes.SIPUSH, value)
                : new LdcInsnNode(value);
    }

    private static void fromBits(InsnList to, Type type) {
        switch (type.getSort()) {
            case Type.INT -> to.add(new InsnNode(Opcodes.L2I));
            case Type.FLOAT -> {
                to.add(new InsnNode(Opcodes.L2I));
                to.add(convert("java/lang/Float", "intBitsToFloat", "(I)F"));
            }
            case Type.DOUBLE -> to.add(convert("java/lang/Double", "longBitsToDouble", "(J)D"));
            default -> {
                // a long is its own bits
            }
        }
    }

    private static InsnList toBits(Type type) {
        InsnList to = new InsnList();
        switch (type.getSort()) {
            case Type.INT -> to.add(new InsnNode(Opcodes.I2L));
            case Type.FLOAT -> {
                to.add(convert("java/lang/Float", "floatToRawIntBits", "(F)I"));
                to.add(new InsnNode(Opcodes.I2L));
            }
            case Type.DOUBLE -> to.add(convert("java/lang/Double", "doubleToRawLongBits", "(D)J"));
            case Type.VOID -> to.add(new InsnNode(Opcodes.LCONST_0));
            default -> {
                // a long is its own bits
            }
        }
        return to;
    }

    private static MethodInsnNode convert(String owner, String name, String descriptor) {
        return new MethodInsnNode(Opcodes.INVOKESTATIC, owner, name, descriptor, false);
    }
}

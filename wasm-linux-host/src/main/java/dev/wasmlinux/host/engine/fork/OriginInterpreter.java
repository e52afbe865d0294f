/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicInterpreter;
import org.objectweb.asm.tree.analysis.BasicValue;

/**
 * Follows the memory base and the context through a method, as well as what is computed from them:
 * a captured frame may hold copies, which are replaced, but nothing derived, since that would lead
 * the child into its parent's memory.
 */
final class OriginInterpreter extends BasicInterpreter {
    private final int memorySlot;
    private final int contextSlot;

    /** With the slots of the two parameters, -1 if the method has no such parameter. */
    OriginInterpreter(int memorySlot, int contextSlot) {
        super(Opcodes.ASM9);
        this.memorySlot = memorySlot;
        this.contextSlot = contextSlot;
    }

    /** A value that belongs to the task; equal to itself only. */
    static final class TaskValue extends BasicValue {
        private final ValueKind kind;

        private TaskValue(Type type, ValueKind kind) {
            super(type);
            this.kind = kind;
        }

        /** {@link ValueKind#MEMORY}, {@link ValueKind#CONTEXT}, or null for a derived value. */
        ValueKind kind() {
            return kind;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof TaskValue value
                    && value.kind == kind
                    && value.getType().equals(getType());
        }

        @Override
        public int hashCode() {
            return getType().hashCode() * 31 + (kind == null ? 0 : kind.ordinal() + 1);
        }
    }

    @Override
    public BasicValue newValue(Type type) {
        if (type != null && type.getSort() >= Type.ARRAY) {
            return new BasicValue(type);
        }
        return super.newValue(type);
    }

    @Override
    public BasicValue newParameterValue(boolean isInstanceMethod, int local, Type type) {
        if (local == memorySlot) {
            return new TaskValue(type, ValueKind.MEMORY);
        }
        if (local == contextSlot) {
            return new TaskValue(type, ValueKind.CONTEXT);
        }
        return newValue(type);
    }

    @Override
    public BasicValue unaryOperation(AbstractInsnNode instruction, BasicValue value)
            throws AnalyzerException {
        BasicValue result = super.unaryOperation(instruction, value);
        if (!(value instanceof TaskValue from) || result == null) {
            return result;
        }
        if (from.kind == ValueKind.CONTEXT) {
            return ofContext(instruction, from, result);
        }
        return new TaskValue(result.getType(), null);
    }

    private static BasicValue ofContext(
            AbstractInsnNode instruction, TaskValue context, BasicValue result) {
        if (instruction.getOpcode() == Opcodes.CHECKCAST) {
            return context;
        }
        if (instruction instanceof FieldInsnNode field
                && field.name.equals("memory")
                && field.desc.equals("J")) {
            return new TaskValue(result.getType(), ValueKind.MEMORY);
        }
        return result; // globals and other plain fields
    }

    @Override
    public BasicValue binaryOperation(
            AbstractInsnNode instruction, BasicValue first, BasicValue second)
            throws AnalyzerException {
        BasicValue result = super.binaryOperation(instruction, first, second);
        boolean derived = first instanceof TaskValue || second instanceof TaskValue;
        return derived && result != null ? new TaskValue(result.getType(), null) : result;
    }

    @Override
    public BasicValue naryOperation(AbstractInsnNode instruction, List<? extends BasicValue> values)
            throws AnalyzerException {
        return super.naryOperation(instruction, values); // results of calls are guest values
    }

    @Override
    public BasicValue merge(BasicValue first, BasicValue second) {
        if (first instanceof TaskValue || second instanceof TaskValue) {
            return mergeTask(first, second);
        }
        if (first.equals(second)) {
            return first;
        }
        if (!first.isReference() || !second.isReference()) {
            return BasicValue.UNINITIALIZED_VALUE;
        }
        if (second.getType().equals(NULL_TYPE)) {
            return first;
        }
        return first.getType().equals(NULL_TYPE) ? second : BasicValue.REFERENCE_VALUE;
    }

    private static BasicValue mergeTask(BasicValue first, BasicValue second) {
        boolean same = first instanceof TaskValue && first.equals(second);
        if (same) {
            return first;
        }
        boolean sameType = first.getType() != null && first.getType().equals(second.getType());
        return sameType ? new TaskValue(first.getType(), null) : BasicValue.UNINITIALIZED_VALUE;
    }
}

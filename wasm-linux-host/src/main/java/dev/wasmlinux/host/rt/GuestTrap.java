/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

/**
 * A WebAssembly trap in kernel code (in a program, a trap becomes {@link UserAccess#trap}). It has
 * a stack trace, which names the compiled functions.
 */
public final class GuestTrap extends RuntimeException {
    /** The instruction {@code unreachable}. */
    public static final int UNREACHABLE = 1;

    /** Integer division or remainder by zero. */
    public static final int DIVIDE_BY_ZERO = 2;

    /** Integer overflow of a division or invalid conversion to an integer. */
    public static final int INTEGER_OVERFLOW = 3;

    /** Indirect call of a null entry, an index out of range or a function of another type. */
    public static final int BAD_INDIRECT_CALL = 4;

    /** Atomic access to an address that is not a multiple of its width. */
    public static final int MISALIGNED_ATOMIC = 5;

    /** The stack is used up. */
    public static final int STACK_EXHAUSTED = 6;

    /** Anything else, for example an access out of bounds of a segment. */
    public static final int OTHER = 7;

    private static final long serialVersionUID = 1L;

    private final int kind;
    private final int address;

    /** A trap of the given kind concerning a guest address (0 if none). */
    public GuestTrap(int kind, int address) {
        super(describe(kind) + (address == 0 ? "" : " at 0x" + Integer.toHexString(address)));
        this.kind = kind;
        this.address = address;
    }

    /** The kind, one of the constants of this class. */
    public int kind() {
        return kind;
    }

    /** The guest address concerned, 0 if there is none. */
    public int address() {
        return address;
    }

    private static String describe(int kind) {
        return switch (kind) {
            case UNREACHABLE -> "unreachable code";
            case DIVIDE_BY_ZERO -> "integer division by zero";
            case INTEGER_OVERFLOW -> "integer overflow or invalid conversion";
            case BAD_INDIRECT_CALL -> "bad indirect call";
            case MISALIGNED_ATOMIC -> "misaligned atomic access";
            case STACK_EXHAUSTED -> "stack exhausted";
            default -> "engine error " + kind;
        };
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

/**
 * An exception thrown by guest code with {@code throw}. It has no stack trace: throwing one costs
 * little more than the unwinding. It never leaves the module that threw it, so its tag is told by
 * its index.
 */
public final class GuestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int tag;
    private final transient long[] arguments;

    private GuestException(int tag, long[] arguments) {
        super(null, null, false, false);
        this.tag = tag;
        this.arguments = arguments;
    }

    /** Makes an exception; compiled {@code throw}. */
    public static GuestException create(long[] arguments, int tag, Context context) {
        return new GuestException(tag, arguments == null ? new long[0] : arguments);
    }

    /** Whether the exception has the given tag; compiled {@code catch}. */
    public static boolean matches(GuestException exception, int tag, Context context) {
        return exception.tag == tag;
    }

    /** The arguments as raw bits; the caller does not change them. */
    public long[] arguments() {
        return arguments;
    }

    @Override
    public String getMessage() {
        return "uncaught guest exception of tag " + tag;
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

/**
 * The private state of one task in one module: its mutable globals and its imports. The engine
 * generates a subclass per module that has one Java field per mutable Wasm global.
 *
 * <p>Not thread safe: a context is used by its task's thread, or while that thread does not run.
 * Global indices are those of {@code CompiledModule.globalIndex}.
 */
public abstract class Context {
    private static final byte[] DROPPED = new byte[0];

    // A power of two, so that the numbering may wrap around.
    private static final int EXCEPTIONS = 4096;

    /** Linear memory: the address of byte 0 (kernel form) or the TLB base (program form). */
    public final long memory;

    /** A {@link KernelImports} or {@link ProgramImports}, as the module's form demands. */
    public final Object imports;

    /**
     * The module's function table, shared by all its contexts; entries are made at their first
     * call.
     */
    public final Object[] table;

    /** What the contexts of a module share. */
    public final ModuleLink link;

    /** The stack budget that the running functions have charged, see {@link StackReserve}. */
    public int stackCharge;

    private byte[][] segments;
    private GuestException[] exceptions;
    private int nextException;

    /** For the generated subclass. */
    protected Context(long memory, Object imports, ModuleLink link) {
        this.memory = memory;
        this.imports = imports;
        this.link = link;
        this.table = link.table();
    }

    /**
     * Reads a mutable {@code i32} global.
     *
     * @throws IllegalArgumentException if the module has no such global of that type
     */
    public abstract int globalInt(int index);

    /** Writes a mutable {@code i32} global. */
    public abstract void globalInt(int index, int value);

    /** Reads a mutable {@code i64} global. */
    public abstract long globalLong(int index);

    /** Writes a mutable {@code i64} global. */
    public abstract void globalLong(int index, long value);

    /** Takes over every global of a context of the same module. */
    protected abstract void copyGlobals(Context source);

    /** Takes over the whole state of another context of the same module. */
    public final void copyFrom(Context source) {
        copyGlobals(source);
        stackCharge = source.stackCharge;
        segments = source.segments == null ? null : source.segments.clone();
        exceptions = source.exceptions == null ? null : source.exceptions.clone();
        nextException = source.nextException;
    }

    /** Thrown by generated subclasses for a global that does not exist or has another type. */
    protected static IllegalArgumentException noSuchGlobal(int index) {
        return new IllegalArgumentException("no mutable global " + index + " of this type");
    }

    /** The bytes of a passive data segment, none after it was dropped. */
    public final byte[] segment(int index) {
        byte[] own = segments == null ? null : segments[index];
        return own != null ? own : link.segment(index);
    }

    /** Compiled {@code data.drop}. */
    public static void dropSegment(int index, Context context) {
        if (context.segments == null) {
            context.segments = new byte[context.link.segmentCount()][];
        }
        context.segments[index] = DROPPED;
    }

    /**
     * Keeps an exception that compiled code caught with a reference. A reference has no end that
     * the engine could see, so only the last {@value #EXCEPTIONS} are kept.
     *
     * @return its handle, not negative
     */
    public final int keepException(GuestException exception) {
        if (exceptions == null) {
            exceptions = new GuestException[EXCEPTIONS];
        }
        int handle = nextException;
        exceptions[handle % EXCEPTIONS] = exception;
        nextException = handle + 1 & Integer.MAX_VALUE;
        return handle;
    }

    /** The exception of a handle, or null if it is null or of one no longer kept. */
    final GuestException exception(int handle) {
        int age = nextException - handle & Integer.MAX_VALUE;
        return handle < 0 || age == 0 || age > EXCEPTIONS || exceptions == null
                ? null
                : exceptions[handle % EXCEPTIONS];
    }

    /**
     * The callable of a table entry whose slot does not hold one of the expected type.
     *
     * @return null if the index is out of range, the entry empty or of another type
     */
    public final Object entry(int index, int type) {
        return link.entry(index, type);
    }
}

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
    /** Linear memory: the address of byte 0 (kernel form) or the TLB base (program form). */
    public final long memory;

    /** A {@link KernelImports} or {@link ProgramImports}, as the module's form demands. */
    public final Object imports;

    /**
     * The module's function table, shared by all its contexts; entries are made at their first call.
     */
    public final Object[] table;

    /** What the contexts of a module share. */
    public final ModuleLink link;

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

    /** Takes over every global of another context of the same module. */
    protected abstract void copyGlobals(Context source);
}

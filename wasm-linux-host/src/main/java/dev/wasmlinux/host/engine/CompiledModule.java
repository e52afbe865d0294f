/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.rt.Context;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A module as JVM code. Immutable and thread safe; any number of tasks run it, each with its own
 * {@link Context}.
 */
public final class CompiledModule {
    private CompiledModule() {}

    /**
     * Compiles a module.
     *
     * @throws ModuleException if the bytes are no valid module, or use what the form does not allow
     */
    public static CompiledModule compile(byte[] wasm, Form form, CompileOptions options)
            throws ModuleException {
        throw new ModuleException("the compiler is not there yet");
    }

    /**
     * Loads a module written by {@link #writeTo}.
     *
     * @param directoryOrJar where it was written, or a jar of that directory
     * @param name the name given to {@code writeTo}
     * @throws ModuleException if there is none, or it was written by another version of the engine
     */
    public static CompiledModule load(Path directoryOrJar, String name) throws ModuleException {
        throw new ModuleException("the loader is not there yet");
    }

    /**
     * Loads a module from a class path; its classes are defined by {@code loader}, so that class data
     * sharing works for them.
     *
     * @throws ModuleException if there is none, or it was written by another version of the engine
     */
    public static CompiledModule load(ClassLoader loader, String name) throws ModuleException {
        throw new ModuleException("the loader is not there yet");
    }

    /** Writes classes and metadata below a directory, to be loaded without the compiler. */
    public void writeTo(Path directory, String name) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** The form it was compiled for. */
    public Form form() {
        throw new UnsupportedOperationException();
    }

    /** What the module says besides code. */
    public ModuleLayout layout() {
        throw new UnsupportedOperationException();
    }

    /**
     * A new instance: globals at their initial values. The caller writes the data placements.
     *
     * @param memory address of linear memory byte 0 (kernel) or TLB base (program)
     * @param imports a {@code KernelImports} or {@code ProgramImports}
     */
    public Context newContext(long memory, Object imports) {
        throw new UnsupportedOperationException();
    }

    /** An instance whose globals are copies of another's. */
    public Context copyContext(Context source, long memory, Object imports) {
        throw new UnsupportedOperationException();
    }

    /**
     * An exported function, of exact type {@code layout().functions().get(name).methodType()}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public MethodHandle export(String name) {
        throw new UnsupportedOperationException();
    }

    /** The function of a table index, or null if the index is out of range or the entry empty. */
    public MethodHandle tableFunction(int index) {
        throw new UnsupportedOperationException();
    }

    /** The type of the function of a table index, or null if there is none. */
    public FunctionType tableFunctionType(int index) {
        throw new UnsupportedOperationException();
    }

    /**
     * The index of an exported mutable global in a context.
     *
     * @throws IllegalArgumentException if there is none
     */
    public int globalIndex(String exportName) {
        throw new UnsupportedOperationException();
    }

    /**
     * The Wasm function that a Java stack frame belongs to.
     *
     * @return its name, or null if the frame is not of this module's code
     */
    public String functionName(StackTraceElement frame) {
        throw new UnsupportedOperationException();
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.task;

import dev.wasmlinux.host.engine.CompiledModule;
import java.util.Objects;

/**
 * A program that has been verified and compiled: what {@code execve} starts.
 *
 * <p>Immutable and thread safe; one for all processes that run the same file.
 */
public final class Program {
    private final CompiledModule module;
    private final int stackPointer;
    private final int threadPointer;
    private final int imageStart;
    private final int imageEnd;

    /**
     * @param imageStart first address of the program's data, a multiple of the page size
     * @param imageEnd end of its data, where the heap begins
     * @throws IllegalArgumentException if the module lacks the exports of a program
     */
    public Program(CompiledModule module, int imageStart, int imageEnd) {
        this.module = Objects.requireNonNull(module);
        this.stackPointer = module.globalIndex("__stack_pointer");
        this.threadPointer = module.globalIndex("__tls_base");
        this.imageStart = imageStart;
        this.imageEnd = imageEnd;
    }

    CompiledModule module() {
        return module;
    }

    /** Context index of the program's stack pointer. */
    int stackPointer() {
        return stackPointer;
    }

    /** Context index of the program's thread pointer. */
    int threadPointer() {
        return threadPointer;
    }

    /** First address of the data. */
    public int imageStart() {
        return imageStart;
    }

    /** End of the data. */
    public int imageEnd() {
        return imageEnd;
    }
}

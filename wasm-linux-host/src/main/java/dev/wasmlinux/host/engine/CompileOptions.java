/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

/**
 * How to compile a module.
 *
 * @param checkedMemory whether kernel memory accesses check a limit (debugging; slower)
 * @param maximumModuleBytes largest module accepted, in bytes
 * @param maximumClassBytes largest total of generated class bytes accepted
 */
public record CompileOptions(
        boolean checkedMemory, int maximumModuleBytes, long maximumClassBytes) {
    private static final CompileOptions DEFAULTS = new CompileOptions(false, 64 << 20, 256L << 20);

    /** Checks the limits. */
    public CompileOptions {
        if (maximumModuleBytes <= 0 || maximumClassBytes <= 0) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }

    /** No limit check, modules up to 64 MiB, classes up to 256 MiB. */
    public static CompileOptions defaults() {
        return DEFAULTS;
    }

    /** These options with another choice of {@code checkedMemory}. */
    public CompileOptions withCheckedMemory(boolean checked) {
        return new CompileOptions(checked, maximumModuleBytes, maximumClassBytes);
    }

    /** These options with other limits. */
    public CompileOptions withLimits(int moduleBytes, long classBytes) {
        return new CompileOptions(checkedMemory, moduleBytes, classBytes);
    }
}

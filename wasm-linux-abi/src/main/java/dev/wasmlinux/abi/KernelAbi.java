/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import dev.wasmlinux.abi.wasm.MemoryType;
import java.util.List;
import java.util.Optional;

/**
 * The contract between {@code vmlinux.wasm} and its host, as data. The Java binding, the
 * documentation table and {@link KernelImage#verify} come from it; a test holds the kernel's C
 * declarations against it. Immutable, safe for any thread.
 *
 * @param version the ABI version, from 1
 * @param memoryModule import module of the memory
 * @param memoryName import name of the memory
 * @param memory the greatest memory that may be imported
 * @param identitySection name of the custom section in which an image says what it is
 * @param imports functions that the kernel may import
 * @param exports functions that the kernel must export
 * @param globals globals that the kernel must export
 * @param constants groups of numbers
 * @param layouts structures in memory
 * @param deviceTree nodes of the device tree
 */
public record KernelAbi(
        int version,
        String memoryModule,
        String memoryName,
        MemoryType memory,
        String identitySection,
        List<AbiFunction> imports,
        List<AbiFunction> exports,
        List<AbiGlobal> globals,
        List<AbiConstants> constants,
        List<AbiLayout> layouts,
        List<AbiNode> deviceTree) {

    /** Copies the lists. */
    public KernelAbi {
        imports = List.copyOf(imports);
        exports = List.copyOf(exports);
        globals = List.copyOf(globals);
        constants = List.copyOf(constants);
        layouts = List.copyOf(layouts);
        deviceTree = List.copyOf(deviceTree);
    }

    /**
     * The contract of this version of the library.
     *
     * @return always the same instance
     */
    public static KernelAbi current() {
        return Descriptor.KERNEL;
    }

    /**
     * Looks up an import.
     *
     * @param name its name
     * @return the function, or empty
     */
    public Optional<AbiFunction> importNamed(String name) {
        return imports.stream().filter(f -> f.name().equals(name)).findFirst();
    }

    /**
     * Looks up an exported function.
     *
     * @param name its name
     * @return the function, or empty
     */
    public Optional<AbiFunction> exportNamed(String name) {
        return exports.stream().filter(f -> f.name().equals(name)).findFirst();
    }

    /**
     * A group of numbers.
     *
     * @param group its name, for example {@code pending}
     * @return the group
     * @throws IllegalArgumentException if there is none
     */
    public AbiConstants constants(String group) {
        return constants.stream()
                .filter(c -> c.group().equals(group))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no constants " + group));
    }

    /**
     * A structure.
     *
     * @param name its name, for example {@code pt_regs}
     * @return the layout
     * @throws IllegalArgumentException if there is none
     */
    public AbiLayout layout(String name) {
        return layouts.stream()
                .filter(l -> l.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no layout " + name));
    }
}

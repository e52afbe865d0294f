/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import dev.wasmlinux.abi.ImageException;
import dev.wasmlinux.abi.KernelImage;
import dev.wasmlinux.abi.SymbolTable;
import dev.wasmlinux.host.engine.CompileOptions;
import dev.wasmlinux.host.engine.CompiledModule;
import dev.wasmlinux.host.engine.Form;
import dev.wasmlinux.host.engine.ModuleException;
import java.util.Map;
import java.util.Objects;

/**
 * A kernel ready to be booted, and the programs that were compiled with it.
 *
 * <p>Immutable and thread safe; any number of machines may boot from one image at the same time.
 */
public final class MachineImage {
    private final CompiledModule kernel;
    private final SymbolTable symbols;
    private final byte[] initramfs;
    private final Map<String, CompiledModule> programs;

    private MachineImage(
            CompiledModule kernel,
            SymbolTable symbols,
            byte[] initramfs,
            Map<String, CompiledModule> programs) {
        this.kernel = Objects.requireNonNull(kernel);
        this.symbols = Objects.requireNonNull(symbols);
        this.initramfs = initramfs.clone();
        this.programs = Map.copyOf(programs);
    }

    /**
     * Compiles a kernel, which takes some seconds.
     *
     * @param vmlinux a {@code vmlinux.wasm}
     * @param symbols its function names, for stack traces
     * @param initramfs the initial root file system in a form that the kernel unpacks, may be empty
     * @throws MachineException if the file is no kernel that this host can run
     */
    public static MachineImage compile(byte[] vmlinux, SymbolTable symbols, byte[] initramfs) {
        try {
            KernelImage.verify(vmlinux);
            CompiledModule kernel =
                    CompiledModule.compile(vmlinux, Form.KERNEL, CompileOptions.defaults());
            return new MachineImage(kernel, symbols, initramfs, Map.of());
        } catch (ImageException | ModuleException e) {
            throw new MachineException("cannot use the kernel: " + e.getMessage(), e);
        }
    }

    /** This image with another initramfs. */
    public MachineImage withInitramfs(byte[] initramfs) {
        return new MachineImage(kernel, symbols, initramfs, programs);
    }

    CompiledModule kernel() {
        return kernel;
    }

    SymbolTable symbols() {
        return symbols;
    }

    byte[] initramfs() {
        return initramfs;
    }

    Map<String, CompiledModule> programs() {
        return programs;
    }
}

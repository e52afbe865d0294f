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
import dev.wasmlinux.host.engine.ModuleCache;
import dev.wasmlinux.host.engine.ModuleException;
import dev.wasmlinux.host.image.ImageFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * A kernel ready to be booted, an initial root file system, and the programs that were compiled
 * with them.
 *
 * <p>Immutable and thread safe; any number of machines may boot from one image at the same time.
 */
public final class MachineImage {
    private static final int SEGMENT_ALIGNMENT = 4;
    private static final long CODE_CACHE_BYTES = 1L << 30;

    private final CompiledModule kernel;
    private final SymbolTable symbols;
    private final byte[] initramfs;
    private final Map<String, CompiledModule> programs;
    private final ModuleCache codeCache;

    private MachineImage(
            CompiledModule kernel,
            SymbolTable symbols,
            byte[] initramfs,
            Map<String, CompiledModule> programs,
            ModuleCache codeCache) {
        this.kernel = Objects.requireNonNull(kernel);
        this.symbols = Objects.requireNonNull(symbols);
        this.initramfs = initramfs.clone();
        this.programs = Map.copyOf(programs);
        this.codeCache = codeCache;
    }

    /**
     * The image on the class path, from the artifact of this library with classifier {@code image}.
     *
     * @throws MachineException if there is none, or it does not fit this release
     */
    public static MachineImage bundled() {
        return bundled(MachineImage.class.getClassLoader());
    }

    /**
     * The image that a class loader sees.
     *
     * @throws MachineException if there is none, or it does not fit this release
     */
    public static MachineImage bundled(ClassLoader loader) {
        try {
            ImageFiles files = ImageFiles.find(loader);
            return new MachineImage(
                    files.kernel(), files.symbols(), files.initramfs(), files.programs(), null);
        } catch (IOException | ModuleException e) {
            throw new MachineException("cannot use the bundled image: " + e.getMessage(), e);
        }
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
        return new MachineImage(compileKernel(vmlinux, null), symbols, initramfs, Map.of(), null);
    }

    /**
     * As {@link #compile(byte[], SymbolTable, byte[])}, with a code cache for the kernel and the
     * programs.
     *
     * @param codeCache see {@link #withCodeCache}
     * @throws MachineException if the file is no kernel that this host can run
     */
    public static MachineImage compile(
            byte[] vmlinux, SymbolTable symbols, byte[] initramfs, Path codeCache) {
        ModuleCache cache = new ModuleCache(codeCache, CODE_CACHE_BYTES);
        return new MachineImage(compileKernel(vmlinux, cache), symbols, initramfs, Map.of(), cache);
    }

    private static CompiledModule compileKernel(byte[] vmlinux, ModuleCache cache) {
        CompileOptions options = CompileOptions.defaults();
        try {
            KernelImage.verify(vmlinux);
            return cache == null
                    ? CompiledModule.compile(vmlinux, Form.KERNEL, options)
                    : cache.compile(vmlinux, Form.KERNEL, options);
        } catch (ImageException | ModuleException e) {
            throw new MachineException("cannot use the kernel: " + e.getMessage(), e);
        }
    }

    /**
     * This image with another kernel, which is compiled, which takes some seconds.
     *
     * @throws MachineException if the file is no kernel that this host can run
     */
    public MachineImage withKernel(byte[] vmlinux, SymbolTable kernelSymbols) {
        return new MachineImage(
                compileKernel(vmlinux, codeCache), kernelSymbols, initramfs, programs, codeCache);
    }

    /** This image with another initramfs. */
    public MachineImage withInitramfs(byte[] archive) {
        return new MachineImage(kernel, symbols, archive, programs, codeCache);
    }

    /**
     * This image with one more initramfs archive behind its own, whose files win.
     *
     * @param archive an archive in any compression that the kernel unpacks
     */
    public MachineImage withExtraInitramfs(byte[] archive) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(initramfs);
        while (all.size() % SEGMENT_ALIGNMENT != 0) {
            all.write(0); // the kernel wants an uncompressed archive aligned
        }
        all.writeBytes(archive);
        return new MachineImage(kernel, symbols, all.toByteArray(), programs, codeCache);
    }

    /**
     * This image with a directory in which programs that were not compiled with it, and kernels of
     * later calls of {@link #withKernel}, stay compiled for other virtual machines and other runs:
     * large ones take seconds to compile.
     *
     * <p>Any number of virtual machines may share a directory. It is made when there is something
     * to keep, for its owner alone; of one that others may write to nothing is used, because the
     * code in it runs with the rights of this virtual machine, and a warning says so. What was used
     * the longest time ago goes when there are more than {@value #CODE_CACHE_BYTES} bytes.
     */
    public MachineImage withCodeCache(Path directory) {
        return new MachineImage(
                kernel, symbols, initramfs, programs, new ModuleCache(directory, CODE_CACHE_BYTES));
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

    /** Where compiled code is kept, or null. */
    ModuleCache codeCache() {
        return codeCache;
    }
}

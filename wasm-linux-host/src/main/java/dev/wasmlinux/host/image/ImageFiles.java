/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.image;

import dev.wasmlinux.abi.SymbolTable;
import dev.wasmlinux.host.engine.CompiledModule;
import dev.wasmlinux.host.engine.ModuleException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.zip.GZIPInputStream;

/**
 * The parts of an image on a class path.
 *
 * <p>Immutable and thread safe.
 */
public final class ImageFiles {
    static final String DIRECTORY = "META-INF/wasm-linux/image/";
    static final String INDEX = "image.properties";
    static final String SYMBOLS = "vmlinux.symbols.gz";
    static final String INITRAMFS = "initramfs.cpio.gz";
    static final String KERNEL_MODULE = "vmlinux";

    /** Prefix of the index's keys that name programs: the SHA-256 of the file follows. */
    static final String PROGRAM_KEY = "program.";

    private final ClassLoader loader;
    private final Properties index;

    private ImageFiles(ClassLoader loader, Properties index) {
        this.loader = loader;
        this.index = index;
    }

    /**
     * Looks for an image.
     *
     * @throws IOException if there is none, the message says how to get one
     */
    public static ImageFiles find(ClassLoader loader) throws IOException {
        Properties index = new Properties();
        try (InputStream in = loader.getResourceAsStream(DIRECTORY + INDEX)) {
            if (in == null) {
                throw new IOException(
                        "the class path holds none; add the artifact"
                                + " dev.wasmlinux:wasm-linux-host with classifier image");
            }
            index.load(in);
        }
        return new ImageFiles(loader, index);
    }

    /**
     * The compiled kernel.
     *
     * @throws ModuleException if it was compiled by another version of the engine
     */
    public CompiledModule kernel() throws ModuleException {
        return CompiledModule.load(loader, KERNEL_MODULE);
    }

    /** Names of the kernel's functions. */
    public SymbolTable symbols() throws IOException {
        return SymbolTable.parse(unpacked(SYMBOLS));
    }

    /** The initial root file system, unpacked, so that the guest need not do it. */
    public byte[] initramfs() throws IOException {
        return unpacked(INITRAMFS);
    }

    /**
     * The compiled programs of the initramfs by the SHA-256 of their files.
     *
     * @throws ModuleException if one was compiled by another version of the engine
     */
    public Map<String, CompiledModule> programs() throws ModuleException {
        Map<String, CompiledModule> programs = new HashMap<>();
        for (String key : index.stringPropertyNames()) {
            if (key.startsWith(PROGRAM_KEY)) {
                programs.put(
                        key.substring(PROGRAM_KEY.length()),
                        CompiledModule.load(loader, index.getProperty(key)));
            }
        }
        return programs;
    }

    private byte[] unpacked(String name) throws IOException {
        try (InputStream in = loader.getResourceAsStream(DIRECTORY + name)) {
            if (in == null) {
                throw new IOException("the image lacks " + name);
            }
            return new GZIPInputStream(in).readAllBytes();
        }
    }
}

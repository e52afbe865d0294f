/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.image;

import dev.wasmlinux.abi.KernelImage;
import dev.wasmlinux.abi.ProgramImage;
import dev.wasmlinux.host.engine.CompileOptions;
import dev.wasmlinux.host.engine.CompiledModule;
import dev.wasmlinux.host.engine.EngineDigest;
import dev.wasmlinux.host.engine.Form;
import dev.wasmlinux.host.engine.ModuleException;
import dev.wasmlinux.initramfs.read.ArchiveEntry;
import dev.wasmlinux.initramfs.read.EntryType;
import dev.wasmlinux.initramfs.read.ImageReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Makes the contents of the image jar: compiles a kernel and each program of its initramfs to
 * classes. Same input, same bytes.
 */
public final class ImageCompiler {
    private static final byte[] WASM_MAGIC = {0, 'a', 's', 'm'};

    private final Path source;
    private final Path target;

    private ImageCompiler(Path source, Path target) {
        this.source = source;
        this.target = target;
    }

    /**
     * For the build of this module.
     *
     * @param arguments directory with vmlinux.wasm.gz, vmlinux.symbols.gz, initramfs.cpio.gz and
     *     manifest.json; directory to fill
     */
    public static void main(String[] arguments) throws IOException, ModuleException {
        if (arguments.length != 2) {
            throw new IllegalArgumentException("usage: ImageCompiler SOURCE TARGET");
        }
        new ImageCompiler(Path.of(arguments[0]), Path.of(arguments[1])).run();
    }

    private void run() throws IOException, ModuleException {
        Path files = target.resolve(ImageFiles.DIRECTORY);
        Files.createDirectories(files);
        byte[] kernel = unpack(source.resolve("vmlinux.wasm.gz"));
        Path index = files.resolve(ImageFiles.INDEX);
        String digest = "source=" + sha256(kernel, initramfs(), EngineDigest.get());
        if (Files.exists(index) && Files.readString(index).contains(digest)) {
            return; // compiled from the same files before
        }
        KernelImage.verify(kernel);
        CompiledModule.compile(kernel, Form.KERNEL, CompileOptions.defaults())
                .writeTo(target, ImageFiles.KERNEL_MODULE);
        Map<String, String> programs = programs();
        for (String name : new String[] {ImageFiles.SYMBOLS, ImageFiles.INITRAMFS}) {
            copy(name, files);
        }
        copy("manifest.json", files);
        StringBuilder text = new StringBuilder();
        programs.forEach(
                (sha256, name) -> text.append(ImageFiles.PROGRAM_KEY + sha256 + "=" + name + "\n"));
        text.append(digest).append('\n');
        Files.writeString(index, text);
        fixModes();
    }

    /** The jar holds the modes that its files have here, and those depend on the umask. */
    private void fixModes() throws IOException {
        if (!target.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try (Stream<Path> all = Files.walk(target)) {
            for (Path path : all.toList()) {
                String mode = Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--";
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
            }
        }
    }

    private void copy(String name, Path to) throws IOException {
        Files.copy(source.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private byte[] initramfs() throws IOException {
        return Files.readAllBytes(source.resolve(ImageFiles.INITRAMFS));
    }

    /** Compiles the programs; answers their module names by the SHA-256 of their files. */
    private Map<String, String> programs() throws IOException, ModuleException {
        Map<String, String> names = new TreeMap<>();
        try (ImageReader reader = ImageReader.open(source.resolve(ImageFiles.INITRAMFS))) {
            for (ArchiveEntry entry = reader.next(); entry != null; entry = reader.next()) {
                if (entry.type() != EntryType.FILE) {
                    continue;
                }
                byte[] file = reader.content().readAllBytes();
                if (!Arrays.equals(Arrays.copyOf(file, WASM_MAGIC.length), WASM_MAGIC)) {
                    continue;
                }
                ProgramImage.verify(file);
                String name = "program-" + names.size();
                if (names.putIfAbsent(sha256(file), name) == null) {
                    CompiledModule.compile(file, Form.PROGRAM, CompileOptions.defaults())
                            .writeTo(target, name);
                }
            }
        }
        return names;
    }

    private static byte[] unpack(Path file) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    private static String sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }
}

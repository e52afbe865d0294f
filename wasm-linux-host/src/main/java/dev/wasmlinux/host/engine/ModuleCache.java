/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Compiled modules on disk, so that a module is compiled once and not once for each virtual
 * machine.
 *
 * <p>An entry is a jar and its SHA-256, named by the digest of the module, the options and the
 * engine. It appears complete or not at all; a damaged one is compiled again. When entries exceed
 * the limit, those go that were used the longest time ago. Any number of virtual machines may share
 * a directory. Thread safe.
 *
 * <p>The classes run with the rights of this virtual machine: the directory is made for its owner
 * alone, and one that others may write to is refused.
 */
public final class ModuleCache {
    private static final System.Logger LOG = System.getLogger(ModuleCache.class.getName());
    private static final String SUFFIX = ".code";
    private static final String PART = ".part";
    private static final String MODULE = "module";

    /** Bytes of a SHA-256. */
    private static final int DIGEST = 32;

    /** After this time a part is what a dead process has left. */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private final Path directory;
    private final long limit;

    /**
     * @param directory where entries are; made when there is something to keep
     * @param limit most bytes of all entries
     */
    public ModuleCache(Path directory, long limit) {
        this.directory = Objects.requireNonNull(directory);
        this.limit = limit;
    }

    /**
     * The compiled module, from the directory if it was compiled before; otherwise it is compiled,
     * and kept if possible.
     *
     * @throws ModuleException as {@link CompiledModule#compile}
     */
    public CompiledModule compile(byte[] wasm, Form form, CompileOptions options)
            throws ModuleException {
        Path entry;
        try {
            secure();
            entry = directory.resolve(key(wasm, form, options) + SUFFIX);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "compiled code is not kept: " + e.getMessage());
            return CompiledModule.compile(wasm, form, options);
        }
        CompiledModule kept = load(entry);
        if (kept != null) {
            return kept;
        }
        CompiledModule made = CompiledModule.compile(wasm, form, options);
        try {
            store(entry, made);
            shrink();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "compiled code is not kept: " + e);
        }
        return made;
    }

    /** Makes the directory, or makes sure that only its owner can put code into it. */
    private void secure() throws IOException {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(directory);
            return;
        }
        if (!Files.exists(directory)) {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(
                    "others may write to " + directory + "; say chmod go-w, or choose another");
        }
    }

    private static String key(byte[] wasm, Form form, CompileOptions options) throws IOException {
        MessageDigest digest = EngineDigest.sha256();
        digest.update(EngineDigest.get());
        digest.update((form + " " + options + " ").getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest(wasm));
    }

    private static CompiledModule load(Path entry) {
        try {
            byte[] all = Files.readAllBytes(entry);
            int length = Math.max(0, all.length - DIGEST);
            byte[] jar = Arrays.copyOf(all, length);
            if (!Arrays.equals(
                    EngineDigest.sha256().digest(jar),
                    Arrays.copyOfRange(all, length, all.length))) {
                throw new ModuleException(entry + " is damaged");
            }
            CompiledModule module = CompiledModule.load(jar, MODULE);
            Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
            return module;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException | ModuleException e) {
            LOG.log(System.Logger.Level.WARNING, "compiled again: " + e.getMessage());
            return null;
        }
    }

    private void store(Path entry, CompiledModule module) throws IOException {
        Path part = Files.createTempFile(directory, "", PART);
        try {
            MessageDigest digest = EngineDigest.sha256();
            try (OutputStream out = Files.newOutputStream(part)) {
                module.writeJar(new DigestOutputStream(out, digest), MODULE);
                out.write(digest.digest());
            }
            Files.move(part, entry, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** An entry and what decides about it. */
    private record Kept(Path path, long bytes, Instant lastUse) {}

    private void shrink() throws IOException {
        List<Kept> all = new ArrayList<>();
        long bytes = 0;
        Instant abandoned = Instant.now().minus(ABANDONED);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Instant lastUse = Files.getLastModifiedTime(file).toInstant();
                if (file.toString().endsWith(SUFFIX)) {
                    all.add(new Kept(file, Files.size(file), lastUse));
                    bytes += Files.size(file);
                } else if (file.toString().endsWith(PART) && lastUse.isBefore(abandoned)) {
                    Files.deleteIfExists(file);
                }
            }
        }
        all.sort(Comparator.comparing(Kept::lastUse));
        for (Kept oldest : all) {
            if (bytes <= limit) {
                break;
            }
            Files.deleteIfExists(oldest.path());
            bytes -= oldest.bytes();
        }
    }
}

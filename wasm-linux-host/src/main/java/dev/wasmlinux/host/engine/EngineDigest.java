/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.wasm.Parser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Enumeration;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.objectweb.asm.ClassWriter;

/**
 * What tells one engine from another: its classes, those that compiled code links to, and the
 * releases of the libraries that it compiles with.
 */
public final class EngineDigest {
    private static final String PACKAGE = "dev/wasmlinux/host/";
    private static final Class<?>[] LIBRARIES = {
        InterpreterFallback.class, Parser.class, ClassWriter.class
    };

    private static volatile byte[] known;

    private EngineDigest() {}

    /**
     * The SHA-256 of the engine that runs here, found once.
     *
     * @throws IOException if the classes cannot be read, or come from neither a directory nor a jar
     */
    public static byte[] get() throws IOException {
        byte[] digest = known;
        if (digest == null) {
            digest = compute();
            known = digest;
        }
        return digest.clone();
    }

    private static byte[] compute() throws IOException {
        MessageDigest digest = sha256();
        Path place = place(EngineDigest.class);
        TreeMap<String, byte[]> classes =
                Files.isDirectory(place) ? classesOfDirectory(place) : classesOfJar(place);
        classes.forEach(
                (name, bytes) -> {
                    digest.update(
                            (name + " " + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
                    digest.update(bytes);
                });
        for (Class<?> library : LIBRARIES) {
            Path jar = place(library);
            String release = jar.getFileName() + " " + Files.size(jar) + "\n";
            digest.update(release.getBytes(StandardCharsets.UTF_8));
        }
        return digest.digest();
    }

    private static Path place(Class<?> type) throws IOException {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            throw new IOException("nothing tells where " + type.getName() + " comes from");
        }
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            throw new IOException(type.getName() + " comes from " + source.getLocation(), e);
        }
    }

    private static boolean wanted(String name) {
        return name.matches(PACKAGE + "(engine|rt)/.*\\.class");
    }

    private static TreeMap<String, byte[]> classesOfDirectory(Path place) throws IOException {
        TreeMap<String, byte[]> classes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(place.resolve(PACKAGE))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = place.relativize(file).toString().replace('\\', '/');
                if (wanted(name)) {
                    classes.put(name, Files.readAllBytes(file));
                }
            }
        }
        return classes;
    }

    private static TreeMap<String, byte[]> classesOfJar(Path place) throws IOException {
        TreeMap<String, byte[]> classes = new TreeMap<>();
        try (JarFile jar = new JarFile(place.toFile())) {
            Enumeration<JarEntry> entries = jar.entries();
            while (entries.hasMoreElements()) {
                JarEntry entry = entries.nextElement();
                if (wanted(entry.getName())) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        classes.put(entry.getName(), in.readAllBytes());
                    }
                }
            }
        }
        return classes;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}

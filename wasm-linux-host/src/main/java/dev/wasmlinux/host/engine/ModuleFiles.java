/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Compiled modules as files: class files in their package, and one file of metadata by name. */
final class ModuleFiles {
    private static final String METADATA = "META-INF/wasm-linux/modules/";

    private ModuleFiles() {}

    /** Resource name of a module's metadata. */
    static String metadata(String name) {
        if (!name.matches("[A-Za-z0-9._-]+")) {
            throw new IllegalArgumentException("bad module name " + name);
        }
        return METADATA + name + ".bin";
    }

    static void write(Path directory, String name, ModuleImage image, Map<String, byte[]> classes)
            throws IOException {
        for (var entry : classes.entrySet()) {
            write(directory.resolve(entry.getKey() + ".class"), entry.getValue());
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        image.write(new DataOutputStream(bytes));
        write(directory.resolve(metadata(name)), bytes.toByteArray());
    }

    /** A jar with the metadata first and no times. */
    static void writeJar(
            OutputStream out, String name, ModuleImage image, Map<String, byte[]> classes)
            throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setLevel(Deflater.BEST_SPEED);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        image.write(new DataOutputStream(bytes));
        add(zip, metadata(name), bytes.toByteArray());
        for (var entry : new TreeMap<>(classes).entrySet()) {
            add(zip, entry.getKey() + ".class", entry.getValue());
        }
        zip.finish();
    }

    /**
     * Reads a jar of {@link #writeJar}.
     *
     * @param classes gets the classes by internal name
     * @return the metadata
     */
    static byte[] readJar(InputStream jar, String name, Map<String, byte[]> classes)
            throws IOException {
        byte[] metadata = null;
        ZipInputStream zip = new ZipInputStream(jar);
        for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
            if (e.getName().equals(metadata(name))) {
                metadata = zip.readAllBytes();
            } else if (e.getName().endsWith(".class")) {
                add(classes, e.getName(), zip.readAllBytes());
            }
        }
        if (metadata == null) {
            throw new IOException("the jar holds no module " + name);
        }
        return metadata;
    }

    private static void add(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    static ModuleImage image(byte[] bytes) throws ModuleException {
        try {
            return ModuleImage.read(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException | RuntimeException e) {
            throw new ModuleException("the metadata of the compiled module is damaged", e);
        }
    }

    /** The metadata in a directory or jar. */
    static byte[] readMetadata(Path place, String name) throws IOException {
        String wanted = metadata(name);
        if (Files.isDirectory(place)) {
            return Files.readAllBytes(place.resolve(wanted));
        }
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(place))) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                if (e.getName().equals(wanted)) {
                    return zip.readAllBytes();
                }
            }
        }
        throw new IOException(place + " holds no module " + name);
    }

    /** The classes of a package in a directory or jar, by internal name. */
    static Map<String, byte[]> readClasses(Path place, String packageName) throws IOException {
        Map<String, byte[]> classes = new TreeMap<>();
        if (Files.isDirectory(place)) {
            try (var files = Files.newDirectoryStream(place.resolve(packageName), "*.class")) {
                for (Path file : files) {
                    add(classes, packageName + "/" + file.getFileName(), Files.readAllBytes(file));
                }
            }
            return classes;
        }
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(place))) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                if (e.getName().startsWith(packageName + "/") && e.getName().endsWith(".class")) {
                    add(classes, e.getName(), zip.readAllBytes());
                }
            }
        }
        return classes;
    }

    private static void add(Map<String, byte[]> classes, String file, byte[] bytes) {
        classes.put(file.substring(0, file.length() - ".class".length()), bytes);
    }

    /** A resource of a class loader, or null. */
    static byte[] resource(ClassLoader loader, String name) throws IOException {
        try (InputStream in = loader.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        }
    }
}

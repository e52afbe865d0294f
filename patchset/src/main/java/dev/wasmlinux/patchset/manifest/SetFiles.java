/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.manifest;

import dev.wasmlinux.patchset.Manifest;
import dev.wasmlinux.patchset.ManifestException;
import dev.wasmlinux.patchset.content.Content;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All files of a set by their path in it. A set in a directory is read when needed; one in a jar is
 * loaded, so that no file system has to stay open.
 *
 * @param place where the set lies, for messages
 * @param files the files by path with {@code /}, sorted
 */
public record SetFiles(String place, SortedMap<String, Content> files) {
    /** A jar's set is loaded into memory up to this size in all. */
    private static final int LARGEST_LOADED = 1 << 28;

    /** Wraps the map. */
    public SetFiles {
        files = Collections.unmodifiableSortedMap(files);
    }

    /**
     * The set in a directory, or in a jar or zip file that holds one set.
     *
     * @throws ManifestException if there is none
     */
    public static SetFiles of(Path place) throws IOException {
        if (Files.isDirectory(place)) {
            return list(place.toString(), place, false);
        }
        try (FileSystem jar = FileSystems.newFileSystem(place, (ClassLoader) null)) {
            List<Path> found;
            try (Stream<Path> walk = Files.walk(jar.getPath("/"))) {
                found = walk.filter(path -> path.endsWith(Manifest.FILE_NAME)).sorted().toList();
            }
            if (found.size() != 1) {
                throw new ManifestException(
                        place.toString(),
                        0,
                        0,
                        found.isEmpty()
                                ? "holds no " + Manifest.FILE_NAME
                                : "holds several sets: " + found);
            }
            return list(place + "!" + found.get(0).getParent(), found.get(0).getParent(), true);
        }
    }

    /**
     * The set whose manifest is this resource.
     *
     * @param manifest the address of the manifest, of the schemes {@code file}, {@code jar} and
     *     {@code jrt}
     */
    public static SetFiles of(URL manifest) throws IOException {
        return inDirectoryOf(manifest, (place, directory, load) -> list(place, directory, load));
    }

    /** The names of the directories beside this resource that hold a manifest, sorted. */
    public static List<String> siblings(URL resource) throws IOException {
        return inDirectoryOf(
                resource,
                (place, directory, load) -> {
                    try (Stream<Path> children = Files.list(directory)) {
                        return children.filter(
                                        child -> Files.exists(child.resolve(Manifest.FILE_NAME)))
                                .map(child -> child.getFileName().toString().replace("/", ""))
                                .sorted()
                                .toList();
                    }
                });
    }

    @FunctionalInterface
    private interface Use<T> {
        T apply(String place, Path directory, boolean load) throws IOException;
    }

    private static <T> T inDirectoryOf(URL resource, Use<T> use) throws IOException {
        try {
            switch (resource.getProtocol()) {
                case "file":
                case "jrt":
                    Path directory = Path.of(resource.toURI()).getParent();
                    return use.apply(directory.toString(), directory, false);
                case "jar":
                    URLConnection connection = resource.openConnection();
                    if (connection instanceof JarURLConnection inJar
                            && inJar.getJarFileURL().getProtocol().equals("file")) {
                        URI jarFile = inJar.getJarFileURL().toURI();
                        try (FileSystem jar =
                                FileSystems.newFileSystem(Path.of(jarFile), (ClassLoader) null)) {
                            Path parent = jar.getPath("/" + inJar.getEntryName()).getParent();
                            return use.apply(resource.toString(), parent, true);
                        }
                    }
                    break;
                default:
                    break;
            }
        } catch (URISyntaxException e) {
            throw new IOException("cannot list the files beside " + resource, e);
        }
        throw new IOException(
                "cannot list the files beside " + resource + ": unpack the jar to use its sets");
    }

    private static SetFiles list(String place, Path directory, boolean load) throws IOException {
        SortedMap<String, Content> files = new TreeMap<>();
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    private long loaded;

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        String path = directory.relativize(file).toString();
                        path = path.replace(file.getFileSystem().getSeparator(), "/");
                        if (!attributes.isRegularFile()) {
                            throw new ManifestException(
                                    place, 0, 0, path + " is not a regular file");
                        }
                        loaded += attributes.size();
                        if (load && loaded > LARGEST_LOADED) {
                            throw new IOException(place + " is too large to be read from a jar");
                        }
                        files.put(
                                path,
                                load ? Content.of(Files.readAllBytes(file)) : Content.of(file));
                        return FileVisitResult.CONTINUE;
                    }
                });
        return new SetFiles(place, files);
    }

    /** The files below a directory of the set, by their path in that directory. */
    public Map<String, Content> below(String directory) {
        SortedMap<String, Content> below = new TreeMap<>();
        files.tailMap(directory + "/")
                .forEach(
                        (path, content) -> {
                            if (path.startsWith(directory + "/")) {
                                below.put(path.substring(directory.length() + 1), content);
                            }
                        });
        return below;
    }
}

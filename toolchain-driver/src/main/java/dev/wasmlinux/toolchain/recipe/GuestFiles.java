/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;

/**
 * Files of this module that are for the guest: sources of its agent, the compiler configuration,
 * files of its root directory. They lie in {@code src/main/guest} and come as resources.
 *
 * @param directory path below that directory, with slashes
 * @param names regular expression for the paths that count, relative to the directory
 */
record GuestFiles(String directory, String names) {
    private static final String ROOT = "/dev/wasmlinux/toolchain/guest/";

    /**
     * SHA-256 over names and contents.
     *
     * @throws ToolchainException {@link Kind#STORAGE} if they cannot be read
     */
    String digest() throws ToolchainException {
        try {
            return use(
                    root -> {
                        MessageDigest digest = Digests.sha256();
                        for (Path file : select(root)) {
                            String line = Digests.of(root.resolve(file)) + "  " + file + "\n";
                            digest.update(line.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                        }
                        return Digests.hex(digest);
                    });
        } catch (IOException e) {
            throw new ToolchainException(
                    Kind.STORAGE, "guest files " + directory + ": " + e.getMessage(), e);
        }
    }

    /**
     * Copies the files.
     *
     * @param target directory, created if needed
     */
    void copyTo(Path target) throws IOException {
        use(
                root -> {
                    for (Path file : select(root)) {
                        Path to = target.resolve(file.toString());
                        Files.createDirectories(to.getParent());
                        Files.write(to, Files.readAllBytes(root.resolve(file)));
                    }
                    return null;
                });
    }

    private List<Path> select(Path root) throws IOException {
        return Trees.files(root).stream().filter(f -> f.toString().matches(names)).toList();
    }

    private interface Use<T> {
        T apply(Path root) throws IOException;
    }

    private <T> T use(Use<T> use) throws IOException {
        URL url = GuestFiles.class.getResource(ROOT + directory);
        if (url == null) {
            throw new IOException("this module lacks its guest files " + directory);
        }
        try {
            URI uri = url.toURI();
            if (!uri.getScheme().equals("jar")) {
                return use.apply(Path.of(uri));
            }
            String text = uri.toString();
            URI jar = URI.create(text.substring(0, text.indexOf("!/")));
            try (FileSystem files = FileSystems.newFileSystem(jar, Map.of())) {
                return use.apply(files.getPath(ROOT + directory));
            }
        } catch (URISyntaxException e) {
            throw new IOException(url + " is no address", e);
        }
    }
}

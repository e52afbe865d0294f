/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.Entry;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.InvalidEntryException;
import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.compress.AnyInput;
import dev.wasmlinux.initramfs.compress.RawInput;
import dev.wasmlinux.initramfs.read.ReadLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The root file system of a container image: an OCI image layout (image-layout.md of the OCI image
 * specification) or what {@code docker save} writes, as a directory or as a tar; or bare layers.
 * Layers are applied in order with their whiteouts ({@code .wh.NAME}, {@code .wh..wh..opq});
 * digests are verified. The receiving builder must let later entries win.
 *
 * <p>An index with several platforms needs a choice by {@link #platform}; attestations, whose
 * platform is {@code unknown/unknown}, do not count. Immutable.
 */
public final class OciSource implements TreeSource {
    private static final ByteString OPAQUE = ByteString.of(".wh..wh..opq");
    private static final ByteString WHITEOUT = ByteString.of(".wh.");
    private static final String ATTESTATION = "unknown/unknown";
    private static final int MAX_JSON = 4 << 20;
    private static final int MAX_INDEXES = 8;

    private final Path image;
    private final List<Path> layers;
    private final ContentStore store;
    private final String platform;
    private final long limit;

    private OciSource(
            Path image, List<Path> layers, ContentStore store, String platform, long limit) {
        this.image = image;
        this.layers = layers;
        this.store = store;
        this.platform = platform;
        this.limit = limit;
    }

    /**
     * An image.
     *
     * @param image a layout directory or a tar of one
     * @param store keeps the contents; must be open until the image is written
     */
    public static OciSource of(Path image, ContentStore store) {
        return new OciSource(image, List.of(), store, null, ReadLimits.defaults().unpacked());
    }

    /** Layer tars, the lowest first. */
    public static OciSource ofLayers(List<Path> layers, ContentStore store) {
        return new OciSource(
                null, List.copyOf(layers), store, null, ReadLimits.defaults().unpacked());
    }

    /**
     * Chooses from an index with several platforms, for instance {@code linux/amd64} or, with a
     * variant, {@code linux/arm/v7}.
     */
    public OciSource platform(String osAndArchitecture) {
        return new OciSource(image, layers, store, osAndArchitecture, limit);
    }

    /** Sets how many bytes all layers together may unpack to. */
    public OciSource limit(long bytes) {
        return new OciSource(image, layers, store, platform, bytes);
    }

    /** A blob by its name in the layout. */
    private interface Blobs {
        FileContent find(String name) throws IOException;
    }

    @Override
    public void copyTo(EntrySink sink) throws IOException {
        if (image == null) {
            long left = limit;
            for (Path layer : layers) {
                left -= apply(FileContent.of(layer), left, sink);
            }
            return;
        }
        Blobs blobs = Files.isDirectory(image) ? directory() : archive();
        List<FileContent> contents = new ArrayList<>();
        if (blobs.find("index.json") != null) {
            Map<String, Object> index = object(json(blobs.find("index.json")), "index.json");
            manifest(index, blobs, contents, 0);
        } else if (blobs.find("manifest.json") != null) {
            dockerManifest(json(blobs.find("manifest.json")), blobs, contents);
        } else {
            throw malformed("has neither index.json nor manifest.json");
        }
        long left = limit;
        for (FileContent layer : contents) {
            left -= apply(layer, left, sink);
        }
    }

    private Blobs directory() {
        Path root = image.toAbsolutePath().normalize();
        return name -> {
            Path file;
            try {
                file = root.resolve(name).normalize();
            } catch (InvalidPathException e) {
                throw malformed("names a blob that no file can be: " + e.getMessage());
            }
            if (!file.startsWith(root)) {
                throw malformed("names a blob outside of it: " + name);
            }
            return Files.isRegularFile(file) ? FileContent.of(file) : null;
        };
    }

    private Blobs archive() throws IOException {
        Map<ArchivePath, FileContent> files = new HashMap<>();
        Map<ArchivePath, ArchivePath> links = new HashMap<>();
        TarSource.of(image, store)
                .limit(limit)
                .copyTo(
                        new EntrySink() {
                            @Override
                            public void add(Entry entry) {
                                if (entry.node()
                                        instanceof dev.wasmlinux.initramfs.Node.RegularFile file) {
                                    files.put(entry.path(), file.content());
                                } else if (entry.node()
                                        instanceof dev.wasmlinux.initramfs.Node.HardLink link) {
                                    links.put(entry.path(), link.target());
                                }
                            }

                            @Override
                            public void remove(ArchivePath path) {
                                throw new AssertionError("a tar removes nothing");
                            }

                            @Override
                            public void removeBelow(ArchivePath directory) {
                                throw new AssertionError("a tar removes nothing");
                            }
                        });
        return name -> {
            ArchivePath path;
            try {
                path = ArchivePath.of(name);
            } catch (InvalidEntryException | IllegalArgumentException e) {
                throw malformed("names a blob that no file can be: " + e.getMessage());
            }
            return files.get(links.getOrDefault(path, path));
        };
    }

    private void manifest(
            Map<String, Object> document, Blobs blobs, List<FileContent> contents, int depth)
            throws IOException {
        if (depth > MAX_INDEXES) {
            throw malformed("has indexes in a circle");
        }
        if (document.get("layers") instanceof List<?> list) {
            Map<Object, FileContent> verified = new HashMap<>();
            for (Object layer : list) {
                Map<String, Object> descriptor = object(layer, "layer");
                FileContent content = verified.get(descriptor.get("digest"));
                if (content == null) {
                    content = blob(descriptor, blobs);
                    verified.put(descriptor.get("digest"), content);
                }
                contents.add(content);
            }
            return;
        }
        if (!(document.get("manifests") instanceof List<?> manifests)) {
            throw malformed("has an index without manifests");
        }
        List<Map<String, Object>> fitting = new ArrayList<>();
        Set<String> platforms = new TreeSet<>();
        for (Object item : manifests) {
            Map<String, Object> descriptor = object(item, "manifest");
            String name = platformOf(descriptor);
            if (name.equals(ATTESTATION)) {
                continue;
            }
            platforms.add(name);
            if (platform == null || name.isEmpty() || (name + "/").startsWith(platform + "/")) {
                fitting.add(descriptor);
            }
        }
        if (fitting.size() != 1) {
            throw malformed(
                    "has "
                            + fitting.size()
                            + " fitting manifests; platforms are "
                            + platforms
                            + (platform == null ? "" : ", wanted is " + platform));
        }
        FileContent next = blob(fitting.get(0), blobs);
        manifest(object(json(next), "manifest"), blobs, contents, depth + 1);
    }

    private String platformOf(Map<String, Object> descriptor) {
        if (!(descriptor.get("platform") instanceof Map<?, ?> map)) {
            return "";
        }
        Object variant = map.get("variant");
        return map.get("os")
                + "/"
                + map.get("architecture")
                + (variant == null ? "" : "/" + variant);
    }

    private void dockerManifest(Object document, Blobs blobs, List<FileContent> contents)
            throws IOException {
        if (!(document instanceof List<?> images) || images.size() != 1) {
            throw malformed("has not exactly one image in manifest.json");
        }
        Object list = object(images.get(0), "manifest.json").get("Layers");
        if (!(list instanceof List<?> names)) {
            throw malformed("has no Layers in manifest.json");
        }
        for (Object name : names) {
            FileContent layer = blobs.find(String.valueOf(name));
            if (layer == null) {
                throw malformed("lacks the layer " + name);
            }
            contents.add(layer);
        }
    }

    private FileContent blob(Map<String, Object> descriptor, Blobs blobs) throws IOException {
        String digest = String.valueOf(descriptor.get("digest"));
        if (!digest.matches("sha(256|512):[0-9a-f]{64,128}")) {
            throw malformed("has a blob of digest '" + digest + "'");
        }
        int colon = digest.indexOf(':');
        String algorithm = digest.substring(0, colon);
        String hex = digest.substring(colon + 1);
        FileContent content = blobs.find("blobs/" + algorithm + "/" + hex);
        if (content == null) {
            throw malformed("lacks the blob " + digest);
        }
        MessageDigest hash;
        try {
            hash = MessageDigest.getInstance(algorithm.equals("sha256") ? "SHA-256" : "SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-2", e);
        }
        try (InputStream in = content.open()) {
            byte[] buffer = new byte[64 << 10];
            for (int got; (got = in.read(buffer)) >= 0; ) {
                hash.update(buffer, 0, got);
            }
        }
        if (!HexFormat.of().formatHex(hash.digest()).equals(hex)) {
            throw malformed("has other bytes than its digest says in " + digest);
        }
        return content;
    }

    private static Object json(FileContent content) throws IOException {
        if (content.size() > MAX_JSON) {
            throw new LimitExceededException("JSON document of " + content.size() + " bytes");
        }
        try (InputStream in = content.open()) {
            return Json.parse(new String(in.readNBytes(MAX_JSON), StandardCharsets.UTF_8));
        }
    }

    private Map<String, Object> object(Object value, String what) {
        if (!(value instanceof Map<?, ?> map)) {
            throw malformed("has a " + what + " that is no JSON object");
        }
        Map<String, Object> result = new HashMap<>();
        map.forEach((key, item) -> result.put(String.valueOf(key), item));
        return result;
    }

    private MalformedImageException malformed(String what) {
        return new MalformedImageException(-1, "container image " + image + " " + what);
    }

    /**
     * Applies a layer. Whiteouts speak of lower layers only, so all of them go before the layer's
     * own entries, wherever they stand in it.
     *
     * @param left how many bytes it may unpack to
     * @return how many it did
     */
    private long apply(FileContent layer, long left, EntrySink sink) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (InputStream raw = layer.open();
                AnyInput in = new AnyInput(RawInput.of(raw), left)) {
            TarReader reader = new TarReader(in);
            for (TarReader.Header header; (header = reader.next()) != null; ) {
                ArchivePath path = ArchivePath.of(header.name());
                ByteString name = path.name();
                if (name.equals(OPAQUE)) {
                    sink.removeBelow(path.parent());
                } else if (name.length() > WHITEOUT.length()
                        && name.substring(0, WHITEOUT.length()).equals(WHITEOUT)) {
                    ByteString hidden = name.substring(WHITEOUT.length(), name.length());
                    sink.remove(path.parent().resolve(ArchivePath.of(hidden)));
                } else {
                    entries.add(new Entry(path, TarSource.node(path, header, reader, store)));
                }
            }
            entries.forEach(sink::add);
            return in.count();
        }
    }
}

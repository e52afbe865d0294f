/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.Entry;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.InvalidEntryException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.compress.AnyInput;
import dev.wasmlinux.initramfs.compress.RawInput;
import dev.wasmlinux.initramfs.read.ReadLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A tar archive in any of the compressions that an image may have. Names, links, owners, modes,
 * times and devices are taken as they are; contents go to the store. Immutable.
 */
public final class TarSource implements TreeSource {
    private final FileContent.StreamSupplier archive;
    private final ContentStore store;
    private final long limit;

    private TarSource(FileContent.StreamSupplier archive, ContentStore store, long limit) {
        this.archive = archive;
        this.store = store;
        this.limit = limit;
    }

    /**
     * An archive file.
     *
     * @param store keeps the contents; must be open until the image is written
     */
    public static TarSource of(Path archive, ContentStore store) {
        return of(() -> Files.newInputStream(archive), store);
    }

    /** An archive from a stream. */
    public static TarSource of(FileContent.StreamSupplier archive, ContentStore store) {
        return new TarSource(archive, store, ReadLimits.defaults().unpacked());
    }

    /** Sets how many bytes the archive may unpack to. */
    public TarSource limit(long bytes) {
        return new TarSource(archive, store, bytes);
    }

    @Override
    public void copyTo(EntrySink sink) throws IOException {
        try (InputStream raw = archive.open();
                InputStream in = new AnyInput(RawInput.of(raw), limit)) {
            TarReader reader = new TarReader(in);
            for (TarReader.Header header; (header = reader.next()) != null; ) {
                ArchivePath path = ArchivePath.of(header.name());
                if (path.isRoot() && header.type() != '5') {
                    throw new InvalidEntryException(".", "the root is no directory");
                }
                sink.add(new Entry(path, node(path, header, reader, store)));
            }
        }
    }

    static Node node(
            ArchivePath path, TarReader.Header header, TarReader reader, ContentStore store)
            throws IOException {
        if (header.uid() < 0
                || header.uid() > Attributes.ID_MAX
                || header.gid() < 0
                || header.gid() > Attributes.ID_MAX) {
            throw new InvalidEntryException(
                    path.toString(),
                    "owner "
                            + header.uid()
                            + ":"
                            + header.gid()
                            + " is outside 0.."
                            + Attributes.ID_MAX
                            + " (newc header field)");
        }
        Attributes attributes = attributes(header);
        return switch (header.type()) {
            case '0' -> new Node.RegularFile(store.add(reader.content()), attributes);
            case '1' -> new Node.HardLink(ArchivePath.of(header.link()));
            case '2' -> new Node.Symlink(header.link(), attributes);
            case '3' -> device(Node.DeviceType.CHARACTER, header, attributes);
            case '4' -> device(Node.DeviceType.BLOCK, header, attributes);
            case '5' -> new Node.Directory(attributes);
            case '6' -> new Node.Fifo(attributes);
            default ->
                    throw new InvalidEntryException(
                            path.toString(),
                            "tar entry of type '"
                                    + ByteString.of(String.valueOf(header.type()))
                                    + "', which no image can hold");
        };
    }

    private static Attributes attributes(TarReader.Header header) {
        return new Attributes(
                header.mode(),
                header.uid(),
                header.gid(),
                Math.max(0, Math.min(header.modified(), Attributes.FIELD_MAX)));
    }

    private static Node.Device device(
            Node.DeviceType type, TarReader.Header header, Attributes attributes) {
        return new Node.Device(
                type,
                (int) Math.min(header.major(), Integer.MAX_VALUE),
                (int) Math.min(header.minor(), Integer.MAX_VALUE),
                attributes);
    }
}

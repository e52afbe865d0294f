/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Entry;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.content.BoundedInput;
import dev.wasmlinux.initramfs.read.ReadLimits;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files of a distribution's package: the payload of a Debian {@code .deb} (deb(5)) or an Alpine
 * {@code .apk} of version 2; scripts and control data are left out. Immutable.
 */
public final class PackageSource implements TreeSource {
    private static final String AR_MAGIC = "!<arch>\n";
    private static final int AR_HEADER = 60;

    private final Path file;
    private final ContentStore store;
    private final boolean deb;
    private final long limit;

    private PackageSource(Path file, ContentStore store, boolean deb, long limit) {
        this.file = file;
        this.store = store;
        this.deb = deb;
        this.limit = limit;
    }

    /**
     * A Debian package.
     *
     * @param store keeps the contents; must be open until the image is written
     */
    public static PackageSource deb(Path file, ContentStore store) {
        return new PackageSource(file, store, true, ReadLimits.defaults().unpacked());
    }

    /**
     * An Alpine package: gzip members of one tar, whose dotted names in the root are control data.
     */
    public static PackageSource apk(Path file, ContentStore store) {
        return new PackageSource(file, store, false, ReadLimits.defaults().unpacked());
    }

    /** Sets how many bytes the package may unpack to. */
    public PackageSource limit(long bytes) {
        return new PackageSource(file, store, deb, bytes);
    }

    @Override
    public void copyTo(EntrySink sink) throws IOException {
        if (deb) {
            TarSource.of(this::openDebPayload, store).limit(limit).copyTo(sink);
            return;
        }
        TarSource.of(file, store)
                .limit(limit)
                .copyTo(
                        new ForwardingSink(sink) {
                            @Override
                            public void add(Entry entry) {
                                if (!isControl(entry.path())) {
                                    super.add(entry);
                                }
                            }
                        });
    }

    private static boolean isControl(ArchivePath path) {
        return !path.isRoot() && path.parent().isRoot() && path.bytes().byteAt(0) == '.';
    }

    /** Goes to the member {@code data.tar*} of the ar archive. */
    private InputStream openDebPayload() throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), 64 << 10);
        boolean found = false;
        try {
            String magic = ascii(in.readNBytes(AR_MAGIC.length()));
            if (!magic.equals(AR_MAGIC)) {
                throw malformed("is no ar archive");
            }
            while (true) {
                byte[] header = in.readNBytes(AR_HEADER);
                if (header.length < AR_HEADER || header[58] != '`' || header[59] != '\n') {
                    throw malformed("has no member data.tar");
                }
                String name = ascii(header).substring(0, 16).strip();
                long size = size(ascii(header).substring(48, 58).strip());
                if (name.startsWith("data.tar")) {
                    found = true;
                    return new BoundedInput(in, size);
                }
                try {
                    in.skipNBytes(size + (size & 1));
                } catch (java.io.EOFException e) {
                    throw malformed("is cut short");
                }
            }
        } finally {
            if (!found) {
                in.close();
            }
        }
    }

    private long size(String digits) {
        try {
            long size = Long.parseLong(digits);
            if (size >= 0) {
                return size;
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        throw malformed("has a member of size '" + digits + "'");
    }

    private MalformedImageException malformed(String what) {
        return new MalformedImageException(-1, file + " " + what);
    }

    private static String ascii(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.ByteString;
import java.util.Objects;

/**
 * An entry as an archive holds it. All numbers are those of the header, 0 to 2^32-1 (odc: to 2^33-1
 * for size and time). Immutable.
 *
 * @param name the name to its first NUL, not normalised, any bytes
 * @param format the header's form
 * @param inode inode number
 * @param mode type and permissions
 * @param uid owner
 * @param gid group
 * @param links link count
 * @param modified modification time, seconds since the epoch
 * @param size bytes of the body
 * @param device the device that {@code inode} counts on
 * @param special device number of a device node
 * @param checksum sum of the body's bytes, for {@link Format#NEWC_CHECKSUM}
 * @param linkTarget target of a symlink without a NUL at its end, otherwise empty
 * @param location where it lies
 */
public record ArchiveEntry(
        ByteString name,
        Format format,
        long inode,
        long mode,
        long uid,
        long gid,
        long links,
        long modified,
        long size,
        DeviceNumber device,
        DeviceNumber special,
        long checksum,
        ByteString linkTarget,
        Location location) {
    /** Checks for null. */
    public ArchiveEntry {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(linkTarget, "linkTarget");
        Objects.requireNonNull(location, "location");
    }

    /** Forms of header. */
    public enum Format {
        /** {@code 070701}. */
        NEWC,
        /** {@code 070702}. */
        NEWC_CHECKSUM,
        /** {@code 070707}, the portable octal form; no kernel unpacks it. */
        ODC
    }

    /**
     * A device number as the header has it.
     *
     * @param major major part
     * @param minor minor part
     */
    public record DeviceNumber(long major, long minor) {}

    /**
     * Where an entry lies.
     *
     * @param member index of the member in {@link ImageReader#members()}
     * @param archive number of trailers before it, that is, which archive it belongs to
     * @param headerOffset offset of the header: in the file for a plain member, in the decompressed
     *     bytes otherwise
     * @param dataOffset offset of the body, counted likewise
     */
    public record Location(int member, int archive, long headerOffset, long dataOffset) {}

    /** The type. */
    public EntryType type() {
        return EntryType.of(mode);
    }

    /** Permission, set-id and sticky bits. */
    public int permissions() {
        return (int) (mode & 07777);
    }

    /** Mode as {@code ls -l} shows it, ten characters. */
    public String modeText() {
        StringBuilder text = new StringBuilder(10).append(type().letter());
        int bits = permissions();
        for (int shift = 6; shift >= 0; shift -= 3) {
            int three = bits >> shift;
            text.append((three & 4) != 0 ? 'r' : '-').append((three & 2) != 0 ? 'w' : '-');
            boolean set = (bits & (shift == 6 ? 04000 : shift == 3 ? 02000 : 01000)) != 0;
            boolean run = (three & 1) != 0;
            char with = shift == 0 ? 't' : 's';
            text.append(set ? (run ? with : Character.toUpperCase(with)) : run ? 'x' : '-');
        }
        return text.toString();
    }
}

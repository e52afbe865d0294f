/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.report;

import dev.wasmlinux.initramfs.read.ArchiveEntry;
import dev.wasmlinux.initramfs.read.EntryType;
import dev.wasmlinux.initramfs.read.ImageReader;
import dev.wasmlinux.initramfs.read.Member;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;

/** Lists the entries of an image as they stand in it, replaced ones included. */
public final class ImageListing {
    private ImageListing() {}

    /**
     * One line an entry: mode, links, owner, size or device number, time in UTC, name and link
     * target. Names are escaped as {@link dev.wasmlinux.initramfs.ByteString#toString()} says.
     *
     * @throws IOException if reading or the output fails
     */
    public static void writeText(ImageReader reader, Appendable out) throws IOException {
        for (ArchiveEntry entry; (entry = reader.next()) != null; ) {
            String size =
                    entry.type().isDevice()
                            ? entry.special().major() + "," + entry.special().minor()
                            : Long.toString(entry.size());
            out.append(
                    String.format(
                            Locale.ROOT,
                            "%s %3d %5d %5d %10s %s %s%s\n",
                            entry.modeText(),
                            entry.links(),
                            entry.uid(),
                            entry.gid(),
                            size,
                            Instant.ofEpochSecond(entry.modified()),
                            entry.name(),
                            entry.type() == EntryType.SYMLINK ? " -> " + entry.linkTarget() : ""));
        }
    }

    /**
     * One JSON document: {@code entries}, each with its numbers and where it lies, and {@code
     * members}. It is written while the image is read; after a failure it is incomplete.
     *
     * @throws IOException if reading or the output fails
     */
    public static void writeJson(ImageReader reader, Appendable out) throws IOException {
        out.append("{\n\"entries\": [");
        String separator = "\n";
        for (ArchiveEntry entry; (entry = reader.next()) != null; separator = ",\n") {
            out.append(separator).append(json(entry));
        }
        out.append("\n],\n\"members\": [");
        separator = "\n";
        for (Member member : reader.members()) {
            JsonWriter json = new JsonWriter();
            json.object();
            json.name("compression").value(member.compression().name().toLowerCase(Locale.ROOT));
            json.name("offset").value(member.offset());
            json.end();
            out.append(separator).append(json.toString().strip());
            separator = ",\n";
        }
        out.append("\n]\n}\n");
    }

    private static String json(ArchiveEntry entry) {
        JsonWriter json = new JsonWriter();
        json.object();
        json.name("name").value(entry.name().toString());
        json.name("type").value(entry.type().name().toLowerCase(Locale.ROOT));
        json.name("mode").value(String.format(Locale.ROOT, "%04o", entry.permissions()));
        json.name("uid").value(entry.uid());
        json.name("gid").value(entry.gid());
        json.name("links").value(entry.links());
        json.name("inode").value(entry.inode());
        json.name("modified").value(entry.modified());
        json.name("size").value(entry.size());
        if (entry.type().isDevice()) {
            json.name("major").value(entry.special().major());
            json.name("minor").value(entry.special().minor());
        }
        if (entry.type() == EntryType.SYMLINK) {
            json.name("target").value(entry.linkTarget().toString());
        }
        json.name("format").value(entry.format().name().toLowerCase(Locale.ROOT));
        json.name("member").value(entry.location().member());
        json.name("offset").value(entry.location().headerOffset());
        json.end();
        return json.toString().strip();
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Makes archives that the builder never would. */
final class RawArchive {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** One entry with nothing checked. */
    RawArchive entry(String name, long mode, long links, long inode, String body) {
        return entry(name, mode, links, inode, body, 0, 0);
    }

    RawArchive entry(
            String name, long mode, long links, long inode, String body, long major, long minor) {
        byte[] nameBytes = (name + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] bodyBytes = body.getBytes(StandardCharsets.UTF_8);
        long[] fields = {
            inode, mode, 0, 0, links, 0, bodyBytes.length, 0, 0, major, minor, nameBytes.length, 0
        };
        StringBuilder header = new StringBuilder("070701");
        for (long field : fields) {
            header.append(String.format("%08x", field));
        }
        out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(nameBytes);
        pad();
        out.writeBytes(bodyBytes);
        pad();
        return this;
    }

    RawArchive file(String name, String body) {
        return entry(name, 0100644, 1, 1, body);
    }

    RawArchive directory(String name) {
        return entry(name, 0040755, 2, 1, "");
    }

    RawArchive trailer() {
        return entry("TRAILER!!!", 0, 1, 0, "");
    }

    RawArchive raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    private void pad() {
        while (out.size() % 4 != 0) {
            out.write(0);
        }
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}

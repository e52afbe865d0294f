/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.reproduce;

import java.nio.charset.StandardCharsets;

/** Says what lies at an offset of a WebAssembly module or a cpio archive. */
final class Places {
    private static final String[] SECTIONS = {
        "custom",
        "type",
        "import",
        "function",
        "table",
        "memory",
        "global",
        "export",
        "start",
        "element",
        "code",
        "data",
        "data count",
        "tag"
    };
    private static final int CODE = 10;

    private final byte[] bytes;
    private int position;

    private Places(byte[] bytes, int position) {
        this.bytes = bytes;
        this.position = position;
    }

    /** For people; empty if nothing is known about it. */
    static String of(byte[] bytes, int offset) {
        String magic = new String(bytes, 0, Math.min(6, bytes.length), StandardCharsets.ISO_8859_1);
        try {
            if (magic.startsWith("\0asm")) {
                return new Places(bytes, 8).inModule(offset);
            }
            if (magic.equals("070701") || magic.equals("070702")) {
                return new Places(bytes, 0).inCpio(offset);
            }
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            return "damaged before that place";
        }
        return "";
    }

    private String inModule(int offset) {
        while (position < bytes.length) {
            int id = bytes[position++];
            int size = number();
            int start = position;
            if (offset < start + size) {
                return section(id, start, offset);
            }
            position = start + size;
        }
        return "behind the last section";
    }

    private String section(int id, int start, int offset) {
        String name = id >= 0 && id < SECTIONS.length ? SECTIONS[id] : "unknown";
        if (offset < start) {
            return "head of section " + name;
        }
        String place = "section " + name + " + " + (offset - start);
        if (id == 0) {
            int length = number();
            String own = new String(bytes, position, length, StandardCharsets.UTF_8);
            return "section " + own + " + " + (offset - start);
        }
        if (id == CODE) {
            int count = number();
            for (int i = 0; i < count; i++) {
                int size = number();
                if (offset < position + size) {
                    return place + ", body " + i + " + " + (offset - position);
                }
                position += size;
            }
        }
        return place;
    }

    /** An unsigned LEB128 number. */
    private int number() {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = bytes[position++];
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    private String inCpio(int offset) {
        while (position < bytes.length) {
            if (bytes[position] == 0) {
                position++;
                continue;
            }
            int size = field(6);
            int nameLength = field(11);
            String name = new String(bytes, position + 110, nameLength - 1, StandardCharsets.UTF_8);
            int content = position + 110 + nameLength + 3 & ~3;
            if (offset < content) {
                return "head of " + name;
            }
            if (offset < content + size) {
                return name + " + " + (offset - content);
            }
            position = content + size + 3 & ~3;
        }
        return "behind the last member";
    }

    private int field(int index) {
        String digits = new String(bytes, position + 6 + 8 * index, 8, StandardCharsets.ISO_8859_1);
        return Integer.parseUnsignedInt(digits, 16);
    }
}

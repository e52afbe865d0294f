/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A first look at the bytes of a module: magic, section bounds and the plausibility of every vector
 * length, so that the parser behind it can never be made to allocate more than the bytes justify.
 */
final class SectionScanner {
    private static final int MAGIC = 0x6d736100;
    private static final int CUSTOM = 0;
    private static final int CODE = 10;
    private static final int DATA_COUNT = 12;
    private static final int START = 8;
    private static final int LAST_SECTION = 13;
    private static final int MAX_LOCALS = 50_000;

    private final byte[] bytes;
    private int at;

    private SectionScanner(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Checks a module's outline. */
    static void check(byte[] bytes) throws ModuleException {
        new SectionScanner(bytes).scanAll();
    }

    private void scanAll() throws ModuleException {
        if (bytes.length < 8) {
            throw new ModuleException("not a WebAssembly module: shorter than its header");
        }
        if (word() != MAGIC || word() != 1) {
            throw new ModuleException("not a WebAssembly module of version 1");
        }
        while (at < bytes.length) {
            int id = bytes[at++];
            int size = unsigned(bytes.length, "section size");
            int end = at + size;
            if (size > bytes.length - at) {
                throw new ModuleException("section " + id + " exceeds the module");
            }
            if (id < 0 || id > LAST_SECTION) {
                throw new ModuleException("unknown section " + id);
            }
            scanSection(id, end);
            at = end;
        }
    }

    private void scanSection(int id, int end) throws ModuleException {
        if (id == CUSTOM) {
            scanName(end);
            return;
        }
        if (id == START || id == DATA_COUNT) {
            return;
        }
        int count = unsigned(end, "vector length");
        if (count > end - at) {
            throw new ModuleException("section " + id + " has more items than bytes");
        }
        if (id == CODE) {
            for (int i = 0; i < count; i++) {
                scanBody(i, end);
            }
        }
    }

    private void scanBody(int index, int end) throws ModuleException {
        int size = unsigned(end, "function size");
        if (size > end - at) {
            throw new ModuleException("function body " + index + " exceeds its section");
        }
        int bodyEnd = at + size;
        int groups = unsigned(bodyEnd, "local groups");
        long locals = 0;
        for (int i = 0; i < groups; i++) {
            locals += unsigned(bodyEnd, "locals") & 0xffffffffL;
            if (locals > MAX_LOCALS || at >= bodyEnd) {
                throw new ModuleException("function body " + index + " has bad locals");
            }
            at++;
            if (bytes[at - 1] == 0x63 || bytes[at - 1] == 0x64) {
                unsigned(bodyEnd, "heap type");
            }
        }
        at = bodyEnd;
    }

    private void scanName(int end) throws ModuleException {
        int length = unsigned(end, "name length");
        if (length > end - at) {
            throw new ModuleException("the name of a custom section exceeds it");
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length));
        } catch (CharacterCodingException e) {
            throw new ModuleException("the name of a custom section is not UTF-8", e);
        }
    }

    private int word() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value |= (bytes[at++] & 0xff) << (i << 3);
        }
        return value;
    }

    private int unsigned(int end, String what) throws ModuleException {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            if (at >= end) {
                break;
            }
            byte b = bytes[at++];
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                if (value > Integer.MAX_VALUE) {
                    break;
                }
                return (int) value;
            }
        }
        throw new ModuleException("bad " + what + " before byte " + at);
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.devicetree;

import dev.wasmlinux.abi.devicetree.DeviceTree.MemoryReservation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads one flattened tree from bytes that may be hostile. Used once, by one thread. */
final class FlatReader {

    private final ByteBuffer blob;
    private int position;
    private int structureEnd;
    private int stringsStart;
    private int stringsEnd;

    FlatReader(byte[] bytes) {
        blob = ByteBuffer.wrap(bytes);
    }

    DeviceTree read() {
        if (blob.limit() < Flat.HEADER_BYTES) {
            throw new DeviceTreeException(0, "only " + blob.limit() + " bytes, no header");
        }
        if (blob.getInt(0) != Flat.MAGIC) {
            throw new DeviceTreeException(
                    0, "magic 0x" + Integer.toHexString(blob.getInt(0)) + ", want 0xd00dfeed");
        }
        long total = Integer.toUnsignedLong(blob.getInt(4));
        if (total < Flat.HEADER_BYTES || total > blob.limit()) {
            throw new DeviceTreeException(
                    4, "total size " + total + ", but " + blob.limit() + " bytes are there");
        }
        int version = blob.getInt(20);
        int compatible = blob.getInt(24);
        if (version < Flat.VERSION || compatible < 0 || compatible > Flat.VERSION) {
            throw new DeviceTreeException(
                    20, "version " + version + ", compatible with " + compatible + ", want 17");
        }
        int limit = (int) total;
        position = block(8, 36, 4, "structure block", limit);
        structureEnd = position + blob.getInt(36);
        stringsStart = block(12, 32, 1, "strings block", limit);
        stringsEnd = stringsStart + blob.getInt(32);
        List<MemoryReservation> reservations = reservations(limit);
        if (token() != Flat.BEGIN_NODE) {
            throw new DeviceTreeException(position - 4, "no root node");
        }
        int rootAt = position - 4;
        DeviceTreeNode root = node(1);
        if (!root.name().isEmpty()) {
            throw new DeviceTreeException(rootAt, "root node is named \"" + root.name() + "\"");
        }
        if (token() != Flat.END) {
            throw new DeviceTreeException(position - 4, "no end token behind the root node");
        }
        return new DeviceTree(root, reservations, blob.getInt(28));
    }

    private int block(int offsetField, int sizeField, int alignment, String what, int limit) {
        long offset = Integer.toUnsignedLong(blob.getInt(offsetField));
        long size = Integer.toUnsignedLong(blob.getInt(sizeField));
        if (offset < Flat.HEADER_BYTES || offset % alignment != 0 || offset + size > limit) {
            throw new DeviceTreeException(
                    offsetField,
                    what + " at " + offset + " of " + size + " bytes in a blob of " + limit);
        }
        return (int) offset;
    }

    private List<MemoryReservation> reservations(int limit) {
        long at = Integer.toUnsignedLong(blob.getInt(16));
        if (at < Flat.HEADER_BYTES || at % 8 != 0) {
            throw new DeviceTreeException(16, "memory reservation block at " + at);
        }
        List<MemoryReservation> reservations = new ArrayList<>();
        while (true) {
            if (at + Flat.RESERVATION_BYTES > limit) {
                throw new DeviceTreeException(16, "memory reservation block has no end");
            }
            long address = blob.getLong((int) at);
            long size = blob.getLong((int) at + 8);
            if (address == 0 && size == 0) {
                return reservations;
            }
            reservations.add(new MemoryReservation(address, size));
            at += Flat.RESERVATION_BYTES;
        }
    }

    /** The rest of a node whose begin token was read. */
    private DeviceTreeNode node(int depth) {
        int nameAt = position;
        if (depth > DeviceTree.MAX_DEPTH) {
            throw new DeviceTreeException(
                    nameAt, "nodes are nested deeper than " + DeviceTree.MAX_DEPTH);
        }
        String name = string(position, structureEnd, "node name");
        position = Flat.align4(position + name.length() + 1);
        if (!name.isEmpty() && !Names.isStorable(name)) {
            throw new DeviceTreeException(nameAt, "node name is not printable");
        }
        List<DeviceTreeProperty> properties = new ArrayList<>();
        List<DeviceTreeNode> children = new ArrayList<>();
        Set<String> propertyNames = new HashSet<>();
        Set<String> childNames = new HashSet<>();
        while (true) {
            int token = token();
            int at = position - 4;
            switch (token) {
                case Flat.PROPERTY -> {
                    if (!children.isEmpty()) {
                        throw new DeviceTreeException(at, "property behind a child node");
                    }
                    DeviceTreeProperty property = property();
                    if (!propertyNames.add(property.name())) {
                        throw new DeviceTreeException(
                                at, "property \"" + property.name() + "\" appears twice");
                    }
                    properties.add(property);
                }
                case Flat.BEGIN_NODE -> {
                    DeviceTreeNode child = node(depth + 1);
                    if (child.name().isEmpty() || !childNames.add(child.name())) {
                        throw new DeviceTreeException(
                                at, "child \"" + child.name() + "\" is unnamed or appears twice");
                    }
                    children.add(child);
                }
                case Flat.END_NODE -> {
                    return new DeviceTreeNode(name, properties, children);
                }
                default ->
                        throw new DeviceTreeException(
                                at, "token 0x" + Integer.toHexString(token) + " in a node");
            }
        }
    }

    private DeviceTreeProperty property() {
        int at = position;
        if (structureEnd - position < 8) {
            throw new DeviceTreeException(at, "structure block ends in a property");
        }
        long length = Integer.toUnsignedLong(blob.getInt(position));
        long nameOffset = Integer.toUnsignedLong(blob.getInt(position + 4));
        position += 8;
        if (length > structureEnd - position) {
            throw new DeviceTreeException(
                    at, "property of " + length + " bytes leaves the structure block");
        }
        if (nameOffset >= stringsEnd - stringsStart) {
            throw new DeviceTreeException(
                    at, "property name at " + nameOffset + " lies outside the strings block");
        }
        String name = string(stringsStart + (int) nameOffset, stringsEnd, "property name");
        if (!Names.isStorable(name)) {
            throw new DeviceTreeException(at, "property name is empty or not printable");
        }
        byte[] value = new byte[(int) length];
        blob.get(position, value);
        position = Flat.align4(position + value.length);
        return new DeviceTreeProperty(name, value);
    }

    /** The next token but NOP. */
    private int token() {
        while (true) {
            if (structureEnd - position < 4) {
                throw new DeviceTreeException(position, "structure block has no end token");
            }
            int token = blob.getInt(position);
            position += 4;
            if (token != Flat.NOP) {
                return token;
            }
        }
    }

    private String string(int start, int end, String what) {
        int stop = Math.min(end, start + Names.MAX_STORED + 1);
        for (int i = start; i < stop; i++) {
            if (blob.get(i) == 0) {
                // ISO-8859-1 maps each byte to one character, so lengths agree.
                return new String(blob.array(), start, i - start, StandardCharsets.ISO_8859_1);
            }
        }
        throw new DeviceTreeException(start, what + " is not terminated or too long");
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.devicetree;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Writes one flattened tree. Used once, by one thread. */
final class FlatWriter {

    private final ByteArrayOutputStream structureBytes = new ByteArrayOutputStream();
    private final DataOutputStream structure = new DataOutputStream(structureBytes);
    private final StringBuilder strings = new StringBuilder();
    private final Map<String, Integer> stringOffsets = new HashMap<>();

    byte[] write(DeviceTree tree) {
        try {
            node(tree.root());
            structure.writeInt(Flat.END);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] stringBytes = strings.toString().getBytes(StandardCharsets.US_ASCII);
        int reservationBytes = (tree.reservations().size() + 1) * Flat.RESERVATION_BYTES;
        int structureOffset = Flat.HEADER_BYTES + reservationBytes;
        int stringsOffset = structureOffset + structureBytes.size();
        int total = stringsOffset + stringBytes.length;
        ByteBuffer blob = ByteBuffer.allocate(total);
        blob.putInt(Flat.MAGIC)
                .putInt(total)
                .putInt(structureOffset)
                .putInt(stringsOffset)
                .putInt(Flat.HEADER_BYTES)
                .putInt(Flat.VERSION)
                .putInt(Flat.LAST_COMPATIBLE)
                .putInt(tree.bootCpu())
                .putInt(stringBytes.length)
                .putInt(structureBytes.size());
        for (DeviceTree.MemoryReservation reservation : tree.reservations()) {
            blob.putLong(reservation.address()).putLong(reservation.sizeInBytes());
        }
        blob.putLong(0).putLong(0);
        blob.put(structureBytes.toByteArray()).put(stringBytes);
        return blob.array();
    }

    private void node(DeviceTreeNode node) throws IOException {
        structure.writeInt(Flat.BEGIN_NODE);
        structure.write(node.name().getBytes(StandardCharsets.US_ASCII));
        structure.write(0);
        pad();
        for (DeviceTreeProperty property : node.properties()) {
            byte[] value = property.bytes();
            structure.writeInt(Flat.PROPERTY);
            structure.writeInt(value.length);
            structure.writeInt(stringOffset(property.name()));
            structure.write(value);
            pad();
        }
        for (DeviceTreeNode child : node.children()) {
            node(child);
        }
        structure.writeInt(Flat.END_NODE);
    }

    private void pad() throws IOException {
        while (structureBytes.size() % 4 != 0) {
            structure.write(0);
        }
    }

    /** A name may share the tail of an earlier one, as dtc lays strings out. */
    private int stringOffset(String name) {
        return stringOffsets.computeIfAbsent(
                name,
                key -> {
                    String stored = key + '\0';
                    int at = strings.indexOf(stored);
                    if (at < 0) {
                        at = strings.length();
                        strings.append(stored);
                    }
                    return at;
                });
    }
}

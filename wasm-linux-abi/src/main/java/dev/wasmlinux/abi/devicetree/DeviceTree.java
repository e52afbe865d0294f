/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.devicetree;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A device tree with the two things that its flattened form carries beside it.
 *
 * @param root the root node, whose name is empty
 * @param reservations memory that the client program must leave alone
 * @param bootCpu physical id of the boot CPU
 */
public record DeviceTree(DeviceTreeNode root, List<MemoryReservation> reservations, int bootCpu) {

    /** Greatest depth of nodes that is written or read, the root being 1. */
    public static final int MAX_DEPTH = 64;

    /**
     * Copies the list and checks the root.
     *
     * @throws IllegalArgumentException if the root has a name, or the tree is too deep
     */
    public DeviceTree {
        Objects.requireNonNull(root, "root");
        reservations = List.copyOf(reservations);
        if (!root.name().isEmpty()) {
            throw new IllegalArgumentException("root node has the name \"" + root.name() + "\"");
        }
        checkDepth(root, 1);
    }

    /**
     * An entry of the memory reservation block (specification 5.3).
     *
     * @param address first byte, physical
     * @param sizeInBytes length; not 0 together with address 0, which ends the block
     */
    public record MemoryReservation(long address, long sizeInBytes) {

        /**
         * Checks the pair.
         *
         * @throws IllegalArgumentException for the terminator 0, 0
         */
        public MemoryReservation {
            if (address == 0 && sizeInBytes == 0) {
                throw new IllegalArgumentException("reservation 0, 0 ends the block");
            }
        }
    }

    /**
     * Builds a tree without reservations, boot CPU 0.
     *
     * @param contents fills the root node
     * @return the tree
     * @throws IllegalArgumentException if a name breaks the specification or appears twice, or a
     *     reference names an unknown label
     */
    public static DeviceTree build(Consumer<DeviceTreeBuilder> contents) {
        return new DeviceTree(DeviceTreeBuilder.buildRoot(contents), List.of(), 0);
    }

    /**
     * Reads a flattened device tree of version 17 or of a later one that version 17 can read. Work
     * and memory are bounded by the length of the input.
     *
     * @param blob the bytes; may be longer than the tree says
     * @return the tree
     * @throws DeviceTreeException if the bytes are not a valid tree
     */
    public static DeviceTree parse(byte[] blob) {
        return new FlatReader(blob).read();
    }

    /**
     * Writes the flattened form, version 17: header, reservations, structure, strings.
     *
     * @return the blob; its length is the header's total size
     */
    public byte[] toBytes() {
        return new FlatWriter().write(this);
    }

    /**
     * Looks up a node.
     *
     * @param path absolute path of full node names, for example {@code /cpus/cpu@0}, or {@code /}
     * @return the node, or empty
     * @throws IllegalArgumentException if the path does not begin with a slash
     */
    public Optional<DeviceTreeNode> find(String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path \"" + path + "\" is not absolute");
        }
        Optional<DeviceTreeNode> node = Optional.of(root);
        for (String part : path.split("/")) {
            if (!part.isEmpty()) {
                node = node.flatMap(n -> n.child(part));
            }
        }
        return node;
    }

    private static void checkDepth(DeviceTreeNode node, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("tree is deeper than " + MAX_DEPTH + " nodes");
        }
        for (DeviceTreeNode child : node.children()) {
            checkDepth(child, depth + 1);
        }
    }
}

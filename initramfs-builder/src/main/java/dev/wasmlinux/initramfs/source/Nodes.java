/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.Node;
import java.util.function.UnaryOperator;

/** Changed copies of nodes. */
final class Nodes {
    private Nodes() {}

    static Node withAttributes(Node node, UnaryOperator<Attributes> change) {
        if (node instanceof Node.RegularFile file) {
            return new Node.RegularFile(file.content(), change.apply(file.attributes()));
        } else if (node instanceof Node.Directory directory) {
            return new Node.Directory(change.apply(directory.attributes()));
        } else if (node instanceof Node.Symlink link) {
            return new Node.Symlink(link.target(), change.apply(link.attributes()));
        } else if (node instanceof Node.Device device) {
            return new Node.Device(
                    device.type(),
                    device.major(),
                    device.minor(),
                    change.apply(device.attributes()));
        } else if (node instanceof Node.Fifo fifo) {
            return new Node.Fifo(change.apply(fifo.attributes()));
        } else if (node instanceof Node.Socket socket) {
            return new Node.Socket(change.apply(socket.attributes()));
        }
        return node;
    }
}

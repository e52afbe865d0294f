/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import java.util.List;

/**
 * A node of the device tree that the host gives to the kernel.
 *
 * @param path its path; capital letters stand for numbers
 * @param meaning what it describes
 * @param properties its properties
 */
public record AbiNode(String path, String meaning, List<Property> properties) {

    /** Copies the list. */
    public AbiNode {
        properties = List.copyOf(properties);
    }

    /**
     * A property.
     *
     * @param name its name
     * @param type {@code cells}, {@code strings}, {@code bytes}, {@code flag} or {@code reference}
     * @param meaning its value
     */
    public record Property(String name, String type, String meaning) {}
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.devicetree;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A node of a device tree.
 *
 * @param name its name with the unit address, for example {@code cpu@0}; empty for the root
 * @param properties its properties in order; names are unique
 * @param children its child nodes in order; names are unique
 */
public record DeviceTreeNode(
        String name, List<DeviceTreeProperty> properties, List<DeviceTreeNode> children) {

    /**
     * Copies the lists and checks the names.
     *
     * @throws IllegalArgumentException if a name is not storable or appears twice
     */
    public DeviceTreeNode {
        if (!name.isEmpty()) {
            Names.checkStored("node", name);
        }
        properties = List.copyOf(properties);
        children = List.copyOf(children);
        Set<String> seen = new HashSet<>();
        for (DeviceTreeProperty property : properties) {
            if (!seen.add(property.name())) {
                throw new IllegalArgumentException(
                        "node \"" + name + "\" has property \"" + property.name() + "\" twice");
            }
        }
        seen.clear();
        for (DeviceTreeNode child : children) {
            if (child.name().isEmpty() || !seen.add(child.name())) {
                throw new IllegalArgumentException(
                        "node \""
                                + name
                                + "\" has child \""
                                + child.name()
                                + "\" twice or unnamed");
            }
        }
    }

    /**
     * Looks up a property.
     *
     * @param propertyName its name
     * @return the property, or empty
     */
    public Optional<DeviceTreeProperty> property(String propertyName) {
        return properties.stream().filter(p -> p.name().equals(propertyName)).findFirst();
    }

    /**
     * Looks up a child.
     *
     * @param childName its full name with the unit address
     * @return the child, or empty
     */
    public Optional<DeviceTreeNode> child(String childName) {
        return children.stream().filter(c -> c.name().equals(childName)).findFirst();
    }
}

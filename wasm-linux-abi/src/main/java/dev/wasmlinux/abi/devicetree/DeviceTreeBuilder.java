/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.devicetree;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Fills one node of a tree under construction; see {@link DeviceTree#build}. Properties and nodes
 * keep the order of the calls. A builder is usable only inside the consumer that it was given to,
 * and by one thread.
 */
public final class DeviceTreeBuilder {

    /** A property whose value may begin with the handle of a labelled node. */
    private record Draft(String reference, byte[] value) {}

    private final String name;
    private final Map<String, Draft> properties = new LinkedHashMap<>();
    private final Map<String, DeviceTreeBuilder> children = new LinkedHashMap<>();
    private String label;

    private DeviceTreeBuilder(String name) {
        this.name = name;
    }

    /**
     * Adds a property of 32-bit cells.
     *
     * @param property its name
     * @param cells the cells; none makes an empty property
     * @return this
     */
    public DeviceTreeBuilder cells(String property, int... cells) {
        return add(property, null, encode(cells));
    }

    /**
     * Adds a property of 64-bit numbers, two cells each, the high one first.
     *
     * @param property its name
     * @param numbers the numbers
     * @return this
     */
    public DeviceTreeBuilder longs(String property, long... numbers) {
        ByteBuffer buffer = ByteBuffer.allocate(numbers.length * 8);
        for (long number : numbers) {
            buffer.putLong(number);
        }
        return add(property, null, buffer.array());
    }

    /**
     * Adds a property of one or more strings.
     *
     * @param property its name
     * @param strings the strings, without NUL
     * @return this
     * @throws IllegalArgumentException if a string contains a NUL
     */
    public DeviceTreeBuilder strings(String property, String... strings) {
        StringBuilder text = new StringBuilder();
        for (String string : strings) {
            if (string.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("string of property " + property + " has a NUL");
            }
            text.append(string).append('\0');
        }
        return add(property, null, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Adds a property of arbitrary bytes.
     *
     * @param property its name
     * @param value the bytes, copied
     * @return this
     */
    public DeviceTreeBuilder bytes(String property, byte[] value) {
        return add(property, null, value.clone());
    }

    /**
     * Adds a property without a value, whose presence says yes.
     *
     * @param property its name
     * @return this
     */
    public DeviceTreeBuilder flag(String property) {
        return add(property, null, new byte[0]);
    }

    /**
     * Adds a property that is the handle of a labelled node, followed by cells. The node with the
     * label, which may come later, gets a {@code phandle} property.
     *
     * @param property its name
     * @param target label of the node
     * @param cells cells behind the handle
     * @return this
     */
    public DeviceTreeBuilder reference(String property, String target, int... cells) {
        return add(property, Objects.requireNonNull(target, "target"), encode(cells));
    }

    /**
     * Names this node for references. The label itself is not part of the tree.
     *
     * @param name unique in the tree
     * @return this
     */
    public DeviceTreeBuilder label(String name) {
        label = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * Adds a child node.
     *
     * @param childName its name with the unit address, for example {@code virtio@c0001000}
     * @param contents fills it
     * @return this
     * @throws IllegalArgumentException if the name breaks the specification or is taken
     */
    public DeviceTreeBuilder node(String childName, Consumer<DeviceTreeBuilder> contents) {
        DeviceTreeBuilder child = new DeviceTreeBuilder(Names.checkNode(childName));
        if (children.putIfAbsent(childName, child) != null) {
            throw new IllegalArgumentException(
                    "node \"" + name + "\" has child \"" + childName + "\" twice");
        }
        contents.accept(child);
        return this;
    }

    private DeviceTreeBuilder add(String property, String reference, byte[] value) {
        Names.checkProperty(property);
        if (properties.putIfAbsent(property, new Draft(reference, value)) != null) {
            throw new IllegalArgumentException(
                    "node \"" + name + "\" has property \"" + property + "\" twice");
        }
        return this;
    }

    private static byte[] encode(int... cells) {
        ByteBuffer buffer = ByteBuffer.allocate(cells.length * 4);
        for (int cell : cells) {
            buffer.putInt(cell);
        }
        return buffer.array();
    }

    static DeviceTreeNode buildRoot(Consumer<DeviceTreeBuilder> contents) {
        DeviceTreeBuilder root = new DeviceTreeBuilder("");
        contents.accept(root);
        Map<String, DeviceTreeBuilder> labels = new HashMap<>();
        root.collectLabels(labels);
        Map<String, Integer> handles = new LinkedHashMap<>();
        root.assignHandles(labels, handles);
        return root.toNode(handles);
    }

    private void collectLabels(Map<String, DeviceTreeBuilder> labels) {
        if (label != null && labels.put(label, this) != null) {
            throw new IllegalArgumentException("label \"" + label + "\" names two nodes");
        }
        children.values().forEach(child -> child.collectLabels(labels));
    }

    /** Handles count from 1 in the order of first reference, as dtc does. */
    private void assignHandles(
            Map<String, DeviceTreeBuilder> labels, Map<String, Integer> handles) {
        for (Draft draft : properties.values()) {
            if (draft.reference() == null) {
                continue;
            }
            if (!labels.containsKey(draft.reference())) {
                throw new IllegalArgumentException(
                        "no node has the label \"" + draft.reference() + "\"");
            }
            handles.putIfAbsent(draft.reference(), handles.size() + 1);
        }
        children.values().forEach(child -> child.assignHandles(labels, handles));
    }

    private DeviceTreeNode toNode(Map<String, Integer> handles) {
        List<DeviceTreeProperty> finished = new ArrayList<>();
        properties.forEach(
                (property, draft) -> {
                    byte[] value = draft.value();
                    if (draft.reference() != null) {
                        value =
                                ByteBuffer.allocate(4 + value.length)
                                        .putInt(handles.get(draft.reference()))
                                        .put(value)
                                        .array();
                    }
                    finished.add(new DeviceTreeProperty(property, value));
                });
        if (label != null && handles.containsKey(label)) {
            finished.add(new DeviceTreeProperty("phandle", encode(handles.get(label))));
        }
        List<DeviceTreeNode> nodes = new ArrayList<>();
        children.values().forEach(child -> nodes.add(child.toNode(handles)));
        return new DeviceTreeNode(name, finished, nodes);
    }
}

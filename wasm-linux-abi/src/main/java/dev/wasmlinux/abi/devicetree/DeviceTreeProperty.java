/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.devicetree;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** A property of a node: a name and bytes, which the reader interprets (specification 2.2.4). */
public final class DeviceTreeProperty {

    private final String name;
    private final byte[] value;

    /**
     * Creates a property.
     *
     * @param name 1..255 characters of printable ASCII
     * @param value its bytes, copied; may be empty
     * @throws IllegalArgumentException if the name breaks that rule
     */
    public DeviceTreeProperty(String name, byte[] value) {
        this.name = Names.checkStored("property", name);
        this.value = value.clone();
    }

    /**
     * The name.
     *
     * @return never empty
     */
    public String name() {
        return name;
    }

    /**
     * The bytes.
     *
     * @return a copy
     */
    public byte[] bytes() {
        return value.clone();
    }

    /**
     * The number of bytes.
     *
     * @return at least 0
     */
    public int sizeInBytes() {
        return value.length;
    }

    /**
     * The value as big-endian 32-bit cells ({@code prop-encoded-array} of {@code u32}).
     *
     * @return one element a cell; treat them as unsigned where the binding says so
     * @throws IllegalStateException if the length is not a multiple of 4
     */
    public int[] cells() {
        if (value.length % 4 != 0) {
            throw new IllegalStateException(
                    "property " + name + " has " + value.length + " bytes, not whole cells");
        }
        int[] cells = new int[value.length / 4];
        ByteBuffer.wrap(value).asIntBuffer().get(cells);
        return cells;
    }

    /**
     * The value as NUL-terminated strings ({@code stringlist}).
     *
     * @return the strings without their NUL
     * @throws IllegalStateException if the value does not end with a NUL
     */
    public List<String> strings() {
        if (value.length > 0 && value[value.length - 1] != 0) {
            throw new IllegalStateException("property " + name + " is not a list of strings");
        }
        List<String> strings = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < value.length; i++) {
            if (value[i] == 0) {
                strings.add(new String(value, start, i - start, StandardCharsets.UTF_8));
                start = i + 1;
            }
        }
        return List.copyOf(strings);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DeviceTreeProperty that
                && name.equals(that.name)
                && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(value);
    }

    /** Returns the property in the source form with bytes in hex. */
    @Override
    public String toString() {
        return value.length == 0 ? name : name + " = [" + HexFormat.of().formatHex(value) + "]";
    }
}

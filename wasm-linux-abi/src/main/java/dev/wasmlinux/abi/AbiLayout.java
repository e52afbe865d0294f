/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import java.util.List;

/**
 * The layout of a structure in kernel memory; numbers are little-endian.
 *
 * @param name name of the C structure
 * @param sizeInBytes its size
 * @param alignment its alignment in bytes
 * @param meaning what it is for
 * @param fields its fields by ascending offset, without gaps
 */
public record AbiLayout(
        String name, int sizeInBytes, int alignment, String meaning, List<Field> fields) {

    /** Copies the list. */
    public AbiLayout {
        fields = List.copyOf(fields);
    }

    /**
     * A field.
     *
     * @param offset first byte, from the start of the structure
     * @param type {@code u8}, {@code u32}, {@code s32} or {@code u64}
     * @param name its name
     * @param count number of array elements, 1 for a plain field
     * @param meaning what it holds
     */
    public record Field(int offset, String type, String name, int count, String meaning) {

        /**
         * The bytes that the field takes.
         *
         * @return its element size times its count
         * @throws IllegalStateException if the type is unknown
         */
        public int sizeInBytes() {
            return count
                    * switch (type) {
                        case "u8" -> 1;
                        case "u32", "s32" -> 4;
                        case "u64" -> 8;
                        default -> throw new IllegalStateException("unknown type " + type);
                    };
        }
    }

    /**
     * The field with the given name.
     *
     * @param fieldName its name
     * @return the field
     * @throws IllegalArgumentException if there is none
     */
    public Field field(String fieldName) {
        return fields.stream()
                .filter(f -> f.name().equals(fieldName))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no field " + name + "." + fieldName));
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

/** What all contexts of a module share and slow paths of compiled code need. Thread safe. */
public interface ModuleLink {
    /** The shared function table; null entries are not made yet, or empty. */
    Object[] table();

    /**
     * The callable of a table entry, made if need be.
     *
     * @param index table index, any value
     * @param type the module's number of the expected function type
     * @return null if the index is out of range, the entry empty or of another type
     */
    Object entry(int index, int type);

    /** The bytes of a passive data segment; the caller does not change them. */
    byte[] segment(int index);

    /** Number of data segments. */
    int segmentCount();
}

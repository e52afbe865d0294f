/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

/**
 * An entry that would leave the target directory, overwrite what it may not, or needs more rights.
 */
public final class UnsafeExtractionException extends InitramfsException {
    private static final long serialVersionUID = 1L;

    private final String path;

    /**
     * @param path the entry's name, as text
     * @param reason why it is not extracted
     */
    public UnsafeExtractionException(String path, String reason) {
        super(path + ": " + reason, null);
        this.path = path;
    }

    /** The entry at fault, as text. */
    public String path() {
        return path;
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

/** A file's content was not as long as announced when it came to be written. */
public final class ContentChangedException extends InitramfsException {
    private static final long serialVersionUID = 1L;

    private final String path;

    /**
     * @param path the entry, as text
     * @param announced its size in bytes when the archive was planned
     * @param what what was found instead
     */
    public ContentChangedException(String path, long announced, String what) {
        super(path + ": content announced as " + announced + " bytes " + what, null);
        this.path = path;
    }

    /** The entry at fault, as text. */
    public String path() {
        return path;
    }
}

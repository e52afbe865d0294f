/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

/** An entry, or a set of them, that the kernel would drop or corrupt or the format cannot hold. */
public final class InvalidEntryException extends InitramfsException {
    private static final long serialVersionUID = 1L;

    private final String path;

    /**
     * @param path the entry, as {@link ArchivePath#toString()} shows it
     * @param reason what is wrong, the value, the limit and the source of the rule
     */
    public InvalidEntryException(String path, String reason) {
        super(path + ": " + reason, null);
        this.path = path;
    }

    /** The entry at fault, as text. */
    public String path() {
        return path;
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.tree;

import dev.wasmlinux.patchset.content.Content;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** Something in a tree. */
public sealed interface Node {
    /**
     * A regular file.
     *
     * @param content its bytes
     * @param executable whether its owner may execute it
     * @param permissions its permissions, or null where there are none or for a new file
     */
    record File(Content content, boolean executable, Set<PosixFilePermission> permissions)
            implements Node {
        /** This file with another content and mode. */
        public File with(Content newContent, boolean newExecutable) {
            return new File(newContent, newExecutable, permissions);
        }
    }

    /**
     * A symbolic link.
     *
     * @param target where it leads, as a byte string
     */
    record Link(String target) implements Node {
        /** The target as the content that git gives to a link. */
        public Content content() {
            return Content.of(target.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /** A directory. */
    record Directory() implements Node {}

    /** A device, pipe or socket. */
    record Special() implements Node {}
}

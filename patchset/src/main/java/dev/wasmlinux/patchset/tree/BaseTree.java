/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.tree;

import java.io.IOException;
import java.util.List;

/** A tree that changes are staged over. Nothing in it changes meanwhile. */
public interface BaseTree {
    /**
     * What is at a path whose parents are directories; links are not followed.
     *
     * @return null if there is nothing
     */
    Node lookup(String path) throws IOException;

    /** The paths of all files, links and specials below a directory, in no order. */
    List<String> leavesBelow(String directory) throws IOException;
}

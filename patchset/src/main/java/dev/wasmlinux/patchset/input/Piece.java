/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.input;

import dev.wasmlinux.patchset.content.Content;
import java.util.OptionalInt;

/**
 * One patch of an input.
 *
 * @param name its name for messages
 * @param content its text
 * @param firstLine the number of the text's first line in what the name names, from 1
 * @param strip the strip level that the input asks for
 * @param reverse whether the input asks for the reverse
 * @param heading what a mail says above the patch, headers and message, decoded; empty if the patch
 *     came in no mail: then the heading is a part of the content
 */
public record Piece(
        String name,
        Content content,
        long firstLine,
        OptionalInt strip,
        boolean reverse,
        String heading) {
    /** A patch that came in no mail. */
    public Piece(String name, Content content, long firstLine, OptionalInt strip, boolean reverse) {
        this(name, content, firstLine, strip, reverse, "");
    }
}

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
 */
public record Piece(
        String name, Content content, long firstLine, OptionalInt strip, boolean reverse) {}

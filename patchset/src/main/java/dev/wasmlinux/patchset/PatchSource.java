/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.input.Piece;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * The text of one patch, with a name for messages. Immutable; the file behind it must not change
 * while it is in use.
 */
public final class PatchSource {
    private final String name;
    private final Content content;
    private final long firstLine;
    private final OptionalInt strip;
    private final boolean reverse;
    private final String heading;

    PatchSource(Piece piece) {
        this.name = Objects.requireNonNull(piece.name(), "name");
        this.content = piece.content();
        this.firstLine = piece.firstLine();
        this.strip = piece.strip();
        this.reverse = piece.reverse();
        this.heading = piece.heading();
    }

    PatchSource(String name, Content content) {
        this(new Piece(name, content, 1, OptionalInt.empty(), false));
    }

    /**
     * A file with one unified or git diff, possibly with text around it. It is read when applied,
     * and never loaded as a whole.
     *
     * @throws IOException if the file cannot be read
     */
    public static PatchSource file(Path file) throws IOException {
        return new PatchSource(file.toString(), Content.following(file));
    }

    /**
     * A diff in memory.
     *
     * @param name the name for messages
     * @param bytes the diff, copied
     */
    public static PatchSource of(String name, byte[] bytes) {
        return new PatchSource(name, Content.of(bytes.clone()));
    }

    /** The name for messages. */
    public String name() {
        return name;
    }

    /** The length in bytes. */
    public long size() {
        return content.size();
    }

    Content content() {
        return content;
    }

    /** The number of the text's first line in what the name names. */
    long firstLine() {
        return firstLine;
    }

    /** What a mail says above the patch; empty if it came in none. */
    String heading() {
        return heading;
    }

    /** The strip level that a series asks for. */
    OptionalInt strip() {
        return strip;
    }

    /** Whether a series asks for the reverse. */
    boolean reverse() {
        return reverse;
    }

    /** The options with what this patch's entry in a series says about itself. */
    ApplyOptions options(ApplyOptions given) {
        return given.withStrip(strip.orElse(given.strip())).withReverse(given.reverse() != reverse);
    }

    @Override
    public String toString() {
        return name;
    }
}

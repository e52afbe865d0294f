/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.apply;

import dev.wasmlinux.patchset.content.RandomBytes;
import dev.wasmlinux.patchset.diff.Hunk;
import java.io.IOException;
import java.io.OutputStream;

/** Writes a patched file, hunk by hunk. */
final class TextPatcher {
    private final Lines file;
    private final RandomBytes patch;
    private final OutputStream out;

    /** Everything of the file before this position is written or dropped. */
    private long done;

    TextPatcher(Lines file, RandomBytes patch, OutputStream out) {
        this.file = file;
        this.patch = patch;
        this.out = out;
    }

    /**
     * Puts a hunk at its place. Context is copied from the file, not from the patch, so that lines
     * that fuzz has ignored stay as they are.
     */
    void apply(Hunk hunk, long line) throws IOException {
        RandomBytes bytes = file.bytes();
        long start = file.start(line);
        bytes.copy(done, start, out);
        done = start;
        long contextLeft = hunk.oldCount() == 0 ? 0 : hunk.trailing();
        int lastRun = hunk.runs() - 1;
        while (contextLeft > 0 && lastRun >= 0 && hunk.run(lastRun).kind() == Hunk.Kind.CONTEXT) {
            // Context behind the last change is copied with what follows it.
            contextLeft -= hunk.run(lastRun--).lines();
        }
        for (int i = 0; i <= lastRun; i++) {
            Hunk.Run run = hunk.run(i);
            switch (run.kind()) {
                case CONTEXT -> {
                    long end = skip(run.lines());
                    bytes.copy(done, end, out);
                    done = end;
                }
                case OLD -> done = skip(run.lines());
                case NEW -> insert(hunk, run);
            }
        }
    }

    private long skip(long lines) throws IOException {
        long position = done;
        for (long i = 0; i < lines; i++) {
            position = file.next(position);
        }
        return position;
    }

    private void insert(Hunk hunk, Hunk.Run run) throws IOException {
        long position = run.start();
        long left = run.lines();
        boolean last = hunk.newOpen() && hunk.trailing() == 0 && isLastNew(hunk, run);
        while (left-- > 0) {
            long newline = patch.find((byte) '\n', position, run.end());
            patch.copy(position + 1, last && left == 0 ? newline : newline + 1, out);
            position = newline + 1;
        }
    }

    private static boolean isLastNew(Hunk hunk, Hunk.Run run) {
        for (int i = hunk.runs() - 1; i >= 0; i--) {
            Hunk.Run candidate = hunk.run(i);
            if (candidate.kind() == Hunk.Kind.NEW) {
                return candidate.start() == run.start();
            }
        }
        return false;
    }

    /** Copies the rest of the file. */
    void finish() throws IOException {
        file.bytes().copy(done, file.bytes().size(), out);
        done = file.bytes().size();
    }
}

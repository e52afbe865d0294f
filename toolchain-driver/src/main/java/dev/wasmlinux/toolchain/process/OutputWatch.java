/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.process;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

/**
 * Reads along with a build's output: counts compiled objects and keeps what a person needs when it
 * fails, the first error and the last lines. Thread safe.
 */
public final class OutputWatch {
    private static final int LAST_LINES = 20;
    private static final int LINE_LIMIT = 2000;

    private static final String FULL_DISK =
            ".*(No space left on device|Disk quota exceeded|File too large).*";

    /** What kbuild prints per object, and a compiler command with an object as its result. */
    private static final Pattern OBJECT =
            Pattern.compile("^\\s+(HOST)?(CC|AS|LD|AR|CPP|GEN)\\b.*|^\\S*(clang|cc)\\S* .* -c .*");

    /** Errors of compilers, linkers, Kconfig and make, best evidence first. */
    private static final List<Pattern> ERRORS =
            List.of(
                    Pattern.compile(FULL_DISK),
                    Pattern.compile("^[^:\\s]+:\\d+(:\\d+)?: (fatal )?error: .*"),
                    Pattern.compile("^[^:\\s]+:\\d+: \\*\\*\\* .*"),
                    Pattern.compile("^(\\S*(clang|ld|lld)\\S*): error: .*"),
                    Pattern.compile("^(\\*\\*\\* .*|ERROR: .*|.*\\berror: .*)"),
                    Pattern.compile("^(.*: (command )?not found|.*: No such file or directory)"),
                    Pattern.compile("^make(\\[\\d+\\])?: \\*\\*\\* .*"));

    private final IntConsumer onObject;
    private final Consumer<String> onLine;
    private final Deque<String> last = new ArrayDeque<>();
    private final String[] first = new String[ERRORS.size()];
    private final StringBuilder line = new StringBuilder();
    private int objects;

    /**
     * Creates a watch.
     *
     * @param onObject told the number of objects so far, on the thread that reads the output
     */
    public OutputWatch(IntConsumer onObject) {
        this(onObject, line -> {});
    }

    /**
     * Creates a watch that hears every line.
     *
     * @param onObject told the number of objects so far, on the thread that reads the output
     * @param onLine told every line that is not empty, on the same thread
     */
    public OutputWatch(IntConsumer onObject, Consumer<String> onLine) {
        this.onObject = onObject;
        this.onLine = onLine;
    }

    /**
     * Takes output.
     *
     * @param bytes buffer
     * @param length number of bytes of it
     */
    public synchronized void accept(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                endLine();
            } else if (line.length() < LINE_LIMIT) {
                line.append((char) (bytes[i] & 0xff));
            }
        }
    }

    private void endLine() {
        String text =
                new String(
                                line.toString().getBytes(StandardCharsets.ISO_8859_1),
                                StandardCharsets.UTF_8)
                        .stripTrailing();
        line.setLength(0);
        if (text.isEmpty()) {
            return;
        }
        onLine.accept(text);
        last.addLast(text);
        if (last.size() > LAST_LINES) {
            last.removeFirst();
        }
        for (int i = 0; i < first.length; i++) {
            if (first[i] == null && ERRORS.get(i).matcher(text).matches()) {
                first[i] = text;
                break;
            }
        }
        if (OBJECT.matcher(text).matches()) {
            objects++;
            onObject.accept(objects);
        }
    }

    /** Number of objects that the output named. */
    public synchronized int objects() {
        return objects;
    }

    /** Whether a tool has said that it could not write. */
    public synchronized boolean diskFull() {
        return first[0] != null;
    }

    /** The first line that says what went wrong, if any does. */
    public synchronized Optional<String> firstError() {
        for (String candidate : first) {
            if (candidate != null) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** The last lines, oldest first. */
    public synchronized List<String> lastLines() {
        if (line.length() > 0) {
            endLine();
        }
        return new ArrayList<>(last);
    }
}

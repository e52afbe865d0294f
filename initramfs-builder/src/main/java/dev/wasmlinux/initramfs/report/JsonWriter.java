/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.report;

import java.util.ArrayDeque;
import java.util.Deque;

/** Writes JSON (RFC 8259) with two blanks a level, always the same bytes for the same calls. */
final class JsonWriter {
    private final StringBuilder out = new StringBuilder();
    private final Deque<Character> open = new ArrayDeque<>();
    private boolean first = true;
    private boolean named;

    JsonWriter object() {
        begin('{', '}');
        return this;
    }

    JsonWriter array() {
        begin('[', ']');
        return this;
    }

    private void begin(char start, char end) {
        separate();
        out.append(start);
        open.push(end);
        first = true;
    }

    JsonWriter end() {
        char end = open.pop();
        if (!first) {
            line();
        }
        out.append(end);
        first = false;
        if (open.isEmpty()) {
            out.append('\n');
        }
        return this;
    }

    JsonWriter name(String name) {
        separate();
        quote(name);
        out.append(": ");
        named = true;
        return this;
    }

    JsonWriter value(String value) {
        separate();
        quote(value);
        return this;
    }

    JsonWriter value(long value) {
        separate();
        out.append(value);
        return this;
    }

    private void separate() {
        if (named) {
            named = false;
            return;
        }
        if (!first) {
            out.append(',');
        }
        if (!open.isEmpty()) {
            line();
        }
        first = false;
    }

    private void line() {
        out.append('\n').append("  ".repeat(open.size()));
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    @Override
    public String toString() {
        return out.toString();
    }
}

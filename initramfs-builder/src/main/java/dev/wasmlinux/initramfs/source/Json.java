/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.LimitExceededException;
import dev.wasmlinux.initramfs.MalformedImageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON (RFC 8259) into maps, lists, strings, doubles, booleans and null. */
final class Json {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_VALUES = 200_000;

    private final String text;
    private int at;
    private int values;

    private Json(String text) {
        this.text = text;
    }

    static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.blanks();
        if (json.at < text.length()) {
            throw json.error("more than one value");
        }
        return value;
    }

    private Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw error("nested too deeply");
        }
        if (++values > MAX_VALUES) {
            throw new LimitExceededException(
                    "JSON document of more than " + MAX_VALUES + " values");
        }
        blanks();
        char c = at < text.length() ? text.charAt(at) : 0;
        switch (c) {
            case '{':
                return object(depth);
            case '[':
                return array(depth);
            case '"':
                return string();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> map = new LinkedHashMap<>();
        at++;
        if (next('}')) {
            return map;
        }
        do {
            blanks();
            if (at >= text.length() || text.charAt(at) != '"') {
                throw error("a name is missing");
            }
            String key = string();
            if (!next(':')) {
                throw error("':' is missing");
            }
            map.put(key, value(depth + 1));
        } while (next(','));
        if (!next('}')) {
            throw error("'}' is missing");
        }
        return map;
    }

    private List<Object> array(int depth) {
        List<Object> list = new ArrayList<>();
        at++;
        if (next(']')) {
            return list;
        }
        do {
            list.add(value(depth + 1));
        } while (next(','));
        if (!next(']')) {
            throw error("']' is missing");
        }
        return list;
    }

    private String string() {
        StringBuilder result = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c != '\\') {
                result.append(c);
                continue;
            }
            char escape = at < text.length() ? text.charAt(at++) : 0;
            switch (escape) {
                case '"', '\\', '/' -> result.append(escape);
                case 'b' -> result.append('\b');
                case 'f' -> result.append('\f');
                case 'n' -> result.append('\n');
                case 'r' -> result.append('\r');
                case 't' -> result.append('\t');
                case 'u' -> {
                    try {
                        result.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                    } catch (IndexOutOfBoundsException | NumberFormatException e) {
                        throw error("\\u needs four digits");
                    }
                    at += 4;
                }
                default -> throw error("unknown escape");
            }
        }
        if (at >= text.length()) {
            throw error("a string is not closed");
        }
        at++;
        return result.toString();
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw error("no value");
        }
        at += word.length();
        return value;
    }

    private Double number() {
        int from = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            return Double.valueOf(text.substring(from, at));
        } catch (NumberFormatException e) {
            throw error("no value");
        }
    }

    private boolean next(char c) {
        blanks();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private MalformedImageException error(String what) {
        return new MalformedImageException(-1, "JSON, character " + at + ": " + what);
    }
}

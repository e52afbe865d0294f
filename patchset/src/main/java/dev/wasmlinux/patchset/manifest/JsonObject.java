/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.manifest;

import dev.wasmlinux.patchset.ManifestException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;

/**
 * A JSON object whose values know where they stand in the text, so that errors can say so. Every
 * field that nobody asked for is an error at {@link #end()}.
 */
final class JsonObject {
    /**
     * A value and its place; {@code value} is a String, Long, Boolean, List, JsonObject or null.
     */
    record Located(Object value, int line, int column) {}

    private final String source;
    private final Located place;
    private final Map<String, Located> fields;
    private final Map<String, Located> unread;

    private JsonObject(String source, Located place, Map<String, Located> fields) {
        this.source = source;
        this.place = place;
        this.fields = fields;
        this.unread = new LinkedHashMap<>(fields);
    }

    /** Reads the value that the parser's current token begins. */
    static Located read(String source, JsonParser parser) {
        TokenStreamLocation at = parser.currentTokenLocation();
        int line = at.getLineNr();
        int column = at.getColumnNr();
        JsonToken token = parser.currentToken();
        Object value =
                switch (token) {
                    case VALUE_STRING -> parser.getString();
                    case VALUE_NUMBER_INT -> number(source, parser, line, column);
                    case VALUE_TRUE -> Boolean.TRUE;
                    case VALUE_FALSE -> Boolean.FALSE;
                    case VALUE_NULL -> null;
                    case START_ARRAY -> array(source, parser);
                    case START_OBJECT -> object(source, parser, line, column);
                    default ->
                            throw new ManifestException(
                                    source, line, column, "unexpected " + token);
                };
        return new Located(value, line, column);
    }

    private static Object number(String source, JsonParser parser, int line, int column) {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw new ManifestException(source, line, column, "number out of range");
        }
        return parser.getLongValue();
    }

    private static List<Located> array(String source, JsonParser parser) {
        List<Located> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(read(source, parser));
        }
        return values;
    }

    private static JsonObject object(String source, JsonParser parser, int line, int column) {
        Map<String, Located> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            TokenStreamLocation at = parser.currentTokenLocation();
            parser.nextToken();
            Located value = read(source, parser);
            if (fields.put(name, value) != null) {
                throw new ManifestException(
                        source,
                        at.getLineNr(),
                        at.getColumnNr(),
                        "repeated field \"" + name + "\"");
            }
        }
        return new JsonObject(source, new Located(null, line, column), fields);
    }

    /** An error at this object. */
    ManifestException error(String problem) {
        return new ManifestException(source, place.line(), place.column(), problem);
    }

    private ManifestException error(Located at, String problem) {
        return new ManifestException(source, at.line(), at.column(), problem);
    }

    private <T> Optional<T> take(String name, Class<T> type, String typeName) {
        unread.remove(name);
        Located found = fields.get(name);
        if (found == null) {
            return Optional.empty();
        }
        if (!type.isInstance(found.value())) {
            throw error(found, "\"" + name + "\" must be " + typeName);
        }
        return Optional.of(type.cast(found.value()));
    }

    private <T> T required(String name, Optional<T> value) {
        return value.orElseThrow(() -> error("field \"" + name + "\" is missing"));
    }

    Optional<String> text(String name) {
        return take(name, String.class, "a string");
    }

    String requiredText(String name) {
        return required(name, text(name));
    }

    Optional<Long> number(String name) {
        return take(name, Long.class, "an integer");
    }

    long requiredNumber(String name) {
        return required(name, number(name));
    }

    Optional<JsonObject> object(String name) {
        return take(name, JsonObject.class, "an object");
    }

    JsonObject requiredObject(String name) {
        return required(name, object(name));
    }

    private List<Located> list(String name) {
        unread.remove(name);
        Located found = fields.get(name);
        if (found == null) {
            return List.of();
        }
        if (!(found.value() instanceof List<?> values)) {
            throw error(found, "\"" + name + "\" must be an array");
        }
        return values.stream().map(Located.class::cast).toList();
    }

    List<String> texts(String name) {
        return list(name).stream()
                .map(
                        element -> {
                            if (element.value() instanceof String text) {
                                return text;
                            }
                            throw error(element, "\"" + name + "\" must hold strings");
                        })
                .toList();
    }

    List<JsonObject> objects(String name) {
        return list(name).stream()
                .map(
                        element -> {
                            if (element.value() instanceof JsonObject object) {
                                return object;
                            }
                            throw error(element, "\"" + name + "\" must hold objects");
                        })
                .toList();
    }

    /** Fails on the first field that nobody asked for. */
    void end() {
        unread.forEach(
                (name, at) -> {
                    throw error(at, "unknown field \"" + name + "\"");
                });
    }
}

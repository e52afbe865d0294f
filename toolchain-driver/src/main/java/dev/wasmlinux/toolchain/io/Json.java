/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** JSON documents built member by member, so that their order and shape are visible in the code. */
public final class Json {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Json() {}

    /** A new empty object. */
    public static Members object() {
        return new Members(MAPPER.createObjectNode());
    }

    /** A new empty array. */
    public static Items array() {
        return new Items(MAPPER.createArrayNode());
    }

    /**
     * Reads a document.
     *
     * @param file UTF-8 text
     * @return its root
     * @throws IOException if it cannot be read or is no JSON
     */
    public static JsonNode read(Path file) throws IOException {
        try {
            return MAPPER.readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw new IOException(file + ": " + e.getOriginalMessage(), e);
        }
    }

    /** A JSON object under construction. */
    public static final class Members {
        private final ObjectNode node;

        private Members(ObjectNode node) {
            this.node = node;
        }

        /** Adds a text. */
        public void put(String name, String value) {
            node.put(name, value);
        }

        /** Adds a whole number. */
        public void put(String name, long value) {
            node.put(name, value);
        }

        /** Adds a number. */
        public void put(String name, double value) {
            node.put(name, value);
        }

        /** Adds a whole number, or null. */
        public void put(String name, Long value) {
            node.put(name, value);
        }

        /** Adds a number, or null. */
        public void put(String name, Double value) {
            node.put(name, value);
        }

        /** Adds a truth value. */
        public void put(String name, boolean value) {
            node.put(name, value);
        }

        /** Adds an object. */
        public void put(String name, Members value) {
            node.set(name, value.node);
        }

        /** Adds an array. */
        public void put(String name, Items value) {
            node.set(name, value.node);
        }

        /** The document as indented text with a final newline. */
        public String text() {
            return MAPPER.writeValueAsString(node) + "\n";
        }
    }

    /** A JSON array under construction. */
    public static final class Items {
        private final ArrayNode node;

        private Items(ArrayNode node) {
            this.node = node;
        }

        /** Adds a text. */
        public void add(String value) {
            node.add(value);
        }

        /** Adds an object. */
        public void add(Members value) {
            node.add(value.node);
        }
    }
}

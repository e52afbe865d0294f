/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.util.Map;
import java.util.TreeMap;
import org.objectweb.asm.Type;

/** The scratch fields that split functions of a module need in its context. */
final class Scratch {
    private final Map<String, String> fields = new TreeMap<>();

    /** The name of the {@code index}-th scratch field of a type. */
    String field(Type type, int index) {
        String letter = type.getSort() == Type.OBJECT ? "E" : type.getDescriptor();
        String name = "x" + letter + index;
        fields.put(name, type.getDescriptor());
        return name;
    }

    /** The name of an int field of its own that is 0 but between a part and its stub. */
    String flag() {
        fields.put("flag", "I");
        return "flag";
    }

    /** Descriptor by name of every field asked for. */
    Map<String, String> fields() {
        return fields;
    }
}

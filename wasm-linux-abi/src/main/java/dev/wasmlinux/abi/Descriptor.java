/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import dev.wasmlinux.abi.wasm.FunctionSignature;
import dev.wasmlinux.abi.wasm.GlobalType;
import dev.wasmlinux.abi.wasm.MemoryType;
import dev.wasmlinux.abi.wasm.ValueType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the machine-readable descriptor, {@code abi.json}, once. Unknown members are errors. */
final class Descriptor {

    static final KernelAbi KERNEL;
    static final ProgramAbi PROGRAM;

    static {
        JsonNode root = load();
        members(root, "abi", "kernel", "program");
        int version = root.required("abi").intValue();
        KERNEL = kernel(version, root.required("kernel"));
        PROGRAM = program(version, root.required("program"));
    }

    private Descriptor() {}

    private static JsonNode load() {
        try (InputStream in = Descriptor.class.getResourceAsStream("abi.json")) {
            if (in == null) {
                throw new IllegalStateException("resource abi.json is missing");
            }
            return JsonMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KernelAbi kernel(int version, JsonNode node) {
        members(
                node,
                "memory",
                "identitySection",
                "imports",
                "exports",
                "globals",
                "constants",
                "layouts",
                "deviceTree");
        JsonNode memory = node.required("memory");
        return new KernelAbi(
                version,
                text(memory, "module"),
                text(memory, "name"),
                memory(memory),
                text(node, "identitySection"),
                list(node, "imports", Descriptor::function),
                list(node, "exports", Descriptor::function),
                list(node, "globals", Descriptor::global),
                list(node, "constants", Descriptor::constants),
                list(node, "layouts", Descriptor::layout),
                list(node, "deviceTree", Descriptor::treeNode));
    }

    private static ProgramAbi program(int version, JsonNode node) {
        members(node, "memory", "imports", "exports", "globals", "table", "signalHandlers");
        JsonNode memory = node.required("memory");
        JsonNode table = node.required("table");
        members(table, "name", "element", "meaning");
        return new ProgramAbi(
                version,
                text(memory, "module"),
                text(memory, "name"),
                memory(memory),
                list(node, "imports", Descriptor::function),
                list(node, "exports", Descriptor::function),
                list(node, "globals", Descriptor::global),
                text(table, "name"),
                list(node, "signalHandlers", Descriptor::signature));
    }

    private static MemoryType memory(JsonNode node) {
        members(node, "module", "name", "shared", "maximumPages");
        return new MemoryType(
                0,
                OptionalLong.of(node.required("maximumPages").longValue()),
                node.required("shared").booleanValue());
    }

    private static AbiFunction function(JsonNode node) {
        members(
                node,
                "module",
                "name",
                "parameters",
                "results",
                "meaning",
                "errors",
                "since",
                "noReturn");
        return new AbiFunction(
                node.has("module") ? text(node, "module") : "",
                text(node, "name"),
                list(
                        node,
                        "parameters",
                        p -> new AbiFunction.Parameter(text(p, "name"), type(p.required("type")))),
                list(node, "results", Descriptor::type),
                node.has("noReturn") && node.required("noReturn").booleanValue(),
                text(node, "meaning"),
                list(node, "errors", JsonNode::stringValue),
                number(node, "since"));
    }

    private static FunctionSignature signature(JsonNode node) {
        members(node, "parameters", "results");
        return new FunctionSignature(
                list(node, "parameters", Descriptor::type),
                list(node, "results", Descriptor::type));
    }

    private static AbiGlobal global(JsonNode node) {
        members(node, "name", "type", "mutable", "meaning", "since");
        return new AbiGlobal(
                text(node, "name"),
                new GlobalType(
                        type(node.required("type")), node.required("mutable").booleanValue()),
                text(node, "meaning"),
                number(node, "since"));
    }

    private static AbiConstants constants(JsonNode node) {
        members(node, "group", "meaning", "values");
        return new AbiConstants(
                text(node, "group"),
                text(node, "meaning"),
                list(
                        node,
                        "values",
                        v -> {
                            members(v, "name", "value", "meaning", "since");
                            return new AbiConstants.Value(
                                    text(v, "name"),
                                    v.required("value").longValue(),
                                    text(v, "meaning"),
                                    number(v, "since"));
                        }));
    }

    private static AbiLayout layout(JsonNode node) {
        members(node, "name", "size", "alignment", "meaning", "fields");
        return new AbiLayout(
                text(node, "name"),
                number(node, "size"),
                number(node, "alignment"),
                text(node, "meaning"),
                list(
                        node,
                        "fields",
                        f -> {
                            members(f, "offset", "type", "name", "count", "meaning");
                            return new AbiLayout.Field(
                                    number(f, "offset"),
                                    text(f, "type"),
                                    text(f, "name"),
                                    number(f, "count"),
                                    text(f, "meaning"));
                        }));
    }

    private static AbiNode treeNode(JsonNode node) {
        members(node, "path", "meaning", "properties");
        return new AbiNode(
                text(node, "path"),
                text(node, "meaning"),
                list(
                        node,
                        "properties",
                        p -> {
                            members(p, "name", "type", "meaning");
                            return new AbiNode.Property(
                                    text(p, "name"), text(p, "type"), text(p, "meaning"));
                        }));
    }

    private static ValueType type(JsonNode node) {
        return ValueType.ofText(node.stringValue())
                .orElseThrow(() -> new IllegalStateException("abi.json: type " + node));
    }

    private static String text(JsonNode node, String member) {
        return node.required(member).stringValue();
    }

    private static int number(JsonNode node, String member) {
        return node.required(member).intValue();
    }

    private static <T> List<T> list(JsonNode node, String member, Function<JsonNode, T> read) {
        List<T> result = new ArrayList<>();
        for (JsonNode element : node.required(member)) {
            result.add(read.apply(element));
        }
        return result;
    }

    private static void members(JsonNode node, String... allowed) {
        Set<String> unknown = new HashSet<>(node.propertyNames());
        unknown.removeAll(Set.of(allowed));
        if (!unknown.isEmpty()) {
            throw new IllegalStateException("abi.json: unknown members " + unknown);
        }
    }
}

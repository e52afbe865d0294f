/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import dev.wasmlinux.abi.wasm.FunctionSignature;
import dev.wasmlinux.abi.wasm.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Renders the descriptor as the page ABI.md. */
final class AbiDocument {

    private final List<String> lines = new ArrayList<>();

    private AbiDocument() {}

    static List<String> lines() {
        AbiDocument document = new AbiDocument();
        document.kernel(KernelAbi.current());
        document.program(ProgramAbi.current());
        return document.lines;
    }

    private void kernel(KernelAbi abi) {
        line("<!-- SPDX-License-Identifier: Apache-2.0 -->");
        line("# The ABI of Wasm Linux, version " + abi.version());
        line("");
        line("Made from `src/main/resources/dev/wasmlinux/abi/abi.json`; do not edit. After a");
        line("change there, run in the project's root:");
        line("");
        line("    mvn -pl wasm-linux-abi test -Dtest=KernelAbiTest -Dabi.document.write=true");
        line("");
        line(
                "Numbers are little-endian, pointers 32-bit, errors negative errno. The image names its");
        line("version in the custom section `" + abi.identitySection() + "`, UTF-8 lines `abi=`,");
        line("`release=` and `config=` (SHA-256 of the kernel configuration).");
        line("");
        line("## The kernel imports");
        line("");
        memory(abi.memoryModule(), abi.memoryName(), abi.memory().toString());
        functions(abi.imports());
        line("## The kernel exports");
        line("");
        functions(abi.exports());
        globals(abi.globals());
        line("## Constants");
        for (AbiConstants group : abi.constants()) {
            line("");
            line("### " + group.group());
            line("");
            line(group.meaning());
            line("");
            line("| name | value | meaning | since |");
            line("|---|---|---|---|");
            for (AbiConstants.Value value : group.values()) {
                row(
                        code(value.name()),
                        number(value.value()),
                        value.meaning(),
                        String.valueOf(value.since()));
            }
        }
        line("");
        line("## Structures");
        for (AbiLayout layout : abi.layouts()) {
            line("");
            line("### " + layout.name());
            line("");
            line(
                    layout.meaning()
                            + " "
                            + layout.sizeInBytes()
                            + " bytes, alignment "
                            + layout.alignment()
                            + ".");
            line("");
            line("| offset | type | name | meaning |");
            line("|---|---|---|---|");
            for (AbiLayout.Field field : layout.fields()) {
                String array = field.count() == 1 ? "" : "[" + field.count() + "]";
                row(
                        String.valueOf(field.offset()),
                        field.type(),
                        code(field.name() + array),
                        field.meaning());
            }
        }
        line("");
        line("## Device tree");
        for (AbiNode node : abi.deviceTree()) {
            line("");
            line("### `" + node.path() + "`");
            line("");
            line(node.meaning());
            line("");
            line("| property | type | value |");
            line("|---|---|---|");
            node.properties().forEach(p -> row(code(p.name()), p.type(), p.meaning()));
        }
        line("");
    }

    private void program(ProgramAbi abi) {
        line("## A program imports");
        line("");
        memory(abi.memoryModule(), abi.memoryName(), abi.memory().toString());
        functions(abi.imports());
        line("## A program exports");
        line("");
        functions(abi.exports());
        globals(abi.globals());
        line(
                "Its functions lie in the table `"
                        + abi.tableName()
                        + "`. Signal handlers have one of");
        line(
                "the types "
                        + abi.signalHandlers().stream()
                                .map(FunctionSignature::toString)
                                .map(AbiDocument::code)
                                .collect(Collectors.joining(", "))
                        + ".");
    }

    private void memory(String module, String name, String type) {
        line("Memory: `" + module + "." + name + "`, " + type + " at most.");
        line("");
    }

    private void functions(List<AbiFunction> functions) {
        line("| function | meaning | errors | since |");
        line("|---|---|---|---|");
        for (AbiFunction f : functions) {
            String parameters =
                    f.parameters().stream()
                            .map(p -> (p.type() == ValueType.I32 ? "" : p.type() + " ") + p.name())
                            .collect(Collectors.joining(", "));
            String result = f.results().stream().map(r -> " → " + r).collect(Collectors.joining());
            String name = f.module().isEmpty() ? f.name() : f.module() + "." + f.name();
            row(
                    code(name + "(" + parameters + ")" + result),
                    f.meaning(),
                    String.join(" ", f.errors()),
                    String.valueOf(f.since()));
        }
        line("");
    }

    private void globals(List<AbiGlobal> globals) {
        line("| global | type | meaning | since |");
        line("|---|---|---|---|");
        for (AbiGlobal global : globals) {
            row(
                    code(global.name()),
                    (global.type().mutable() ? "mutable " : "constant ") + global.type().value(),
                    global.meaning(),
                    String.valueOf(global.since()));
        }
        line("");
    }

    private static String number(long value) {
        return value < 1024 ? String.valueOf(value) : "0x" + Long.toHexString(value);
    }

    private static String code(String text) {
        return "`" + text + "`";
    }

    private void row(String... cells) {
        line("| " + String.join(" | ", cells) + " |");
    }

    private void line(String text) {
        lines.add(text);
    }
}

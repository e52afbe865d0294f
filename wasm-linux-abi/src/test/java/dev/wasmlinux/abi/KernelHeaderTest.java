/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.abi.wasm.FunctionSignature;
import dev.wasmlinux.abi.wasm.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel's C declarations must say what the descriptor says. */
class KernelHeaderTest {

    private static final Path HEADER =
            Path.of(
                    "../patchset/src/main/resources/dev/wasmlinux/patchset/linux/overlay",
                    "arch/wasm/include/asm/host.h");

    private static final Path REGISTERS = HEADER.resolveSibling("../uapi/asm/ptrace.h");

    private static final Pattern FUNCTION =
            Pattern.compile(
                    "^([\\w *]+?)\\bHOST_(IMPORT|EXPORT)\\((\\w+)\\)\\(([^)]*)\\);",
                    Pattern.MULTILINE);
    private static final Pattern DEFINE =
            Pattern.compile(
                    "^#define\\s+([A-Z_]+)\\s+(0x[0-9a-fA-F]+|\\d+)\\s*$", Pattern.MULTILINE);

    private static String header() throws IOException {
        return withoutComments(HEADER).replaceAll("(?m)^#define[^\\n]*\\\\\\n[^\\n]*$", "");
    }

    private static String withoutComments(Path file) throws IOException {
        return Files.readString(file).replaceAll("(?s)/\\*.*?\\*/", "");
    }

    private static Map<String, FunctionSignature> functions(String kind) throws IOException {
        Map<String, FunctionSignature> functions = new TreeMap<>();
        Matcher matcher = FUNCTION.matcher(header());
        while (matcher.find()) {
            if (matcher.group(2).equals(kind)) {
                functions.put(matcher.group(3), signature(matcher.group(1), matcher.group(4)));
            }
        }
        return functions;
    }

    private static FunctionSignature signature(String result, String parameters) {
        List<ValueType> types = new ArrayList<>();
        if (!parameters.strip().equals("void")) {
            for (String parameter : parameters.split(",")) {
                types.add(type(parameter));
            }
        }
        boolean nothing = result.strip().matches("void( __noreturn)?");
        return new FunctionSignature(types, nothing ? List.of() : List.of(type(result)));
    }

    /** Of a parameter declaration or a result type. */
    private static ValueType type(String declaration) {
        if (declaration.contains("*")) {
            return ValueType.I32;
        }
        List<String> words = List.of(declaration.strip().split("\\s+"));
        if (words.contains("u64") || words.contains("s64")) {
            return ValueType.I64;
        }
        assertThat(words.get(0)).as(declaration).isIn("u32", "s32", "int", "unsigned");
        return ValueType.I32;
    }

    @Test
    void importsAgree() throws IOException {
        Map<String, FunctionSignature> wanted = new TreeMap<>();
        KernelAbi.current().imports().forEach(f -> wanted.put(f.name(), f.signature()));
        assertThat(functions("IMPORT")).isEqualTo(wanted);
    }

    @Test
    void exportsAgree() throws IOException {
        Map<String, FunctionSignature> declared = functions("EXPORT");
        assertThat(declared).isNotEmpty();
        declared.forEach(
                (name, signature) ->
                        assertThat(KernelAbi.current().exportNamed(name))
                                .as(name)
                                .get()
                                .extracting(AbiFunction::signature)
                                .isEqualTo(signature));
        // The other three are written in assembly.
        assertThat(KernelAbi.current().exports())
                .extracting(AbiFunction::name)
                .filteredOn(name -> !declared.containsKey(name))
                .containsExactlyInAnyOrder("_start", "secondary_start", "task_start");
    }

    @ParameterizedTest
    @CsvSource({
        "PENDING_, pending",
        "ACTION_, action",
        "TASK_KIND_, task_kind",
        "MACHINE_, machine_end",
        "TRAP_, trap",
        "TLB_, tlb_permission"
    })
    void constantsAgree(String prefix, String group) throws IOException {
        Map<String, Long> declared = new TreeMap<>();
        Matcher matcher = DEFINE.matcher(header());
        while (matcher.find()) {
            if (matcher.group(1).startsWith(prefix)) {
                declared.put(
                        matcher.group(1).substring(prefix.length()), Long.decode(matcher.group(2)));
            }
        }
        Map<String, Long> wanted = new TreeMap<>();
        KernelAbi.current().constants(group).values().forEach(v -> wanted.put(v.name(), v.value()));
        assertThat(declared).isEqualTo(wanted);
    }

    @Test
    void structuresAgree() throws IOException {
        assertThat(fields(header(), "host_program_info"))
                .isEqualTo(
                        KernelAbi.current().layout("program_info").fields().stream()
                                .map(KernelHeaderTest::declaration)
                                .toList());
        assertThat(fields(withoutComments(REGISTERS), "user_regs_struct"))
                .isEqualTo(
                        KernelAbi.current().layout("pt_regs").fields().stream()
                                .map(KernelHeaderTest::declaration)
                                .toList());
    }

    private static String declaration(AbiLayout.Field field) {
        String array = field.count() == 1 ? "" : "[" + field.count() + "]";
        return field.type() + " " + field.name() + array;
    }

    /** The fields of a C structure, whose types have no gaps between them. */
    private static List<String> fields(String text, String structure) {
        Matcher matcher = Pattern.compile("struct " + structure + " \\{([^}]*)\\}").matcher(text);
        assertThat(matcher.find()).as(structure).isTrue();
        List<String> fields = new ArrayList<>();
        for (String field : matcher.group(1).split(";")) {
            if (!field.isBlank()) {
                fields.add(field.strip().replaceAll("^__", "").replaceAll("\\s+", " "));
            }
        }
        return fields;
    }

    @Test
    void theVersionAgrees() throws IOException {
        Matcher matcher = DEFINE.matcher(header());
        Map<String, Long> defines = new TreeMap<>();
        while (matcher.find()) {
            defines.put(matcher.group(1), Long.decode(matcher.group(2)));
        }
        AbiConstants limits = KernelAbi.current().constants("limit");
        assertThat(defines)
                .containsEntry("HOST_BOOT_TASK", limits.get("BOOT_TASK"))
                .containsEntry("WASM_LINUX_ABI", (long) KernelAbi.current().version())
                .containsEntry("MAX_HOST_CPUS", limits.get("CPUS_MAX"));
    }
}

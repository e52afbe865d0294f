/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.abi.AbiConstants;
import dev.wasmlinux.abi.AbiFunction;
import dev.wasmlinux.abi.KernelAbi;
import dev.wasmlinux.abi.ProgramAbi;
import dev.wasmlinux.abi.wasm.ValueType;
import dev.wasmlinux.host.rt.KernelImports;
import dev.wasmlinux.host.rt.ProgramImports;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the host implements is what the descriptor says. */
class AbiBindingTest {

    private static Map<String, String> declared(Class<?> binding) {
        Map<String, String> methods = new TreeMap<>();
        for (Method method : binding.getDeclaredMethods()) {
            String parameters =
                    Arrays.stream(method.getParameterTypes())
                            .map(Class::getName)
                            .collect(Collectors.joining(" "));
            methods.put(method.getName(), method.getReturnType().getName() + " " + parameters);
        }
        return methods;
    }

    private static Map<String, String> described(List<AbiFunction> functions) {
        Map<String, String> methods = new TreeMap<>();
        for (AbiFunction function : functions) {
            String result = function.results().isEmpty() ? "void" : java(function.results().get(0));
            String parameters =
                    function.signature().parameters().stream()
                            .map(AbiBindingTest::java)
                            .collect(Collectors.joining(" "));
            methods.put(function.name(), result + " " + parameters);
        }
        return methods;
    }

    private static String java(ValueType type) {
        return type == ValueType.I64 ? "long" : "int";
    }

    @Test
    void theKernelsImportsAreBound() {
        assertThat(declared(KernelImports.class))
                .isEqualTo(described(KernelAbi.current().imports()));
    }

    @Test
    void theProgramsImportsAreBound() {
        assertThat(declared(ProgramImports.class))
                .isEqualTo(described(ProgramAbi.current().imports()));
    }

    @Test
    void theDeviceWindowLiesWhereTheDescriptorSays() {
        AbiConstants limits = KernelAbi.current().constants("limit");
        assertThat(limits.get("DEVICE_WINDOW")).isEqualTo(Integer.toUnsignedLong(MmioBus.BASE));
        assertThat(limits.get("DEVICE_STRIDE")).isEqualTo(MmioBus.STRIDE);
        assertThat(limits.get("DEVICE_LINES")).isEqualTo(MmioBus.MAX_DEVICES + 1);
    }
}

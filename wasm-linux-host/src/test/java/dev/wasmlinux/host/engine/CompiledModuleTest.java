/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import static dev.wasmlinux.host.engine.ModuleBuilder.I32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.host.rt.Context;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The module as a whole: layout, contexts, tables, files. */
class CompiledModuleTest {
    private static CompiledModule program(String resource) throws ModuleException {
        return CompiledModule.compile(
                Engines.resource(resource), Form.PROGRAM, CompileOptions.defaults());
    }

    private static int call(CompiledModule module, Context context, String name, Object... a) {
        Object[] all = java.util.Arrays.copyOf(a, a.length + 2);
        all[a.length] = context.memory;
        all[a.length + 1] = context;
        try {
            return (int) module.export(name).invokeWithArguments(all);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theLayoutTellsWhatTheHostNeeds() throws Exception {
        ModuleLayout layout = program("threads.wasm").layout();
        assertThat(layout.memory().shared()).isTrue();
        assertThat(layout.memory().maximumPages()).isEqualTo(32767);
        assertThat(layout.constant("__heap_base")).isPresent();
        assertThat(layout.globals()).containsKeys("__stack_pointer", "__tls_base");
        assertThat(layout.functions().get("tls").methodType().toString())
                .isEqualTo("(int,long,Context)int");
        assertThat(layout.functionNames()).contains("tls", "table_sum", "__wasm_init_memory");
        assertThat(layout.imports()).isEmpty();
        assertThat(layout.data()).isNotEmpty();
        for (DataPlacement data : layout.data()) {
            assertThat(data.address()).isGreaterThanOrEqualTo(65536);
            assertThat(data.buffer().remaining()).isEqualTo(data.length());
            assertThat(data.buffer().isReadOnly()).isTrue();
        }
        ModuleLayout compute = program("compute.wasm").layout();
        assertThat(compute.table().base()).isEqualTo(4);
        assertThat(compute.table().size()).isEqualTo(7);
    }

    @Test
    void contextsHaveTheirOwnGlobals() throws Exception {
        CompiledModule module = program("threads.wasm");
        Object imports = Engines.Compiled.imports(Form.PROGRAM);
        Context first = module.newContext(0, imports);
        int stack = module.globalIndex("__stack_pointer");
        int initial = first.globalInt(stack);
        assertThat(initial).isPositive();
        first.globalInt(stack, 4711);
        Context copy = module.copyContext(first, 16, imports);
        assertThat(copy.globalInt(stack)).isEqualTo(4711);
        assertThat(copy.memory).isEqualTo(16);
        copy.globalInt(stack, 1);
        assertThat(first.globalInt(stack)).isEqualTo(4711);
        assertThat(module.newContext(0, imports).globalInt(stack)).isEqualTo(initial);
        assertThatThrownBy(() -> first.globalLong(stack))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> module.globalIndex("nothing"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> module.newContext(0, "no imports"))
                .isInstanceOf(ClassCastException.class);
    }

    @Test
    void theFirstThreadsTlsBlockIsInPlace() throws Exception {
        CompiledModule module = program("threads.wasm");
        Context context = module.newContext(0, Engines.Compiled.imports(Form.PROGRAM));
        int base = context.globalInt(module.globalIndex("__tls_base"));
        assertThat(module.layout().data()).anyMatch(data -> data.address() == base);
    }

    @Test
    void aNewThreadInitialisesItsTlsBlockFromTheSegment() throws Exception {
        CompiledModule module = program("threads.wasm");
        try (TestMemory memory = new TestMemory(Form.PROGRAM)) {
            memory.load(module);
            Context context =
                    module.newContext(memory.base, Engines.Compiled.imports(Form.PROGRAM));
            int result =
                    TestMemory.onGuestThread(
                            memory.new Access(),
                            0,
                            () -> {
                                // The block lies over the end of a page.
                                int block = 16384 * 40 - 4;
                                try {
                                    module.export("__wasm_init_tls")
                                            .invoke(block, context.memory, context);
                                } catch (Throwable e) {
                                    throw new AssertionError(e);
                                }
                                return call(module, context, "tls", 1);
                            });
            assertThat(result).isEqualTo(0x1235);
            assertThat(context.globalInt(module.globalIndex("__tls_base")))
                    .isEqualTo(16384 * 40 - 4);
        }
    }

    @Test
    void indirectCallsReachThousandsOfFunctionsOfOneType() throws Exception {
        int count = 3000;
        ModuleBuilder builder = new ModuleBuilder();
        int type = builder.type(new int[] {I32}, I32);
        int[] functions = new int[count];
        for (int i = 0; i < count; i++) {
            functions[i] =
                    builder.function(
                            "f" + i,
                            type,
                            new int[0],
                            ModuleBuilder.bytes().locals(1).i32(i).op(0x6a));
        }
        builder.function(
                "pick",
                new int[] {I32, I32},
                I32,
                ModuleBuilder.bytes().locals(2).op(0x11).u(type).op(0));
        CompiledModule module =
                CompiledModule.compile(
                        builder.table(count + 4, 4, functions).build(),
                        Form.KERNEL,
                        CompileOptions.defaults());
        Context context = module.newContext(0, Engines.Compiled.imports(Form.KERNEL));
        // Nothing in this module touches memory but the poll, which kernel calls do not have.
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < count; i++) {
                assertThat(call(module, context, "pick", round * 10, i + 4))
                        .isEqualTo(round * 10 + i);
            }
        }
        assertThat(module.tableFunctionType(4)).isEqualTo(module.layout().functions().get("f0"));
        assertThat(module.tableFunction(3)).isNull();
        assertThat(module.tableFunction(count + 4)).isNull();
        assertThat(module.tableFunctionType(-1)).isNull();
        assertThat(module.layout().table().base()).isEqualTo(4);
    }

    @Test
    void compilationIsDeterministic() throws Exception {
        for (Form form : Form.values()) {
            byte[] wasm = Engines.resource("switch.wasm");
            Map<String, byte[]> first =
                    CompiledModule.compile(wasm, form, CompileOptions.defaults()).classBytes();
            Map<String, byte[]> second =
                    CompiledModule.compile(wasm, form, CompileOptions.defaults()).classBytes();
            assertThat(second.keySet()).isEqualTo(first.keySet());
            first.forEach((name, bytes) -> assertThat(second.get(name)).isEqualTo(bytes));
        }
    }

    private static void jar(Path directory, Path file) throws Exception {
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file));
                Stream<Path> files = Files.walk(directory)) {
            for (Path path : files.filter(Files::isRegularFile).sorted().toList()) {
                jar.putNextEntry(
                        new JarEntry(directory.relativize(path).toString().replace('\\', '/')));
                jar.write(Files.readAllBytes(path));
            }
        }
    }

    private static void works(CompiledModule module, CompiledModule original) {
        assertThat(module.form()).isEqualTo(Form.PROGRAM);
        ModuleLayout layout = module.layout();
        ModuleLayout expected = original.layout();
        assertThat(layout.memory()).isEqualTo(expected.memory());
        assertThat(layout.table()).isEqualTo(expected.table());
        assertThat(layout.functions()).isEqualTo(expected.functions());
        assertThat(layout.globals()).isEqualTo(expected.globals());
        assertThat(layout.constants()).isEqualTo(expected.constants());
        assertThat(layout.functionNames()).isEqualTo(expected.functionNames());
        assertThat(layout.data()).hasSameSizeAs(expected.data());
        try (TestMemory memory = new TestMemory(Form.PROGRAM)) {
            memory.load(module);
            Context context =
                    module.newContext(memory.base, Engines.Compiled.imports(Form.PROGRAM));
            int result =
                    TestMemory.onGuestThread(
                            memory.new Access(),
                            0,
                            () -> call(module, context, "quicksort", 500, 1));
            assertThat(result).isEqualTo(quicksort(original));
        }
    }

    private static int quicksort(CompiledModule module) {
        try (TestMemory memory = new TestMemory(Form.PROGRAM)) {
            memory.load(module);
            Context context =
                    module.newContext(memory.base, Engines.Compiled.imports(Form.PROGRAM));
            return TestMemory.onGuestThread(
                    memory.new Access(), 0, () -> call(module, context, "quicksort", 500, 1));
        }
    }

    @Test
    void aWrittenModuleIsLoadedFromEverywhere(@TempDir Path directory) throws Exception {
        CompiledModule original = program("compute.wasm");
        Path classes = directory.resolve("classes");
        original.writeTo(classes, "compute");
        works(CompiledModule.load(classes, "compute"), original);
        Path file = directory.resolve("compute.jar");
        jar(classes, file);
        works(CompiledModule.load(file, "compute"), original);
        ClassLoader parent = CompiledModule.class.getClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {file.toUri().toURL()}, parent)) {
            CompiledModule loaded = CompiledModule.load(loader, "compute");
            works(loaded, original);
            assertThatThrownBy(() -> CompiledModule.load(loader, "other"))
                    .isInstanceOf(ModuleException.class);
        }
        assertThatThrownBy(() -> CompiledModule.load(file, "other"))
                .isInstanceOf(ModuleException.class);
        assertThatThrownBy(() -> CompiledModule.load(directory.resolve("none"), "compute"))
                .isInstanceOf(ModuleException.class);
    }

    @Test
    void damagedMetadataIsRefused(@TempDir Path directory) throws Exception {
        program("threads.wasm").writeTo(directory, "damaged");
        Path file = directory.resolve(ModuleFiles.metadata("damaged"));
        byte[] bytes = Files.readAllBytes(file);
        for (int length = 0; length < bytes.length; length += 7) {
            Files.write(file, java.util.Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> CompiledModule.load(directory, "damaged"))
                    .isInstanceOf(ModuleException.class);
        }
        bytes[7]++;
        Files.write(file, bytes);
        assertThatThrownBy(() -> CompiledModule.load(directory, "damaged"))
                .isInstanceOf(ModuleException.class)
                .hasMessageContaining("version");
    }
}

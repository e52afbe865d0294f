/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.host.engine.CompiledModule;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Variants that are made when an image is built. */
class ResumeClassesTest {
    @TempDir Path directory;

    private static Map<String, byte[]> generate(Path directory) throws Exception {
        Map<String, byte[]> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                all.putAll(ResumeClasses.generate(bytes, name -> name.startsWith("func_")));
            }
        }
        return all;
    }

    private static void write(Path directory, Map<String, byte[]> classes) throws IOException {
        for (Map.Entry<String, byte[]> item : classes.entrySet()) {
            Path file = directory.resolve(item.getKey() + ".class");
            Files.createDirectories(file.getParent());
            Files.write(file, item.getValue());
        }
    }

    private static void forkIn(CompiledModule module) throws Exception {
        try (ForkWorld world = new ForkWorld(module, 220)) {
            world.check(2, "deep", 12);
            world.check(16, "jumps", 3);
        }
    }

    @Test
    void areFoundBesideTheModule() throws Exception {
        ForkWorld.compile("programs.wasm").writeTo(directory, "programs");
        Map<String, byte[]> variants = generate(directory);
        assertThat(variants).isNotEmpty();
        write(directory, variants);
        try (URLClassLoader loader =
                new URLClassLoader(
                        new URL[] {directory.toUri().toURL()},
                        ResumeClassesTest.class.getClassLoader())) {
            CompiledModule loaded = CompiledModule.load(loader, "programs");
            forkIn(loaded);
            assertThat(loaded.frameCapture().madeVariants()).isEmpty();
        }
        CompiledModule fromFiles = CompiledModule.load(directory, "programs");
        forkIn(fromFiles);
        assertThat(fromFiles.frameCapture().madeVariants()).isEmpty();
    }

    @Test
    void sameCodeGivesSameVariants() throws Exception {
        CompiledModule module = ForkWorld.compile("programs.wasm");
        module.writeTo(directory, "programs");
        Map<String, byte[]> first = generate(directory);
        Map<String, byte[]> second = generate(directory);
        assertThat(second.keySet()).isEqualTo(first.keySet());
        first.forEach((name, bytes) -> assertThat(second.get(name)).isEqualTo(bytes));

        forkIn(module);
        Map<String, byte[]> made = module.frameCapture().madeVariants();
        assertThat(made).isNotEmpty();
        made.forEach((name, bytes) -> assertThat(first.get(name)).isEqualTo(bytes));
    }

    @Test
    void onlyTheWantedOnes() throws Exception {
        ForkWorld.compile("programs.wasm").writeTo(directory, "programs");
        List<String> all = List.copyOf(generate(directory).keySet());
        String one = all.get(0);
        String method = one.substring(one.lastIndexOf('$') + 1);
        String owner = one.substring(0, one.lastIndexOf('$')).replace("R$", "");
        byte[] classFile = Files.readAllBytes(directory.resolve(owner + ".class"));
        assertThat(ResumeClasses.generate(classFile, method::equals)).containsOnlyKeys(one);
        assertThat(ResumeClasses.generate(classFile, name -> false)).isEmpty();
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.host.engine.CompiledModule;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.analysis.Analyzer;

/** The same forks in JVMs that interpret everything, compile everything, or deny access. */
class ForkJvmModesTest {
    @TempDir static Path modules;

    @TempDir Path directory;

    @BeforeAll
    static void compile() throws IOException {
        ForkWorld.compile("programs.wasm").writeTo(modules, "programs");
    }

    /** What the other JVM runs. */
    public static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws Exception {
            if (!ForkSupport.available()) {
                System.out.println("UNAVAILABLE " + ForkSupport.reason().orElseThrow());
                return;
            }
            HandMadeGuestTest test = new HandMadeGuestTest();
            test.deepRecursion(200);
            test.operandStack();
            test.partsOfSplitFunctions();
            test.copiesOfBaseAndContext();
            test.resultsOfEveryType();
            test.jumpsAcrossResumedFrames();
            test.eightProcesses();
            CompiledModule module = CompiledModule.load(Path.of(arguments[0]), "programs");
            try (ForkWorld world = new ForkWorld(module, 220)) {
                for (int i = 0; i < 3; i++) {
                    world.check(2, "deep", 100);
                    world.check(16, "expression", 1234, 0x123456789abcdefL, 2.75, 10.5f);
                    world.check(2, "widths", 4711);
                    world.check(16, "jumps", 5);
                    world.check(2, "nested_jumps", 5);
                    world.check(4, "sorting", 120);
                    world.check(8, "spinning", 50);
                    world.check(2, "calling", 9);
                }
            }
            System.out.println("ALL RIGHT");
        }
    }

    private String run(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.add("-cp");
        command.add(classPath());
        command.add(Main.class.getName());
        command.add(modules.toString());
        Path output = directory.resolve("output");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output);
    }

    private static String classPath() {
        List<String> entries = new ArrayList<>();
        for (Class<?> type :
                List.of(
                        FrameCapture.class,
                        ForkJvmModesTest.class,
                        ClassReader.class,
                        ClassNode.class,
                        Analyzer.class,
                        Test.class,
                        ParameterizedTest.class,
                        TempDir.class,
                        org.assertj.core.api.Assertions.class)) {
            entries.add(location(type));
        }
        return String.join(File.pathSeparator, entries);
    }

    /** The folder or jar of a class. */
    private static String location(Class<?> type) {
        String file = type.getName().replace('.', '/') + ".class";
        try {
            String url = type.getResource("/" + file).toURI().toString();
            String place = url.substring(0, url.length() - file.length());
            String plain =
                    place.startsWith("jar:") ? place.substring(4, place.length() - 2) : place;
            return Path.of(java.net.URI.create(plain)).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xint",
                // Only the guest and what belongs to it, to be done in time.
                "-Xcomp -XX:CompileCommand=quiet -XX:CompileCommand=compileonly,dev.wasmlinux.*::*",
                "-Xcomp -XX:CompileCommand=quiet -XX:CompileCommand=compileonly,dev.wasmlinux.*::*"
                        + " -XX:TieredStopAtLevel=1",
                "-XX:TieredStopAtLevel=1",
                "-XX:-TieredCompilation"
            })
    void anyCompiler(String options) throws Exception {
        assertThat(run(options.split(" "))).contains("ALL RIGHT");
    }

    @Test
    void withTheJdkOpened() throws Exception {
        assertThat(run("--add-opens", "java.base/java.lang=ALL-UNNAMED"))
                .contains("ALL RIGHT")
                .as("no use of Unsafe for it")
                .doesNotContain("FrameReader");
    }

    @Test
    void namesTheRemedyWithoutAccess() throws Exception {
        // Without the module that has Unsafe there is no way in.
        assertThat(run("--limit-modules", "java.base"))
                .contains("UNAVAILABLE", "--add-opens java.base/java.lang=ALL-UNNAMED");
    }
}

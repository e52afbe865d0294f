/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.toolchain.spi.Component;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The component of {@code src/test/projects/greeting} as a jar. */
public final class ExampleExtension {
    private ExampleExtension() {}

    /**
     * Compiles it as its author would.
     *
     * @param directory where the jar goes
     * @return the jar
     */
    public static Path compile(Path directory) throws Exception {
        Path project = Path.of(System.getProperty("basedir", ""), "src/test/projects/greeting");
        Path classes = Files.createDirectories(directory.resolve("classes"));
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        String service = Component.class.getName();
        Files.copy(
                project.resolve("META-INF/services").resolve(service), services.resolve(service));
        Path home = Path.of(System.getProperty("java.home"), "bin");
        Path jar = directory.resolve("greeting.jar");
        for (List<String> command :
                List.of(
                        List.of(
                                home.resolve("javac").toString(),
                                "-cp",
                                Path.of("target/classes").toAbsolutePath().toString(),
                                "-d",
                                classes.toString(),
                                project.resolve("example/Greeting.java").toString()),
                        List.of(
                                home.resolve("jar").toString(),
                                "cf",
                                jar.toString(),
                                "-C",
                                classes.toString(),
                                "."))) {
            Process process = new ProcessBuilder(command).inheritIO().start();
            assertThat(process.waitFor()).isZero();
        }
        return jar;
    }
}

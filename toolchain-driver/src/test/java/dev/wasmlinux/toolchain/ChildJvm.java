/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A second Java process with this module's classes and tests, to be killed. */
public final class ChildJvm {
    private ChildJvm() {}

    /**
     * Starts a main class; its standard error goes to its standard output.
     *
     * @param main class with a main method
     * @param arguments its arguments
     */
    public static Process start(Class<?> main, String... arguments) throws IOException {
        List<String> argv = new ArrayList<>();
        argv.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        argv.add("-cp");
        argv.add(classPath());
        argv.add(main.getName());
        argv.addAll(List.of(arguments));
        return new ProcessBuilder(argv).redirectErrorStream(true).start();
    }

    /** Everything that this process sees, whether as modules or on the class path. */
    public static String classPath() {
        Path module = Path.of(System.getProperty("basedir", ""));
        return String.join(
                File.pathSeparator,
                module.resolve("target/test-classes").toAbsolutePath().toString(),
                module.resolve("target/classes").toAbsolutePath().toString(),
                System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path"));
    }
}

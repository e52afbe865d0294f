/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.host;

import dev.wasmlinux.toolchain.HostReport.Check;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tries whether a compiler really does what builds need of it. */
final class CompilerTrial {
    private final ToolPath path;

    CompilerTrial(ToolPath path) {
        this.path = path;
    }

    /** kbuild compiles its own helpers for the host, with the same clang and the host's libc. */
    Check host(Llvm.Candidate compiler) throws InterruptedException {
        String answer =
                trial(
                        Map.of(
                                "host.c",
                                "#include <stdio.h>\n#include <stdlib.h>\n"
                                        + "int main(void) { puts(\"ok\"); return 0; }\n"),
                        List.of(
                                List.of(
                                        compiler.clang().toString(),
                                        "host.c",
                                        "-o",
                                        "host",
                                        "-fuse-ld=lld"),
                                List.of("./host")));
        boolean ok = answer.equals("ok");
        return new Check(
                "host programs",
                ok,
                "clang compiles and links for this machine",
                ok ? "works" : answer,
                "helpers of the kernel build");
    }

    /** Compiles and links what the userland needs most: threads' memory and setjmp by exnref. */
    Check guest(Llvm.Candidate compiler, Path builtins) throws InterruptedException {
        String source =
                "typedef long jmp_buf[8];\n"
                        + "int setjmp(jmp_buf) __attribute__((returns_twice));\n"
                        + "void longjmp(jmp_buf, int) __attribute__((noreturn));\n"
                        + "static jmp_buf there;\n"
                        + "_Thread_local int own;\n"
                        + "int shared;\n"
                        + "void jump(void) { longjmp(there, 1); }\n"
                        + "unsigned __int128 product(unsigned __int128 a, unsigned __int128 b) {\n"
                        + "  return a / b;\n}\n"
                        + "void _start(void) {\n"
                        + "  if (!setjmp(there)) jump();\n"
                        + "  __atomic_fetch_add(&shared, own, 5);\n}\n";
        // What the compiler's setjmp calls is the C library's to define, in a file of its own.
        String runtime =
                "void __wasm_setjmp(void *e, unsigned l, void *f) {}\n"
                        + "unsigned __wasm_setjmp_test(void *e, void *f) { return 1; }\n"
                        + "void __wasm_longjmp(void *e, int v) {\n"
                        + "  __builtin_wasm_throw(1, e);\n}\n";
        // So is the tag that longjmp throws.
        String tag = "  .globl __c_longjmp\n  .tagtype __c_longjmp i32\n__c_longjmp:\n";
        List<String> link =
                List.of(
                        compiler.sibling("wasm-ld").toString(),
                        "--import-memory",
                        "--shared-memory",
                        "--max-memory=2147418112",
                        "--global-base=65536",
                        "--table-base=4",
                        "--export=__stack_pointer",
                        "--export=__tls_base",
                        "--export=product",
                        "probe.o",
                        "runtime.o",
                        "tag.o",
                        builtins.toString(),
                        "-o",
                        "probe.wasm");
        String answer =
                trial(
                        Map.of("probe.c", source, "runtime.c", runtime, "tag.s", tag),
                        List.of(
                                compile(compiler, "probe.c", "probe.o"),
                                compile(compiler, "runtime.c", "runtime.o"),
                                compile(compiler, "tag.s", "tag.o"),
                                link));
        return new Check(
                "wasm program",
                answer.isEmpty(),
                "shared memory, thread-local storage, setjmp by exnref",
                answer.isEmpty() ? "works" : answer,
                "every program of the system");
    }

    private static List<String> compile(Llvm.Candidate compiler, String source, String object) {
        return List.of(
                compiler.clang().toString(),
                "--target=wasm32-unknown-unknown",
                "-O2",
                "-matomics",
                "-mbulk-memory",
                "-mexception-handling",
                "-mllvm",
                "-wasm-enable-sjlj",
                "-mllvm",
                "-wasm-use-legacy-eh=false",
                "-Wno-everything",
                "-c",
                source,
                "-o",
                object);
    }

    private String trial(Map<String, String> files, List<List<String>> commands)
            throws InterruptedException {
        Path directory = null;
        try {
            directory = Files.createTempDirectory("wasm-linux-doctor");
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(directory.resolve(file.getKey()), file.getValue());
            }
            String output = "";
            for (List<String> command : commands) {
                Probe.Answer answer = Probe.run(path, directory, absolute(directory, command));
                if (!answer.ok()) {
                    String first = answer.output().lines().findFirst().orElse("no output");
                    return Path.of(command.get(0)).getFileName() + " fails: " + first;
                }
                output = answer.output();
            }
            return output;
        } catch (IOException e) {
            return "cannot be tried: " + e;
        } finally {
            if (directory != null) {
                try {
                    Trees.delete(directory);
                } catch (IOException e) {
                    directory.toFile().deleteOnExit();
                }
            }
        }
    }

    private static List<String> absolute(Path directory, List<String> command) {
        List<String> argv = new ArrayList<>(command);
        argv.set(0, directory.resolve(argv.get(0)).normalize().toString());
        return argv;
    }
}

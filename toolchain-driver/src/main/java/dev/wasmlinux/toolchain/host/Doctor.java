/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.host;

import dev.wasmlinux.toolchain.HostReport;
import dev.wasmlinux.toolchain.HostReport.Check;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks whether this host can build everything, and says what would fix it. */
public final class Doctor {
    /** Free space that a build of everything from nothing needs. */
    private static final long NEEDED_BYTES = 6L << 30;

    private static final Pattern NUMBER = Pattern.compile("(\\d+(\\.\\d+)+)");

    /** A tool and the packages that bring it. */
    private record Need(
            String tool, String minimum, String apt, String dnf, String pacman, String why) {}

    private static final List<Need> TOOLS =
            List.of(
                    new Need("make", "4.0", "make", "make", "make", "kernel, musl, BusyBox"),
                    new Need("flex", "2.5.35", "flex", "flex", "flex", "kernel configuration"),
                    new Need("bison", "2.0", "bison", "bison", "bison", "kernel configuration"),
                    new Need("bc", "1.06.95", "bc", "bc", "bc", "kernel time constants"),
                    new Need("perl", "5.0", "perl", "perl", "perl", "kernel headers"),
                    new Need("awk", "", "gawk", "gawk", "gawk", "kernel scripts"),
                    new Need("sed", "", "sed", "sed", "sed", "kernel scripts"),
                    new Need("find", "", "findutils", "findutils", "findutils", "kernel scripts"));

    private static final Map<String, String> LLVM_PACKAGES = llvmPackages();

    private final ToolPath path;
    private final CacheLayout layout;
    private final Path osRelease;

    /**
     * Creates a doctor.
     *
     * @param path where tools are looked for
     * @param layout the cache that builds would use
     * @param osRelease file that names the distribution, by os-release(5)
     */
    public Doctor(ToolPath path, CacheLayout layout, Path osRelease) {
        this.path = path;
        this.layout = layout;
        this.osRelease = osRelease;
    }

    private static Map<String, String> llvmPackages() {
        int v = Llvm.NEEDED;
        Map<String, String> packages = new LinkedHashMap<>();
        packages.put(
                "apt",
                "clang-" + v + " lld-" + v + " llvm-" + v + " libclang-rt-" + v + "-dev-wasm32");
        packages.put("dnf", "clang lld llvm compiler-rt");
        packages.put("pacman", "clang lld llvm wasi-compiler-rt");
        return packages;
    }

    /**
     * Examines the host; takes about a second.
     *
     * @return every check with its outcome
     * @throws InterruptedException if interrupted
     */
    public HostReport examine() throws InterruptedException {
        List<Check> checks = new ArrayList<>();
        Set<String> install = new LinkedHashSet<>();
        String manager = manager();
        for (Need need : TOOLS) {
            Check check = check(need);
            checks.add(check);
            if (!check.ok()) {
                install.add(
                        switch (manager) {
                            case "dnf" -> need.dnf();
                            case "pacman" -> need.pacman();
                            default -> need.apt();
                        });
            }
        }
        Optional<Llvm.Candidate> compiler = Optional.empty();
        Optional<Path> builtins = Optional.empty();
        for (Llvm.Candidate candidate : Llvm.candidates(path)) {
            Optional<Path> library = Llvm.builtins(path, candidate);
            boolean good =
                    candidate.major() >= Llvm.NEEDED
                            && Llvm.missing(candidate).isEmpty()
                            && library.isPresent();
            if (compiler.isEmpty() || good) {
                compiler = Optional.of(candidate);
                builtins = library;
            }
            if (good) {
                break;
            }
        }
        int before = checks.size();
        llvm(compiler, builtins, checks);
        if (checks.subList(before, checks.size()).stream().anyMatch(check -> !check.ok())) {
            install.addAll(List.of(LLVM_PACKAGES.get(manager).split(" ")));
        }
        hostCompiler(compiler, checks, install, manager);
        if (checks.subList(before, checks.size()).stream().allMatch(Check::ok)) {
            probe(compiler.orElseThrow(), builtins.orElseThrow(), checks);
        }
        space(checks);
        return new HostReport(checks, line(manager, install));
    }

    private Check check(Need need) throws InterruptedException {
        Optional<Path> file = path.find(need.tool());
        String wanted = need.minimum().isEmpty() ? "any version" : need.minimum() + " or later";
        if (file.isEmpty()) {
            return new Check(need.tool(), false, wanted, "not found", need.why());
        }
        if (need.minimum().isEmpty()) {
            return new Check(need.tool(), true, wanted, file.get().toString(), need.why());
        }
        Probe.Answer answer =
                Probe.run(path, Path.of("/"), List.of(file.get().toString(), "--version"));
        Matcher matcher = NUMBER.matcher(answer.output());
        String found = matcher.find() ? matcher.group(1) : "unknown version";
        boolean ok = found.equals("unknown version") || compare(found, need.minimum()) >= 0;
        return new Check(need.tool(), ok, wanted, found + " (" + file.get() + ")", need.why());
    }

    private static int compare(String left, String right) {
        String[] a = left.split("\\.");
        String[] b = right.split("\\.");
        for (int i = 0; i < Math.max(a.length, b.length); i++) {
            int x = i < a.length ? Integer.parseInt(a[i]) : 0;
            int y = i < b.length ? Integer.parseInt(b[i]) : 0;
            if (x != y) {
                return Integer.compare(x, y);
            }
        }
        return 0;
    }

    private static void llvm(
            Optional<Llvm.Candidate> compiler, Optional<Path> builtins, List<Check> checks) {
        String wanted = Llvm.NEEDED + " or later";
        if (compiler.isEmpty()) {
            checks.add(new Check("clang", false, wanted, "not found", "compiles everything"));
            return;
        }
        Llvm.Candidate found = compiler.get();
        checks.add(
                new Check(
                        "clang",
                        found.major() >= Llvm.NEEDED,
                        wanted,
                        found.identity() + " (" + found.clang() + ")",
                        "compiles everything"));
        for (String program : Llvm.PROGRAMS.subList(1, Llvm.PROGRAMS.size())) {
            Path file = found.sibling(program);
            boolean there = Files.isExecutable(file);
            checks.add(
                    new Check(
                            program,
                            there,
                            "beside clang",
                            there ? file.toString() : "not found: " + file,
                            "links and edits objects"));
        }
        checks.add(
                new Check(
                        "wasm32 builtins",
                        builtins.isPresent(),
                        "the compiler's run-time library",
                        builtins.map(Path::toString).orElse("not found"),
                        "arithmetic that WebAssembly lacks"));
    }

    /** kbuild compiles its own helpers for the host, with the same clang and the host's libc. */
    private void hostCompiler(
            Optional<Llvm.Candidate> compiler,
            List<Check> checks,
            Set<String> install,
            String manager)
            throws InterruptedException {
        if (compiler.isEmpty()) {
            return;
        }
        String answer =
                trial(
                        Map.of(
                                "host.c",
                                "#include <stdio.h>\n#include <stdlib.h>\n"
                                        + "int main(void) { puts(\"ok\"); return 0; }\n"),
                        List.of(
                                List.of(
                                        compiler.get().clang().toString(),
                                        "host.c",
                                        "-o",
                                        "host",
                                        "-fuse-ld=lld"),
                                List.of("./host")));
        boolean ok = answer.equals("ok");
        checks.add(
                new Check(
                        "host programs",
                        ok,
                        "clang compiles and links for this machine",
                        ok ? "works" : answer,
                        "helpers of the kernel build"));
        if (!ok) {
            install.add(
                    switch (manager) {
                        case "dnf" -> "glibc-devel";
                        case "pacman" -> "glibc";
                        default -> "libc6-dev";
                    });
        }
    }

    /** Compiles and links what the userland needs most: threads' memory and setjmp by exnref. */
    private void probe(Llvm.Candidate compiler, Path builtins, List<Check> checks)
            throws InterruptedException {
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
        checks.add(
                new Check(
                        "wasm program",
                        answer.isEmpty(),
                        "shared memory, thread-local storage, setjmp by exnref",
                        answer.isEmpty() ? "works" : answer,
                        "every program of the system"));
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

    private void space(List<Check> checks) {
        Path existing = layout.work();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            FileStore store = Files.getFileStore(existing);
            long free = store.getUsableSpace();
            checks.add(
                    new Check(
                            "disk space",
                            free >= NEEDED_BYTES || Files.isDirectory(layout.steps()),
                            (NEEDED_BYTES >> 30) + " GiB for a first build",
                            (free >> 30) + " GiB free at " + existing,
                            "source trees and objects"));
        } catch (IOException e) {
            checks.add(new Check("disk space", false, "readable", "unknown: " + e, "source trees"));
        }
    }

    private String manager() {
        String text;
        try {
            text = Files.readString(osRelease);
        } catch (IOException e) {
            return "apt";
        }
        if (text.matches("(?s).*(fedora|rhel|centos|rocky|almalinux).*")) {
            return "dnf";
        }
        return text.matches("(?s).*\\b(arch|manjaro)\\b.*") ? "pacman" : "apt";
    }

    private static String line(String manager, Set<String> packages) {
        if (packages.isEmpty()) {
            return "";
        }
        String list = String.join(" ", packages);
        return switch (manager) {
            case "dnf" -> "sudo dnf install " + list;
            case "pacman" -> "sudo pacman -S --needed " + list;
            default -> "sudo apt-get install --no-install-recommends " + list;
        };
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.host;

import dev.wasmlinux.toolchain.HostReport;
import dev.wasmlinux.toolchain.HostReport.Check;
import dev.wasmlinux.toolchain.io.CacheLayout;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks whether this host can build everything, and says what would fix it. */
public final class Doctor {
    /** Free space that a build of everything from nothing needs. */
    private static final long NEEDED_BYTES = 6L << 30;

    /** Memory that the linker needs for a kernel, with a compiler beside it. */
    private static final long NEEDED_MEMORY = 2L << 30;

    private static final Pattern NUMBER = Pattern.compile("(\\d+(\\.\\d+)+)");

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

    /**
     * Examines the host; takes about a second.
     *
     * @return every check with its outcome
     * @throws InterruptedException if interrupted
     */
    public HostReport examine() throws InterruptedException {
        List<Check> checks = new ArrayList<>();
        Set<String> install = new LinkedHashSet<>();
        Distribution distribution = Distribution.read(osRelease);
        Distribution.Manager manager = distribution.manager();
        checks.add(system());
        for (Distribution.Tool tool : Distribution.TOOLS) {
            Check check = check(tool);
            checks.add(check);
            if (!check.ok()) {
                install.add(tool.packaged());
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
            install.addAll(manager.llvm());
        }
        if (compiler.isPresent()) {
            Check check = new CompilerTrial(path).host(compiler.get());
            checks.add(check);
            if (!check.ok()) {
                install.add(manager.libc());
            }
        }
        if (checks.subList(before, checks.size()).stream().allMatch(Check::ok)) {
            checks.add(
                    new CompilerTrial(path).guest(compiler.orElseThrow(), builtins.orElseThrow()));
        }
        checks.add(space());
        checks.add(memory());
        checks.add(names());
        List<String> hints = new ArrayList<>();
        if (!install.isEmpty() && !distribution.known()) {
            hints.add("This system is none whose packages are known here: the line is Debian's.");
        }
        if (install.containsAll(manager.llvm()) && !offered(manager)) {
            hints.add(
                    "This release does not offer "
                            + manager.llvm().get(0)
                            + ": newer releases do, and for Debian and Ubuntu apt.llvm.org.");
        }
        return new HostReport(checks, distribution.name(), manager.install(install), hints);
    }

    private Check check(Distribution.Tool need) throws InterruptedException {
        Optional<Path> file = path.find(need.program());
        String wanted = need.minimum().isEmpty() ? "any version" : need.minimum() + " or later";
        if (file.isEmpty()) {
            return new Check(need.program(), false, wanted, "not found", need.purpose());
        }
        if (need.minimum().isEmpty()) {
            return new Check(need.program(), true, wanted, file.get().toString(), need.purpose());
        }
        Probe.Answer answer =
                Probe.run(path, Path.of("/"), List.of(file.get().toString(), "--version"));
        Matcher matcher = NUMBER.matcher(answer.output());
        String found = matcher.find() ? matcher.group(1) : "unknown version";
        boolean ok = found.equals("unknown version") || compare(found, need.minimum()) >= 0;
        return new Check(
                need.program(), ok, wanted, found + " (" + file.get() + ")", need.purpose());
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

    private static Check system() {
        String name = System.getProperty("os.name");
        return new Check(
                "system",
                name.equals("Linux"),
                "Linux; elsewhere \"wasm-linux container\" builds in one",
                name + " on " + System.getProperty("os.arch"),
                "helpers of the kernel build run here");
    }

    /** The cache's directory, or the nearest one above it that exists. */
    private Path existing() {
        Path existing = layout.work().toAbsolutePath();
        while (!Files.isDirectory(existing)) {
            existing = existing.getParent();
        }
        return existing;
    }

    private Check space() {
        boolean first = !Files.isDirectory(layout.steps());
        // Not FileStore, which needs the mount point: a chroot does not see it.
        long free = existing().toFile().getUsableSpace();
        return new Check(
                "disk space",
                free >= NEEDED_BYTES || !first,
                (NEEDED_BYTES >> 30) + " GiB for a first build",
                (free >> 30) + " GiB free at " + existing(),
                "source trees and objects");
    }

    private static Check memory() {
        long bytes = 0;
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system) {
            bytes = system.getTotalMemorySize();
        }
        return new Check(
                "memory",
                bytes == 0 || bytes >= NEEDED_MEMORY,
                (NEEDED_MEMORY >> 20) + " MiB",
                bytes == 0 ? "unknown" : (bytes >> 20) + " MiB",
                "linking the kernel");
    }

    /** The kernel's source has files whose names differ only in the case of letters. */
    private Check names() {
        boolean ok = false;
        String found;
        Path probe = null;
        try {
            probe = Files.createTempFile(existing(), "wasm-linux-case-", ".tmp");
            ok =
                    !Files.exists(
                            probe.resolveSibling(
                                    probe.getFileName().toString().toUpperCase(Locale.ROOT)));
            found = (ok ? "kept apart at " : "the same at ") + existing();
        } catch (IOException e) {
            found = "cannot write to " + existing() + ": " + e;
        }
        try {
            if (probe != null) {
                Files.delete(probe);
            }
        } catch (IOException e) {
            found = "cannot delete " + probe;
        }
        return new Check(
                "file names",
                ok,
                "a writable cache that keeps capital and small letters apart",
                found,
                "the kernel's source");
    }

    /** Whether the package manager has the compiler; taken for granted where it cannot be asked. */
    private boolean offered(Distribution.Manager manager) throws InterruptedException {
        Optional<Path> question = path.find("apt-cache");
        if (manager != Distribution.Manager.APT || question.isEmpty()) {
            return true;
        }
        return Probe.run(
                        path,
                        Path.of("/"),
                        List.of(question.get().toString(), "show", manager.llvm().get(0)))
                .ok();
    }
}

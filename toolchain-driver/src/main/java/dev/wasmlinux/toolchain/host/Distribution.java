/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A Linux distribution as far as its packages matter.
 *
 * @param name for people, for example "Debian GNU/Linux 12 (bookworm)"; empty if unknown
 * @param manager its package manager
 * @param known whether this is one whose package names are known here
 */
public record Distribution(String name, Manager manager, boolean known) {
    /** Programs that builds need, with the oldest version that serves. */
    static final List<Tool> TOOLS =
            List.of(
                    new Tool("make", "4.0", "make", "kernel, musl, BusyBox"),
                    new Tool("flex", "2.5.35", "flex", "kernel configuration"),
                    new Tool("bison", "2.0", "bison", "kernel configuration"),
                    new Tool("bc", "1.06.95", "bc", "kernel time constants"),
                    new Tool("perl", "5.0", "perl", "kernel headers"),
                    new Tool("awk", "", "gawk", "kernel scripts"),
                    new Tool("sed", "", "sed", "kernel scripts"),
                    new Tool("find", "", "findutils", "kernel scripts"));

    /**
     * A program that builds need.
     *
     * @param program file name
     * @param minimum oldest version; empty for any
     * @param packaged name of its package, the same with every manager
     * @param purpose what it is needed for
     */
    record Tool(String program, String minimum, String packaged, String purpose) {}

    /** A package manager. */
    public enum Manager {
        /** Debian, Ubuntu and relatives. */
        APT(
                "sudo apt-get install --no-install-recommends",
                "libc6-dev",
                List.of(
                        "clang-" + Llvm.NEEDED,
                        "lld-" + Llvm.NEEDED,
                        "llvm-" + Llvm.NEEDED,
                        "libclang-rt-" + Llvm.NEEDED + "-dev-wasm32")),
        /** Fedora and relatives. */
        DNF("sudo dnf install", "glibc-devel", List.of("clang", "lld", "llvm", "compiler-rt")),
        /** Arch and relatives. */
        PACMAN(
                "sudo pacman -S --needed",
                "glibc",
                List.of("clang", "lld", "llvm", "wasi-compiler-rt"));

        private final String command;
        private final String libc;
        private final List<String> llvm;

        Manager(String command, String libc, List<String> llvm) {
            this.command = command;
            this.libc = libc;
            this.llvm = llvm;
        }

        /** The package with headers of the host's C library. */
        String libc() {
            return libc;
        }

        /** The packages with the compiler and its tools. */
        List<String> llvm() {
            return llvm;
        }

        /** The command line that installs packages; empty for none. */
        String install(Collection<String> packages) {
            return packages.isEmpty() ? "" : command + " " + String.join(" ", packages);
        }

        /** All packages that a build needs on a system that has nothing. */
        public List<String> everything() {
            List<String> packages = new ArrayList<>(TOOLS.stream().map(Tool::packaged).toList());
            packages.addAll(llvm);
            packages.add(libc);
            return packages;
        }
    }

    private static final Map<String, Manager> FAMILIES =
            Map.of(
                    "debian", Manager.APT,
                    "ubuntu", Manager.APT,
                    "fedora", Manager.DNF,
                    "rhel", Manager.DNF,
                    "centos", Manager.DNF,
                    "rocky", Manager.DNF,
                    "almalinux", Manager.DNF,
                    "arch", Manager.PACMAN,
                    "manjaro", Manager.PACMAN);

    /**
     * Reads what a system says of itself.
     *
     * @param osRelease file by os-release(5)
     * @return the distribution; one that is unknown, or of no known family, counts as Debian's
     */
    static Distribution read(Path osRelease) {
        Properties values = new Properties();
        try (var reader = Files.newBufferedReader(osRelease)) {
            values.load(reader); // shell assignments without expansions
        } catch (IOException | IllegalArgumentException e) {
            return new Distribution("", Manager.APT, false);
        }
        String name = value(values, "PRETTY_NAME");
        List<String> ids = new ArrayList<>(List.of(value(values, "ID")));
        ids.addAll(List.of(value(values, "ID_LIKE").split("\\s+")));
        Optional<Manager> manager =
                ids.stream().filter(FAMILIES::containsKey).map(FAMILIES::get).findFirst();
        return new Distribution(
                name.isEmpty() ? ids.get(0) : name,
                manager.orElse(Manager.APT),
                manager.isPresent());
    }

    private static String value(Properties values, String key) {
        return values.getProperty(key, "").strip().replaceAll("^[\"']|[\"']$", "");
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.reproduce;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.ReproducibilityReport;
import dev.wasmlinux.toolchain.ReproducibilityReport.Build;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.host.ToolPath;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.process.Command;
import dev.wasmlinux.toolchain.process.Cookie;
import dev.wasmlinux.toolchain.process.OutputWatch;
import dev.wasmlinux.toolchain.process.ToolRunner;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Builds twice, each time in a process of its own with an empty cache: in directories of different
 * length, as different users if this one is root, one after the other, and with another time zone,
 * locale, umask and number of jobs, and variables that a build must not heed. A copy of this
 * program does it, because the other user may not be able to read this one.
 */
public final class TwoBuilds {
    private static final Duration LIMIT = Duration.ofHours(6);
    private static final Duration SILENCE = Duration.ofMinutes(30);
    private static final String NOBODY = "65534";

    private final Path parent;
    private final ToolPath path;
    private final int jobs;
    private final BuildListener listener;
    private Path scratch;

    /** What is different about a build. */
    private record Setting(
            String name,
            String directory,
            String umask,
            int jobs,
            List<String> javaOptions,
            Map<String, String> environment) {
        String text() {
            return "umask " + umask + ", jobs " + jobs + ", " + environment;
        }
    }

    /**
     * Prepares two builds.
     *
     * @param parent an existing directory that every user may pass through
     * @param path where tools are
     * @param jobs number of compilers at once
     * @param listener hears what both builds print
     */
    public TwoBuilds(Path parent, ToolPath path, int jobs, BuildListener listener) {
        this.parent = parent.toAbsolutePath().normalize();
        this.path = path;
        this.jobs = jobs;
        this.listener = listener;
    }

    private List<Setting> settings() {
        return List.of(
                new Setting(
                        "first build",
                        "a",
                        "022",
                        jobs,
                        List.of(),
                        Map.of("TZ", "UTC0", "LC_ALL", "C.UTF-8")),
                new Setting(
                        "second build",
                        "a-directory-whose-name-is-much-longer/and-deeper",
                        "077",
                        jobs + 1,
                        List.of("-Duser.language=tr", "-Duser.country=TR"),
                        Map.of(
                                "TZ", "NPT-5:45",
                                "LC_ALL", "C.UTF-8",
                                "LANG", "tr_TR.UTF-8",
                                "SOURCE_DATE_EPOCH", "86400",
                                "KBUILD_BUILD_USER", "somebody",
                                "CFLAGS", "-O0")));
    }

    /**
     * Builds twice and compares.
     *
     * @param components what to build
     * @param archives source archives that both builds use, by the names to give them
     * @return what came out; what differs is kept below the parent directory, and said to be
     * @throws ToolchainException of the same kind as a build's own failure
     * @throws InterruptedException if cancelled; all processes have ended then
     */
    public ReproducibilityReport run(List<String> components, Map<String, Path> archives)
            throws ToolchainException, InterruptedException {
        try {
            scratch = Files.createTempDirectory(parent, "wasm-linux-verify-");
            // Temporary directories are private; the second user must get in.
            Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
            boolean keep = true;
            try {
                ReproducibilityReport report = buildAndCompare(components, archives);
                keep = !report.identical();
                return report;
            } catch (InterruptedException e) {
                keep = false;
                throw e;
            } finally {
                if (keep) {
                    listener.note("results and logs of both builds are kept in " + scratch);
                } else {
                    Trees.delete(scratch);
                }
            }
        } catch (IOException e) {
            throw new ToolchainException(Kind.STORAGE, "cannot build twice: " + e, e);
        }
    }

    private ReproducibilityReport buildAndCompare(
            List<String> components, Map<String, Path> archives)
            throws ToolchainException, IOException, InterruptedException {
        Path sources = Files.createDirectory(scratch.resolve("sources"));
        for (Map.Entry<String, Path> archive : archives.entrySet()) {
            Path copy = sources.resolve(archive.getKey());
            Files.copy(archive.getValue(), copy);
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
        }
        String classPath = copyProgram();
        Optional<List<String>> another = anotherUser();
        List<Build> builds = new ArrayList<>();
        List<Path> outputs = new ArrayList<>();
        for (Setting setting : settings()) {
            Path directory = Files.createDirectories(scratch.resolve(setting.directory()));
            boolean other = builds.size() == 1 && another.isPresent();
            if (other) {
                Files.setOwner(
                        directory,
                        directory
                                .getFileSystem()
                                .getUserPrincipalLookupService()
                                .lookupPrincipalByName(NOBODY));
            }
            List<String> argv = new ArrayList<>(other ? another.get() : List.of());
            argv.addAll(List.of("/bin/sh", "-c", "umask " + setting.umask() + "; exec \"$@\""));
            argv.add("sh");
            argv.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            argv.add("-XX:+UseSerialGC");
            argv.addAll(setting.javaOptions());
            argv.addAll(List.of("-cp", classPath, "dev.wasmlinux.toolchain.cli.Main", "build"));
            argv.addAll(List.of("--offline", "--sources", sources.toString()));
            argv.addAll(List.of("--cache", directory.resolve("cache").toString()));
            argv.addAll(List.of("--jobs", Integer.toString(setting.jobs())));
            argv.addAll(List.of("--output", directory.resolve("out").toString()));
            argv.addAll(components);
            Instant started = Instant.now();
            build(setting, argv, directory);
            builds.add(
                    new Build(
                            directory,
                            ((Integer) Files.getAttribute(directory, "unix:uid")).longValue(),
                            setting.text(),
                            started,
                            Duration.between(started, Instant.now())));
            outputs.add(directory.resolve("out"));
        }
        TreeComparison comparison = new TreeComparison(outputs.get(0), outputs.get(1));
        return new ReproducibilityReport(
                builds, another.isEmpty(), comparison.files(), comparison.differences());
    }

    private void build(Setting setting, List<String> argv, Path directory)
            throws ToolchainException, InterruptedException {
        Map<String, String> environment = new TreeMap<>(setting.environment());
        environment.put("PATH", path.variable());
        environment.put("HOME", directory.toString());
        OutputWatch watch =
                new OutputWatch(objects -> {}, line -> listener.note(setting.name() + ": " + line));
        Path log = scratch.resolve(setting.name().replace(' ', '-') + ".log");
        int status =
                new ToolRunner(Cookie.create(), log)
                        .run(new Command(argv, directory, environment, LIMIT, SILENCE), watch);
        if (status != 0) {
            Kind kind = Kind.BUILD;
            for (Kind candidate : Kind.values()) {
                kind = candidate.exitCode() == status ? candidate : kind;
            }
            throw new ToolchainException(
                    kind,
                    "the "
                            + setting.name()
                            + " failed:\n  "
                            + String.join("\n  ", watch.lastLines())
                            + "\n  log: "
                            + log);
        }
    }

    /** How to start a process as another user; empty if that is not possible. */
    private Optional<List<String>> anotherUser() throws IOException {
        boolean root = Files.getAttribute(scratch, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(0);
        Optional<Path> setpriv = path.find("setpriv");
        if (!root || setpriv.isEmpty()) {
            listener.note(
                    root
                            ? "setpriv (package util-linux) is missing: both builds as root"
                            : "both builds as the same user: only root can start one as another");
            return Optional.empty();
        }
        return Optional.of(
                List.of(
                        setpriv.get().toString(),
                        "--reuid",
                        NOBODY,
                        "--regid",
                        NOBODY,
                        "--clear-groups",
                        "--"));
    }

    /** Copies what this program runs from to where everybody can read it. */
    private String copyProgram() throws IOException {
        Set<String> entries = new LinkedHashSet<>();
        for (String property : List.of("java.class.path", "jdk.module.path")) {
            for (String entry : System.getProperty(property, "").split(File.pathSeparator, -1)) {
                if (!entry.isEmpty() && Files.exists(Path.of(entry))) {
                    entries.add(entry);
                }
            }
        }
        Path program = Files.createDirectory(scratch.resolve("program"));
        List<String> copies = new ArrayList<>();
        for (String entry : entries) {
            Path from = Path.of(entry);
            Path to = program.resolve(copies.size() + "-" + from.getFileName());
            Trees.copy(from, to);
            copies.add(to.toString());
        }
        makeReadable(program);
        return String.join(File.pathSeparator, copies);
    }

    private static void makeReadable(Path root) throws IOException {
        try (var walk = Files.walk(root)) {
            for (Path path : walk.toList()) {
                boolean directory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
                if (directory || Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    Files.setPosixFilePermissions(
                            path,
                            PosixFilePermissions.fromString(directory ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }
}

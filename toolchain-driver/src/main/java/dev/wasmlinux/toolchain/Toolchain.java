/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import dev.wasmlinux.toolchain.BuildReport.ToolUse;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.host.Doctor;
import dev.wasmlinux.toolchain.host.ToolPath;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.CacheUse;
import dev.wasmlinux.toolchain.recipe.BuildHost;
import dev.wasmlinux.toolchain.recipe.BundledPatches;
import dev.wasmlinux.toolchain.recipe.Recipes;
import dev.wasmlinux.toolchain.recipe.SdkStep;
import dev.wasmlinux.toolchain.reproduce.TreeComparison;
import dev.wasmlinux.toolchain.reproduce.TwoBuilds;
import dev.wasmlinux.toolchain.source.SourceStore;
import dev.wasmlinux.toolchain.spi.Component;
import dev.wasmlinux.toolchain.step.CacheCleaner;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepCache;
import dev.wasmlinux.toolchain.step.StepEngine;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Turns verified upstream sources into a bootable Linux/Wasm system, with the distribution's stock
 * compiler.
 *
 * <pre>{@code
 * Toolchain toolchain = Toolchain.builder().sources(Path.of("archives")).build();
 * BuildReport report = toolchain.run("kernel", BuildListener.NONE);
 * Path kernel = report.step("kernel").directory().resolve("vmlinux.wasm");
 * }</pre>
 *
 * <p>Immutable and thread safe. Toolchains with one cache, also in several processes, wait for each
 * other where they need to. Cancel a build by interrupting its thread: its tools have ended when
 * {@link InterruptedException} arrives.
 */
public final class Toolchain {
    /** Exit code of the command line tool for an error in this program. */
    public static final int INTERNAL_ERROR = 70;

    /** Exit code of the command line tool if it was interrupted. */
    public static final int INTERRUPTED = 130;

    private final CacheLayout layout;
    private final SourceStore store;
    private final ToolPath path;
    private final BuildHost host;
    private final ImageConfiguration configuration;
    private final List<Component> components;

    private Toolchain(Builder builder) {
        Path cache =
                builder.cache != null ? builder.cache : CacheLayout.userCache(builder.environment);
        this.layout = CacheLayout.of(cache);
        List<Path> folders = new ArrayList<>(builder.sources);
        String inherited = builder.environment.getOrDefault("WASM_LINUX_SOURCES", "");
        if (!inherited.isEmpty()) {
            folders.add(Path.of(inherited));
        }
        this.store = new SourceStore(layout, folders, builder.offline, builder.environment);
        this.path = ToolPath.of(builder.environment);
        this.host = new BuildHost(path, builder.jobs);
        this.configuration = builder.configuration;
        this.components = List.copyOf(builder.components);
    }

    /** A builder with the defaults of this machine. */
    public static Builder builder() {
        return new Builder();
    }

    /** The cache directory in use. */
    public Path cache() {
        return layout.root();
    }

    /**
     * Names of everything that can be built, dependencies first.
     *
     * @return component names
     * @throws ToolchainException if a bundled patch set cannot be read
     */
    public List<String> components() throws ToolchainException {
        return recipes().stream().map(Step::name).toList();
    }

    /**
     * Builds one component and whatever it needs; what is stored already is not built again.
     *
     * @param target its name, for example "image"
     * @param listener hears what happens
     * @return what was done
     * @throws ToolchainException if something fails
     * @throws InterruptedException if the thread was interrupted
     */
    public BuildReport run(String target, BuildListener listener)
            throws ToolchainException, InterruptedException {
        return build(List.of(target), listener);
    }

    /**
     * Builds components and whatever they need; what is stored already is not built again.
     *
     * @param components names, see {@link #components()}
     * @param listener hears what happens
     * @return what was done
     * @throws ToolchainException if something fails
     * @throws InterruptedException if the thread was interrupted
     */
    public BuildReport build(Collection<String> components, BuildListener listener)
            throws ToolchainException, InterruptedException {
        return build(components, Set.of(), listener);
    }

    /**
     * As {@link #build(Collection, BuildListener)}, and runs some steps in any case.
     *
     * @param components names
     * @param forced names of components to build even if they are stored
     * @param listener hears what happens
     * @return what was done
     * @throws ToolchainException if something fails
     * @throws InterruptedException if the thread was interrupted
     */
    public BuildReport build(
            Collection<String> components, Set<String> forced, BuildListener listener)
            throws ToolchainException, InterruptedException {
        BuildRecord record = new BuildRecord(components, cache(), host.jobs());
        StepEngine engine = new StepEngine(layout, recipes(), listener);
        engine.order(components); // an unknown name fails before anything begins
        try {
            holding(listener, () -> engine.run(components, forced, record.run()));
        } catch (ToolchainException | InterruptedException | RuntimeException | Error e) {
            listener.buildFailed(record.failed(e));
            throw e;
        }
        return record.done();
    }

    /**
     * What a build would do, without doing it.
     *
     * @param components names
     * @return steps and downloads
     * @throws ToolchainException if a name is unknown or inputs cannot be found out
     */
    public BuildPlan plan(Collection<String> components) throws ToolchainException {
        List<BuildPlan.PlannedStep> steps = planner().plan(components);
        Set<String> workspaces =
                steps.stream()
                        .filter(BuildPlan.PlannedStep::runs)
                        .map(step -> Recipes.workspaceOf(step.name()))
                        .collect(Collectors.toSet());
        List<BuildPlan.Download> downloads = new ArrayList<>();
        for (String source : Recipes.sources()) {
            BundledPatches patches = new BundledPatches(source);
            if (workspaces.contains(source) && !store.isAtHand(patches.archive())) {
                downloads.add(BuildPlan.Download.of(patches.set().manifest().sources()));
            }
        }
        return new BuildPlan(steps, downloads);
    }

    /**
     * Something that is done with what lies in a cache.
     *
     * @param <T> its result
     */
    @FunctionalInterface
    public interface CacheWork<T> {
        /** Does it. */
        T run() throws ToolchainException, IOException, InterruptedException;
    }

    /**
     * Does something while {@link #clean} and {@link #shrinkCache} of every process wait, for
     * instance copies a result. The operations of this class do so by themselves while they last.
     *
     * @param <T> the work's result
     * @param listener hears of waiting, if somebody is taking things away right now
     * @param work what to do; it must not clean
     * @return the work's result
     * @throws ToolchainException the work's, or {@link Kind#STORAGE} for an {@link IOException}
     * @throws InterruptedException if the thread was interrupted
     */
    public <T> T holding(BuildListener listener, CacheWork<T> work)
            throws ToolchainException, InterruptedException {
        return locked(
                () -> CacheUse.shared(layout.lock("cache"), () -> listener.waiting("the cleaning")),
                work);
    }

    private <T> T alone(BuildListener listener, CacheWork<T> work)
            throws ToolchainException, InterruptedException {
        return locked(
                () ->
                        CacheUse.alone(
                                layout.lock("cache"), () -> listener.waiting("a running build")),
                work);
    }

    private static <T> T locked(CacheWork<CacheUse> lock, CacheWork<T> work)
            throws ToolchainException, InterruptedException {
        try {
            CacheUse use = lock.run();
            try {
                return work.run();
            } finally {
                use.close();
            }
        } catch (IOException e) {
            throw new ToolchainException(
                    Kind.STORAGE, "cannot use the cache or write the output: " + e, e);
        }
    }

    /**
     * The C compiler for programs of the guest, made if it is not stored: the stock clang under the
     * name {@code wasm-linux-cc}, with a configuration file beside it. Any process may run it, for
     * example as {@code wasm-linux-cc hello.c -o hello}.
     *
     * @param listener hears what happens
     * @return an executable file in the cache
     * @throws ToolchainException if something fails
     * @throws InterruptedException if the thread was interrupted
     */
    public Path compiler(BuildListener listener) throws ToolchainException, InterruptedException {
        return run("sdk", listener).step("sdk").directory().resolve(SdkStep.COMPILER);
    }

    /**
     * Says whether a component would be built and why, without building anything.
     *
     * @param component its name
     * @return text for people
     * @throws ToolchainException if the name is unknown or inputs cannot be found out
     */
    public String why(String component) throws ToolchainException {
        List<BuildPlan.PlannedStep> steps = planner().plan(List.of(component));
        return steps.get(steps.size() - 1).reason(); // its dependencies come first
    }

    /**
     * The last stored result of a component.
     *
     * @param component its name
     * @return text for people: inputs, commands, outputs
     * @throws ToolchainException if there is none
     */
    public BuildReport.StepReport inspect(String component) throws ToolchainException {
        planner().order(List.of(component)); // an unknown name is another error than no result
        return new StepCache(layout.steps())
                .last(component)
                .map(result -> result.report(false, "stored", Duration.ZERO, ToolUse.UNKNOWN))
                .orElseThrow(
                        () -> new ToolchainException(Kind.USAGE, component + " is not built yet"));
    }

    /**
     * Puts source archives into the cache, so that builds need no network.
     *
     * @param names components with a source of their own ("linux", "musl", "busybox"); all if empty
     * @param listener hears what happens
     * @return where each archive came from, by component
     * @throws ToolchainException if one cannot be had
     * @throws InterruptedException if the thread was interrupted; partial downloads are kept
     */
    public Map<String, String> fetch(Collection<String> names, BuildListener listener)
            throws ToolchainException, InterruptedException {
        for (String name : names) {
            if (!Recipes.sources().contains(name)) {
                throw new ToolchainException(
                        Kind.USAGE,
                        "no source "
                                + name
                                + "; there are: "
                                + String.join(", ", Recipes.sources()));
            }
        }
        Map<String, String> origins = new LinkedHashMap<>();
        return holding(
                listener,
                () -> {
                    for (String name : Recipes.sources()) {
                        if (names.isEmpty() || names.contains(name)) {
                            SourceStore.Stored stored =
                                    store.obtain(new BundledPatches(name).archive(), listener);
                            String origin = stored.variant().name() + " from " + stored.origin();
                            origins.put(name, origin);
                        }
                    }
                    return origins;
                });
    }

    /** What can be done with whole patch sets. */
    public PatchSetWork patchSets() {
        return new PatchSetWork(this, layout, store);
    }

    /**
     * Builds components twice from nothing and compares every byte. The builds differ in their
     * directories, time of day, time zone, locale, umask, number of jobs and, if this process is
     * root's, their users. They use neither cache nor configuration of this toolchain, only its
     * archives and tools. What differs is kept in the scratch directory.
     *
     * @param components names
     * @param scratch existing directory with about 5 GB of room, which every user may pass through
     * @param listener hears what both builds print
     * @return what came out; the caller looks at {@link ReproducibilityReport#identical()}
     * @throws ToolchainException if a build fails
     * @throws InterruptedException if the thread was interrupted; all processes have ended then
     */
    public ReproducibilityReport verifyReproducible(
            List<String> components, Path scratch, BuildListener listener)
            throws ToolchainException, InterruptedException {
        return holding(
                listener,
                () -> {
                    Map<String, Path> archives = new LinkedHashMap<>();
                    for (String source : sourcesOf(components)) {
                        SourceStore.Stored stored =
                                store.obtain(new BundledPatches(source).archive(), listener);
                        archives.put(stored.variant().name(), stored.file());
                    }
                    return new TwoBuilds(scratch, path, host.jobs(), listener)
                            .run(components, archives);
                });
    }

    private Set<String> sourcesOf(List<String> components) throws ToolchainException {
        Set<String> sources = new LinkedHashSet<>();
        for (Step step : planner().order(components)) {
            StepInputs inputs = new StepInputs();
            step.inputs(inputs);
            String source = inputs.values().get("source");
            if (source != null) {
                sources.add(source.substring(0, source.indexOf(' ')));
            }
        }
        return sources;
    }

    /**
     * Compares two directories byte by byte, and looks into compressed files, jars, modules and
     * initramfs images for the place of the first difference.
     *
     * @param first a directory
     * @param second another one
     * @return a report without builds
     * @throws ToolchainException if one cannot be read
     */
    public static ReproducibilityReport compare(Path first, Path second) throws ToolchainException {
        try {
            TreeComparison comparison = new TreeComparison(first, second);
            return new ReproducibilityReport(
                    List.of(), true, comparison.files(), comparison.differences());
        } catch (IOException e) {
            throw new ToolchainException(Kind.STORAGE, "cannot compare: " + e, e);
        }
    }

    /**
     * Deletes stored results and workspaces. Waits until no driver uses the cache.
     *
     * @param components names; all if empty
     * @param sources whether archives go too
     * @param listener hears of waiting
     * @throws ToolchainException if a name is unknown or deletion fails
     * @throws InterruptedException if interrupted while waiting for a running build
     */
    public void clean(Collection<String> components, boolean sources, BuildListener listener)
            throws ToolchainException, InterruptedException {
        List<String> known = components();
        for (String name : components) {
            if (!known.contains(name)) {
                throw new ToolchainException(
                        Kind.USAGE,
                        "no component " + name + "; there are: " + String.join(", ", known));
            }
        }
        CacheCleaner cleaner = new CacheCleaner(layout);
        alone(
                listener,
                () -> {
                    for (String name : components.isEmpty() ? known : components) {
                        cleaner.clean(name, Recipes.workspaceOf(name));
                    }
                    if (components.isEmpty()) {
                        cleaner.cleanCode();
                        cleaner.cleanLogs();
                    }
                    if (sources) {
                        cleaner.cleanArchives();
                    }
                    return null;
                });
    }

    /**
     * Makes the cache smaller: what crashed drivers have left goes, then results, workspaces,
     * archives and logs that were used the longest time ago, until the rest fits. Waits until no
     * driver uses the cache.
     *
     * @param limit bytes that may stay, 0 or more
     * @param dryRun whether to only say what would go
     * @param listener hears of waiting
     * @return what went
     * @throws ToolchainException if deletion fails
     * @throws InterruptedException if interrupted while waiting for a running build
     */
    public CleanReport shrinkCache(long limit, boolean dryRun, BuildListener listener)
            throws ToolchainException, InterruptedException {
        if (limit < 0) {
            throw new IllegalArgumentException("limit must be 0 or more: " + limit);
        }
        return alone(listener, () -> new CacheCleaner(layout).shrink(limit, dryRun));
    }

    /**
     * Examines this machine: tools, versions, and whether the compiler can do what is needed.
     *
     * @return every check with its outcome
     * @throws InterruptedException if the thread was interrupted
     */
    public HostReport doctor() throws InterruptedException {
        return new Doctor(path, layout, Path.of("/etc/os-release")).examine();
    }

    /** An engine that nobody hears, to ask it things. */
    private StepEngine planner() throws ToolchainException {
        return new StepEngine(layout, recipes(), BuildListener.NONE);
    }

    private List<Step> recipes() throws ToolchainException {
        return Recipes.all(host, store, configuration, components);
    }

    /** Collects what a {@link Toolchain} works with. Not thread safe. */
    public static final class Builder {
        private final List<Path> sources = new ArrayList<>();
        private Map<String, String> environment = System.getenv();
        private final List<Component> components = new ArrayList<>();
        private ImageConfiguration configuration = ImageConfiguration.DEFAULT;
        private Path cache;
        private boolean offline;
        private int jobs = Runtime.getRuntime().availableProcessors();

        private Builder() {}

        /**
         * Sets the cache directory; default is the user's, by the XDG specification.
         *
         * @param directory created when needed
         * @return this
         */
        public Builder cache(Path directory) {
            cache = directory;
            return this;
        }

        /**
         * Adds a folder with source archives, asked before any download; never modified.
         *
         * @param directory existing folder
         * @return this
         */
        public Builder sources(Path directory) {
            sources.add(directory);
            return this;
        }

        /**
         * Sets what kernel and image have of one's own.
         *
         * @param value the configuration; default is {@link ImageConfiguration#DEFAULT}
         * @return this
         */
        public Builder configuration(ImageConfiguration value) {
            configuration = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Adds something of one's own that can be built, and what it puts into the image.
         *
         * @param component a component with a name of its own
         * @return this
         */
        public Builder component(Component component) {
            components.add(Objects.requireNonNull(component, "component"));
            return this;
        }

        /**
         * Adds all components that a class loader finds as services.
         *
         * @param loader for example one of the user's jar files
         * @return this
         * @throws java.util.ServiceConfigurationError if one cannot be made
         */
        public Builder components(ClassLoader loader) {
            ServiceLoader.load(Component.class, loader).forEach(this::component);
            return this;
        }

        /**
         * Forbids connections.
         *
         * @param value true for none at all
         * @return this
         */
        public Builder offline(boolean value) {
            offline = value;
            return this;
        }

        /**
         * Sets how many compilers run at once; default is the number of processors.
         *
         * @param number at least 1
         * @return this
         */
        public Builder jobs(int number) {
            if (number < 1) {
                throw new IllegalArgumentException("jobs must be at least 1: " + number);
            }
            jobs = number;
            return this;
        }

        /**
         * Sets the environment in which tools, folders and proxies are looked up; default is the
         * process's own. Builds inherit nothing from it but the directories of PATH.
         *
         * @param variables names and values
         * @return this
         */
        public Builder environment(Map<String, String> variables) {
            environment = Map.copyOf(variables);
            return this;
        }

        /** The toolchain. */
        public Toolchain build() {
            return new Toolchain(this);
        }
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import dev.wasmlinux.toolchain.io.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What a build did, also one that failed or was cancelled: an immutable value.
 *
 * @param started when it began
 * @param elapsed how long it took
 * @param targets names of what was asked for
 * @param circumstances where and how it ran, by name: "java", "system", "jobs", "cache" and so on;
 *     nothing of it decides a result
 * @param steps every step that was needed, in the order of their dependencies; of a failed build,
 *     those before the failure, whose results are stored
 * @param failure why it ended early; empty if it did all that was asked for
 */
public record BuildReport(
        Instant started,
        Duration elapsed,
        List<String> targets,
        Map<String, String> circumstances,
        List<StepReport> steps,
        Optional<Failure> failure) {

    /** Copies the values. */
    public BuildReport {
        targets = List.copyOf(targets);
        circumstances = Collections.unmodifiableMap(new TreeMap<>(circumstances));
        steps = List.copyOf(steps);
    }

    /**
     * This report with one more circumstance, for example the command line.
     *
     * @param name its name
     * @param value text
     * @return a new report
     */
    public BuildReport with(String name, String value) {
        Map<String, String> more = new TreeMap<>(circumstances);
        more.put(name, value);
        return new BuildReport(started, elapsed, targets, more, steps, failure);
    }

    /**
     * One step of a build.
     *
     * @param name its name
     * @param key digest of everything that decides its result
     * @param identity digest of its result
     * @param ran whether it ran; false if its result was stored already
     * @param reason why it ran, or that nothing changed
     * @param elapsed how long it took now
     * @param directory the stored result; must not be modified
     * @param inputs what decides the result, by name
     * @param outputs the files of the result
     * @param commands command lines that made the result
     * @param log log file of the run that made the result
     * @param use what its tools used now; {@link ToolUse#UNKNOWN} if it did not run, or ran none
     */
    public record StepReport(
            String name,
            String key,
            String identity,
            boolean ran,
            String reason,
            Duration elapsed,
            Path directory,
            Map<String, String> inputs,
            List<Output> outputs,
            List<String> commands,
            Path log,
            ToolUse use) {

        /** Copies the values. */
        public StepReport {
            inputs = Collections.unmodifiableMap(new TreeMap<>(inputs));
            outputs = List.copyOf(outputs);
            commands = List.copyOf(commands);
        }
    }

    /**
     * What the tools of a step used: the programs that it started and all programs that those
     * started, but not this Java runtime, in which for instance archives are unpacked.
     *
     * @param cpu processor time, user and system, as the system counts it for processes that their
     *     parents have waited for, all the way up to the step's own tool: exact but for the
     *     system's clock tick (10 ms per tool of the step) and for processes nobody waited for.
     *     Empty if a tool had to be ended by force before it could be waited for, or none ran
     * @param peakMemory bytes of resident memory, of all processes that ran at one time together.
     *     Looked at four times a second, more often at first, and in between by each process's own
     *     peak; so a short peak of many processes at once may be missed. Memory that processes
     *     share counts in each. Empty where there is no {@code /proc}, or if no tool ran long
     *     enough to be looked at
     */
    public record ToolUse(Optional<Duration> cpu, OptionalLong peakMemory) {
        /** Nothing is known. */
        public static final ToolUse UNKNOWN = new ToolUse(Optional.empty(), OptionalLong.empty());

        private void putInto(Json.Members object) {
            object.put("cpuSeconds", cpu.map(time -> time.toMillis() / 1000.0).orElse(null));
            object.put("peakMemoryBytes", peakMemory.isPresent() ? peakMemory.getAsLong() : null);
        }
    }

    /**
     * Why a build ended early. The step named here has no result of this run; it runs again.
     *
     * @param step the step that failed or was cancelled; empty if it happened between steps
     * @param elapsed how long that step took
     * @param error class of the failure: the name of a {@link ToolchainException.Kind}, {@link
     *     #CANCELLED} or {@link #INTERNAL}
     * @param exitCode exit code of the command line tool for this class of failure
     * @param message what the exception said
     * @param commands command lines that the step ran, the last one being that which failed if a
     *     tool did
     * @param log the step's log, if a tool has begun to write one
     * @param use what the step's tools used
     */
    public record Failure(
            Optional<String> step,
            Duration elapsed,
            String error,
            int exitCode,
            String message,
            List<String> commands,
            Optional<Path> log,
            ToolUse use) {
        /** The class of a build whose thread was interrupted. */
        public static final String CANCELLED = "CANCELLED";

        /** The class of an error in this program or in an extension of it. */
        public static final String INTERNAL = "INTERNAL";

        /** Copies the values. */
        public Failure {
            commands = List.copyOf(commands);
        }

        private Json.Members toJson() {
            Json.Members object = Json.object();
            object.put("step", step.orElse(null));
            object.put("error", error);
            object.put("exitCode", exitCode);
            object.put("message", message);
            object.put("log", log.map(Path::toString).orElse(null));
            object.put("seconds", elapsed.toMillis() / 1000.0);
            use.putInto(object);
            Json.Items lines = Json.array();
            commands.forEach(lines::add);
            object.put("commands", lines);
            return object;
        }
    }

    /**
     * One file of a result.
     *
     * @param path relative to the result's directory, with slashes
     * @param size in bytes; of a symbolic link, of its target's text
     * @param sha256 digest of the bytes; of a symbolic link, of its target's text
     */
    public record Output(String path, long size, String sha256) {}

    /**
     * The step of this name.
     *
     * @param name step name
     * @return its report
     * @throws IllegalArgumentException if the build had no such step
     */
    public StepReport step(String name) {
        return steps.stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no step " + name));
    }

    /**
     * The report as JSON, schema version 1: one object, members in a fixed order. A member {@code
     * failure} is there if and only if the build ended early.
     */
    public String toJson() {
        Json.Members report = Json.object();
        report.put("schema", 1);
        report.put("started", started.toString());
        report.put("seconds", elapsed.toMillis() / 1000.0);
        Json.Items wanted = Json.array();
        targets.forEach(wanted::add);
        report.put("targets", wanted);
        Json.Members where = Json.object();
        circumstances.forEach(where::put);
        report.put("circumstances", where);
        failure.ifPresent(why -> report.put("failure", why.toJson()));
        Json.Items list = Json.array();
        for (StepReport step : steps) {
            Json.Members object = Json.object();
            object.put("name", step.name());
            object.put("key", step.key());
            object.put("identity", step.identity());
            object.put("ran", step.ran());
            object.put("reason", step.reason());
            object.put("seconds", step.elapsed().toMillis() / 1000.0);
            step.use().putInto(object);
            object.put("directory", step.directory().toString());
            object.put("log", step.log().toString());
            Json.Members inputs = Json.object();
            step.inputs().forEach(inputs::put);
            object.put("inputs", inputs);
            Json.Items commands = Json.array();
            step.commands().forEach(commands::add);
            object.put("commands", commands);
            Json.Items outputs = Json.array();
            for (Output output : step.outputs()) {
                Json.Members file = Json.object();
                file.put("path", output.path());
                file.put("size", output.size());
                file.put("sha256", output.sha256());
                outputs.add(file);
            }
            object.put("outputs", outputs);
            list.add(object);
        }
        report.put("steps", list);
        return report.text();
    }
}

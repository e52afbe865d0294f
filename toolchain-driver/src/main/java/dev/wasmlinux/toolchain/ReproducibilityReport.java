/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import dev.wasmlinux.toolchain.io.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What two builds under different circumstances gave: an immutable value.
 *
 * @param builds the two builds
 * @param sameUser whether both ran as one user, because this one may not start processes as another
 * @param files number of files compared
 * @param differences files that differ or that only one build has, sorted by path
 */
public record ReproducibilityReport(
        List<Build> builds, boolean sameUser, int files, List<Difference> differences) {

    /** Copies the lists. */
    public ReproducibilityReport {
        builds = List.copyOf(builds);
        differences = List.copyOf(differences);
    }

    /**
     * One build.
     *
     * @param directory where it happened: cache, sources and objects
     * @param user number of the user
     * @param circumstances what else was different: time zone, locale, umask, number of jobs
     * @param started when it began
     * @param elapsed how long it took
     */
    public record Build(
            Path directory, long user, String circumstances, Instant started, Duration elapsed) {}

    /**
     * One file that differs.
     *
     * @param path component and file
     * @param offset of the first differing byte, of the unpacked content if it is compressed; -1 if
     *     only one build has the file
     * @param place what is there: section, archive member
     * @param first what the first build has there, for people
     * @param second what the second build has there
     */
    public record Difference(String path, long offset, String place, String first, String second) {}

    /** Whether everything is the same. */
    public boolean identical() {
        return differences.isEmpty();
    }

    /** The report for people, with a final newline. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        for (Build build : builds) {
            text.append(
                    String.format(
                            "build in %s%n  as user %d, %s%n  at %s, %d s%n",
                            build.directory(),
                            build.user(),
                            build.circumstances(),
                            build.started(),
                            build.elapsed().toSeconds()));
        }
        if (sameUser && !builds.isEmpty()) {
            text.append("both as the same user: only root can build as another one too\n");
        }
        for (Difference difference : differences) {
            text.append(difference.path()).append(": ");
            if (difference.offset() >= 0) {
                text.append("first difference at byte ")
                        .append(difference.offset())
                        .append(difference.place().isEmpty() ? "" : ", ");
            }
            text.append(difference.place()).append('\n');
            if (difference.offset() >= 0) {
                text.append("  first:  ").append(difference.first()).append('\n');
                text.append("  second: ").append(difference.second()).append('\n');
            }
        }
        text.append(
                identical()
                        ? "all " + files + " files are identical\n"
                        : "NOT identical: "
                                + differences.size()
                                + " differences in "
                                + files
                                + " files\n");
        return text.toString();
    }

    /** The report as JSON, schema version 1: one object, members in a fixed order. */
    public String toJson() {
        Json.Members report = Json.object();
        report.put("schema", 1);
        report.put("identical", identical());
        report.put("files", files);
        report.put("sameUser", sameUser);
        Json.Items two = Json.array();
        for (Build build : builds) {
            Json.Members object = Json.object();
            object.put("directory", build.directory().toString());
            object.put("user", build.user());
            object.put("circumstances", build.circumstances());
            object.put("started", build.started().toString());
            object.put("seconds", build.elapsed().toMillis() / 1000.0);
            two.add(object);
        }
        report.put("builds", two);
        Json.Items list = Json.array();
        for (Difference difference : differences) {
            Json.Members object = Json.object();
            object.put("path", difference.path());
            object.put("offset", difference.offset());
            object.put("place", difference.place());
            object.put("first", difference.first());
            object.put("second", difference.second());
            list.add(object);
        }
        report.put("differences", list);
        return report.text();
    }
}

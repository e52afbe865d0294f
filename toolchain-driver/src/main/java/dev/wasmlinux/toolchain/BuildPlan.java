/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import dev.wasmlinux.patchset.Source;
import java.net.URI;
import java.util.List;

/**
 * What a build would do: an immutable value.
 *
 * @param steps every step that it needs, in the order of their dependencies
 * @param downloads archives that are neither stored nor in a folder
 */
public record BuildPlan(List<PlannedStep> steps, List<Download> downloads) {
    private static final double MEGA = 1 << 20;

    /** Copies the lists. */
    public BuildPlan {
        steps = List.copyOf(steps);
        downloads = List.copyOf(downloads);
    }

    /**
     * One step of a plan.
     *
     * @param name its name
     * @param runs whether it would run, as far as that is known before the steps that it needs have
     *     run; one of those may turn out to give what it gave before
     * @param reason why
     */
    public record PlannedStep(String name, boolean runs, String reason) {}

    /**
     * An archive to be fetched.
     *
     * @param file its name
     * @param size in bytes; -1 if nobody has noted it
     * @param locations where it would be fetched from, in this order
     */
    public record Download(String file, long size, List<URI> locations) {
        /** Copies the list. */
        public Download {
            locations = List.copyOf(locations);
        }

        /** The first of several archives of one release that can be downloaded at all. */
        static Download of(List<Source> sources) {
            Source source =
                    sources.stream()
                            .filter(candidate -> !candidate.urls().isEmpty())
                            .findFirst()
                            .orElse(sources.get(0));
            return new Download(source.file(), source.size().orElse(-1L), source.urls());
        }
    }

    /** The plan as text for people, with a final newline. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        for (PlannedStep step : steps) {
            text.append(String.format("%-16s %s%n", step.name(), step.reason()));
        }
        for (Download download : downloads) {
            String size =
                    download.size() < 0
                            ? "size unknown"
                            : String.format("%.1f MiB", download.size() / MEGA);
            String from =
                    download.locations().isEmpty()
                            ? "which no address has: give a folder with --sources"
                            : download.locations().get(0).toString();
            text.append(
                    String.format("%-16s %s (%s) %s%n", "download", download.file(), size, from));
        }
        return text.toString();
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import dev.wasmlinux.toolchain.io.Json;
import java.util.List;

/**
 * Whether a host can build everything: an immutable value.
 *
 * @param checks what was examined
 * @param distribution the system's name of itself; empty if it has none
 * @param install the one command line that installs what is missing; empty if nothing is
 * @param hints what else to know about that line
 */
public record HostReport(
        List<Check> checks, String distribution, String install, List<String> hints) {

    /** Copies the lists. */
    public HostReport {
        checks = List.copyOf(checks);
        hints = List.copyOf(hints);
    }

    /**
     * One thing examined.
     *
     * @param name for example "make"
     * @param ok whether it serves
     * @param needed what is needed
     * @param found what was found
     * @param purpose what it is needed for
     */
    public record Check(String name, boolean ok, String needed, String found, String purpose) {}

    /** Whether everything serves. */
    public boolean ok() {
        return checks.stream().allMatch(Check::ok);
    }

    /** The report as a table for people, with a final newline. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        for (Check check : checks) {
            text.append(
                    String.format(
                            "%-4s %-16s %s%n",
                            check.ok() ? "ok" : "BAD", check.name(), check.found()));
            if (!check.ok()) {
                text.append(
                        String.format("     needed: %s (%s)%n", check.needed(), check.purpose()));
            }
        }
        hints.forEach(hint -> text.append(hint).append('\n'));
        if (!install.isEmpty()) {
            text.append("To install what is missing:\n  ").append(install).append('\n');
        }
        return text.toString();
    }

    /** The report as JSON, schema version 1. */
    public String toJson() {
        Json.Members report = Json.object();
        report.put("schema", 1);
        report.put("ok", ok());
        report.put("distribution", distribution);
        report.put("install", install);
        Json.Items notes = Json.array();
        hints.forEach(notes::add);
        report.put("hints", notes);
        Json.Items list = Json.array();
        for (Check check : checks) {
            Json.Members object = Json.object();
            object.put("name", check.name());
            object.put("ok", check.ok());
            object.put("needed", check.needed());
            object.put("found", check.found());
            object.put("purpose", check.purpose());
            list.add(object);
        }
        report.put("checks", list);
        return report.text();
    }
}

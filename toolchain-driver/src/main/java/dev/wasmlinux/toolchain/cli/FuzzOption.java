/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import picocli.CommandLine.Option;

/** How exactly patches must fit. */
final class FuzzOption {
    @Option(
            names = {"-F", "--fuzz"},
            paramLabel = "N",
            defaultValue = "0",
            description = "Ignore up to N context lines (default: ${DEFAULT-VALUE}).")
    private int lines;

    int lines() {
        return lines;
    }
}

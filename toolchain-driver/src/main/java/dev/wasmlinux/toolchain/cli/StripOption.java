/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import picocli.CommandLine.Option;

/** How much of the paths in patches counts. */
final class StripOption {
    @Option(
            names = {"-p", "--strip"},
            paramLabel = "N",
            defaultValue = "1",
            description = "Leave out N leading path components (default: ${DEFAULT-VALUE}).")
    private int components;

    int components() {
        return components;
    }
}

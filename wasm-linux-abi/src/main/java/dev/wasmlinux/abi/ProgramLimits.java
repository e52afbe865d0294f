/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

/**
 * What a host grants a user program before it compiles it.
 *
 * @param fileBytes greatest size of the file
 * @param functionBytes greatest size of one function's code, in bytes of Wasm
 * @param functions most functions
 * @param tableElements most elements of the function table
 */
public record ProgramLimits(int fileBytes, int functionBytes, int functions, int tableElements) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public ProgramLimits {
        if (fileBytes <= 0 || functionBytes <= 0 || functions <= 0 || tableElements <= 0) {
            throw new IllegalArgumentException(
                    "limits must be positive: "
                            + fileBytes
                            + ", "
                            + functionBytes
                            + ", "
                            + functions
                            + ", "
                            + tableElements);
        }
    }

    /**
     * The limits of a host that was not told otherwise: files of 64 MiB, functions of 50 KiB (above
     * that the JVM cannot compile them), 200,000 functions, 200,000 table elements.
     *
     * @return the default limits
     */
    public static ProgramLimits standard() {
        return new ProgramLimits(64 << 20, 50 << 10, 200_000, 200_000);
    }
}

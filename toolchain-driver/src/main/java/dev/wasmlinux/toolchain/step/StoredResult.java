/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.step;

import dev.wasmlinux.toolchain.BuildReport.Output;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A finished step's result in the cache.
 *
 * @param name step name
 * @param key digest of the inputs
 * @param identity digest of the outputs: equal results have equal identities
 * @param directory where the outputs are
 * @param inputs what decided it
 * @param outputs the files
 * @param commands command lines that made it
 * @param objects number of objects compiled for it
 * @param complete whether those were all objects, not only what an earlier attempt had left
 * @param log log of the run that made it
 */
public record StoredResult(
        String name,
        String key,
        String identity,
        Path directory,
        Map<String, String> inputs,
        List<Output> outputs,
        List<String> commands,
        int objects,
        boolean complete,
        Path log) {}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.step;

import dev.wasmlinux.toolchain.BuildReport.Output;
import dev.wasmlinux.toolchain.BuildReport.StepReport;
import dev.wasmlinux.toolchain.BuildReport.ToolUse;
import java.nio.file.Path;
import java.time.Duration;
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
        Path log) {

    /**
     * What a report says of this result.
     *
     * @param ran whether its step has just run
     * @param reason why it ran, or did not
     * @param elapsed how long that took
     * @param use what tools used
     */
    public StepReport report(boolean ran, String reason, Duration elapsed, ToolUse use) {
        return new StepReport(
                name, key, identity, ran, reason, elapsed, directory, inputs, outputs, commands,
                log, use);
    }
}

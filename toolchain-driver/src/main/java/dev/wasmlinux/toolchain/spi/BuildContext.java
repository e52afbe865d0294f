/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.spi;

import dev.wasmlinux.toolchain.ToolchainException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What a component may use while it is built. Belongs to the thread that builds it. */
public interface BuildContext {
    /**
     * The directory to fill; empty at first, stored if the build returns normally. Its path may
     * have a blank, if that of the cache has one; {@link #scratch()} never has.
     */
    Path output();

    /**
     * The result of a dependency.
     *
     * @param name one of {@link Component#dependencies()}
     * @return directory of its files, which must not be modified
     */
    Path dependency(String name);

    /**
     * The C compiler {@code wasm-linux-cc}; needs the dependency {@code sdk}. The other tools,
     * {@code wasm-linux-ar} and so on, lie beside it.
     */
    Path compiler();

    /** How many processes a build may run at once, at least 1. */
    int jobs();

    /** Says what comes next, for example "compiling zlib". */
    void action(String text);

    /**
     * An empty directory that is deleted when the build ends.
     *
     * @return existing directory
     * @throws IOException if it cannot be created
     */
    Path scratch() throws IOException;

    /**
     * Gets one of the sources, from the cache, a folder or the network, checks its digest and
     * unpacks it; of a Debian source package all that belongs to it, with the patches of {@code
     * debian/patches/series} applied.
     *
     * @param archive one of {@link Component#sources()}
     * @return a scratch directory with its contents; a single directory at the top is left out
     * @throws ToolchainException if it cannot be had or is malformed, or its patches do not fit
     * @throws IOException if writing fails
     * @throws InterruptedException if cancelled
     */
    Path unpack(Archive archive) throws ToolchainException, IOException, InterruptedException;

    /**
     * Runs a tool to its end, in a clean environment: locale C, UTC, a fixed SOURCE_DATE_EPOCH, the
     * directories of PATH and nothing else of the user's. Its output goes to the log.
     *
     * @param directory working directory
     * @param argv program and arguments; a program without a slash is looked up in PATH
     * @throws ToolchainException if it is missing, its exit status is not 0, or it takes too long
     * @throws InterruptedException if cancelled; all its processes have ended then
     */
    void run(Path directory, List<String> argv) throws ToolchainException, InterruptedException;
}

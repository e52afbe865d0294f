/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

/**
 * Hears what a build is doing. Every method has an empty default; methods are called on threads of
 * the build, one at a time per step, and must return quickly.
 */
public interface BuildListener {
    /** Hears nothing. */
    BuildListener NONE = new BuildListener() {};

    /**
     * A step begins to run; steps whose result is stored already are not announced.
     *
     * @param step its name
     * @param reason why it runs
     */
    default void stepStarted(String step, String reason) {}

    /**
     * A step is about to do something worth naming.
     *
     * @param step its name
     * @param action for example "unpacking linux-6.12.107.tar.xz"
     */
    default void stepAction(String step, String action) {}

    /**
     * A step has compiled objects.
     *
     * @param step its name
     * @param objects number so far
     * @param expected number of the whole step as the last full run had it; 0 if unknown
     */
    default void stepProgress(String step, int objects, int expected) {}

    /**
     * A step's result is there.
     *
     * @param report how it went
     */
    default void stepFinished(BuildReport.StepReport report) {}

    /**
     * A build has failed or was cancelled; its exception follows. A build that was never begun, for
     * example of an unknown component, is not announced.
     *
     * @param report how far it came, with {@link BuildReport#failure()}
     */
    default void buildFailed(BuildReport report) {}

    /**
     * Another driver holds something that this one needs.
     *
     * @param what for example "step kernel"
     */
    default void waiting(String what) {}

    /**
     * Bytes of a download have arrived.
     *
     * @param file name of the archive
     * @param bytes number so far, those of an earlier attempt included
     * @param total number of the whole file; -1 if the server does not say
     */
    default void downloading(String file, long bytes, long total) {}

    /**
     * Something that the user should know but that is no failure.
     *
     * @param text one line
     */
    default void note(String text) {}
}

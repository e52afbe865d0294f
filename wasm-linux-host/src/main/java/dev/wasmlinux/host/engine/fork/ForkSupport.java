/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.util.Optional;

/**
 * Whether this JVM lets the host read its frames, which {@code fork} needs; found out once, at the
 * first question, which a machine should ask while it starts: it takes some 50 ms. Thread safe.
 */
public final class ForkSupport {
    private static final System.Logger LOG = System.getLogger(ForkSupport.class.getName());

    private ForkSupport() {}

    /** Whether programs may fork. */
    public static boolean available() {
        return Probe.READER != null;
    }

    /** Why not, with the remedy, as one line for people; empty if they may. */
    public static Optional<String> reason() {
        return Optional.ofNullable(Probe.REASON);
    }

    /** The reader of frames. */
    static FrameReader reader() throws ForkException {
        if (Probe.READER == null) {
            throw new ForkException(ForkException.Reason.NO_ACCESS, Probe.REASON);
        }
        return Probe.READER;
    }

    private static final class Probe {
        static final FrameReader READER;
        static final String REASON;

        static {
            FrameReader reader = null;
            String reason = null;
            try {
                reader = FrameReader.open();
            } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
                Module module = ForkSupport.class.getModule();
                reason =
                        "fork() is not available to guest programs: "
                                + e
                                + "; on a HotSpot JVM for 64-bit machines the option --add-opens"
                                + " java.base/java.lang="
                                + (module.isNamed() ? module.getName() : "ALL-UNNAMED")
                                + " helps";
                LOG.log(System.Logger.Level.WARNING, reason);
            }
            READER = reader;
            REASON = reason;
        }
    }
}

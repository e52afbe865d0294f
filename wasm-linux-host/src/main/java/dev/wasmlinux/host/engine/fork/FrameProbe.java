/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.util.List;

/** Reads a frame whose values are known, to see whether this JVM gives them as expected. */
final class FrameProbe {
    private final FrameReader reader;
    private JavaFrame seen;

    private FrameProbe(FrameReader reader) {
        this.reader = reader;
    }

    /**
     * Tries the reader out.
     *
     * @throws ReflectiveOperationException if a value is not where it should be
     */
    static void check(FrameReader reader) throws ReflectiveOperationException {
        FrameProbe probe = new FrameProbe(reader);
        int i = 0x87654321;
        long l = 0x8765432112345678L;
        float f = -1.25f;
        double d = 1e300;
        try {
            probe.known(i, l, f, d, probe);
            probe.compare(i, l, f, d);
        } catch (RuntimeException e) {
            throw new ReflectiveOperationException("the JVM gives no values of frames", e);
        }
    }

    /** Slots: 0 this, 1 i, 2 l, 4 f, 5 d, 7 o; one long waits on the operand stack. */
    private double known(int i, long l, float f, double d, Object o) {
        long result = l * 3 + observe();
        return o == null ? 0 : result + i + l + f + d;
    }

    private long observe() {
        List<List<JavaFrame>> runs = reader.read(type -> type == FrameProbe.class);
        seen = runs.get(0).get(1);
        return 0;
    }

    private void compare(int i, long l, float f, double d) throws ReflectiveOperationException {
        Object[] locals = seen.locals();
        Object[] operands = seen.operands();
        boolean right =
                seen.method().equals("known")
                        && (int) reader.bits(locals[1]) == i
                        && reader.bits(locals[3]) == l
                        && (int) reader.bits(locals[4]) == Float.floatToRawIntBits(f)
                        && reader.bits(locals[6]) == Double.doubleToRawLongBits(d)
                        && locals[7] == this
                        && operands.length >= 2
                        && reader.bits(operands[1]) == l * 3;
        if (!right) {
            throw new ReflectiveOperationException("the JVM gives wrong values of frames");
        }
    }
}

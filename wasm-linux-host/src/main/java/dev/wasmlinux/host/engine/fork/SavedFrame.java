/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import dev.wasmlinux.host.rt.Context;

/** The values of one captured frame. Never changed, so any number of children may resume it. */
final class SavedFrame implements SavedStep {
    private static final Object[] NONE = new Object[0];

    private final Variant variant;
    private final CallSite site;
    private final long[] values;
    private final Object[] references;

    private SavedFrame(Variant variant, CallSite site) {
        this.variant = variant;
        this.site = site;
        int slots = variant.maxLocals() + site.keptSlots();
        this.values = new long[slots];
        this.references = holdsReference(site) ? new Object[slots] : NONE;
    }

    /**
     * Takes the values of a frame that is at a resumable site.
     *
     * @param shift where the original's local variables begin in the frame
     * @throws ForkException if the frame does not hold what it must
     */
    static SavedFrame of(
            JavaFrame frame, Variant variant, CallSite site, int shift, FrameReader reader)
            throws ForkException {
        SavedFrame saved = new SavedFrame(variant, site);
        try {
            for (Slot slot : site.locals()) {
                saved.take(frame.locals(), shift + slot.position(), slot.position(), slot, reader);
            }
            int operands = variant.maxLocals();
            for (Slot slot : site.kept()) {
                int position = slot.position();
                saved.take(frame.operands(), position, operands + position, slot, reader);
            }
        } catch (IllegalStateException | IndexOutOfBoundsException e) {
            throw new ForkException(
                    ForkException.Reason.INCONSISTENT, "frame " + frame + ": " + e.getMessage(), e);
        }
        return saved;
    }

    private static boolean holdsReference(CallSite site) {
        return site.locals().stream().anyMatch(slot -> slot.kind() == ValueKind.REFERENCE)
                || site.kept().stream().anyMatch(slot -> slot.kind() == ValueKind.REFERENCE);
    }

    private void take(Object[] from, int position, int to, Slot slot, FrameReader reader) {
        if (slot.kind().isSupplied()) {
            return;
        }
        if (slot.kind() == ValueKind.REFERENCE) {
            references[to] = reference(from[position], slot, reader);
            return;
        }
        Object value = from[position + slot.kind().size() - 1];
        if (!reader.isPrimitive(value)) {
            throw new IllegalStateException("no number in " + slot);
        }
        values[to] = reader.bits(value);
    }

    private static Object reference(Object value, Slot slot, FrameReader reader) {
        if (value == null) {
            return null;
        }
        if (value instanceof long[] numbers) {
            return numbers.clone();
        }
        if (reader.isPrimitive(value)) {
            throw new IllegalStateException("no reference in " + slot);
        }
        return value;
    }

    @Override
    public boolean catches() {
        return variant.catches();
    }

    /**
     * Goes on behind the call.
     *
     * @param result raw bits of what the call returned
     * @param failure what it threw, or null
     * @return raw bits of what the frame returns
     */
    long resume(long result, Throwable failure, long memory, Context context) throws Throwable {
        return (long)
                variant.code()
                        .invokeExact(
                                site.index(), values, references, result, failure, memory, context);
    }
}

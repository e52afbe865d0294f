/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import dev.wasmlinux.host.engine.fork.ForkException.Reason;
import dev.wasmlinux.host.rt.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Captures frames of one compiled module. It keeps the resume variants of all functions that were
 * on the stack of a fork, so one instance serves all tasks of a module. Thread safe.
 *
 * <p>What it expects of compiled code: functions are static methods that end their parameters with
 * the memory base and the context; all classes of a module are in one package of one class loader;
 * between two functions there are only methods of the module that return their callee's result at
 * once, or methods named {@code call} of generated table entries, which do so too; no function
 * keeps an address computed from the memory base over a call.
 */
public final class FrameCapture {
    /** Methods that only pass on to a function, of classes that need have no class file. */
    private static final String ENTRY = "call";

    private final Class<? extends Context> contextType;
    private final VariantCache cache;

    /**
     * For the module of a context class.
     *
     * @param contextType the generated context class of the module
     * @param classes the final class files of the module
     */
    public FrameCapture(Class<? extends Context> contextType, ClassSource classes) {
        this.contextType = Objects.requireNonNull(contextType);
        this.cache = new VariantCache(contextType, Objects.requireNonNull(classes));
    }

    /**
     * The resume variants that had to be made so far, for an image that wants to have them beside
     * the module's classes the next time.
     *
     * @return class files by internal name
     */
    public Map<String, byte[]> madeVariants() {
        return cache.made();
    }

    /**
     * Captures the calling thread's frames of this module. To be called in a system call, before
     * anything else of the guest runs on the thread.
     *
     * @param stack the guest stack of the thread's task
     * @throws ForkException if the frames could not be resumed
     */
    public CapturedFrames capture(GuestStack stack) throws ForkException {
        FrameReader reader = ForkSupport.reader();
        List<List<JavaFrame>> runs = reader.read(this::isOfModule);
        if (runs.isEmpty()) {
            throw new ForkException(Reason.NO_FRAMES, "the thread runs no code of this module");
        }
        int handlers = stack.handlers();
        int expected = handlers + (stack.isInHost() ? 0 : 1);
        if (runs.size() != expected) {
            throw new ForkException(
                    Reason.NESTED,
                    "the host has entered the guest "
                            + runs.size()
                            + " times on this thread, but knows of "
                            + expected);
        }
        List<SavedStep> saved = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            new Run(runs.get(i), i > 0, reader).save(saved);
            if (i < handlers) {
                saved.add(SavedStep.HandlerReturn.INSTANCE);
            }
        }
        checkOutermost(runs.get(runs.size() - 1), stack);
        saved.addAll(stack.pending());
        return new CapturedFrames(saved);
    }

    private void checkOutermost(List<JavaFrame> run, GuestStack stack) throws ForkException {
        boolean resumed = cache.isVariant(run.get(run.size() - 1).owner());
        if (resumed != (stack.isResuming() && !stack.isInHost())) {
            throw new ForkException(
                    Reason.INCONSISTENT, "the outermost frame belongs to another stack");
        }
    }

    private boolean isOfModule(Class<?> type) {
        return type.getClassLoader() == contextType.getClassLoader()
                && type.getPackageName().equals(contextType.getPackageName())
                && type != contextType;
    }

    /** Frames without host code between them; the innermost must be at a system call. */
    private final class Run {
        private final List<JavaFrame> frames;
        private final boolean interrupted;
        private final FrameReader reader;
        private boolean innermost = true;
        private String inner;

        Run(List<JavaFrame> frames, boolean interrupted, FrameReader reader) {
            this.frames = frames;
            this.interrupted = interrupted;
            this.reader = reader;
        }

        void save(List<SavedStep> to) throws ForkException {
            for (JavaFrame frame : frames) {
                if (frame.method().equals(ENTRY) && !innermost) {
                    inner = null;
                } else {
                    add(frame, to);
                }
                innermost = false;
            }
        }

        private void add(JavaFrame frame, List<SavedStep> to) throws ForkException {
            VariantCache.Code code = cache.code(frame);
            if (frame.locals().length != code.slots()) {
                throw inconsistent("an agent has changed the code of frame " + frame);
            }
            CallSite site = code.sites().get(frame.offset());
            check(frame, site);
            if (!site.tail()) {
                Variant variant = code.variant();
                if (site.kind() == CallSite.Kind.POLL && (variant == null || !variant.polls())) {
                    variant = cache.code(code.original(), frame.method(), true).variant();
                }
                to.add(SavedFrame.of(frame, variant, site, code.shift(), reader));
            }
            inner =
                    code.original() == frame.owner()
                            ? internalName(frame) + "." + frame.method()
                            : null;
        }

        private void check(JavaFrame frame, CallSite site) throws ForkException {
            if (innermost && !isInnermost(site)) {
                throw interrupted
                        ? new ForkException(
                                Reason.NESTED,
                                "a signal handler forks that interrupted a memory access")
                        : inconsistent("frame " + frame + " is in no system call");
            }
            if (site == null) {
                throw inconsistent("frame " + frame + " is at no known call");
            }
            if (inner != null && site.callee() != null && !inner.equals(site.callee())) {
                throw inconsistent("frame " + frame + " calls " + site.callee() + ", not " + inner);
            }
            if (site.unsupported() != null) {
                throw new ForkException(Reason.UNSUPPORTED_CODE, frame + ": " + site.unsupported());
            }
        }

        private boolean isInnermost(CallSite site) {
            return site != null
                    && (site.kind() == CallSite.Kind.SYSTEM_CALL
                            || interrupted && site.kind() == CallSite.Kind.POLL);
        }

        private ForkException inconsistent(String message) {
            return new ForkException(Reason.INCONSISTENT, message);
        }

        private String internalName(JavaFrame frame) {
            return frame.owner().getName().replace('.', '/');
        }
    }
}

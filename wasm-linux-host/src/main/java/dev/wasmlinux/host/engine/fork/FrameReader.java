/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.lang.StackWalker.StackFrame;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Reads Java frames with their values through {@code java.lang.LiveStackFrame}, an internal
 * interface of the JDK (17 to 25).
 *
 * <p>What HotSpot gives on 64-bit machines: every slot is a primitive slot of 64 bits or a
 * reference. The upper half of an {@code int} or {@code float} is garbage, a {@code long} or {@code
 * double} is in the second of its two slots, a dead local is zero or null. {@link #open} checks all
 * this.
 *
 * <p>Thread safe.
 */
final class FrameReader {
    private final StackWalker walker;
    private final MethodHandle locals;
    private final MethodHandle operands;
    private final MethodHandle bits;
    private final Class<?> primitive;

    private FrameReader(MethodHandles.Lookup trusted) throws ReflectiveOperationException {
        Class<?> frame = Class.forName("java.lang.LiveStackFrame");
        this.primitive = Class.forName("java.lang.LiveStackFrame$PrimitiveSlot");
        MethodHandle walkers = handle(trusted, frame, "getStackWalker", Set.class);
        MethodType values = MethodType.methodType(Object[].class, StackFrame.class);
        this.locals = handle(trusted, frame, "getLocals").asType(values);
        this.operands = handle(trusted, frame, "getStack").asType(values);
        this.bits =
                handle(trusted, primitive, "longValue")
                        .asType(MethodType.methodType(long.class, Object.class));
        try {
            this.walker =
                    (StackWalker) walkers.invoke(Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new ReflectiveOperationException(e);
        }
    }

    /**
     * Finds a way to the interface and checks with a known frame that it gives right values.
     *
     * @throws ReflectiveOperationException if this JVM has no such interface, does not let us use
     *     it, or gives other values than expected
     */
    static FrameReader open() throws ReflectiveOperationException {
        FrameReader reader;
        try {
            reader = new FrameReader(null);
        } catch (InaccessibleObjectException closed) {
            reader = new FrameReader(trustedLookup());
        }
        FrameProbe.check(reader);
        return reader;
    }

    private static MethodHandle handle(
            MethodHandles.Lookup trusted, Class<?> owner, String name, Class<?>... parameters)
            throws ReflectiveOperationException {
        Method method = owner.getDeclaredMethod(name, parameters);
        if (trusted != null) {
            return trusted.unreflect(method);
        }
        method.setAccessible(true);
        return MethodHandles.lookup().unreflect(method);
    }

    /** The JDK's own lookup object, which needs no command line option to get at. */
    private static MethodHandles.Lookup trustedLookup() throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field instance = type.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        Object unsafe = instance.get(null);
        Field lookup = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
        Object base = type.getMethod("staticFieldBase", Field.class).invoke(unsafe, lookup);
        Object offset = type.getMethod("staticFieldOffset", Field.class).invoke(unsafe, lookup);
        return (MethodHandles.Lookup)
                type.getMethod("getObject", Object.class, long.class).invoke(unsafe, base, offset);
    }

    /**
     * The calling thread's frames of certain classes, innermost first, in runs that frames of other
     * classes separate.
     */
    List<List<JavaFrame>> read(Predicate<Class<?>> wanted) {
        return walker.walk(frames -> collect(frames, wanted));
    }

    private List<List<JavaFrame>> collect(Stream<StackFrame> frames, Predicate<Class<?>> wanted) {
        List<List<JavaFrame>> runs = new ArrayList<>();
        boolean[] inside = new boolean[1];
        frames.forEach(
                frame -> {
                    Class<?> owner = frame.getDeclaringClass();
                    if (!wanted.test(owner)) {
                        inside[0] = false;
                        return;
                    }
                    if (!inside[0]) {
                        inside[0] = true;
                        runs.add(new ArrayList<>());
                    }
                    runs.get(runs.size() - 1).add(copy(frame, owner));
                });
        return runs;
    }

    private JavaFrame copy(StackFrame frame, Class<?> owner) {
        try {
            return new JavaFrame(
                    owner,
                    frame.getMethodName(),
                    frame.getByteCodeIndex(),
                    (Object[]) locals.invokeExact(frame),
                    (Object[]) operands.invokeExact(frame));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether a slot holds a primitive. */
    boolean isPrimitive(Object slot) {
        return primitive.isInstance(slot);
    }

    /** The 64 bits of a primitive slot. */
    long bits(Object slot) {
        try {
            return (long) bits.invokeExact(slot);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}

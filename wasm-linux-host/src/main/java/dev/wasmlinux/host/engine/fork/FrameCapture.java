/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import dev.wasmlinux.host.rt.Context;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Captures frames of one compiled module. It keeps the resume variants of all functions that were
 * on the stack of a fork, so one instance serves all tasks of a module. Thread safe.
 *
 * <p>What it expects of compiled code: functions are static methods that end their parameters with
 * the memory base and the context; all classes of a module are in one package of one class loader;
 * between two functions there are only methods of the module that return their callee's result at
 * once, or methods named {@value #ENTRY} of generated table entries, which do so too; no function
 * keeps an address computed from the memory base over a call.
 */
public final class FrameCapture {
    /** Methods that only pass on to a function, of classes that need have no class file. */
    private static final String ENTRY = "call";

    private final Class<? extends Context> contextType;
    private final ClassSource classes;
    private final Map<MethodKey, Code> methods = new ConcurrentHashMap<>();
    private final Map<Class<?>, Variant> variants = new ConcurrentHashMap<>();
    private final Object building = new Object();

    private record MethodKey(Class<?> owner, String name) {}

    /** What is known of a method; the variant is null if it has no site to resume at. */
    private record Code(Map<Integer, CallSite> sites, Variant variant) {}

    /**
     * For the module of a context class.
     *
     * @param contextType the generated context class of the module
     * @param classes the final class files of the module
     */
    public FrameCapture(Class<? extends Context> contextType, ClassSource classes) {
        this.contextType = Objects.requireNonNull(contextType);
        this.classes = Objects.requireNonNull(classes);
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
            throw new ForkException(
                    ForkException.Reason.NO_FRAMES, "the thread runs no code of this module");
        }
        if (runs.size() > 1) {
            throw new ForkException(
                    ForkException.Reason.NESTED, "fork in a signal handler is not supported");
        }
        List<SavedFrame> saved = new ArrayList<>();
        String inner = null;
        for (JavaFrame frame : runs.get(0)) {
            inner = add(frame, inner, saved, reader);
        }
        List<JavaFrame> run = runs.get(0);
        boolean resumed = variants.containsKey(run.get(run.size() - 1).owner());
        if (resumed != stack.isResuming()) {
            throw inconsistent("the outermost frame belongs to another stack");
        }
        saved.addAll(stack.pending());
        return new CapturedFrames(saved);
    }

    private boolean isOfModule(Class<?> type) {
        return type.getClassLoader() == contextType.getClassLoader()
                && type.getPackageName().equals(contextType.getPackageName())
                && type != contextType;
    }

    /** Adds a frame and answers the name that the next frame's call must have. */
    private String add(JavaFrame frame, String inner, List<SavedFrame> saved, FrameReader reader)
            throws ForkException {
        if (frame.method().equals(ENTRY)) {
            return null;
        }
        Variant resumed = variants.get(frame.owner());
        Code code = resumed == null ? code(frame.owner(), frame.method()) : null;
        Map<Integer, CallSite> sites = resumed == null ? code.sites : resumed.sites();
        CallSite site = sites.get(frame.offset());
        if (site == null) {
            throw inconsistent("frame " + frame + " is at no known call");
        }
        if (inner != null && site.callee() != null && !inner.equals(site.callee())) {
            throw inconsistent("frame " + frame + " calls " + site.callee() + ", not " + inner);
        }
        if (site.unsupported() != null) {
            throw new ForkException(
                    ForkException.Reason.UNSUPPORTED_CODE, frame + ": " + site.unsupported());
        }
        if (!site.tail()) {
            Variant variant = resumed == null ? code.variant : resumed;
            int shift = resumed == null ? 0 : VariantWriter.SHIFT;
            saved.add(SavedFrame.of(frame, variant, site, shift, reader));
        }
        return resumed == null
                ? frame.owner().getName().replace('.', '/') + "." + frame.method()
                : null;
    }

    private static ForkException inconsistent(String message) {
        return new ForkException(ForkException.Reason.INCONSISTENT, message);
    }

    private Code code(Class<?> owner, String name) throws ForkException {
        MethodKey key = new MethodKey(owner, name);
        Code code = methods.get(key);
        if (code == null) {
            synchronized (building) {
                code = methods.get(key);
                if (code == null) {
                    code = build(owner, name);
                    methods.put(key, code);
                }
            }
        }
        return code;
    }

    private Code build(Class<?> owner, String name) throws ForkException {
        String internalName = owner.getName().replace('.', '/');
        try {
            byte[] classFile = classes.read(internalName);
            if (classFile == null) {
                throw inconsistent("no class file of " + internalName);
            }
            GuestMethod method = GuestMethod.read(classFile, name);
            Map<Integer, CallSite> sites = new ConcurrentHashMap<>();
            for (CallSite site : method.sites()) {
                sites.put(site.offset(), site);
            }
            return new Code(sites, method.isResumable() ? variant(method) : null);
        } catch (IOException | ReflectiveOperationException e) {
            throw new ForkException(
                    ForkException.Reason.INCONSISTENT,
                    "cannot make the resume variant of " + internalName + "." + name,
                    e);
        }
    }

    /** The variant that came with the module's classes, or one made now. */
    private Variant variant(GuestMethod method)
            throws ForkException, IOException, ReflectiveOperationException {
        FrameCapture.class.getModule().addReads(contextType.getModule());
        MethodHandles.Lookup lookup =
                MethodHandles.privateLookupIn(contextType, MethodHandles.lookup());
        String name = VariantWriter.className(method.owner(), method.name());
        byte[] classFile = classes.read(name);
        boolean catches = method.hasHandlers();
        int maxLocals = method.maxLocals();
        if (classFile == null) {
            classFile = VariantWriter.write(method);
        }
        Class<?> type = define(lookup, name.replace('/', '.'), classFile);
        MethodType own =
                MethodType.methodType(
                        long.class,
                        int.class,
                        long[].class,
                        Object[].class,
                        long.class,
                        Throwable.class,
                        long.class,
                        contextType);
        MethodHandle code =
                lookup.findStatic(type, method.name(), own)
                        .asType(own.changeParameterType(6, Context.class));
        Variant variant =
                new Variant(type, code, catches, maxLocals, Variant.sites(classFile, method));
        variants.put(type, variant);
        return variant;
    }

    private static Class<?> define(MethodHandles.Lookup lookup, String name, byte[] classFile)
            throws ReflectiveOperationException {
        try {
            return lookup.findClass(name);
        } catch (ClassNotFoundException notYet) {
            try {
                return lookup.defineClass(classFile);
            } catch (LinkageError madeMeanwhile) {
                return lookup.findClass(name);
            }
        }
    }
}

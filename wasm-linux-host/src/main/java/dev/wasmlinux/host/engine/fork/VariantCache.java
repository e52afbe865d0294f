/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import dev.wasmlinux.host.rt.Context;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The methods of a module that were on a forking stack, and their resume variants. Thread safe. */
final class VariantCache {
    private final Class<? extends Context> contextType;
    private final ClassSource classes;
    private final Map<MethodKey, Code> methods = new ConcurrentHashMap<>();
    private final Map<Class<?>, Code> variants = new ConcurrentHashMap<>();
    private final Map<String, byte[]> made = new ConcurrentHashMap<>();
    private final Object building = new Object();

    private record MethodKey(Class<?> owner, String name, boolean polls) {}

    /**
     * What is known of a method.
     *
     * @param original class of the method that this is, or that it is a variant of
     * @param shift slot of the original's first local variable
     * @param slots slots of local variables
     * @param sites its calls by bytecode offset
     * @param variant what resumes its frames, null if it has no site to resume at
     */
    record Code(
            Class<?> original,
            int shift,
            int slots,
            Map<Integer, CallSite> sites,
            Variant variant) {}

    VariantCache(Class<? extends Context> contextType, ClassSource classes) {
        this.contextType = contextType;
        this.classes = classes;
    }

    /** Whether a class is that of a variant. */
    boolean isVariant(Class<?> type) {
        return variants.containsKey(type);
    }

    /** The class files of the variants that were made here. */
    Map<String, byte[]> made() {
        return Map.copyOf(made);
    }

    /** What is known of the method of a frame, which may be one of a variant. */
    Code code(JavaFrame frame) throws ForkException {
        Code variant = variants.get(frame.owner());
        return variant != null ? variant : code(frame.owner(), frame.method(), false);
    }

    /**
     * What is known of a method that was on a stack.
     *
     * @param polls whether the variant must be able to begin at polls
     */
    Code code(Class<?> owner, String name, boolean polls) throws ForkException {
        MethodKey key = new MethodKey(owner, name, polls);
        Code code = methods.get(key);
        if (code == null) {
            synchronized (building) {
                code = methods.get(key);
                if (code == null) {
                    code = build(key);
                    methods.put(key, code);
                }
            }
        }
        return code;
    }

    private Code build(MethodKey key) throws ForkException {
        String internalName = key.owner.getName().replace('.', '/');
        try {
            byte[] classFile = classes.read(internalName);
            if (classFile == null) {
                throw new ForkException(
                        ForkException.Reason.INCONSISTENT, "no class file of " + internalName);
            }
            GuestMethod method = GuestMethod.read(classFile, key.name);
            Map<Integer, CallSite> sites = new HashMap<>();
            for (CallSite site : method.sites()) {
                sites.put(site.offset(), site);
            }
            return new Code(
                    key.owner,
                    0,
                    method.maxLocals(),
                    Map.copyOf(sites),
                    method.isResumable(key.polls) ? variant(method, key) : null);
        } catch (IOException | ReflectiveOperationException e) {
            throw new ForkException(
                    ForkException.Reason.INCONSISTENT,
                    "cannot make the resume variant of " + internalName + "." + key.name,
                    e);
        }
    }

    /** The variant that came with the module's classes, or one made now. */
    private Variant variant(GuestMethod method, MethodKey key)
            throws ForkException, IOException, ReflectiveOperationException {
        VariantCache.class.getModule().addReads(contextType.getModule());
        MethodHandles.Lookup lookup =
                MethodHandles.privateLookupIn(contextType, MethodHandles.lookup());
        String name = VariantWriter.className(method.owner(), method.name(), key.polls);
        byte[] classFile = classes.read(name);
        boolean catches = method.hasHandlers();
        int maxLocals = method.maxLocals();
        if (classFile == null) {
            classFile = VariantWriter.write(method, key.polls);
            made.put(name, classFile);
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
        Variant variant = new Variant(code, key.polls, catches, maxLocals);
        Variant.Places places = Variant.places(classFile, method);
        variants.put(
                type,
                new Code(key.owner, VariantWriter.SHIFT, places.slots(), places.sites(), variant));
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

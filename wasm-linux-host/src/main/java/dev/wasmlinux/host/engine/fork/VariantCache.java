/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import dev.wasmlinux.host.rt.Context;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The methods of a module that were on a forking stack, and their resume variants. Thread safe. */
final class VariantCache {
    private final Class<? extends Context> contextType;
    private final ClassSource classes;
    private final Map<MethodKey, Code> methods = new ConcurrentHashMap<>();
    private final Map<Class<?>, Variant> variants = new ConcurrentHashMap<>();
    private final Map<String, byte[]> made = new ConcurrentHashMap<>();
    private final Object building = new Object();

    private record MethodKey(Class<?> owner, String name) {}

    /**
     * What is known of a method.
     *
     * @param slots slots of local variables
     * @param sites its calls by bytecode offset
     * @param variant null if it has no site to resume at
     */
    record Code(int slots, Map<Integer, CallSite> sites, Variant variant) {}

    VariantCache(Class<? extends Context> contextType, ClassSource classes) {
        this.contextType = contextType;
        this.classes = classes;
    }

    /** The variant of a class, null if it is none. */
    Variant variant(Class<?> type) {
        return variants.get(type);
    }

    /** The class files of the variants that were made here. */
    Map<String, byte[]> made() {
        return Map.copyOf(made);
    }

    /** What is known of a method that was on a stack. */
    Code code(Class<?> owner, String name) throws ForkException {
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
                throw new ForkException(
                        ForkException.Reason.INCONSISTENT, "no class file of " + internalName);
            }
            GuestMethod method = GuestMethod.read(classFile, name);
            Map<Integer, CallSite> sites = new ConcurrentHashMap<>();
            for (CallSite site : method.sites()) {
                sites.put(site.offset(), site);
            }
            return new Code(
                    method.maxLocals(), sites, method.isResumable() ? variant(method) : null);
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
        VariantCache.class.getModule().addReads(contextType.getModule());
        MethodHandles.Lookup lookup =
                MethodHandles.privateLookupIn(contextType, MethodHandles.lookup());
        String name = VariantWriter.className(method.owner(), method.name());
        byte[] classFile = classes.read(name);
        boolean catches = method.hasHandlers();
        int maxLocals = method.maxLocals();
        if (classFile == null) {
            classFile = VariantWriter.write(method);
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
        Variant variant =
                new Variant(type, code, catches, maxLocals, Variant.places(classFile, method));
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

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.util.Map;
import java.util.TreeMap;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Makes resume variants ahead of time, for an image whose programs are known: put beside the
 * module's classes they are found there, and the first fork need not make them. The same class file
 * always gives the same variants.
 */
public final class ResumeClasses {
    private ResumeClasses() {}

    /**
     * Makes the variants of functions of a class; those with no call to resume at have none.
     *
     * @param classFile final class file of compiled guest code
     * @param wanted says of a method's name whether its variant is wanted
     * @return class files by internal name
     * @throws ForkException if a method has too much code
     */
    public static Map<String, byte[]> generate(
            byte[] classFile, java.util.function.Predicate<String> wanted) throws ForkException {
        Map<String, byte[]> result = new TreeMap<>();
        ClassReader reader = new ClassReader(classFile);
        for (String name : methods(reader)) {
            if (wanted.test(name)) {
                GuestMethod method = GuestMethod.read(classFile, name);
                if (method.isResumable(false)) {
                    String variant = VariantWriter.className(method.owner(), name, false);
                    result.put(variant, VariantWriter.write(method, false));
                }
            }
        }
        return result;
    }

    private static Iterable<String> methods(ClassReader reader) {
        var names = new java.util.ArrayList<String>();
        reader.accept(
                new ClassVisitor(Opcodes.ASM9) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access,
                            String name,
                            String descriptor,
                            String signature,
                            String[] exceptions) {
                        names.add(name);
                        return null;
                    }
                },
                ClassReader.SKIP_CODE);
        return names;
    }
}

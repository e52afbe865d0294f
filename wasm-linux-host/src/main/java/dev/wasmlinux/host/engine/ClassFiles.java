/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;

/** How all generated classes are written. */
final class ClassFiles {
    private ClassFiles() {}

    /** An empty public class. */
    static ClassNode node(int access, String name, String superName) {
        ClassNode node = new ClassNode();
        node.version = Opcodes.V17;
        node.access = Opcodes.ACC_PUBLIC | Opcodes.ACC_SUPER | access;
        node.name = name;
        node.superName = superName;
        return node;
    }

    /** Writes a class with computed frames. */
    static byte[] bytes(ClassNode node) {
        ClassWriter writer = new Writer();
        node.accept(writer);
        return writer.toByteArray();
    }

    /** Generated code never merges two classes other than to {@code Object}. */
    private static final class Writer extends ClassWriter {
        Writer() {
            super(COMPUTE_FRAMES);
        }

        @Override
        protected String getCommonSuperClass(String first, String second) {
            return "java/lang/Object";
        }
    }
}

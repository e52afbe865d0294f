/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * The resume variant of a method, ready to run. Immutable.
 *
 * @param code its method, of type {@code (int, long[], Object[], long, Throwable, long, Context)
 *     long}
 * @param polls whether it can begin at polls too
 * @param catches whether it may catch an exception of a call
 * @param maxLocals slots of local variables of the original
 */
record Variant(MethodHandle code, boolean polls, boolean catches, int maxLocals) {

    /**
     * What a frame of the variant looks like.
     *
     * @param slots slots of local variables
     * @param sites the sites by the offset of their calls
     */
    record Places(int slots, Map<Integer, CallSite> sites) {}

    /** Reads from a variant's class file where its sites are. */
    static Places places(byte[] classFile, GuestMethod method) {
        SiteReader reader = new SiteReader(classFile, method);
        reader.accept();
        return new Places(reader.slots, Map.copyOf(reader.sites));
    }

    /** Line numbers stand exactly before the calls and say which site it is. */
    private static final class SiteReader extends ClassReader {
        private final GuestMethod method;
        private final Map<Integer, CallSite> sites = new HashMap<>();
        private int slots;
        private int offset;
        private int line;

        SiteReader(byte[] classFile, GuestMethod method) {
            super(classFile);
            this.method = method;
        }

        @Override
        protected void readBytecodeInstructionOffset(int bytecodeOffset) {
            offset = bytecodeOffset;
        }

        void accept() {
            MethodVisitor visitor =
                    new MethodVisitor(Opcodes.ASM9) {
                        @Override
                        public void visitLineNumber(int number, Label start) {
                            line = number;
                        }

                        @Override
                        public void visitMaxs(int maxStack, int maxLocals) {
                            slots = maxLocals;
                        }

                        @Override
                        public void visitMethodInsn(
                                int opcode, String owner, String name, String desc, boolean itf) {
                            if (line > 0) {
                                sites.put(offset, method.sites().get(line - 1));
                                line = 0;
                            }
                        }
                    };
            accept(
                    new ClassVisitor(Opcodes.ASM9) {
                        @Override
                        public MethodVisitor visitMethod(
                                int access,
                                String name,
                                String desc,
                                String signature,
                                String[] exceptions) {
                            return visitor;
                        }
                    },
                    SKIP_FRAMES);
        }
    }
}

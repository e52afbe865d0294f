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
 * @param type its class
 * @param code its method, of type {@code (int, long[], Object[], long, Throwable, long, Context)
 *     long}
 * @param catches whether it may catch an exception of a call
 * @param maxLocals slots of local variables of the original
 * @param sites the sites by the offset of their calls in the variant
 */
record Variant(
        Class<?> type,
        MethodHandle code,
        boolean catches,
        int maxLocals,
        Map<Integer, CallSite> sites) {

    /** Reads from a variant's class file where its sites are. */
    static Map<Integer, CallSite> sites(byte[] classFile, GuestMethod method) {
        Map<Integer, CallSite> sites = new HashMap<>();
        new SiteReader(classFile, method, sites).accept();
        return Map.copyOf(sites);
    }

    /** Line numbers stand exactly before the calls and say which site it is. */
    private static final class SiteReader extends ClassReader {
        private final GuestMethod method;
        private final Map<Integer, CallSite> sites;
        private int offset;
        private int line;

        SiteReader(byte[] classFile, GuestMethod method, Map<Integer, CallSite> sites) {
            super(classFile);
            this.method = method;
            this.sites = sites;
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

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.internal.ByteClassCollector;
import com.dylibso.chicory.compiler.internal.Compiler;
import com.dylibso.chicory.wasm.ChicoryException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.MethodTooLargeException;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/** Translates the functions of a parsed module to classes: the compiler, then the passes. */
final class Translator {
    /** No method with more bytes of code than this is ever compiled by the JVM's optimiser. */
    static final int HUGE_METHOD = 8000;

    private final ModuleSource source;
    private final Names names;
    private final long maximumBytes;
    private final Map<String, byte[]> classes = new LinkedHashMap<>();
    private final Scratch scratch = new Scratch();
    private long totalBytes;
    private int largestMethod;

    private Translator(ModuleSource source, Names names, long maximumBytes) {
        this.source = source;
        this.names = names;
        this.maximumBytes = maximumBytes;
    }

    /** Translates everything; answers class bytes by internal name, in a fixed order. */
    static Map<String, byte[]> translate(ModuleSource source, Names names, long maximumBytes)
            throws ModuleException {
        Translator translator = new Translator(source, names, maximumBytes);
        translator.translateFunctions();
        translator.put(names.calls(), CallsEmitter.emit(source, names));
        for (int i = 0; i < source.types().size(); i++) {
            translator.put(names.typeClass(i), CallsEmitter.typeClass(source, names, i));
        }
        if (names.checked()) {
            translator.put(names.memory(), CheckedMemoryEmitter.emit(names));
        }
        translator.put(names.context(), ContextEmitter.emit(source, names, translator.scratch));
        return translator.classes;
    }

    private void put(String name, byte[] bytes) throws ModuleException {
        totalBytes += bytes.length;
        if (totalBytes > maximumBytes) {
            throw new ModuleException("the module's classes exceed " + maximumBytes + " bytes");
        }
        classes.put(name, bytes);
    }

    private Map<String, byte[]> compile() throws ModuleException {
        try {
            return Compiler.builder(source.module())
                    .withClassCollectorFactory(ByteClassCollector::new)
                    .withMaxFunctionsPerClass(Names.FUNCTIONS_PER_CLASS)
                    .withInterpreterFallback(InterpreterFallback.FAIL)
                    .build()
                    .compile()
                    .classBytes();
        } catch (ChicoryException e) {
            if (e.getCause() instanceof MethodTooLargeException large
                    && large.getMethodName().startsWith("func_")) {
                throw new ModuleException(
                        "function "
                                + describe(large.getMethodName())
                                + " is too big for a JVM method",
                        e);
            }
            throw e;
        }
    }

    private void translateFunctions() throws ModuleException {
        Map<Integer, ClassNode> groups = new TreeMap<>();
        Map<Integer, Integer> missing = new TreeMap<>();
        for (int f = source.importCount(); f < source.functions().length; f++) {
            missing.merge(f / Names.FUNCTIONS_PER_CLASS, 1, Integer::sum);
        }
        for (byte[] bytes : compile().values()) {
            ClassReader reader = new ClassReader(bytes);
            if (!reader.getClassName().contains("FuncGroup_")) {
                continue;
            }
            ClassNode compiled = new ClassNode();
            reader.accept(compiled, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
            for (MethodNode method : compiled.methods) {
                int function = functionOf(method);
                if (function < source.importCount()) {
                    continue;
                }
                int group = function / Names.FUNCTIONS_PER_CLASS;
                ClassNode target =
                        groups.computeIfAbsent(
                                group,
                                g ->
                                        ClassFiles.node(
                                                Opcodes.ACC_FINAL,
                                                names.groupClass(g),
                                                "java/lang/Object"));
                translate(function, method, target);
                if (missing.merge(group, -1, Integer::sum) == 0) {
                    finish(groups.remove(group));
                    missing.remove(group);
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new ModuleException("the compiler left out functions of " + missing.keySet());
        }
    }

    private static int functionOf(MethodNode method) {
        return method.name.startsWith("func_")
                ? Integer.parseInt(method.name.substring("func_".length()))
                : -1;
    }

    private void translate(int function, MethodNode method, ClassNode target)
            throws ModuleException {
        if (function == source.startFunction()) {
            neverRun(method);
        } else {
            Binder.bind(source, names, function, method);
            Fusion.fuse(method.instructions);
            Polls.insert(source, names, function, method);
            for (MethodNode part : Splitter.split(names, scratch, target.name, method)) {
                add(part, target);
            }
        }
        add(method, target);
    }

    /** Adds a method whose last instruction is a label, which later tells its size. */
    private static void add(MethodNode method, ClassNode target) {
        method.instructions.add(new LabelNode());
        target.methods.add(method);
    }

    /** The start function is decoded, not run; it has no code. */
    private void neverRun(MethodNode method) {
        method.access = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC;
        method.desc = names.descriptor(source.typeOf(source.startFunction()));
        method.tryCatchBlocks.clear();
        InsnList code = new InsnList();
        code.add(
                new MethodInsnNode(
                        Opcodes.INVOKESTATIC,
                        names.traps(),
                        "unreachable",
                        "()" + Type.getDescriptor(RuntimeException.class),
                        false));
        code.add(new InsnNode(Opcodes.ATHROW));
        method.instructions = code;
    }

    private void finish(ClassNode group) throws ModuleException {
        byte[] bytes = ClassFiles.bytes(group);
        for (MethodNode method : group.methods) {
            int size = ((LabelNode) method.instructions.getLast()).getLabel().getOffset();
            if (size > HUGE_METHOD) {
                throw new ModuleException(
                        "function "
                                + describe(method.name)
                                + " stays at "
                                + size
                                + " bytes of code");
            }
            largestMethod = Math.max(largestMethod, size);
        }
        put(group.name, bytes);
    }

    private String describe(String method) {
        String number = method.split("_", 3)[1];
        return source.nameOf(Integer.parseInt(number)) + " (" + method + ")";
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.engine.ModuleLayout.Import;
import dev.wasmlinux.host.rt.KernelImports;
import dev.wasmlinux.host.rt.ProgramImports;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Generates the class {@code Calls}: imported functions as calls of the typed imports interface,
 * and indirect calls through the table of callables. Its method {@code lookup} lets the engine
 * define table entries beside the module's classes.
 */
final class CallsEmitter {
    private final ModuleSource source;
    private final Names names;
    private final ClassNode node;
    private final Class<?> importsType;
    private final String importsModule;

    private CallsEmitter(ModuleSource source, Names names) {
        this.source = source;
        this.names = names;
        this.node = ClassFiles.node(Opcodes.ACC_FINAL, names.calls(), "java/lang/Object");
        boolean kernel = source.form() == Form.KERNEL;
        this.importsType = kernel ? KernelImports.class : ProgramImports.class;
        this.importsModule = kernel ? "host" : "linux";
    }

    /** The class's bytes. */
    static byte[] emit(ModuleSource source, Names names) throws ModuleException {
        CallsEmitter emitter = new CallsEmitter(source, names);
        emitter.lookup();
        for (int i = 0; i < source.importCount(); i++) {
            emitter.imported(i);
        }
        for (int i = 0; i < source.types().size(); i++) {
            emitter.indirect(i);
        }
        return ClassFiles.bytes(emitter.node);
    }

    /** The bytes of the abstract class of table entries of a type. */
    static byte[] typeClass(ModuleSource source, Names names, int type) {
        ClassNode entry =
                ClassFiles.node(Opcodes.ACC_ABSTRACT, names.typeClass(type), "java/lang/Object");
        entry.methods.add(EntryEmitter.constructor("java/lang/Object"));
        entry.methods.add(
                new MethodNode(
                        Opcodes.ACC_PUBLIC | Opcodes.ACC_ABSTRACT,
                        EntryEmitter.CALL,
                        names.descriptor(source.types().get(type)),
                        null,
                        null));
        return ClassFiles.bytes(entry);
    }

    private InsnList method(String name, String descriptor) {
        MethodNode method =
                new MethodNode(
                        Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, name, descriptor, null, null);
        node.methods.add(method);
        return method.instructions;
    }

    private void lookup() {
        String type = "Ljava/lang/invoke/MethodHandles$Lookup;";
        InsnList code = method("lookup", "()" + type);
        code.add(
                new MethodInsnNode(
                        Opcodes.INVOKESTATIC,
                        "java/lang/invoke/MethodHandles",
                        "lookup",
                        "()" + type,
                        false));
        code.add(new InsnNode(Opcodes.ARETURN));
    }

    private Method importMethod(Import item) throws ModuleException {
        MethodType wanted = item.type().methodType();
        wanted = wanted.dropParameterTypes(wanted.parameterCount() - 2, wanted.parameterCount());
        for (Method method : importsType.getMethods()) {
            MethodType type =
                    MethodType.methodType(method.getReturnType(), method.getParameterTypes());
            if (item.module().equals(importsModule)
                    && method.getName().equals(item.name())
                    && type.equals(wanted)) {
                return method;
            }
        }
        throw new ModuleException(
                "import "
                        + item.module()
                        + "."
                        + item.name()
                        + " of type "
                        + wanted
                        + " is not offered");
    }

    private void imported(int index) throws ModuleException {
        Import item = source.importOf(index);
        Method target = importMethod(item);
        String descriptor = names.descriptor(item.type());
        String owner = Type.getInternalName(importsType);
        InsnList code = method(Names.function(index), descriptor);
        code.add(new VarInsnNode(Opcodes.ALOAD, Binder.memorySlot(descriptor) + 2));
        code.add(
                new FieldInsnNode(
                        Opcodes.GETFIELD, Names.CONTEXT, "imports", "Ljava/lang/Object;"));
        code.add(new TypeInsnNode(Opcodes.CHECKCAST, owner));
        int slot = 0;
        for (Type argument : Type.getArgumentTypes(target)) {
            code.add(new VarInsnNode(argument.getOpcode(Opcodes.ILOAD), slot));
            slot += argument.getSize();
        }
        code.add(
                new MethodInsnNode(
                        Opcodes.INVOKEINTERFACE,
                        owner,
                        target.getName(),
                        Type.getMethodDescriptor(target),
                        true));
        code.add(new InsnNode(Type.getReturnType(target).getOpcode(Opcodes.IRETURN)));
    }

    /**
     * {@code if (index within table && table[index] instanceof T) entry = it; else entry =
     * entry(context, index, type); return entry.call(args, memory, context)}.
     */
    private void indirect(int type) {
        FunctionType signature = source.types().get(type);
        String descriptor = names.indirectDescriptor(signature);
        String entryClass = names.typeClass(type);
        int memory = Binder.memorySlot(descriptor);
        int index = memory - 1;
        int entry = memory + 3;
        InsnList code = method(Names.indirectCall(type), descriptor);
        if (source.form() == Form.PROGRAM) {
            code.add(new VarInsnNode(Opcodes.LLOAD, memory));
            code.add(call(names.poll(), "poll", "(J)V"));
        }
        LabelNode slow = new LabelNode();
        LabelNode found = new LabelNode();
        loadTable(code, memory + 2);
        code.add(new InsnNode(Opcodes.ARRAYLENGTH));
        code.add(new VarInsnNode(Opcodes.ILOAD, index));
        code.add(new JumpInsnNode(Opcodes.IF_ICMPLE, slow));
        code.add(new VarInsnNode(Opcodes.ILOAD, index));
        code.add(new JumpInsnNode(Opcodes.IFLT, slow));
        loadTable(code, memory + 2);
        code.add(new VarInsnNode(Opcodes.ILOAD, index));
        code.add(new InsnNode(Opcodes.AALOAD));
        code.add(new InsnNode(Opcodes.DUP));
        code.add(new VarInsnNode(Opcodes.ASTORE, entry));
        code.add(new TypeInsnNode(Opcodes.INSTANCEOF, entryClass));
        code.add(new JumpInsnNode(Opcodes.IFNE, found));
        code.add(slow);
        code.add(new VarInsnNode(Opcodes.ALOAD, memory + 2));
        code.add(new VarInsnNode(Opcodes.ILOAD, index));
        code.add(Code.push(type));
        code.add(call(names.traps(), "entry", "(L" + Names.CONTEXT + ";II)Ljava/lang/Object;"));
        code.add(new VarInsnNode(Opcodes.ASTORE, entry));
        code.add(found);
        code.add(new VarInsnNode(Opcodes.ALOAD, entry));
        code.add(new TypeInsnNode(Opcodes.CHECKCAST, entryClass));
        String target = names.descriptor(signature);
        EntryEmitter.loadArguments(code, target, 0, index);
        code.add(
                new MethodInsnNode(
                        Opcodes.INVOKEVIRTUAL, entryClass, EntryEmitter.CALL, target, false));
        code.add(new InsnNode(Type.getReturnType(target).getOpcode(Opcodes.IRETURN)));
    }

    private static void loadTable(InsnList code, int context) {
        code.add(new VarInsnNode(Opcodes.ALOAD, context));
        code.add(
                new FieldInsnNode(Opcodes.GETFIELD, Names.CONTEXT, "table", "[Ljava/lang/Object;"));
    }

    private static MethodInsnNode call(String owner, String name, String descriptor) {
        return new MethodInsnNode(Opcodes.INVOKESTATIC, owner, name, descriptor, false);
    }
}

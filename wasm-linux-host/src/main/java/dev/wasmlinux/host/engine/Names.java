/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.rt.Context;
import dev.wasmlinux.host.rt.FlatMemory;
import dev.wasmlinux.host.rt.KernelTraps;
import dev.wasmlinux.host.rt.ProgramTraps;
import dev.wasmlinux.host.rt.TlbMemory;
import org.objectweb.asm.Type;

/** Names and descriptors of everything in the generated classes of one module. */
final class Names {
    /** Functions per generated class; keeps constant pools far from their limit. */
    static final int FUNCTIONS_PER_CLASS = 256;

    static final String CONTEXT = Type.getInternalName(Context.class);

    private final String packageName;
    private final Form form;
    private final boolean checked;

    /** With the internal name of the module's package. */
    Names(String packageName, Form form, boolean checked) {
        this.packageName = packageName;
        this.form = form;
        this.checked = checked;
    }

    String packageName() {
        return packageName;
    }

    boolean checked() {
        return checked;
    }

    Form form() {
        return form;
    }

    /** Class of contexts. */
    String context() {
        return packageName + "/Ctx";
    }

    /** Class of a function that is not imported. */
    String functionClass(int function) {
        return groupClass(function / FUNCTIONS_PER_CLASS);
    }

    String groupClass(int group) {
        return packageName + "/F" + group;
    }

    /** Class of imported functions and indirect calls. */
    String calls() {
        return packageName + "/Calls";
    }

    /** Abstract class of table entries of a type. */
    String typeClass(int type) {
        return packageName + "/T" + type;
    }

    /** Class of the table entry of a function. */
    String entryClass(int function) {
        return packageName + "/E" + function;
    }

    static String function(int function) {
        return "func_" + function;
    }

    static String indirectCall(int type) {
        return "indirect_" + type;
    }

    static String global(int index) {
        return "g" + index;
    }

    /** Class with the memory accessors. */
    String memory() {
        if (form == Form.PROGRAM) {
            return Type.getInternalName(TlbMemory.class);
        }
        return checked ? packageName + "/Checked" : Type.getInternalName(FlatMemory.class);
    }

    /** Class with the poll. */
    String poll() {
        return Type.getInternalName(form == Form.PROGRAM ? TlbMemory.class : FlatMemory.class);
    }

    /** Class with the instructions that may trap. */
    String traps() {
        return Type.getInternalName(form == Form.PROGRAM ? ProgramTraps.class : KernelTraps.class);
    }

    /** Descriptor of a function: parameters, memory, context. */
    String descriptor(FunctionType type) {
        return descriptor(type, "");
    }

    /** Descriptor of an indirect call: parameters, table index, memory, context. */
    String indirectDescriptor(FunctionType type) {
        return descriptor(type, "I");
    }

    private String descriptor(FunctionType type, String extra) {
        StringBuilder text = new StringBuilder("(");
        for (ValueType parameter : type.parameters()) {
            text.append(letter(parameter));
        }
        text.append(extra).append("JL").append(context()).append(";)");
        return text.append(type.results().isEmpty() ? "V" : letter(type.results().get(0)))
                .toString();
    }

    /** Descriptor of a value type. */
    static String letter(ValueType type) {
        return switch (type) {
            case I32 -> "I";
            case I64 -> "J";
            case F32 -> "F";
            case F64 -> "D";
        };
    }
}

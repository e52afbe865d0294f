/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import dev.wasmlinux.abi.ImageException.Reason;
import dev.wasmlinux.abi.wasm.ExternalKind;
import dev.wasmlinux.abi.wasm.ExternalType;
import dev.wasmlinux.abi.wasm.MemoryType;
import dev.wasmlinux.abi.wasm.ModuleFormatException;
import dev.wasmlinux.abi.wasm.ModuleInfo;
import dev.wasmlinux.abi.wasm.WasmInspector;
import java.util.List;

/** Checks that kernel images and user programs share. */
final class ImageChecks {

    /** What the file should be, for messages: "kernel image" or "program". */
    private final String what;

    private final String remedy;

    ImageChecks(String what, String remedy) {
        this.what = what;
        this.remedy = remedy;
    }

    ModuleInfo inspect(byte[] bytes) {
        try {
            return WasmInspector.inspect(bytes);
        } catch (ModuleFormatException e) {
            throw refuse(e);
        }
    }

    ImageException refuse(ModuleFormatException e) {
        return switch (e.kind()) {
            case NOT_WASM ->
                    new ImageException(
                            Reason.NOT_WASM,
                            what + " is not WebAssembly (" + e.reason() + "); " + remedy,
                            e);
            case TRUNCATED ->
                    new ImageException(
                            Reason.TRUNCATED,
                            what + " is cut short (" + e.getMessage() + "); copy it again",
                            e);
            case MALFORMED ->
                    new ImageException(
                            Reason.MALFORMED,
                            what + " is damaged (" + e.getMessage() + "); " + remedy,
                            e);
            case UNSUPPORTED ->
                    new ImageException(
                            Reason.UNSUPPORTED,
                            what
                                    + " uses a feature that this host lacks ("
                                    + e.getMessage()
                                    + "); "
                                    + remedy,
                            e);
        };
    }

    ImageException refuse(Reason reason, String subject, String problem) {
        return new ImageException(reason, subject, what + " " + problem + "; " + remedy);
    }

    /** Every import must be the memory or one of the functions, with its exact type. */
    void imports(
            ModuleInfo info,
            String memoryModule,
            String memoryName,
            MemoryType greatest,
            List<AbiFunction> functions) {
        for (ModuleInfo.Import imported : info.imports()) {
            String name = imported.module() + "." + imported.name();
            if (imported.module().equals(memoryModule) && imported.name().equals(memoryName)) {
                if (!(imported.type() instanceof MemoryType memory)) {
                    throw importType(name, imported.type(), "a memory");
                }
                memory(name, memory, greatest);
                continue;
            }
            AbiFunction known =
                    functions.stream()
                            .filter(f -> f.module().equals(imported.module()))
                            .filter(f -> f.name().equals(imported.name()))
                            .findFirst()
                            .orElse(null);
            if (known == null) {
                throw refuse(
                        Reason.UNKNOWN_IMPORT,
                        name,
                        "imports " + name + " (" + imported.type() + "), which no host offers");
            }
            if (!imported.type().equals(known.signature())) {
                throw importType(name, imported.type(), known.signature().toString());
            }
        }
        if (info.imported(ExternalKind.MEMORY) == 0) {
            String name = memoryModule + "." + memoryName;
            throw refuse(Reason.MISSING_IMPORT, name, "does not import its memory as " + name);
        }
        if (info.memories().size() != 1) {
            throw refuse(
                    Reason.MEMORY, "memory", "has " + info.memories().size() + " memories, want 1");
        }
    }

    private void memory(String name, MemoryType memory, MemoryType greatest) {
        long limit = greatest.maximumPages().orElseThrow();
        if (!memory.shared()) {
            throw refuse(Reason.MEMORY, name, "imports a memory that is not shared");
        }
        if (memory.maximumPages().orElseThrow() > limit) {
            throw refuse(
                    Reason.MEMORY,
                    name,
                    "imports a " + memory + ", but the limit is " + limit + " pages of 64 KiB");
        }
    }

    private ImageException importType(String name, ExternalType actual, String wanted) {
        return refuse(
                Reason.IMPORT_TYPE,
                name,
                "imports " + name + " as " + actual + ", but the host offers " + wanted);
    }

    void exports(ModuleInfo info, List<AbiFunction> functions, List<AbiGlobal> globals) {
        for (AbiFunction function : functions) {
            export(info, function.name(), function.signature());
        }
        for (AbiGlobal global : globals) {
            export(info, global.name(), global.type());
        }
    }

    private void export(ModuleInfo info, String name, ExternalType wanted) {
        ExternalType actual =
                info.exportType(name)
                        .orElseThrow(
                                () ->
                                        refuse(
                                                Reason.MISSING_EXPORT,
                                                name,
                                                "does not export " + name + " (" + wanted + ")"));
        if (!actual.equals(wanted)) {
            throw refuse(
                    Reason.EXPORT_TYPE,
                    name,
                    "exports " + name + " as " + actual + ", want " + wanted);
        }
    }

    /** The unsigned value of an exported constant global of type i32. */
    long constant(ModuleInfo info, String name) {
        ModuleInfo.Export export = info.export(name).orElseThrow();
        return info.globals()
                        .get(export.index())
                        .initialValue()
                        .orElseThrow(
                                () ->
                                        refuse(
                                                Reason.EXPORT_TYPE,
                                                name,
                                                "exports " + name + " without a constant value"))
                & 0xffffffffL;
    }
}

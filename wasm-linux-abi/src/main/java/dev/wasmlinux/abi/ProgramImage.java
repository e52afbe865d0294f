/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import dev.wasmlinux.abi.ImageException.Reason;
import dev.wasmlinux.abi.wasm.CodeFeatures;
import dev.wasmlinux.abi.wasm.CodeFeatures.Feature;
import dev.wasmlinux.abi.wasm.ExternalKind;
import dev.wasmlinux.abi.wasm.ModuleFormatException;
import dev.wasmlinux.abi.wasm.ModuleInfo;
import dev.wasmlinux.abi.wasm.ModuleInfo.DataSegment;
import dev.wasmlinux.abi.wasm.ModuleInfo.ElementSegment;
import dev.wasmlinux.abi.wasm.ModuleInfo.SegmentMode;
import dev.wasmlinux.abi.wasm.TableType;
import dev.wasmlinux.abi.wasm.ValueType;
import dev.wasmlinux.abi.wasm.WasmInspector;

/**
 * A user program that keeps the contract. The check does not replace the engine's validation of
 * types in code; it gives the reasons that a person can act on. Immutable, safe for any thread.
 *
 * @param module what the module declares
 * @param features what its code uses
 * @param imageStart first byte of its static image
 * @param imageEnd end of its static image
 */
public record ProgramImage(
        ModuleInfo module, CodeFeatures features, long imageStart, long imageEnd) {

    private static final ImageChecks CHECKS =
            new ImageChecks("program", "compile it with the toolchain of this project");

    /** Function pointers below this are numbers to C: SIG_DFL, SIG_IGN, SIG_HOLD. */
    private static final int TABLE_BASE = 4;

    /**
     * Checks a program against the standard limits.
     *
     * @param bytes the whole file; not kept
     * @return the program
     * @throws ImageException if it breaks the contract or a limit
     */
    public static ProgramImage verify(byte[] bytes) {
        return verify(bytes, ProgramLimits.standard());
    }

    /**
     * Checks that the bytes are a program which this host can run.
     *
     * @param bytes the whole file; not kept
     * @param limits what the host grants
     * @return the program
     * @throws ImageException if it breaks the contract or a limit; the message names the thing that
     *     is wrong and the remedy
     */
    public static ProgramImage verify(byte[] bytes, ProgramLimits limits) {
        if (bytes.length > limits.fileBytes()) {
            throw CHECKS.refuse(
                    Reason.FILE_TOO_LARGE,
                    "",
                    "has " + bytes.length + " bytes, the limit is " + limits.fileBytes());
        }
        ProgramAbi abi = ProgramAbi.current();
        ModuleInfo info = CHECKS.inspect(bytes);
        CHECKS.imports(info, abi.memoryModule(), abi.memoryName(), abi.memory(), abi.imports());
        for (AbiFunction function : abi.imports()) {
            if (info.imports().stream().noneMatch(i -> i.name().equals(function.name()))) {
                String name = function.module() + "." + function.name();
                throw CHECKS.refuse(Reason.MISSING_IMPORT, name, "does not import " + name);
            }
        }
        CHECKS.exports(info, abi.exports(), abi.globals());
        table(abi, info, limits);
        functions(info, limits);
        CodeFeatures features = code(bytes, info);
        AbiConstants constants = KernelAbi.current().constants("limit");
        long start = constants.get("IMAGE_START");
        long end = CHECKS.constant(info, "__heap_base");
        if (end < start || end > constants.get("TASK_SIZE")) {
            throw CHECKS.refuse(
                    Reason.LAYOUT,
                    "__heap_base",
                    "has its image end at 0x" + Long.toHexString(end) + ", outside user addresses");
        }
        for (DataSegment segment : info.dataSegments()) {
            data(segment, start, end);
        }
        return new ProgramImage(info, features, start, end);
    }

    private static void table(ProgramAbi abi, ModuleInfo info, ProgramLimits limits) {
        String name = abi.tableName();
        ModuleInfo.Export export =
                info.export(name)
                        .filter(e -> e.kind() == ExternalKind.TABLE)
                        .orElseThrow(
                                () ->
                                        CHECKS.refuse(
                                                Reason.MISSING_EXPORT,
                                                name,
                                                "does not export its table " + name));
        if (info.tables().size() != 1) {
            throw CHECKS.refuse(
                    Reason.TABLE, name, "has " + info.tables().size() + " tables, want 1");
        }
        TableType table = info.tables().get(export.index());
        if (table.element() != ValueType.FUNCREF || table.minimum() > limits.tableElements()) {
            throw CHECKS.refuse(
                    Reason.TABLE,
                    name,
                    "has a " + table + ", the limit is " + limits.tableElements() + " funcref");
        }
        for (ElementSegment segment : info.elementSegments()) {
            if (segment.mode() != SegmentMode.ACTIVE) {
                continue;
            }
            long first = segment.tableOffset().orElse(-1);
            if (first < TABLE_BASE || first + segment.count() > table.minimum()) {
                throw CHECKS.refuse(
                        Reason.TABLE,
                        name,
                        "fills table elements "
                                + first
                                + ".."
                                + (first + segment.count())
                                + ", want "
                                + TABLE_BASE
                                + ".."
                                + table.minimum()
                                + " (link with --table-base="
                                + TABLE_BASE
                                + ")");
            }
        }
    }

    private static void functions(ModuleInfo info, ProgramLimits limits) {
        if (info.functions().size() > limits.functions()) {
            throw CHECKS.refuse(
                    Reason.FILE_TOO_LARGE,
                    "",
                    "has " + info.functions().size() + " functions, limit " + limits.functions());
        }
        for (int i = 0; i < info.bodies().size(); i++) {
            int size = info.bodies().get(i).sizeInBytes();
            if (size > limits.functionBytes()) {
                String name = info.describeFunction(info.importedFunctions() + i);
                throw new ImageException(
                        Reason.FUNCTION_TOO_LARGE,
                        name,
                        "program has a function of "
                                + size
                                + " bytes, "
                                + name
                                + ", the limit is "
                                + limits.functionBytes()
                                + "; split it, or compile it with less inlining");
            }
        }
    }

    private static CodeFeatures code(byte[] bytes, ModuleInfo info) {
        CodeFeatures features;
        try {
            features = WasmInspector.scanCode(bytes, info);
        } catch (ModuleFormatException e) {
            throw CHECKS.refuse(e);
        }
        refuse(info, features, Feature.TABLE_CHANGE, Reason.TABLE_CHANGE, "changes its table");
        refuse(info, features, Feature.SIMD, Reason.UNSUPPORTED, "uses SIMD (-msimd128)");
        refuse(
                info,
                features,
                Feature.LEGACY_EXCEPTIONS,
                Reason.UNSUPPORTED,
                "uses the old exception instructions (want -mllvm -wasm-use-legacy-eh=false)");
        return features;
    }

    private static void refuse(
            ModuleInfo info,
            CodeFeatures features,
            Feature feature,
            Reason reason,
            String problem) {
        features.firstUseOf(feature)
                .ifPresent(
                        index -> {
                            String name = info.describeFunction(index);
                            throw CHECKS.refuse(reason, name, problem + " in " + name);
                        });
    }

    private static void data(DataSegment segment, long start, long end) {
        if (segment.mode() != SegmentMode.ACTIVE) {
            return;
        }
        long first =
                segment.address()
                        .orElseThrow(
                                () ->
                                        CHECKS.refuse(
                                                Reason.LAYOUT,
                                                "data",
                                                "places data at an address known only at run time"));
        if (first < start || first + segment.sizeInBytes() > end) {
            throw CHECKS.refuse(
                    Reason.LAYOUT,
                    "data",
                    "places data at 0x"
                            + Long.toHexString(first)
                            + ", outside its image (link with --global-base="
                            + start
                            + ")");
        }
    }
}

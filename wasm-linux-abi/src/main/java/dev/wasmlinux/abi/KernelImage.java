/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import dev.wasmlinux.abi.ImageException.Reason;
import dev.wasmlinux.abi.wasm.MemoryType;
import dev.wasmlinux.abi.wasm.ModuleInfo;
import dev.wasmlinux.abi.wasm.WasmInspector;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A kernel image that keeps the contract, and what it says of itself. Immutable, safe for any
 * thread.
 *
 * @param module what the module declares
 * @param abiVersion the version of the contract that it follows
 * @param release the kernel release, for example {@code 6.12.107}
 * @param configDigest SHA-256 of the kernel configuration, 64 hexadecimal digits
 * @param cpuPending address of the pending words
 * @param irqLines address of the word of raised device lines
 */
public record KernelImage(
        ModuleInfo module,
        int abiVersion,
        String release,
        String configDigest,
        long cpuPending,
        long irqLines) {

    private static final ImageChecks CHECKS =
            new ImageChecks(
                    "kernel image", "use a vmlinux.wasm of this project, version 1 of the ABI");
    private static final int MAX_IDENTITY_BYTES = 4096;

    /**
     * Checks that the bytes are a kernel image which this host can boot: format, identity, memory,
     * every import and export with its exact type.
     *
     * @param bytes the whole file; not kept
     * @return the image
     * @throws ImageException if not; the message names the thing that is wrong and the remedy
     */
    public static KernelImage verify(byte[] bytes) {
        KernelAbi abi = KernelAbi.current();
        ModuleInfo info = CHECKS.inspect(bytes);
        Map<String, String> identity = identity(abi, bytes, info);
        int version = version(abi, identity.get("abi"));
        String release = required(identity, "release");
        String config = required(identity, "config");
        if (!config.matches("[0-9a-f]{64}")) {
            throw CHECKS.refuse(
                    Reason.MALFORMED, "config", "has the configuration digest \"" + config + "\"");
        }
        CHECKS.imports(info, abi.memoryModule(), abi.memoryName(), abi.memory(), abi.imports());
        CHECKS.exports(info, abi.exports(), abi.globals());
        AbiConstants limits = abi.constants("limit");
        long words = limits.get("CPUS_MAX") * limits.get("CPU_PENDING_STRIDE");
        return new KernelImage(
                info,
                version,
                release,
                config,
                address(info, "cpu_pending", words),
                address(info, "irq_lines", 4));
    }

    /**
     * The memory that the image imports.
     *
     * @return its type
     */
    public MemoryType memory() {
        return module.memories().get(0);
    }

    private static Map<String, String> identity(KernelAbi abi, byte[] bytes, ModuleInfo info) {
        ModuleInfo.CustomSection section =
                info.customSection(abi.identitySection())
                        .orElseThrow(
                                () ->
                                        CHECKS.refuse(
                                                Reason.FOREIGN,
                                                abi.identitySection(),
                                                "is a WebAssembly module, but has no custom section "
                                                        + abi.identitySection()));
        if (section.sizeInBytes() > MAX_IDENTITY_BYTES) {
            throw CHECKS.refuse(
                    Reason.MALFORMED, abi.identitySection(), "has an identity section too large");
        }
        String text = new String(WasmInspector.contents(bytes, section), StandardCharsets.UTF_8);
        Map<String, String> identity = new HashMap<>();
        for (String line : List.of(text.split("\n"))) {
            int equals = line.indexOf('=');
            // Unknown keys are for later versions to add.
            if (equals > 0) {
                identity.putIfAbsent(line.substring(0, equals), line.substring(equals + 1).strip());
            }
        }
        return identity;
    }

    private static int version(KernelAbi abi, String text) {
        if (text == null || !text.matches("[0-9]{1,9}") || Integer.parseInt(text) == 0) {
            throw CHECKS.refuse(
                    Reason.MALFORMED, "abi", "names the ABI version \"" + text + "\", no number");
        }
        int version = Integer.parseInt(text);
        if (version > abi.version()) {
            throw new ImageException(
                    Reason.NEWER_ABI,
                    "abi",
                    "kernel image follows ABI version "
                            + version
                            + ", but this host knows only "
                            + abi.version()
                            + "; update wasm-linux-host or use an older image");
        }
        return version;
    }

    private static String required(Map<String, String> identity, String key) {
        String value = identity.get(key);
        if (value == null || value.isEmpty()) {
            throw CHECKS.refuse(
                    Reason.MALFORMED, key, "does not say its " + key + " in its identity section");
        }
        return value;
    }

    /** An exported address of data that must lie in memory, aligned for atomic access. */
    private static long address(ModuleInfo info, String name, long bytes) {
        long address = CHECKS.constant(info, name);
        long end = info.memories().get(0).maximumPages().orElseThrow() * MemoryType.PAGE_BYTES;
        if (address == 0 || address % 4 != 0 || address + bytes > end) {
            throw CHECKS.refuse(
                    Reason.LAYOUT,
                    name,
                    "has " + name + " at 0x" + Long.toHexString(address) + ", outside its memory");
        }
        return address;
    }
}

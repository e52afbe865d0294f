/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.kernel;

import dev.wasmlinux.abi.SymbolTable;
import dev.wasmlinux.abi.devicetree.DeviceTree;
import dev.wasmlinux.abi.devicetree.DeviceTreeBuilder;
import dev.wasmlinux.host.MachineException;
import dev.wasmlinux.host.device.MmioBus;
import dev.wasmlinux.host.device.VirtioDevice;
import dev.wasmlinux.host.engine.CompiledModule;
import dev.wasmlinux.host.engine.ModuleCache;
import dev.wasmlinux.host.memory.PhysicalMemory;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Everything that a boot needs.
 *
 * @param name prefix of thread names
 * @param kernel the compiled kernel
 * @param symbols function names of the kernel
 * @param memory RAM
 * @param cpus number of CPUs
 * @param commandLine kernel command line
 * @param initramfs image, may be empty
 * @param seed entropy for the kernel, at least 32 bytes
 * @param devices virtio devices in the order of their addresses and lines
 * @param earlyConsole takes the bytes of the early console, on a thread of the machine
 * @param monotonicClock nanoseconds since the machine's start
 * @param realtimeClock nanoseconds since the epoch
 * @param programs programs compiled beforehand, by the SHA-256 of their file
 * @param codeCache compiled programs of earlier machines, or null
 * @param taskLimit most tasks at a time
 */
public record BootPlan(
        String name,
        CompiledModule kernel,
        SymbolTable symbols,
        PhysicalMemory memory,
        int cpus,
        String commandLine,
        byte[] initramfs,
        byte[] seed,
        List<VirtioDevice> devices,
        Consumer<byte[]> earlyConsole,
        LongSupplier monotonicClock,
        LongSupplier realtimeClock,
        Map<String, CompiledModule> programs,
        ModuleCache codeCache,
        int taskLimit) {
    private static final int ALIGNMENT = 1 << 16;

    /** Where initramfs and device tree go. */
    private record Layout(long initrd, byte[] tree, long treeAddress) {}

    /**
     * Lays out initramfs and device tree at the end of RAM.
     *
     * @throws MachineException if RAM is too small for the kernel's image, initramfs and device
     *     tree
     */
    private Layout layout() {
        long initrd = memory.size() - initramfs.length & -ALIGNMENT;
        byte[] tree = deviceTree((int) initrd).toBytes();
        long treeAddress = initrd - tree.length & -ALIGNMENT;
        if (treeAddress < imageEnd()) {
            throw new MachineException(
                    String.format(
                            "%d bytes of memory are too small: the kernel's image needs %d and the"
                                    + " initramfs %d",
                            memory.size(), imageEnd(), initramfs.length));
        }
        return new Layout(initrd, tree, treeAddress);
    }

    /**
     * Makes sure that RAM is large enough.
     *
     * @throws MachineException if it is not
     */
    void checkRoom() {
        layout();
    }

    /**
     * Writes initramfs and device tree to the end of RAM.
     *
     * @return address of the device tree
     */
    int placeBlobs() {
        Layout layout = layout();
        memory.write((int) layout.initrd, initramfs, 0, initramfs.length);
        memory.write((int) layout.treeAddress, layout.tree, 0, layout.tree.length);
        return (int) layout.treeAddress;
    }

    /** What the kernel's module demands as its memory covers its data with .bss. */
    private long imageEnd() {
        return (long) kernel.layout().memory().initialPages() * PhysicalMemory.WASM_PAGE;
    }

    private DeviceTree deviceTree(int initrd) {
        return DeviceTree.build(
                root -> {
                    root.cells("#address-cells", 1).cells("#size-cells", 1);
                    root.strings("compatible", "wasm-linux,v1").strings("model", "Wasm Linux");
                    root.cells("interrupt-parent", 1);
                    root.node("chosen", chosen -> chosen(chosen, initrd));
                    root.node("cpus", this::cpuNodes);
                    root.node(
                            "memory@0",
                            node ->
                                    node.strings("device_type", "memory")
                                            .cells("reg", 0, (int) memory.size()));
                    root.node(
                            "intc",
                            node ->
                                    node.strings("compatible", "wasm-linux,intc")
                                            .flag("interrupt-controller")
                                            .cells("#interrupt-cells", 1)
                                            .cells("phandle", 1));
                    root.node("soc", this::deviceNodes);
                });
    }

    private void chosen(DeviceTreeBuilder node, int initrd) {
        node.strings("bootargs", commandLine).bytes("rng-seed", seed);
        if (initramfs.length > 0) {
            node.cells("linux,initrd-start", initrd)
                    .cells("linux,initrd-end", initrd + initramfs.length);
        }
    }

    private void cpuNodes(DeviceTreeBuilder node) {
        node.cells("#address-cells", 1).cells("#size-cells", 0);
        for (int cpu = 0; cpu < cpus; cpu++) {
            int number = cpu;
            node.node(
                    "cpu@" + Integer.toHexString(cpu),
                    each ->
                            each.strings("device_type", "cpu")
                                    .strings("compatible", "wasm-linux,cpu")
                                    .cells("reg", number));
        }
    }

    private void deviceNodes(DeviceTreeBuilder node) {
        node.strings("compatible", "simple-bus")
                .cells("#address-cells", 1)
                .cells("#size-cells", 1)
                .flag("ranges");
        for (int device = 0; device < devices.size(); device++) {
            int address = MmioBus.BASE + device * MmioBus.STRIDE;
            int line = device + 1;
            node.node(
                    "virtio@" + Integer.toHexString(address),
                    each ->
                            each.strings("compatible", "virtio,mmio")
                                    .cells("reg", address, MmioBus.STRIDE)
                                    .cells("interrupts", line));
        }
    }

    /** The name of a kernel function: from the symbol file if the engine only knows its index. */
    String symbol(String name) {
        if (name.startsWith("func_")) {
            try {
                return symbols.name(Integer.parseInt(name.substring(5))).orElse(name);
            } catch (NumberFormatException e) {
                return name; // a function that is called so
            }
        }
        return name;
    }
}

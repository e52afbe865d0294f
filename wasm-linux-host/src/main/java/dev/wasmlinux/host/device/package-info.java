/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Devices of a machine: the small interfaces of a custom device, virtio over memory-mapped
 * registers (VIRTIO 1.2), console and entropy source.
 *
 * <p><b>Make a device.</b> Implement {@link dev.wasmlinux.host.device.VirtioDevice} for one that
 * the mainline kernel has a virtio driver for, wrap it in {@link
 * dev.wasmlinux.host.device.VirtioMmioTransport} and put it on the {@link
 * dev.wasmlinux.host.device.MmioBus}; or implement {@link dev.wasmlinux.host.device.MmioDevice} for
 * one with its own driver.
 *
 * <pre>{@code
 * // A device of 4 bytes that count how often they were read.
 * AtomicInteger reads = new AtomicInteger();
 * MmioDevice counter =
 *         new MmioDevice() {
 *             public int read(int offset, int size) {
 *                 return offset == 0 && size == 4 ? reads.incrementAndGet() : 0;
 *             }
 *
 *             public void write(int offset, int size, int value) {}
 *         };
 * MmioBus bus = new MmioBus(List.of(counter));
 * }</pre>
 *
 * <p><b>Threads.</b> Registers are read and written on guest threads that hold a CPU, so nothing
 * there waits: every virtio device has one lock ({@link
 * dev.wasmlinux.host.device.VirtioLink#lock}), held for short, bounded work only. Queues are
 * processed on the thread that notifies. Host threads (a terminal, a reader of output) take the
 * same lock; they wait, with the lock released, on conditions of the link. Interrupts are raised
 * with no lock held.
 *
 * <p><b>Trust.</b> Everything that the guest writes is hostile: registers, rings, descriptors,
 * data. A device that meets nonsense sets DEVICE_NEEDS_RESET and does nothing until it is reset
 * (VIRTIO 1.2, section 2.1.2); no exception reaches the guest thread, and work and memory stay
 * bounded by queue sizes.
 *
 * <p><b>A typed key</b>: terminal → {@link dev.wasmlinux.host.device.ConsolePort#input} → receive
 * queue of the console → interrupt line → the kernel's virtio_console → hvc → tty → read(2).
 */
package dev.wasmlinux.host.device;

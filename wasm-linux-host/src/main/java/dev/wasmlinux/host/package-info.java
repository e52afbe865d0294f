/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Boots a Linux kernel compiled to WebAssembly inside the JVM.
 *
 * <p>Start with {@link dev.wasmlinux.host.Machine}: an image, some memory and CPUs, commands to
 * run. Own devices implement {@link dev.wasmlinux.host.device.VirtioDevice}.
 *
 * <p>Four ways through the packages below, each in one direction:
 *
 * <pre>
 * boot         Machine → kernel.RunningKernel → memory laid out → task → _start on CPU 0
 * system call  program → task.UserMode → task.KernelEntry → kernel code → back
 * page fault   load or store → TLB miss in rt → task.UserMode → kernel → memory.AddressSpace.set → again
 * typed key    terminal → device.ConsolePort → virtqueue → interrupt line → cpu.LogicalCpu → kernel's tty
 * </pre>
 */
package dev.wasmlinux.host;

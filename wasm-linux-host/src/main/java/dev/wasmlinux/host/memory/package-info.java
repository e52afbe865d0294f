/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Memory of a machine: the kernel's flat {@link dev.wasmlinux.host.memory.PhysicalMemory} and the
 * translation tables of programs, {@link dev.wasmlinux.host.memory.AddressSpace}.
 *
 * <p>Page fault: a load or store of generated code misses the table of its address space; the rt
 * package calls the task, the task calls the kernel on the same thread, the kernel fills the table
 * with {@link dev.wasmlinux.host.memory.AddressSpace#set} and the access is tried again.
 */
package dev.wasmlinux.host.memory;

/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Tasks: one JVM thread per Linux task, with its own instance of the kernel and, for processes, of
 * their program.
 *
 * <p>System call: program → {@link dev.wasmlinux.host.task.UserMode#syscall} → {@link
 * dev.wasmlinux.host.task.KernelEntry} → kernel, and back on the same thread. A task switch parks
 * the calling thread and lets the next task's thread take over the CPU.
 */
package dev.wasmlinux.host.task;

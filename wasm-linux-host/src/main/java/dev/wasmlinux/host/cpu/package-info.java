/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Logical CPUs: batons that guest threads hold while they run, with pending interrupts, idle wait,
 * one-shot timers and the protocol that waits for stale translations to be out of use.
 */
package dev.wasmlinux.host.cpu;

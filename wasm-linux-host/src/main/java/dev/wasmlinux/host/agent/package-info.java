/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The host's end of the agent protocol: commands into the guest over named ports of the console
 * device. The guest's end and the description of the protocol are in the toolchain driver, {@code
 * src/main/guest/agent}.
 */
package dev.wasmlinux.host.agent;

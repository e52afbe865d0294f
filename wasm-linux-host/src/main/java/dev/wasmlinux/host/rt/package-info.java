/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What compiled guest code links to: contexts, imports, memory accessors and traps.
 *
 * <p>The package is exported because the classes of a guest module lie in another module or class
 * loader. It carries no API promise: a module compiled by one version of the engine is loaded only
 * by that version.
 */
package dev.wasmlinux.host.rt;

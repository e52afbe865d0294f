/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The Wasm engine: turns a module into JVM classes of the shape that the host wants.
 *
 * <p>Parsing, validation and the first translation to bytecode are Chicory's; a pipeline of small
 * bytecode passes then gives the final form. {@link dev.wasmlinux.host.engine.CompiledModule} is
 * the entry point.
 */
package dev.wasmlinux.host.engine;

/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The Wasm engine: turns a module into JVM classes of the shape that the host wants. {@link
 * dev.wasmlinux.host.engine.CompiledModule} is the entry point.
 *
 * <p>The way of a module:
 *
 * <ol>
 *   <li>{@code SectionScanner} bounds what the bytes may claim, then Chicory parses and validates;
 *       {@code ModuleParser} checks that it is a module of the kind taken here, {@code InitialData}
 *       reads what the linker's start function would do to memory.
 *   <li>Chicory's compiler gives one Java method per function, over its own runtime's objects.
 *   <li>{@code Binder} gives it the final calling convention: parameters, {@code long} memory base,
 *       context. Everything is bound to the {@code rt} package, globals become fields.
 *   <li>{@code Fusion} joins comparisons and branches.
 *   <li>{@code Polls} puts polls at loops and recursion, and charges recursion to a stack budget.
 *   <li>{@code Splitter} cuts methods that the JVM's compilers would not touch ({@code
 *       OperandSpiller}, {@code SwitchGrouper}, {@code FlowGraph}, {@code Region}, {@code
 *       Outliner}).
 *   <li>{@code ContextEmitter}, {@code CallsEmitter} and {@code EntryEmitter} add the classes
 *       around the functions: context, imports, indirect calls, table entries.
 * </ol>
 *
 * <p>The same bytes always give the same classes. They can be written and loaded again without
 * Chicory; {@code ModuleImage.VERSION} ties them to this engine.
 */
package dev.wasmlinux.host.engine;

/*
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Steps of a build, the engine that runs those whose inputs have changed, and the cache of their
 * results. Knows nothing of Linux; the steps themselves are in {@code recipe}.
 */
package dev.wasmlinux.toolchain.step;

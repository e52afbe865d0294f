/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork.guest;

/** Table entries of type (i32, i64, f64, f32) to i32. */
public abstract class T0 {
    public abstract int call(int n, long a, double b, float c, long memory, Ctx ctx);
}

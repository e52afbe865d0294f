/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork.guest;

import dev.wasmlinux.host.rt.ProgramImports;

/** Imports and indirect calls. */
public final class Calls {
    private static final T0[] TABLE = {
        new T0() {
            @Override
            public int call(int n, long a, double b, float c, long memory, Ctx ctx) {
                return F0.func_1(n, a, b, c, memory, ctx);
            }
        },
        new T0() {
            @Override
            public int call(int n, long a, double b, float c, long memory, Ctx ctx) {
                return F0.func_2(n, a, b, c, memory, ctx);
            }
        },
    };

    private Calls() {}

    public static int func_0(int nr, long argument, long memory, Ctx ctx) {
        return ((ProgramImports) ctx.imports).syscall(nr, argument, 0, 0, 0, 0, 0);
    }

    public static int indirect_0(
            int n, long a, double b, float c, int index, long memory, Ctx ctx) {
        T0 entry = TABLE[index];
        return entry.call(n, a, b, c, memory, ctx);
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork.guest;

import dev.wasmlinux.host.rt.Context;
import dev.wasmlinux.host.rt.ModuleLink;

/** The context: two globals and a scratch field for parts. */
public final class Ctx extends Context {
    int g0;
    long g1;
    int scratch;

    public Ctx(long memory, Object imports, ModuleLink link) {
        super(memory, imports, link);
    }

    /** A child's context. */
    public Ctx(Ctx source, long memory, Object imports) {
        super(memory, imports, source.link);
        copyGlobals(source);
    }

    @Override
    public int globalInt(int index) {
        return g0;
    }

    @Override
    public void globalInt(int index, int value) {
        g0 = value;
    }

    @Override
    public long globalLong(int index) {
        return g1;
    }

    @Override
    public void globalLong(int index, long value) {
        g1 = value;
    }

    @Override
    protected void copyGlobals(Context source) {
        g0 = ((Ctx) source).g0;
        g1 = ((Ctx) source).g1;
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.kernel;

/** The error numbers that imports answer, negated (include/uapi/asm-generic/errno*.h). */
final class Errno {
    static final int ENOEXEC = 8;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EINVAL = 22;
    static final int ENOSYS = 38;
    static final int EINPROGRESS = 115;

    private Errno() {}
}

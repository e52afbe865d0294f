/*
 * SPDX-License-Identifier: Apache-2.0
 */

/** Versioned patch sets and their application. */
module dev.wasmlinux.patchset {
    requires static org.apache.commons.compress;
    requires static org.tukaani.xz;
    requires tools.jackson.core;

    exports dev.wasmlinux.patchset;
}

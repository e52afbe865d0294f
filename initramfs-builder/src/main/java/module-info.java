/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** Writes, reads and checks Linux initramfs images. */
module dev.wasmlinux.initramfs {
    requires org.apache.commons.compress;
    requires org.tukaani.xz;

    exports dev.wasmlinux.initramfs;
}

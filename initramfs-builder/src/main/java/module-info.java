/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** Writes, reads and checks Linux initramfs images. */
module dev.wasmlinux.initramfs {
    requires aircompressor;
    requires org.apache.commons.compress;
    requires org.tukaani.xz;
    requires static com.github.luben.zstd_jni;

    exports dev.wasmlinux.initramfs;
    exports dev.wasmlinux.initramfs.read;
    exports dev.wasmlinux.initramfs.report;
    exports dev.wasmlinux.initramfs.source;
}

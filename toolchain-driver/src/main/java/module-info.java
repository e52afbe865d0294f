/*
 * SPDX-License-Identifier: Apache-2.0
 */
/** From verified sources to a bootable image. */
module dev.wasmlinux.toolchain {
    requires dev.wasmlinux.abi;
    requires transitive dev.wasmlinux.host;
    requires dev.wasmlinux.initramfs;
    requires dev.wasmlinux.patchset;
    requires info.picocli;
    requires java.management;
    requires java.net.http;
    requires jdk.management;
    requires org.apache.commons.compress;
    requires org.jline.terminal;
    requires org.tukaani.xz;
    requires tools.jackson.databind;

    exports dev.wasmlinux.toolchain;
    exports dev.wasmlinux.toolchain.spi;

    uses dev.wasmlinux.toolchain.spi.Component;

    opens dev.wasmlinux.toolchain.cli to
            info.picocli;
}

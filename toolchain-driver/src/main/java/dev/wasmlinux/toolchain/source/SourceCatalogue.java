/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import dev.wasmlinux.toolchain.source.SourceArchive.Variant;
import java.net.URI;
import java.util.List;

/** The releases that the bundled patch sets are made for. */
public final class SourceCatalogue {
    /** The kernel: upstream's archive, or Debian's, which lacks a few non-free files. */
    public static final SourceArchive LINUX =
            new SourceArchive(
                    "linux",
                    "6.12.107",
                    List.of(
                            new Variant(
                                    List.of("linux-6.12.107.tar.xz"),
                                    "a5f8c5be3fde2d6d9ca14e9631642cf1f44487143f11059da730dcd5892e307a",
                                    List.of(
                                            URI.create(
                                                    "https://cdn.kernel.org/pub/linux/kernel/v6.x/"
                                                            + "linux-6.12.107.tar.xz"),
                                            URI.create(
                                                    "https://mirrors.edge.kernel.org/pub/linux/"
                                                            + "kernel/v6.x/"
                                                            + "linux-6.12.107.tar.xz"))),
                            new Variant(
                                    List.of("linux_6.12.107.orig.tar.xz"),
                                    "efc76d3c78a5d65f42724118c437d11db1c9f6309a5f024ee9a8b1978fdc6919",
                                    List.of(
                                            URI.create(
                                                    "https://deb.debian.org/debian/pool/main/l/"
                                                            + "linux/"
                                                            + "linux_6.12.107.orig.tar.xz")))));

    /** The C library. */
    public static final SourceArchive MUSL =
            new SourceArchive(
                    "musl",
                    "1.2.5",
                    List.of(
                            new Variant(
                                    List.of("musl-1.2.5.tar.gz", "musl_1.2.5.orig.tar.gz"),
                                    "a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4",
                                    List.of(
                                            URI.create(
                                                    "https://musl.libc.org/releases/"
                                                            + "musl-1.2.5.tar.gz"),
                                            URI.create(
                                                    "https://deb.debian.org/debian/pool/main/m/"
                                                            + "musl/musl_1.2.5.orig.tar.gz")))));

    /** The shell and the tools. */
    public static final SourceArchive BUSYBOX =
            new SourceArchive(
                    "busybox",
                    "1.37.0",
                    List.of(
                            new Variant(
                                    List.of("busybox-1.37.0.tar.bz2", "busybox_1.37.0.orig.tar.bz2"),
                                    "3311dff32e746499f4df0d5df04d7eb396382d7e108bb9250e7b519b837043a4",
                                    List.of(
                                            URI.create(
                                                    "https://busybox.net/downloads/"
                                                            + "busybox-1.37.0.tar.bz2"),
                                            URI.create(
                                                    "https://deb.debian.org/debian/pool/main/b/"
                                                            + "busybox/"
                                                            + "busybox_1.37.0.orig.tar.bz2")))));

    private SourceCatalogue() {}

    /** All of them. */
    public static List<SourceArchive> all() {
        return List.of(LINUX, MUSL, BUSYBOX);
    }
}

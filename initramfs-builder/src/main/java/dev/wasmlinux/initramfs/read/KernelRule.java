/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

/** What the kernel's unpacker asks of an image, and what it does where it does not get it. */
public enum KernelRule {
    /** An entry whose directory is not there is dropped without a word. */
    PARENT_MISSING("parent-missing", Effect.LOST, "init/initramfs.c do_name"),
    /** A name of more than 4096 bytes with its NUL is skipped. */
    NAME_TOO_LONG("name-too-long", Effect.LOST, "init/initramfs.c do_header"),
    /** A component of more than 255 bytes cannot be made. */
    COMPONENT_TOO_LONG("component-too-long", Effect.LOST, "include/uapi/linux/limits.h NAME_MAX"),
    /** An empty name makes nothing. */
    NAME_EMPTY("name-empty", Effect.LOST, "init/initramfs.c do_header"),
    /** A name must end in a NUL. */
    NAME_WITHOUT_NUL("name-without-nul", Effect.REFUSED, "init/initramfs.c do_name"),
    /** A name that climbs out of its directory. */
    NAME_CLIMBS("name-climbs", Effect.SUSPICIOUS, "init/initramfs.c do_name"),
    /** A symlink body of more than 4096 bytes is skipped. */
    SYMLINK_TOO_LONG("symlink-too-long", Effect.LOST, "init/initramfs.c do_header"),
    /** A symlink without target becomes an empty one or none. */
    SYMLINK_EMPTY("symlink-empty", Effect.LOST, "init/initramfs.c do_symlink"),
    /** Directories, devices, pipes and sockets with a body are skipped. */
    BODY_WITHOUT_FILE("body-without-file", Effect.LOST, "init/initramfs.c do_header"),
    /** A mode without a known type makes nothing. */
    TYPE_UNKNOWN("type-unknown", Effect.LOST, "init/initramfs.c do_name"),
    /** Device numbers keep 12 bits of major and 20 of minor. */
    DEVICE_NUMBER("device-number", Effect.CHANGED, "include/linux/kdev_t.h new_encode_dev"),
    /** An owner or group of 2^32-1 means "leave as it is": the entry becomes root's. */
    OWNER_UNSET("owner-unset", Effect.CHANGED, "init/initramfs.c do_name, fs/open.c chown"),
    /** Names that become one inode but are several files: archives joined without a trailer. */
    LINKS_JOINED("links-joined", Effect.CHANGED, "init/initramfs.c maybe_link"),
    /** A digit that is none ends the number before it. */
    HEADER_DIGITS("header-digits", Effect.CHANGED, "init/initramfs.c parse_header"),
    /** The image ends inside an entry: its file keeps the length and loses the content. */
    TRUNCATED("truncated", Effect.CHANGED, "init/initramfs.c do_copy"),
    /** The sum of a 070702 body is wrong: the kernel stops there. */
    CHECKSUM("checksum", Effect.REFUSED, "init/initramfs.c do_copy"),
    /** A later entry cannot replace a directory that is not empty. */
    DIRECTORY_REPLACED("directory-replaced", Effect.LOST, "init/initramfs.c clean_path"),
    /** The portable octal form. */
    FORMAT_ODC("format-odc", Effect.REFUSED, "init/initramfs.c do_header"),
    /** A plain archive must start at a multiple of 4. */
    ARCHIVE_MISALIGNED("archive-misaligned", Effect.REFUSED, "init/initramfs.c unpack_to_rootfs"),
    /** Bytes that start neither an archive nor a compressed member. */
    JUNK("junk", Effect.REFUSED, "init/initramfs.c unpack_to_rootfs"),
    /** A compressed member must end where an entry ends. */
    MEMBER_CUTS_ENTRY("member-cuts-entry", Effect.REFUSED, "init/initramfs.c unpack_to_rootfs"),
    /** A compressed member that does not decode. */
    MEMBER_DAMAGED("member-damaged", Effect.REFUSED, "lib/decompress.c"),
    /** xz with a check other than CRC32 or none. */
    XZ_CHECK("xz-check", Effect.REFUSED, "lib/xz/xz_dec_stream.c"),
    /** xz with a filter that no kernel has. */
    XZ_FILTER("xz-filter", Effect.REFUSED, "lib/xz/xz_dec_stream.c"),
    /** xz with a branch filter, which only kernels of that processor have. */
    XZ_BRANCH("xz-branch", Effect.SUSPICIOUS, "lib/xz/Kconfig"),
    /** The usual lz4 frame; the kernel reads the legacy one. */
    LZ4_FRAME("lz4-frame", Effect.REFUSED, "lib/decompress_unlz4.c"),
    /** A zstd window above 128 MiB. */
    ZSTD_WINDOW("zstd-window", Effect.REFUSED, "lib/decompress_unzstd.c");

    /** What becomes of the image or the entry. */
    public enum Effect {
        /** The kernel reports an error and stops unpacking. */
        REFUSED,
        /** An entry is missing afterwards, without a message. */
        LOST,
        /** An entry is there but not as the archive says, without a message. */
        CHANGED,
        /** It works, on some kernels or with surprises. */
        SUSPICIOUS
    }

    private final String id;
    private final Effect effect;
    private final String source;

    KernelRule(String id, Effect effect, String source) {
        this.id = id;
        this.effect = effect;
        this.source = source;
    }

    /** Stable name for scripts. */
    public String id() {
        return id;
    }

    /** What becomes of it. */
    public Effect effect() {
        return effect;
    }

    /** Kernel file and function that decides it. */
    public String source() {
        return source;
    }
}

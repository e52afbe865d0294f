/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Trees for tests. */
public final class Trees {
    private Trees() {}

    /** Every kind of node, names of many sorts. */
    public static Initramfs everyKind() {
        return Initramfs.builder()
                .directory("dev", 0755)
                .device("dev/console", Node.DeviceType.CHARACTER, 5, 1, 0600)
                .device("dev/sda", Node.DeviceType.BLOCK, 4095, 0xfffff, 0660)
                .file("init", FileContent.of("#!/bin/sh\necho hello\n"), 0755)
                .file("empty", FileContent.empty(), 0)
                .file("bin/busybox", pattern(100_000, 7), new Attributes(04755, 1, 2, 3))
                .hardLink("bin/sh", "bin/busybox")
                .hardLink("bin/ls", "bin/busybox")
                .symlink("sbin", "bin")
                .symlink("etc/mtab", "/proc/self/mounts")
                .fifo("run/pipe", 0640)
                .socket("run/socket", 0600)
                .add(
                        ArchivePath.of(ByteString.of(new byte[] {'l', (byte) 0xe4, ' ', 'x'})),
                        new Node.RegularFile(FileContent.of("latin"), Attributes.of(0644)))
                .file(
                        "late",
                        FileContent.of("x"),
                        new Attributes(07777, 0xfffffffeL, 0xfffffffeL, 0xffffffffL))
                .build();
    }

    /** Text-like bytes that compress. */
    public static FileContent pattern(int size, long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; ) {
            int run = random.nextInt(40) + 1;
            if (i > 100 && random.nextInt(3) > 0) {
                int back = random.nextInt(Math.min(i, 60_000)) + 1;
                for (int k = 0; k < run && i < size; k++, i++) {
                    bytes[i] = bytes[i - back];
                }
            } else {
                for (int k = 0; k < run && i < size; k++, i++) {
                    bytes[i] = (byte) (random.nextInt(64) + 32);
                }
            }
        }
        return FileContent.of(bytes);
    }

    /** A random legal tree. */
    public static Initramfs random(long seed, int count) {
        Random random = new Random(seed);
        InitramfsBuilder builder = Initramfs.builder();
        List<ArchivePath> directories = new ArrayList<>(List.of(ArchivePath.ROOT));
        List<ArchivePath> linkable = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] name = new byte[random.nextInt(12) + 1];
            for (int k = 0; k < name.length; k++) {
                int value = random.nextInt(255) + 1;
                name[k] = (byte) (value == '/' || value == '.' ? 'a' : value);
            }
            ArchivePath path =
                    directories
                            .get(random.nextInt(directories.size()))
                            .resolve(ArchivePath.of(ByteString.of(name)));
            if (builder.contains(path) || path.bytes().length() > 3000) {
                continue;
            }
            Attributes attributes =
                    new Attributes(
                            random.nextInt(010000),
                            random.nextInt() & 0xfffffffeL,
                            random.nextInt() & 0xfffffffeL,
                            random.nextInt() & 0xffffffffL);
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    builder.add(path, new Node.Directory(attributes));
                    directories.add(path);
                }
                case 2 ->
                        builder.add(
                                path,
                                new Node.Symlink(ByteString.of(name).substring(0, 1), attributes));
                case 3 -> {
                    builder.add(
                            path,
                            new Node.Device(
                                    Node.DeviceType.values()[random.nextInt(2)],
                                    random.nextInt(4096),
                                    random.nextInt(1 << 20),
                                    attributes));
                    linkable.add(path);
                }
                case 4 ->
                        builder.add(
                                path,
                                random.nextBoolean()
                                        ? new Node.Fifo(attributes)
                                        : new Node.Socket(attributes));
                case 5 -> {
                    if (!linkable.isEmpty()) {
                        builder.add(
                                path,
                                new Node.HardLink(linkable.get(random.nextInt(linkable.size()))));
                    }
                }
                default -> {
                    int size =
                            random.nextInt(5) == 0 ? random.nextInt(200_000) : random.nextInt(40);
                    builder.add(
                            path,
                            new Node.RegularFile(pattern(size, random.nextLong()), attributes));
                    linkable.add(path);
                }
            }
        }
        return builder.build();
    }
}

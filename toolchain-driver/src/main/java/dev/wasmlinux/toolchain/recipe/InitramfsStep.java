/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsBuilder;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.Trees;
import dev.wasmlinux.toolchain.step.Step;
import dev.wasmlinux.toolchain.step.StepContext;
import dev.wasmlinux.toolchain.step.StepInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The root file system of the image: {@code initramfs.cpio.gz} with the agent as {@code /init},
 * BusyBox with a link per applet, and the files of {@code src/main/guest/root}.
 */
public final class InitramfsStep implements Step {
    private static final GuestFiles ROOT = new GuestFiles("root", ".*");

    /** Directories of the root, with their modes. */
    private static final List<String> DIRECTORIES =
            List.of(
                    "bin",
                    "dev",
                    "etc",
                    "mnt",
                    "proc",
                    "root",
                    "run",
                    "sbin",
                    "sys",
                    "usr/bin",
                    "usr/sbin",
                    "var");

    @Override
    public String name() {
        return "initramfs";
    }

    @Override
    public List<String> dependencies() {
        return List.of("busybox", "agent");
    }

    @Override
    public void inputs(StepInputs inputs) throws ToolchainException {
        inputs.add("recipe", "1 " + DIRECTORIES);
        inputs.add("files", ROOT.digest());
    }

    @Override
    public void run(StepContext context) throws ToolchainException, IOException {
        InitramfsBuilder builder = Initramfs.builder();
        try {
            DIRECTORIES.forEach(name -> builder.directory(name, 0755));
            builder.directory("root", 0700);
            builder.directory("tmp", 01777);
            // What the kernel opens for /init before anybody can mount devtmpfs.
            builder.device("dev/console", Node.DeviceType.CHARACTER, 5, 1, 0600);
            builder.device("dev/null", Node.DeviceType.CHARACTER, 1, 3, 0666);
            builder.file("init", FileContent.of(context.dependency("agent").resolve("init")), 0755);
            Path busybox = context.dependency("busybox");
            builder.file("bin/busybox", FileContent.of(busybox.resolve("busybox")), 0755);
            for (String link : Files.readAllLines(busybox.resolve("busybox.links"))) {
                String path = link.strip().replaceFirst("^/", "");
                if (!path.isEmpty() && !path.equals("bin/busybox")) {
                    builder.symlink(path, "/bin/busybox");
                }
            }
            Path files = context.scratch();
            ROOT.copyTo(files);
            for (Path file : Trees.files(files)) {
                byte[] bytes = Files.readAllBytes(files.resolve(file));
                builder.file(file.toString(), bytes, mode(file, bytes));
            }
            builder.build()
                    .writeTo(context.output().resolve("initramfs.cpio.gz"), Compression.gzip(9));
        } catch (InitramfsException e) {
            throw new ToolchainException(Kind.BUILD, "step initramfs: " + e.getMessage(), e);
        }
    }

    /** Resources have no modes: scripts are executable, passwords are root's. */
    private static int mode(Path file, byte[] bytes) {
        if (file.endsWith("shadow")) {
            return 0600;
        }
        boolean script = bytes.length > 1 && bytes[0] == '#' && bytes[1] == '!';
        return script ? 0755 : 0644;
    }
}

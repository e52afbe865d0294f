/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a user's own image has that the default one has not: an immutable value.
 *
 * <pre>{@code
 * ImageConfiguration own = ImageConfiguration.builder()
 *         .kernelFragment(Path.of("my.config"))
 *         .program(Path.of("hello.c"))
 *         .file(Path.of("motd"), "/etc/motd")
 *         .build();
 * Toolchain.builder().configuration(own).build().run("image", BuildListener.NONE);
 * }</pre>
 *
 * <p>Everything in it is part of the key of the steps that read it: another byte, mode or option
 * gives another image, and the results for the default configuration stay stored beside it.
 */
public final class ImageConfiguration {
    /** Nothing of one's own. */
    public static final ImageConfiguration DEFAULT = builder().build();

    private final List<Path> kernelFragments;
    private final List<Program> programs;
    private final List<Layer> layers;
    private final Optional<Path> root;
    private final boolean busyBox;

    private ImageConfiguration(Builder builder) {
        this.kernelFragments = List.copyOf(builder.kernelFragments);
        this.programs = List.copyOf(builder.programs);
        this.layers = List.copyOf(builder.layers);
        this.root = Optional.ofNullable(builder.root);
        this.busyBox = builder.busyBox;
    }

    /**
     * A program of the image.
     *
     * @param source a C source, which is compiled together with the headers beside it; or a
     *     finished program: WebAssembly, or a script that begins with {@code #!}
     * @param destination absolute path in the image
     */
    public record Program(Path source, String destination) {
        /** Checks the values. */
        public Program {
            Objects.requireNonNull(source, "source");
            checkDestination(destination);
        }
    }

    /** What a layer is read from. */
    public enum LayerKind {
        /** One file. */
        FILE,
        /** A directory tree, with its modes and links. */
        DIRECTORY,
        /** A tar file, compressed or not. */
        TAR,
        /** A list in the format of the kernel's {@code gen_init_cpio}. */
        LIST
    }

    /**
     * Files of the image. Owners are root and times the epoch, unless a tar file or list says
     * otherwise.
     *
     * @param kind what it is read from
     * @param source where that lies
     * @param destination absolute path in the image of the file, or of the directory that holds the
     *     entries
     * @param mode permissions of a file; empty: 0755 if the source is executable, else 0644
     */
    public record Layer(LayerKind kind, Path source, String destination, OptionalInt mode) {
        /** Checks the values. */
        public Layer {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(source, "source");
            checkDestination(destination);
            if (mode.isPresent() && (mode.getAsInt() & ~07777) != 0) {
                throw new IllegalArgumentException(
                        "permissions must be 0 to 07777: "
                                + Integer.toOctalString(mode.getAsInt()));
            }
        }
    }

    private static void checkDestination(String destination) {
        if (!destination.startsWith("/")) {
            throw new IllegalArgumentException(
                    "a destination in the image is an absolute path: " + destination);
        }
    }

    /** A builder for a configuration like the default one. */
    public static Builder builder() {
        return new Builder();
    }

    /** Kernel configuration fragments, later ones override. */
    public List<Path> kernelFragments() {
        return kernelFragments;
    }

    /** Programs. */
    public List<Program> programs() {
        return programs;
    }

    /** Files; a later layer replaces what an earlier one has at the same path. */
    public List<Layer> layers() {
        return layers;
    }

    /** The directory whose tree takes the place of the default files, if there is one. */
    public Optional<Path> root() {
        return root;
    }

    /** Whether BusyBox and the links to its applets are in the image. */
    public boolean busyBox() {
        return busyBox;
    }

    /** Whether kernel and root file system are the default ones. */
    public boolean isDefault() {
        return kernelFragments.isEmpty()
                && programs.isEmpty()
                && layers.isEmpty()
                && root.isEmpty()
                && busyBox;
    }

    /** Collects a configuration. Not thread safe. */
    public static final class Builder {
        private final List<Path> kernelFragments = new ArrayList<>();
        private final List<Program> programs = new ArrayList<>();
        private final List<Layer> layers = new ArrayList<>();
        private Path root;
        private boolean busyBox = true;

        private Builder() {}

        /**
         * Adds kernel options, as lines {@code CONFIG_X=value} and {@code # CONFIG_X is not set}.
         * An option that the kernel does not take makes the build fail.
         *
         * @param fragment text file
         * @return this
         */
        public Builder kernelFragment(Path fragment) {
            kernelFragments.add(Objects.requireNonNull(fragment, "fragment"));
            return this;
        }

        /**
         * Adds a program to {@code /usr/bin}, under the name of its file without {@code .c} or
         * {@code .wasm}.
         *
         * @param source C source or finished program
         * @return this
         */
        public Builder program(Path source) {
            String name = source.getFileName().toString().replaceFirst("\\.(c|wasm)$", "");
            return program(source, "/usr/bin/" + name);
        }

        /**
         * Adds a program.
         *
         * @param source C source or finished program
         * @param destination absolute path in the image
         * @return this
         */
        public Builder program(Path source, String destination) {
            programs.add(new Program(source, destination));
            return this;
        }

        /**
         * Adds a file, with permissions 0755 if it is executable and 0644 if not.
         *
         * @param source the file
         * @param destination absolute path in the image; with a final slash, the directory to put
         *     it into
         * @return this
         */
        public Builder file(Path source, String destination) {
            return layer(LayerKind.FILE, source, named(source, destination), OptionalInt.empty());
        }

        /**
         * Adds a file.
         *
         * @param source the file
         * @param destination absolute path in the image; with a final slash, the directory to put
         *     it into
         * @param mode permissions, 0 to 07777
         * @return this
         */
        public Builder file(Path source, String destination, int mode) {
            return layer(LayerKind.FILE, source, named(source, destination), OptionalInt.of(mode));
        }

        /**
         * Adds what is below a directory.
         *
         * @param source the directory
         * @param destination absolute path in the image of the directory that holds it
         * @return this
         */
        public Builder directory(Path source, String destination) {
            return layer(LayerKind.DIRECTORY, source, destination, OptionalInt.empty());
        }

        /**
         * Adds what a tar file holds.
         *
         * @param archive tar file, compressed or not
         * @param destination absolute path in the image of the directory that holds it
         * @return this
         */
        public Builder tar(Path archive, String destination) {
            return layer(LayerKind.TAR, archive, destination, OptionalInt.empty());
        }

        /**
         * Adds what a list in the format of {@code gen_init_cpio} names: directories, devices,
         * links, files.
         *
         * @param list text file
         * @return this
         */
        public Builder list(Path list) {
            return layer(LayerKind.LIST, list, "/", OptionalInt.empty());
        }

        private Builder layer(LayerKind kind, Path source, String to, OptionalInt mode) {
            layers.add(new Layer(kind, source, to, mode));
            return this;
        }

        private static String named(Path source, String destination) {
            return destination.endsWith("/") ? destination + source.getFileName() : destination;
        }

        /**
         * Takes a directory tree in the place of the default files, those in {@code /etc} and the
         * empty directories. The agent {@code /init}, device nodes and BusyBox are there as ever,
         * unless the tree has something of its own in their places.
         *
         * @param directory root of the tree
         * @return this
         */
        public Builder root(Path directory) {
            root = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * Sets whether BusyBox is in the image; it is by default.
         *
         * @param included false for an image without a shell
         * @return this
         */
        public Builder busyBox(boolean included) {
            busyBox = included;
            return this;
        }

        /** The configuration. */
        public ImageConfiguration build() {
            return new ImageConfiguration(this);
        }
    }
}

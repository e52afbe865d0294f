/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.toolchain.ImageConfiguration;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options that make an image of one's own. */
final class ConfigurationOptions {
    /** A file of the host, and where it goes: an absolute path, and octal permissions. */
    private static final Pattern PLACED = Pattern.compile("(.+):(/[^:]*)(?::([0-7]{3,4}))?");

    @Option(
            names = "--kernel-config",
            paramLabel = "FILE",
            description =
                    "Kernel options: lines CONFIG_X=value or # CONFIG_X is not set (repeatable;"
                            + " later ones override). One that the kernel drops is an error.")
    private List<Path> fragments = new ArrayList<>();

    @Option(
            names = "--program",
            paramLabel = "FILE[:DEST]",
            description =
                    "A program: a C source, compiled with the headers beside it, or a finished one"
                            + " or a script (default place: /usr/bin; repeatable).")
    private List<String> programs = new ArrayList<>();

    @ArgGroup(exclusive = true, multiplicity = "0..*")
    private List<LayerOption> layers = new ArrayList<>();

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description =
                    "The tree DIR in the place of the default files in /etc and empty directories."
                            + " The agent /init and BusyBox come beside it; files of DIR win.")
    private Path root;

    @Option(names = "--no-busybox", description = "No BusyBox, so no shell.")
    private boolean noBusyBox;

    /** One thing that is laid over the root file system. */
    static final class LayerOption {
        @Option(
                names = "--file",
                paramLabel = "SRC:DEST[:MODE]",
                required = true,
                description = "A file, to the absolute path DEST (in octal: MODE).")
        private String file;

        @Option(
                names = "--dir",
                paramLabel = "DIR[:DEST]",
                required = true,
                description = "What lies below DIR, to DEST (default: /).")
        private String directory;

        @Option(
                names = "--tar",
                paramLabel = "TAR[:DEST]",
                required = true,
                description = "What a tar file holds, to DEST (default: /).")
        private String tar;

        @Option(
                names = "--cpio-list",
                paramLabel = "FILE",
                required = true,
                description = "What a list in gen_init_cpio's format names.")
        private Path list;

        private void addTo(ImageConfiguration.Builder builder) throws ToolchainException {
            if (file != null) {
                Placed placed = Placed.parse(file, "");
                if (placed.destination().isEmpty()) {
                    throw new ToolchainException(
                            Kind.USAGE, "--file " + file + ": say where it goes, as SRC:/DEST");
                }
                if (placed.mode() < 0) {
                    builder.file(placed.source(), placed.destination());
                } else {
                    builder.file(placed.source(), placed.destination(), placed.mode());
                }
            } else if (directory != null) {
                Placed placed = Placed.parse(directory, "/");
                builder.directory(placed.source(), placed.destination());
            } else if (tar != null) {
                Placed placed = Placed.parse(tar, "/");
                builder.tar(placed.source(), placed.destination());
            } else {
                builder.list(list);
            }
        }
    }

    /**
     * What SRC:DEST:MODE says.
     *
     * @param source file of the host
     * @param destination absolute path, or the default
     * @param mode permissions; -1 if not given
     */
    private record Placed(Path source, String destination, int mode) {
        static Placed parse(String text, String destination) {
            Matcher matcher = PLACED.matcher(text);
            if (!matcher.matches()) {
                return new Placed(Path.of(text), destination, -1);
            }
            String mode = matcher.group(3);
            return new Placed(
                    Path.of(matcher.group(1)),
                    matcher.group(2),
                    mode == null ? -1 : Integer.parseInt(mode, 8));
        }
    }

    ImageConfiguration configuration() throws ToolchainException {
        ImageConfiguration.Builder builder = ImageConfiguration.builder().busyBox(!noBusyBox);
        fragments.forEach(builder::kernelFragment);
        for (String program : programs) {
            Placed placed = Placed.parse(program, "");
            if (placed.destination().isEmpty()) {
                builder.program(placed.source());
            } else if (placed.destination().endsWith("/")) {
                throw new ToolchainException(
                        Kind.USAGE, "--program " + program + ": the place has no file name");
            } else {
                builder.program(placed.source(), placed.destination());
            }
        }
        for (LayerOption layer : layers) {
            layer.addTo(builder);
        }
        if (root != null) {
            if (!Files.isDirectory(root)) {
                throw new ToolchainException(Kind.USAGE, "--root: no such folder: " + root);
            }
            builder.root(root);
        }
        return builder.build();
    }
}

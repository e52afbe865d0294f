/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsBuilder;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.WriteOptions;
import dev.wasmlinux.initramfs.read.Finding;
import dev.wasmlinux.initramfs.read.ImageDiff;
import dev.wasmlinux.initramfs.read.ImageExtractor;
import dev.wasmlinux.initramfs.read.ImageIndex;
import dev.wasmlinux.initramfs.read.ImageReader;
import dev.wasmlinux.initramfs.read.KernelCheck;
import dev.wasmlinux.initramfs.report.ImageListing;
import dev.wasmlinux.initramfs.source.ContentStore;
import dev.wasmlinux.initramfs.source.CpioList;
import dev.wasmlinux.initramfs.source.DirectorySource;
import dev.wasmlinux.initramfs.source.OciSource;
import dev.wasmlinux.initramfs.source.TarSource;
import dev.wasmlinux.initramfs.source.TreeSource;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code wasm-linux initramfs}: the library initramfs-builder on the command line. */
@Command(
        name = "initramfs",
        mixinStandardHelpOptions = true,
        description = "Builds, lists, checks, compares and unpacks initramfs images of any Linux.",
        subcommands = {
            InitramfsCommand.Build.class,
            InitramfsCommand.Listing.class,
            InitramfsCommand.Check.class,
            InitramfsCommand.Extract.class,
            InitramfsCommand.Diff.class,
            InitramfsCommand.Cat.class
        })
final class InitramfsCommand implements Runnable {
    /** What a question was answered with, as grep and diff do. */
    private static final int DIFFERENT = 1;

    /** The image is none, or what was asked for is not in it. */
    private static final int REFUSED = 2;

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say build, list, check, extract, diff or cat");
    }

    /** Work on images, and its failures as exit codes. */
    private abstract static class Action implements Callable<Integer> {
        @Spec private CommandSpec spec;

        abstract int act(PrintWriter out) throws IOException;

        OutputStream bytes() {
            return ((Main) spec.root().userObject()).out();
        }

        @Override
        public Integer call() throws ToolchainException {
            PrintWriter out = spec.commandLine().getOut();
            try {
                int status = act(out);
                out.flush();
                return status;
            } catch (InitramfsException e) {
                spec.commandLine().getErr().println("wasm-linux: " + e.getMessage());
                return REFUSED;
            } catch (IOException e) {
                throw new ToolchainException(Kind.STORAGE, e.toString(), e);
            }
        }
    }

    /** One place that entries come from. */
    static final class Source {
        @Option(
                names = "--list",
                paramLabel = "FILE",
                required = true,
                description = "A list in the kernel's gen_init_cpio format.")
        private Path list;

        @Option(
                names = "--dir",
                paramLabel = "DIR",
                required = true,
                description = "A directory tree.")
        private Path directory;

        @Option(names = "--tar", paramLabel = "FILE", required = true, description = "A tar file.")
        private Path tar;

        @Option(
                names = "--oci",
                paramLabel = "DIR",
                required = true,
                description = "A container image in OCI layout.")
        private Path oci;

        private TreeSource tree(ContentStore store) {
            if (list != null) {
                return CpioList.of(list);
            }
            if (directory != null) {
                return DirectorySource.of(directory);
            }
            return tar != null ? TarSource.of(tar, store) : OciSource.of(oci, store);
        }
    }

    /** {@code initramfs build}. */
    @Command(
            name = "build",
            mixinStandardHelpOptions = true,
            description = "Writes an image, the same bytes for the same input.")
    static final class Build extends Action {
        @ArgGroup(exclusive = true, multiplicity = "1..*", heading = "Sources, in order:%n")
        private List<Source> sources;

        @Option(
                names = "--compress",
                paramLabel = "KIND[:LEVEL]",
                defaultValue = "none",
                description = "none, gzip, bzip2, lzma, xz, lzo, lz4, zstd (default: none).")
        private String compress;

        @Option(
                names = "--align",
                paramLabel = "N",
                defaultValue = "4",
                description = "Alignment of file contents in bytes (default: 4).")
        private int align;

        @Option(names = "--checksum", description = "Write the format with checksums (070702).")
        private boolean checksum;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "OUT",
                required = true,
                description = "The image to write.")
        private Path output;

        @Override
        int act(PrintWriter out) throws IOException {
            WriteOptions options;
            try {
                options =
                        WriteOptions.defaults()
                                .withCompression(Compression.parse(compress))
                                .withDataAlignment(align)
                                .withSourceDateEpoch(System.getenv());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(super.spec.commandLine(), e.getMessage(), e);
            }
            if (checksum) {
                options = options.withFormat(WriteOptions.Format.NEWC_CHECKSUM);
            }
            try (ContentStore store = ContentStore.open()) {
                InitramfsBuilder builder = Initramfs.builder();
                builder.onConflict(InitramfsBuilder.Conflict.REPLACE);
                for (Source source : sources) {
                    builder.addFrom(source.tree(store));
                }
                builder.build().writeTo(output, options);
            }
            return 0;
        }
    }

    /** {@code initramfs list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the entries of an image.")
    static final class Listing extends Action {
        @Parameters(paramLabel = "IMAGE")
        private Path image;

        @Option(names = "--json", description = "As JSON.")
        private boolean json;

        @Override
        int act(PrintWriter out) throws IOException {
            try (ImageReader reader = ImageReader.open(image)) {
                if (json) {
                    ImageListing.writeJson(reader, out);
                } else {
                    ImageListing.writeText(reader, out);
                }
            }
            return 0;
        }
    }

    /** {@code initramfs check}. */
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = "Says what of an image the kernel would drop or refuse.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:clean",
                "1:findings, one a line: RULE PATH: text",
                "2:not an initramfs"
            })
    static final class Check extends Action {
        @Parameters(paramLabel = "IMAGE")
        private Path image;

        @Override
        int act(PrintWriter out) throws IOException {
            List<Finding> findings = KernelCheck.check(image);
            findings.forEach(out::println);
            return findings.isEmpty() ? 0 : DIFFERENT;
        }
    }

    /** {@code initramfs extract}. */
    @Command(
            name = "extract",
            mixinStandardHelpOptions = true,
            description = "Unpacks an image into a directory; never writes outside it.")
    static final class Extract extends Action {
        @Parameters(paramLabel = "IMAGE")
        private Path image;

        @Option(
                names = {"-C", "--directory"},
                paramLabel = "DIR",
                required = true,
                description = "Where to.")
        private Path directory;

        @Override
        int act(PrintWriter out) throws IOException {
            ImageExtractor.Report report = ImageExtractor.defaults().extract(image, directory);
            report.skipped().forEach(path -> out.println("skipped " + path));
            return 0;
        }
    }

    /** {@code initramfs diff}. */
    @Command(
            name = "diff",
            mixinStandardHelpOptions = true,
            description = "Compares what two images hold; exit code 1 if they differ.")
    static final class Diff extends Action {
        @Parameters(index = "0", paramLabel = "A")
        private Path first;

        @Parameters(index = "1", paramLabel = "B")
        private Path second;

        @Override
        int act(PrintWriter out) throws IOException {
            List<ImageDiff.Difference> differences = ImageDiff.compare(first, second);
            differences.forEach(out::println);
            return differences.isEmpty() ? 0 : DIFFERENT;
        }
    }

    /** {@code initramfs cat}. */
    @Command(
            name = "cat",
            mixinStandardHelpOptions = true,
            description = "Writes the bytes of a file in an image to standard output.")
    static final class Cat extends Action {
        @Parameters(index = "0", paramLabel = "IMAGE")
        private Path image;

        @Parameters(index = "1", paramLabel = "PATH")
        private String path;

        @Override
        int act(PrintWriter out) throws IOException {
            try (ImageIndex index = ImageIndex.open(image)) {
                var content = index.content(ArchivePath.of(path));
                if (content.isEmpty()) {
                    super.spec.commandLine().getErr().println("wasm-linux: no file " + path);
                    return REFUSED;
                }
                OutputStream bytes = bytes();
                try (InputStream in = content.get().open()) {
                    in.transferTo(bytes);
                }
                bytes.flush();
                return 0;
            }
        }
    }
}

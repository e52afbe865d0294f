/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.WriteOptions;
import dev.wasmlinux.initramfs.read.Finding;
import dev.wasmlinux.initramfs.read.ImageDiff;
import dev.wasmlinux.initramfs.read.ImageExtractor;
import dev.wasmlinux.initramfs.read.ImageIndex;
import dev.wasmlinux.initramfs.read.ImageReader;
import dev.wasmlinux.initramfs.read.KernelCheck;
import dev.wasmlinux.initramfs.read.ReadLimits;
import dev.wasmlinux.initramfs.report.ContentReport;
import dev.wasmlinux.initramfs.report.CycloneDx;
import dev.wasmlinux.initramfs.report.ImageListing;
import dev.wasmlinux.initramfs.source.ContentStore;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
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
            InitramfsBuildCommand.class,
            InitramfsCommand.Listing.class,
            InitramfsCommand.Check.class,
            InitramfsCommand.Extract.class,
            InitramfsCommand.Diff.class,
            InitramfsCommand.Cat.class,
            InitramfsCommand.Report.class
        })
final class InitramfsCommand implements Runnable {
    /** What a question was answered with, as grep and diff do. */
    private static final int DIFFERENT = 1;

    /** The name of standard input and output. */
    static final String STANDARD = "-";

    /** The image is none, or what was asked for is not in it. */
    private static final int REFUSED = 2;

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say build, list, check, extract, diff, cat or report");
    }

    /** Work on images, and its failures as exit codes. */
    abstract static class Action implements Callable<Integer> {
        @Spec CommandSpec spec;

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
                throw new ToolchainException(Kind.STORAGE, describe(e), e);
            }
        }
    }

    /** What failed and with which file, for people. */
    private static String describe(IOException e) {
        if (e instanceof NoSuchFileException missing) {
            return missing.getFile() + ": there is no such file";
        } else if (e instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied";
        } else if (e instanceof NotDirectoryException file) {
            return file.getFile() + ": is no directory";
        } else if (e instanceof FileSystemException) {
            return e.getMessage();
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /** An image to read; {@code -} is standard input. */
    private static ImageReader reader(Path image) throws IOException {
        return image.toString().equals(STANDARD)
                ? ImageReader.open(System.in, ReadLimits.defaults())
                : ImageReader.open(image);
    }

    /** {@code initramfs list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the entries of an image.")
    static final class Listing extends Action {
        @Parameters(paramLabel = "IMAGE", description = "The image; - is standard input.")
        private Path image;

        @Option(names = "--json", description = "As JSON.")
        private boolean json;

        @Override
        int act(PrintWriter out) throws IOException {
            try (ImageReader reader = reader(image)) {
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
        @Parameters(paramLabel = "IMAGE", description = "The image; - is standard input.")
        private Path image;

        @Override
        int act(PrintWriter out) throws IOException {
            List<Finding> findings =
                    image.toString().equals(STANDARD)
                            ? KernelCheck.check(System.in, ReadLimits.defaults())
                            : KernelCheck.check(image);
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
        @Parameters(
                index = "0",
                paramLabel = "IMAGE",
                description = "The image; - is standard input.")
        private Path image;

        @Parameters(
                index = "1..*",
                paramLabel = "PATH",
                description = "Only these, and what is below them (default: all).")
        private List<String> paths = List.of();

        @Option(names = "--overwrite", description = "Replace files that are there already.")
        private boolean overwrite;

        @Option(
                names = "--special",
                description = "Make pipes and device nodes too, which needs the rights to.")
        private boolean special;

        @Option(
                names = {"-C", "--directory"},
                paramLabel = "DIR",
                required = true,
                description = "Where to.")
        private Path directory;

        @Override
        int act(PrintWriter out) throws IOException {
            ImageExtractor extractor = ImageExtractor.defaults().overwrite(overwrite);
            if (special) {
                extractor = extractor.specialFiles(ImageExtractor.SpecialFiles.CREATE);
            }
            Set<ArchivePath> missing = new TreeSet<>();
            if (!paths.isEmpty()) {
                List<ArchivePath> chosen = paths.stream().map(ArchivePath::of).toList();
                missing.addAll(chosen);
                extractor =
                        extractor.filter(
                                path -> {
                                    List<ArchivePath> above =
                                            chosen.stream().filter(path::startsWith).toList();
                                    above.forEach(missing::remove);
                                    return !above.isEmpty();
                                });
            }
            try (ImageReader reader = reader(image)) {
                ImageExtractor.Report report = extractor.extract(reader, directory);
                report.skipped().forEach(path -> out.println("skipped " + path));
            }
            missing.forEach(
                    path ->
                            super.spec
                                    .commandLine()
                                    .getErr()
                                    .println("wasm-linux: nothing at " + path));
            return missing.isEmpty() ? 0 : REFUSED;
        }
    }

    /** {@code initramfs diff}. */
    @Command(
            name = "diff",
            mixinStandardHelpOptions = true,
            description = "Compares what two images hold; exit code 1 if they differ.")
    static final class Diff extends Action {
        @Parameters(index = "0", paramLabel = "A", description = "An image.")
        private Path first;

        @Parameters(index = "1", paramLabel = "B", description = "Another image.")
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
        @Parameters(index = "0", paramLabel = "IMAGE", description = "The image.")
        private Path image;

        @Parameters(index = "1", paramLabel = "PATH", description = "The file in it.")
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

    /** {@code initramfs report}. */
    @Command(
            name = "report",
            mixinStandardHelpOptions = true,
            description =
                    "Writes sizes and digests of all files and directories, and duplicates, as JSON.")
    static final class Report extends Action {
        @Parameters(paramLabel = "IMAGE", description = "The image.")
        private Path image;

        @Option(
                names = "--cyclonedx",
                paramLabel = "NAME:VERSION",
                description = "A CycloneDX bill of materials of an image of this name instead.")
        private String bill;

        @Override
        int act(PrintWriter out) throws IOException {
            try (ContentStore store = ContentStore.open();
                    ImageIndex index = ImageIndex.open(image, ReadLimits.defaults(), store)) {
                if (bill == null) {
                    out.print(ContentReport.of(index.tree()).toJson());
                    return 0;
                }
                int colon = bill.lastIndexOf(':');
                if (colon < 1) {
                    throw new ParameterException(
                            super.spec.commandLine(), "'" + bill + "' is not NAME:VERSION");
                }
                WriteOptions time = WriteOptions.defaults().withSourceDateEpoch(System.getenv());
                out.print(
                        CycloneDx.of(bill.substring(0, colon), bill.substring(colon + 1))
                                .time(time)
                                .toJson(index.tree()));
                return 0;
            }
        }
    }
}

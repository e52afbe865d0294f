/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.Image;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsBuilder;
import dev.wasmlinux.initramfs.WriteOptions;
import dev.wasmlinux.initramfs.read.ImageIndex;
import dev.wasmlinux.initramfs.read.ReadLimits;
import dev.wasmlinux.initramfs.source.ContentStore;
import dev.wasmlinux.initramfs.source.CpioList;
import dev.wasmlinux.initramfs.source.DirectorySource;
import dev.wasmlinux.initramfs.source.OciSource;
import dev.wasmlinux.initramfs.source.PackageSource;
import dev.wasmlinux.initramfs.source.TarSource;
import dev.wasmlinux.initramfs.source.TreeSource;
import dev.wasmlinux.initramfs.source.ZipSource;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code initramfs build}. */
@Command(
        name = "build",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Writes an image, the same bytes for the same input.",
            "Sources are taken in order, later ones win. --under, --owner, --exclude, --mtime,"
                    + " --keep-times, --keep-owners and --platform hold for the source before them;"
                    + " --compress, --align and --checksum for their segment."
        })
final class InitramfsBuildCommand extends InitramfsCommand.Action {
    private final List<Segment> segments = new ArrayList<>(List.of(new Segment()));
    private final Map<String, Integer> seen = new HashMap<>();

    @Option(
            names = "--no-replace",
            order = 23,
            description = "Refuse a path that two sources have.")
    private boolean noReplace;

    @Option(
            names = "--gen-init-cpio",
            order = 24,
            description = "Order, inode numbers and bytes as the kernel's gen_init_cpio.")
    private boolean likeGenInitCpio;

    @Option(
            names = "--threads",
            order = 21,
            paramLabel = "N",
            defaultValue = "1",
            description = "Compress on N threads, in members cut where entries end (default: 1).")
    private int threads;

    @Option(
            names = "--size-limit",
            order = 22,
            paramLabel = "BYTES",
            description = "Refuse to write a larger image.")
    private Long sizeLimit;

    @Option(
            names = {"-o", "--output"},
            order = 20,
            paramLabel = "OUT",
            required = true,
            description = "The image to write; - is standard output.")
    private Path output;

    /** One archive of the image. */
    private static final class Segment {
        private final List<Source> sources = new ArrayList<>();
        private String compress = "none";
        private int align = 4;
        private boolean checksum;
    }

    /** One place that entries come from. */
    private static final class Source {
        private final String option;
        private final Path path;
        private boolean keepTimes;
        private boolean keepOwners;
        private String platform;
        private Long modified;
        private UnaryOperator<TreeSource> change = tree -> tree;

        Source(String option, Path path) {
            this.option = option;
            this.path = path;
        }

        void then(UnaryOperator<TreeSource> next) {
            UnaryOperator<TreeSource> before = change;
            change = tree -> next.apply(before.apply(tree));
        }
    }

    // The options come in the order of the command line, each call with all values so far; their
    // order in the help must be told, as Java tells methods in any order.

    private boolean isNew(String option, List<?> values) {
        int count = values == null ? 0 : values.size();
        Integer before = seen.put(option, count);
        return count > (before == null ? 0 : before);
    }

    private static <T> T last(List<T> values) {
        return values.get(values.size() - 1);
    }

    private Segment segment() {
        return last(segments);
    }

    private void source(String option, List<Path> paths) {
        if (isNew(option, paths)) {
            segment().sources.add(new Source(option, last(paths)));
        }
    }

    /** The source that an option belongs to. */
    private Source current(String option) {
        if (segment().sources.isEmpty()) {
            throw usage(option + " belongs behind a source");
        }
        return last(segment().sources);
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    @Option(
            names = "--list",
            order = 1,
            paramLabel = "FILE",
            description = "A list in the kernel's gen_init_cpio format; - is standard input.")
    private void list(List<Path> files) {
        source("--list", files);
    }

    @Option(names = "--dir", order = 2, paramLabel = "DIR", description = "A directory tree.")
    private void directory(List<Path> directories) {
        source("--dir", directories);
    }

    @Option(
            names = "--tar",
            order = 3,
            paramLabel = "FILE",
            description = "A tar file in any compression; - is standard input.")
    private void tar(List<Path> files) {
        source("--tar", files);
    }

    @Option(
            names = "--oci",
            order = 4,
            paramLabel = "DIR",
            description = "A container image in OCI layout or of docker save, also as a tar.")
    private void oci(List<Path> images) {
        source("--oci", images);
    }

    @Option(names = "--zip", order = 5, paramLabel = "FILE", description = "A zip or jar file.")
    private void zip(List<Path> files) {
        source("--zip", files);
    }

    @Option(
            names = "--deb",
            order = 6,
            paramLabel = "FILE",
            description = "The files of a Debian package.")
    private void deb(List<Path> files) {
        source("--deb", files);
    }

    @Option(
            names = "--apk",
            order = 7,
            paramLabel = "FILE",
            description = "The files of an Alpine package.")
    private void apk(List<Path> files) {
        source("--apk", files);
    }

    @Option(
            names = "--image",
            order = 8,
            paramLabel = "FILE",
            description = "Another initramfs image.")
    private void image(List<Path> files) {
        source("--image", files);
    }

    @Option(
            names = "--under",
            order = 9,
            paramLabel = "DIR",
            description = "Put it below a directory.")
    private void under(List<String> directories) {
        if (isNew("--under", directories)) {
            ArchivePath directory = ArchivePath.of(last(directories));
            current("--under").then(tree -> tree.under(directory));
        }
    }

    @Option(
            names = "--owner",
            order = 10,
            paramLabel = "UID:GID",
            description = "Give all of it to an owner and a group.")
    private void owner(List<String> owners) {
        if (!isNew("--owner", owners)) {
            return;
        }
        String text = last(owners);
        if (!text.matches("\\d{1,10}:\\d{1,10}")) {
            throw usage("--owner '" + text + "' is not UID:GID in numbers");
        }
        long uid = Long.parseLong(text.substring(0, text.indexOf(':')));
        long gid = Long.parseLong(text.substring(text.indexOf(':') + 1));
        current("--owner").then(tree -> tree.owner(uid, gid));
    }

    @Option(
            names = "--exclude",
            order = 11,
            paramLabel = "PATH",
            description = "Leave out a path of it and everything below.")
    private void exclude(List<String> paths) {
        if (isNew("--exclude", paths)) {
            ArchivePath out = ArchivePath.of(last(paths));
            current("--exclude").then(tree -> tree.filter(path -> !path.startsWith(out)));
        }
    }

    @Option(
            names = "--mtime",
            order = 12,
            paramLabel = "SECONDS",
            description = "The time of all of it, since the epoch.")
    private void modified(List<Long> times) {
        if (isNew("--mtime", times)) {
            long seconds = last(times);
            Source source = current("--mtime");
            source.modified = seconds;
            if (!source.option.equals("--list")) {
                source.then(tree -> tree.modified(seconds));
            }
        }
    }

    @Option(
            names = "--keep-times",
            order = 13,
            arity = "0",
            description = "Keep the times of files (--dir, --zip, --list); the others always do.")
    private void keepTimes(List<Boolean> flags) {
        if (isNew("--keep-times", flags)) {
            current("--keep-times").keepTimes = true;
        }
    }

    @Option(
            names = "--keep-owners",
            order = 14,
            arity = "0",
            description = "Keep the owners of files (--dir); packed ones always do.")
    private void keepOwners(List<Boolean> flags) {
        if (isNew("--keep-owners", flags)) {
            current("--keep-owners").keepOwners = true;
        }
    }

    @Option(
            names = "--platform",
            order = 15,
            paramLabel = "OS/ARCH",
            description = "What to take of a container image of several platforms (--oci).")
    private void platform(List<String> platforms) {
        if (isNew("--platform", platforms)) {
            current("--platform").platform = last(platforms);
        }
    }

    @Option(
            names = "--next",
            order = 19,
            arity = "0",
            description = "Start another segment, as for early microcode and the rest.")
    private void next(List<Boolean> flags) {
        if (isNew("--next", flags)) {
            segments.add(new Segment());
        }
    }

    @Option(
            names = "--compress",
            order = 16,
            paramLabel = "KIND[:LEVEL]",
            description = "none, gzip, bzip2, lzma, xz, lzo, lz4, zstd (default: none).")
    private void compress(List<String> kinds) {
        if (isNew("--compress", kinds)) {
            segment().compress = last(kinds);
        }
    }

    @Option(
            names = "--align",
            order = 17,
            paramLabel = "N",
            description = "Alignment of file contents in bytes (default: 4).")
    private void align(List<Integer> alignments) {
        if (isNew("--align", alignments)) {
            segment().align = last(alignments);
        }
    }

    @Option(
            names = "--checksum",
            order = 18,
            arity = "0",
            description = "Write the format with checksums (070702).")
    private void checksum(List<Boolean> flags) {
        if (isNew("--checksum", flags)) {
            segment().checksum = true;
        }
    }

    @Override
    int act(PrintWriter out) throws IOException {
        Image.Builder image = Image.builder();
        Deque<Closeable> open = new ArrayDeque<>();
        ContentStore store = ContentStore.open();
        open.push(store);
        try {
            if (sizeLimit != null) {
                image.sizeLimit(sizeLimit);
            }
            for (Segment segment : segments) {
                if (segment.sources.isEmpty()) {
                    throw usage("a segment has no source; say --dir, --list, --tar or another");
                }
                WriteOptions options = options(segment);
                InitramfsBuilder builder = Initramfs.builder();
                if (!noReplace) {
                    builder.onConflict(InitramfsBuilder.Conflict.REPLACE);
                }
                if (likeGenInitCpio) {
                    builder.order(InitramfsBuilder.Order.AS_ADDED);
                }
                for (Source source : segment.sources) {
                    builder.addFrom(source.change.apply(tree(source, store, open)));
                }
                image.segment(builder.build(), options);
            }
            if (output.toString().equals(InitramfsCommand.STANDARD)) {
                image.build().writeTo(bytes());
            } else {
                image.build().writeTo(output);
            }
            return 0;
        } finally {
            for (Closeable each : open) {
                each.close();
            }
        }
    }

    private WriteOptions options(Segment segment) {
        try {
            WriteOptions options =
                    (likeGenInitCpio ? WriteOptions.matchGenInitCpio() : WriteOptions.defaults())
                            .withCompression(Compression.parse(segment.compress))
                            .withDataAlignment(segment.align)
                            .withThreads(threads)
                            .withSourceDateEpoch(System.getenv());
            return segment.checksum
                    ? options.withFormat(WriteOptions.Format.NEWC_CHECKSUM)
                    : options;
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private TreeSource tree(Source source, ContentStore store, Deque<Closeable> open)
            throws IOException {
        Path path = source.path;
        boolean standard = path.toString().equals(InitramfsCommand.STANDARD);
        if (source.platform != null && !source.option.equals("--oci")) {
            throw usage("--platform belongs behind --oci");
        }
        return switch (source.option) {
            case "--list" -> {
                CpioList list =
                        standard
                                ? CpioList.of(System.in.readAllBytes(), "standard input")
                                : CpioList.of(path);
                list = list.environment(System.getenv());
                if (source.modified != null) {
                    list = list.modified(source.modified);
                }
                yield source.keepTimes ? list.keepFileTimes() : list;
            }
            case "--dir" -> directory(source);
            case "--tar" ->
                    standard ? TarSource.of(() -> System.in, store) : TarSource.of(path, store);
            case "--oci" -> {
                OciSource oci = OciSource.of(path, store);
                yield source.platform == null ? oci : oci.platform(source.platform);
            }
            case "--zip" -> {
                ZipSource zip = ZipSource.of(path, store);
                yield source.keepTimes ? zip.keepTimes() : zip;
            }
            case "--deb" -> PackageSource.deb(path, store);
            case "--apk" -> PackageSource.apk(path, store);
            default -> {
                ImageIndex index = ImageIndex.open(path, ReadLimits.defaults(), store);
                open.push(index);
                yield index.tree();
            }
        };
    }

    /** A directory without the image that is written into it, or stands there from before. */
    private TreeSource directory(Source source) throws IOException {
        DirectorySource tree = DirectorySource.of(source.path);
        tree = source.keepOwners ? tree.keepOwners() : tree;
        tree = source.keepTimes ? tree.keepTimes() : tree;
        if (!Files.isRegularFile(output) || !Files.isDirectory(source.path)) {
            return tree;
        }
        Path root = source.path.toRealPath();
        Path written = output.toRealPath();
        if (!written.startsWith(root)) {
            return tree;
        }
        spec.commandLine().getErr().println("wasm-linux: " + output + " is left out of itself");
        String below = root.relativize(written).toString();
        ArchivePath itself = ArchivePath.of(below.replace(File.separatorChar, '/'));
        return tree.filter(path -> !path.equals(itself));
    }
}

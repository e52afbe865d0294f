/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.bench;

import dev.wasmlinux.initramfs.read.ImageReader;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * This library against GNU cpio, bsdtar, the kernel's gen_init_cpio and commons-compress, warm and
 * from a cold virtual machine, each with 64 MiB of heap.
 *
 * <p>All contenders run in turn, round after round, and only ratios within a round count: other
 * work on the machine hits all of them alike. Prints the median of the rounds as a table; a ratio
 * above 1 says that this library is that many times as fast.
 *
 * <pre>Ratios DIRECTORY ROUNDS [GEN_INIT_CPIO] [WORKLOAD[:PERCENT]]...</pre>
 */
public final class Ratios {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    /** Bytes of a trailer's header and name. */
    private static final long TRAILER = 124;

    private static final long WARM_UP = 5_000_000_000L;

    private final Workload workload;
    private final Map<String, List<Double>> times = new LinkedHashMap<>();

    private Ratios(Workload workload) {
        this.workload = workload;
    }

    /** Something to be timed. */
    private interface Contender {
        void run() throws Exception;
    }

    /** A cold virtual machine that writes one image. */
    public static final class Cold {
        private Cold() {}

        /** Takes "ours" or "commons", the tree, its names and the image. */
        public static void main(String[] arguments) throws IOException {
            Path source = Path.of(arguments[1]);
            Path image = Path.of(arguments[3]);
            if (arguments[0].equals("ours")) {
                Workload.ours(source, image);
            } else {
                CommonsCompress.write(source, Path.of(arguments[2]), image);
            }
        }
    }

    private void time(String name, Contender contender) throws Exception {
        long start = System.nanoTime();
        contender.run();
        times.computeIfAbsent(name, key -> new ArrayList<>())
                .add((System.nanoTime() - start) / 1e6);
    }

    /** Times the writing of a new file: freeing the pages of an old one would count for all. */
    private void write(String name, Contender contender) throws Exception {
        workload.deleteOutputs();
        time(name, contender);
    }

    private Contender process(Path input, String output, List<String> command) {
        return () -> {
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .directory(workload.source.toFile())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .redirectOutput(workload.out(output).toFile());
            if (input != null) {
                builder.redirectInput(input.toFile());
            }
            int status = builder.start().waitFor();
            if (status != 0) {
                throw new IOException(command + " ended with " + status);
            }
        };
    }

    private Contender cold(String which, String... options) {
        List<String> command = new ArrayList<>(List.of(JAVA, "-Xmx64m"));
        command.addAll(List.of(options));
        command.addAll(
                List.of(
                        "-cp",
                        absolute(System.getProperty("java.class.path")),
                        Cold.class.getName(),
                        which,
                        workload.source.toString(),
                        workload.names.toString(),
                        workload.out("image").toString()));
        return process(null, "log", command);
    }

    private static String absolute(String classPath) {
        List<String> parts = new ArrayList<>();
        for (String part : classPath.split(File.pathSeparator)) {
            parts.add(Path.of(part).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, parts);
    }

    private void write(int rounds, Path genInitCpio) throws Exception {
        Path image = workload.out("image");
        Path other = workload.out("commons");
        long start = System.nanoTime();
        for (int i = 0; i < 3 || System.nanoTime() - start < WARM_UP; i++) {
            Workload.ours(workload.source, image);
            CommonsCompress.write(workload.source, workload.names, other);
        }
        for (int i = 0; i < rounds; i++) {
            write("ours, warm", () -> Workload.ours(workload.source, image));
            time("ours, warm, over an old image", () -> Workload.ours(workload.source, image));
            write("ours, cold", cold("ours"));
            write(
                    "ours, cold, as the command line runs",
                    cold("ours", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
            write(
                    "GNU cpio",
                    process(
                            workload.names,
                            "cpio",
                            List.of("cpio", "-o", "-H", "newc", "--quiet", "--reproducible")));
            write(
                    "bsdtar",
                    process(null, "bsdtar", List.of("bsdtar", "-cf", "-", "--format=newc", ".")));
            if (genInitCpio != null) {
                write(
                        "gen_init_cpio",
                        process(
                                null,
                                "gen",
                                List.of(genInitCpio.toString(), workload.list.toString())));
            }
            write(
                    "commons-compress, warm",
                    () -> CommonsCompress.write(workload.source, workload.names, other));
            write("commons-compress, cold", cold("commons"));
        }
    }

    private void list(int rounds) throws Exception {
        Path image = workload.out("image");
        Workload.ours(workload.source, image);
        List<long[]> headers = headers(image);
        for (int i = 0; i < 20; i++) {
            readEntries(image);
            readHeaders(image, headers);
        }
        int repeat = Math.max(1, 50_000 / headers.size());
        for (int i = 0; i < 5 * rounds; i++) {
            time("list", () -> repeat(repeat, () -> readEntries(image)));
            time("headers by pread", () -> repeat(repeat, () -> readHeaders(image, headers)));
        }
    }

    private static void repeat(int count, Contender contender) throws Exception {
        for (int i = 0; i < count; i++) {
            contender.run();
        }
    }

    /** Offset and length of all headers with their names, the trailer's too. */
    private static List<long[]> headers(Path image) throws IOException {
        List<long[]> headers = new ArrayList<>();
        long end = 0;
        try (ImageReader reader = ImageReader.open(image)) {
            for (var entry = reader.next(); entry != null; entry = reader.next()) {
                long start = entry.location().headerOffset();
                headers.add(new long[] {start, entry.location().dataOffset() - start});
                end = entry.location().dataOffset() + entry.size() + 3 & ~3L;
            }
        }
        headers.add(new long[] {end, TRAILER});
        return headers;
    }

    private static void readEntries(Path image) throws IOException {
        try (ImageReader reader = ImageReader.open(image)) {
            while (reader.next() != null) {
                // Only reads.
            }
        }
    }

    private static void readHeaders(Path image, List<long[]> headers) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(8192);
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ)) {
            for (long[] header : headers) {
                buffer.clear().limit((int) header[1]);
                channel.read(buffer, header[0]);
            }
        }
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
    }

    /** Median over the rounds of how often one contender fits into the time of another. */
    private double ratio(String name, String to) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < times.get(name).size(); i++) {
            ratios.add(times.get(to).get(i) / times.get(name).get(i));
        }
        return median(ratios);
    }

    private void print(String title, String... to) {
        StringBuilder out = new StringBuilder("\n| " + title + " | median ms |");
        for (String other : to) {
            out.append(" against ").append(other).append(" |");
        }
        out.append("\n|---|---|").append("---|".repeat(to.length)).append('\n');
        for (String name : times.keySet()) {
            out.append(String.format(Locale.ROOT, "| %s | %.1f |", name, median(times.get(name))));
            for (String other : to) {
                out.append(String.format(Locale.ROOT, " %.2f |", ratio(name, other)));
            }
            out.append('\n');
        }
        System.out.print(out);
    }

    /** Takes the arguments that the class names. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        List<String> workloads = new ArrayList<>(List.of(arguments).subList(2, arguments.length));
        Path genInitCpio =
                !workloads.isEmpty() && Files.isExecutable(Path.of(workloads.get(0)))
                        ? Path.of(workloads.remove(0))
                        : null;
        for (String workload :
                workloads.isEmpty() ? List.of("large", "small", "links") : workloads) {
            String[] part = workload.split(":");
            int percent = part.length == 1 ? 100 : Integer.parseInt(part[1]);
            try (Workload made = Workload.make(directory, part[0], percent)) {
                Ratios writing = new Ratios(made);
                writing.write(rounds, genInitCpio);
                writing.print(
                        "write " + workload,
                        "GNU cpio",
                        "commons-compress, warm",
                        "commons-compress, cold");
                Ratios listing = new Ratios(made);
                listing.list(rounds);
                listing.print("list " + workload, "headers by pread");
            }
        }
    }
}

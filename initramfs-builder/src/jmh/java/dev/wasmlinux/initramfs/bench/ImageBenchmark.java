/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.bench;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsBuilder;
import dev.wasmlinux.initramfs.read.ImageReader;
import dev.wasmlinux.initramfs.source.DirectorySource;

import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Writing and listing against GNU cpio and commons-compress in one run: compare ratios only, and
 * only within a run. Heap is held at 64 MiB.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 8)
@Fork(value = 1, jvmArgsAppend = "-Xmx64m")
@State(Scope.Benchmark)
public class ImageBenchmark {
    /** Which tree: few large files, many small ones, many links of one. */
    @Param({"large", "small", "links"})
    public String tree;

    /** Size in percent of the full trees (1 GiB, 100 000 files, 400 links of 2 MiB). */
    @Param("100")
    public int percent;

    private Path work;
    private Path source;
    private Path names;
    private Path image;

    /** Makes the tree. */
    @Setup(Level.Trial)
    public void make() throws IOException {
        work = Files.createTempDirectory("initramfs-bench");
        source = Files.createDirectory(work.resolve("tree"));
        names = work.resolve("names");
        image = work.resolve("image");
        Random random = new Random(1);
        switch (tree) {
            case "large" -> {
                for (int i = 0; i < 16; i++) {
                    byte[] bytes = new byte[(64 << 20) / 100 * percent];
                    random.nextBytes(bytes);
                    Files.write(source.resolve("file" + i), bytes);
                }
            }
            case "small" -> {
                for (int i = 0; i < 1000 * percent; i++) {
                    Path directory = source.resolve("d" + i / 100);
                    if (i % 100 == 0) {
                        Files.createDirectory(directory);
                    }
                    byte[] bytes = new byte[200 + random.nextInt(4000)];
                    random.nextBytes(bytes);
                    Files.write(directory.resolve("f" + i), bytes);
                }
            }
            default -> {
                byte[] bytes = new byte[2 << 20];
                random.nextBytes(bytes);
                Path first = Files.write(source.resolve("a"), bytes);
                for (int i = 0; i < 4 * percent; i++) {
                    Files.createLink(source.resolve("link" + i), first);
                }
            }
        }
        try (Stream<Path> files = Files.walk(source)) {
            List<String> lines =
                    files.filter(file -> !file.equals(source))
                            .map(file -> source.relativize(file).toString())
                            .sorted()
                            .toList();
            Files.write(names, lines);
        }
        ours();
    }

    /** Deletes everything. */
    @TearDown(Level.Trial)
    public void delete() throws IOException {
        try (Stream<Path> files = Files.walk(work)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Our writer, from the directory to a file. */
    @Benchmark
    public void ours() throws IOException {
        InitramfsBuilder builder = Initramfs.builder().addFrom(DirectorySource.of(source));
        builder.build().writeTo(image, Compression.none());
    }

    /** Our reader over all headers. */
    @Benchmark
    public int list() throws IOException {
        int count = 0;
        try (ImageReader reader = ImageReader.open(image)) {
            while (reader.next() != null) {
                count++;
            }
        }
        return count;
    }

    /** GNU cpio, its process included. */
    @Benchmark
    public int gnuCpio() throws Exception {
        return new ProcessBuilder("cpio", "-o", "-H", "newc", "--quiet", "--reproducible")
                .directory(source.toFile())
                .redirectInput(names.toFile())
                .redirectOutput(work.resolve("cpio").toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
    }

    /** commons-compress; links become files of their own, so its bytes are more there. */
    @Benchmark
    public void commonsCompress() throws IOException {
        try (OutputStream file = Files.newOutputStream(work.resolve("commons"));
                OutputStream buffered = new java.io.BufferedOutputStream(file, 256 << 10);
                CpioArchiveOutputStream out = new CpioArchiveOutputStream(buffered)) {
            for (String name : Files.readAllLines(names)) {
                Path path = source.resolve(name);
                CpioArchiveEntry entry = new CpioArchiveEntry(name);
                boolean directory = Files.isDirectory(path);
                entry.setMode(directory ? 0040755 : 0100644);
                entry.setSize(directory ? 0 : FileContent.of(path).size());
                out.putArchiveEntry(entry);
                if (!directory) {
                    try (InputStream in = Files.newInputStream(path)) {
                        in.transferTo(out);
                    }
                }
                out.closeArchiveEntry();
            }
        }
    }
}

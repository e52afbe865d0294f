/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.bench;

import dev.wasmlinux.initramfs.read.ImageReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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

/**
 * Writing and listing in a warm virtual machine with 64 MiB of heap. For comparisons with other
 * tools see {@link Ratios}.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 8)
@Fork(value = 1, jvmArgsAppend = "-Xmx64m")
@State(Scope.Benchmark)
public class ImageBenchmark {
    /** Which tree. */
    @Param({"large", "medium", "small", "links"})
    public String tree;

    /** Size in percent of the full trees. */
    @Param("100")
    public int percent;

    private Workload workload;
    private Path image;

    /** Makes the tree. */
    @Setup(Level.Trial)
    public void make() throws IOException {
        workload = Workload.make(Path.of(System.getProperty("java.io.tmpdir")), tree, percent);
        image = workload.out("image");
        write();
    }

    /** Deletes everything. */
    @TearDown(Level.Trial)
    public void delete() throws IOException {
        workload.close();
    }

    /** From the directory to a file. */
    @Benchmark
    public void write() throws IOException {
        Workload.ours(workload.source, image);
    }

    /** Over all headers. */
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
}

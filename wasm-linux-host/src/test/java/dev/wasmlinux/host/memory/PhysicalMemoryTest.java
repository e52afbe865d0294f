/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PhysicalMemoryTest {
    private static final int SIZE = 1 << 20;

    private final PhysicalMemory memory = PhysicalMemory.reserve(SIZE);

    @AfterEach
    void free() {
        memory.free();
    }

    @Test
    void readsAsZeroAndCostsOnlyWhatIsTouched() throws IOException {
        Path status = Path.of("/proc/self/statm");
        assumeThat(status).as("needs Linux to read the resident size").exists();
        long before = residentBytes(status);
        PhysicalMemory large = PhysicalMemory.reserve(PhysicalMemory.MAX_SIZE);
        try {
            for (long at = 0; at < large.size(); at += 64 << 20) {
                assertThat(large.getLong((int) at)).isZero();
            }
            assertThat(residentBytes(status) - before).isLessThan(64 << 20);
        } finally {
            large.free();
        }
    }

    private static long residentBytes(Path statm) throws IOException {
        return Long.parseLong(Files.readString(statm).split(" ")[1]) * 4096;
    }

    @Test
    void keepsWhatIsWritten() {
        memory.putInt(16, 0x12345678);
        memory.putLong(SIZE - 8, -2);
        memory.write(100, "abc".getBytes(StandardCharsets.US_ASCII), 1, 2);

        assertThat(memory.getInt(16)).isEqualTo(0x12345678);
        assertThat(memory.getLong(SIZE - 8)).isEqualTo(-2);
        assertThat(memory.text(100, 2)).isEqualTo("bc");
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, SIZE - 3, -1, -4, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void refusesAddressesBeyondRam(int address) {
        assertThatThrownBy(() -> memory.getInt(address))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining(String.format("0x%08x", address));
        assertThatThrownBy(() -> memory.putLong(address, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> memory.write(address, new byte[8], 0, 8))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, SIZE - 1, PhysicalMemory.MAX_SIZE + 1, Long.MAX_VALUE})
    void refusesImpossibleSizes(long size) {
        assertThatThrownBy(() -> PhysicalMemory.reserve(size))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Long.toString(size));
    }

    @Test
    void setsBitsAtomically() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        Thread[] threads = new Thread[2];
        for (int i = 0; i < threads.length; i++) {
            int half = i;
            threads[i] =
                    new Thread(
                            () -> {
                                awaitUninterruptibly(go);
                                for (int word = 0; word < 1000; word++) {
                                    for (int bit = half; bit < 32; bit += 2) {
                                        memory.getAndOrInt(word * 4, 1 << bit);
                                    }
                                }
                            });
            threads[i].start();
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        for (int word = 0; word < 1000; word++) {
            assertThat(memory.getInt(word * 4)).isEqualTo(-1);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

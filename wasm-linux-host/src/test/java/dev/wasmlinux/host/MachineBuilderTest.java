/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a machine may not be made of, and what is left when making one fails. */
@Timeout(120)
class MachineBuilderTest {
    private static final MachineImage IMAGE = MachineImage.bundled();

    private static Machine.Builder builder() {
        return Machine.builder().image(IMAGE);
    }

    @Test
    void valuesOutOfRangeAreRefusedAtOnce() {
        for (int cpus : new int[] {-1, 0, 33, Integer.MAX_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().cpus(cpus))
                    .withMessageContaining("1 to 32");
        }
        for (long memory : new long[] {-1, 0, (1 << 20) - 1, Machine.MAX_MEMORY + 1, 1L << 40}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().memory(memory))
                    .withMessageContaining(memory + " bytes of memory");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> builder().taskLimit(15));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().entropy(new byte[31]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().commandLine("x".repeat(512)))
                .withMessageContaining("512 bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().commandLine("a\0b"));
        Machine.Builder full = builder();
        for (int i = 0; i < 29; i++) {
            full.device(TestDevice.unknown());
        }
        assertThatIllegalArgumentException().isThrownBy(() -> full.device(TestDevice.unknown()));
        full.build().close();
    }

    @Test
    void aMachineNeedsAnImage() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Machine.builder().build())
                .withMessage("no image");
    }

    @Test
    void memoryThatCannotHoldTheImageIsRefusedWithTheNumbers() {
        assertThatThrownBy(() -> builder().memory(1 << 20).build())
                .isInstanceOf(MachineException.class)
                .hasMessageContaining("1048576 bytes of memory are too small");
        MachineImage large = IMAGE.withInitramfs(new byte[20 << 20]);
        assertThatThrownBy(() -> Machine.builder().image(large).memory(20 << 20).build())
                .isInstanceOf(MachineException.class)
                .hasMessageContaining("initramfs 20971520");
    }

    /** Each machine reserves 4 GiB of address space and starts threads. */
    @Test
    void machinesThatCannotBeMadeLeaveNothingBehind() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/statm")), "Linux tells what is mapped");
        Machine.Builder refused =
                builder().device(TestDevice.unknown()).device(new TestDevice(0x3f, 1L << 30));
        for (int i = 0; i < 200; i++) {
            assertThatIllegalArgumentException()
                    .isThrownBy(refused::build)
                    .withMessageContaining("features of the transport");
            assertThatThrownBy(() -> builder().memory(1 << 20).build())
                    .isInstanceOf(MachineException.class);
        }
        assertThat(mappedGigabytes()).isLessThan(200);
        assertThat(threadsOfMachines()).isEmpty();
    }

    @Test
    void machinesThatNeverStartLeaveNothingBehind() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/statm")), "Linux tells what is mapped");
        for (int i = 0; i < 200; i++) {
            builder().build().close();
        }
        assertThat(mappedGigabytes()).isLessThan(200);
        assertThat(threadsOfMachines()).isEmpty();
    }

    private static List<Thread> threadsOfMachines() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("wasm-linux-\\d+-.*"))
                .filter(Thread::isAlive)
                .toList();
    }

    /** Address space of this JVM; each machine takes more than four. */
    static long mappedGigabytes() throws IOException {
        String pages = Files.readString(Path.of("/proc/self/statm")).split(" ")[0];
        return Long.parseLong(pages) >> 18;
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wasmlinux.host.device.VirtioLink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the guest does: closing ends all threads of the machine within two seconds. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ClosingTest {
    private static Machine.Builder builder() {
        return Machine.builder()
                .image(MachineImage.bundled())
                .commandLine("console=hvc0 quiet")
                .cpus(1);
    }

    private static void closesSoon(Machine machine) {
        long start = System.nanoTime();
        machine.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(machine.state()).isEqualTo(Machine.State.CLOSED);
        assertThat(machine.exit().join().kind()).isEqualTo(ExitReason.Kind.CLOSED);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().matches("wasm-linux-\\d+-.*"));
    }

    /** From before the first instruction to a guest that waits for a command. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 20, 60, 150, 400, 1000})
    void whileItBoots(int milliseconds) throws Exception {
        Machine machine = builder().build();
        machine.start();
        // whatever point of the boot that is
        assertThat(new CountDownLatch(1).await(milliseconds, TimeUnit.MILLISECONDS)).isFalse();
        closesSoon(machine);
    }

    /** Runs a command and closes when it has written something. */
    private static void closesDuring(String script) throws Exception {
        Machine machine = builder().build();
        machine.start();
        CountDownLatch running = new CountDownLatch(1);
        OutputStream first =
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        running.countDown();
                    }
                };
        Thread user =
                new Thread(
                        () -> {
                            try {
                                machine.run(
                                        Command.of("sh", "-c", script),
                                        InputStream.nullInputStream(),
                                        first,
                                        new ByteArrayOutputStream());
                            } catch (IOException e) {
                                // the machine was closed under the command
                            }
                        });
        user.start();
        assertThat(running.await(2, TimeUnit.MINUTES)).isTrue();
        closesSoon(machine);
        user.join();
    }

    @Test
    void whileAProgramComputes() throws Exception {
        closesDuring("echo go; while :; do :; done");
    }

    @Test
    void whileProgramsWait() throws Exception {
        closesDuring("sleep 1000 & cat /dev/random >/dev/null & echo go; wait");
    }

    @Test
    void whileProcessesComeAndGo() throws Exception {
        closesDuring("while :; do (echo go; true) | cat; done");
    }

    @Test
    void afterManyProcessesMemoryIsGivenBack() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/statm")), "Linux tells what is mapped");
        long before = MachineBuilderTest.mappedGigabytes();
        for (int i = 0; i < 6; i++) {
            Machine machine = builder().cpus(2).build();
            machine.start();
            WaitStatus status =
                    machine.run(
                            Command.of("sh", "-c", "seq 50 | while read n; do (true) | cat; done"),
                            InputStream.nullInputStream(),
                            OutputStream.nullOutputStream(),
                            OutputStream.nullOutputStream());
            assertThat(status.shellStatus()).isZero();
            closesSoon(machine);
        }
        // stacks and malloc's arenas; machines that stayed would hold 24 or more
        assertThat(MachineBuilderTest.mappedGigabytes() - before).isLessThan(6);
    }

    /** A configuration that changes with every look at it makes the kernel look for ever. */
    private static final class Restless extends TestDevice {
        private static final long MOUNT_TAG = 1;

        final CountDownLatch looks = new CountDownLatch(10_000);
        private VirtioLink link;

        Restless() {
            super(9, MOUNT_TAG, 128);
        }

        @Override
        public void attach(VirtioLink to) {
            link = to;
        }

        @Override
        public byte[] configuration() {
            looks.countDown();
            link.configurationChanged();
            return new byte[] {3, 0, 't', 'a', 'g'};
        }
    }

    @Test
    void whileTheKernelHangs() throws Exception {
        Restless device = new Restless();
        Machine machine = builder().device(device).build();
        machine.start();
        assertThat(device.looks.await(2, TimeUnit.MINUTES)).isTrue();
        assertThat(machine.state()).isEqualTo(Machine.State.RUNNING);
        closesSoon(machine);
    }
}

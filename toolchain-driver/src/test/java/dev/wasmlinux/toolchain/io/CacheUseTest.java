/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.toolchain.ChildJvm;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CacheUseTest {
    @TempDir private Path directory;
    private Path file;

    @BeforeEach
    void lockFile() {
        file = directory.resolve("locks/cache.lock");
    }

    @Test
    void manyShareIt() throws Exception {
        try (CacheUse one = CacheUse.shared(file, () -> {});
                CacheUse two = CacheUse.shared(file, () -> {})) {
            assertThat(one).isNotSameAs(two);
            Process other = ChildJvm.start(Sharing.class, file.toString());
            assertThat(other.inputReader().readLine()).isEqualTo("shared");
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void oneAloneWaitsForAllUsersOfThisProcessAndNewOnesForIt() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        AtomicBoolean inUse = new AtomicBoolean(true);
        AtomicInteger sawUse = new AtomicInteger();
        CacheUse one = CacheUse.shared(file, () -> {});
        CacheUse two = CacheUse.shared(file, () -> {});
        Thread cleaner =
                new Thread(
                        () -> {
                            try (CacheUse alone = CacheUse.alone(file, waiting::countDown)) {
                                sawUse.set(inUse.get() || alone == null ? 1 : 2);
                            } catch (Exception e) {
                                sawUse.set(3);
                            }
                        });
        cleaner.start();
        assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
        one.close();
        one.close();
        assertThat(cleaner.isAlive()).isTrue();
        inUse.set(false);
        two.close();
        cleaner.join();
        assertThat(sawUse).hasValue(2);
        try (CacheUse alone = CacheUse.alone(file, () -> {})) {
            AtomicBoolean told = new AtomicBoolean();
            Thread user =
                    new Thread(
                            () -> {
                                try (CacheUse shared =
                                        CacheUse.shared(file, () -> told.set(true))) {
                                    assertThat(shared).isNotSameAs(alone);
                                } catch (Exception e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            user.start();
            while (!told.get()) {
                Thread.onSpinWait();
            }
            user.interrupt();
            user.join();
        }
    }

    @Test
    void oneAloneWaitsForOtherProcessesUntilTheyDie() throws Exception {
        Process other = ChildJvm.start(Sharing.class, file.toString());
        assertThat(other.inputReader().readLine()).isEqualTo("shared");
        AtomicBoolean waited = new AtomicBoolean();
        Runnable kill =
                () -> {
                    waited.set(true);
                    other.destroyForcibly();
                };
        try (CacheUse alone = CacheUse.alone(file, kill)) {
            assertThat(alone).isNotNull();
        }
        assertThat(waited).isTrue();
        assertThat(other.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    /** A process that uses a cache until it is killed. */
    static final class Sharing {
        private Sharing() {}

        public static void main(String[] arguments) throws Exception {
            try (CacheUse use = CacheUse.shared(Path.of(arguments[0]), () -> {})) {
                System.out.println(use == null ? "" : "shared");
                new CountDownLatch(1).await();
            }
        }
    }
}

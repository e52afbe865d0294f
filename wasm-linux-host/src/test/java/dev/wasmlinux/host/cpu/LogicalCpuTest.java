/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.host.memory.AddressSpace;
import dev.wasmlinux.host.memory.PhysicalMemory;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LogicalCpuTest {
    private static final int PENDING = 4096;
    private static final int TIMER = 1;

    private final PhysicalMemory memory = PhysicalMemory.reserve(1 << 20);
    private final AddressSpace space = AddressSpace.create(memory);
    private final LogicalCpu cpu = new LogicalCpu(1, memory, PENDING);

    @AfterEach
    void free() {
        space.release();
        memory.free();
    }

    @Test
    void pendingBitsLieInGuestMemory() {
        cpu.raise(0x8);
        cpu.raise(0x2);
        assertThat(memory.getInt(PENDING + 64)).isEqualTo(0xa);
        assertThat(cpu.pending()).isEqualTo(0xa);
    }

    @Test
    void raisingEndsTheIdleWait() throws InterruptedException {
        CountDownLatch woken = new CountDownLatch(1);
        Thread holder =
                new Thread(
                        () -> {
                            cpu.idle(() -> false);
                            woken.countDown();
                        });
        holder.start();
        while (!cpu.isIdle()) {
            Thread.onSpinWait();
        }
        assertThat(woken.getCount()).isEqualTo(1);
        cpu.raise(4);
        assertThat(woken.await(10, TimeUnit.SECONDS)).isTrue();
        holder.join();
        assertThat(cpu.isIdle()).isFalse();
    }

    @Test
    void idleEndsWhenTheMachineDoes() throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        Thread holder = new Thread(() -> cpu.idle(stop::get));
        holder.start();
        while (!cpu.isIdle()) {
            Thread.onSpinWait();
        }
        stop.set(true);
        cpu.wake();
        holder.join();
    }

    /**
     * Whatever the interleaving, a raised bit is seen at entry or announced by the attention word.
     */
    @Test
    void noInterruptIsLostWhenEnteringUserMode() throws InterruptedException {
        int rounds = 20_000;
        AtomicInteger round = new AtomicInteger();
        Thread raiser =
                new Thread(
                        () -> {
                            for (int i = 1; i <= rounds; i++) {
                                while (round.get() < i) {
                                    Thread.onSpinWait();
                                }
                                cpu.raise(2);
                                round.set(-i);
                                while (round.get() == -i) {
                                    Thread.onSpinWait();
                                }
                            }
                        });
        raiser.start();
        for (int i = 1; i <= rounds; i++) {
            round.set(i);
            boolean seen = cpu.enterUser(space);
            while (round.get() != -i) {
                Thread.onSpinWait();
            }
            assertThat(seen || space.attention()).isTrue();
            cpu.leaveUser();
            space.clearAttention();
            memory.putInt(PENDING + 64, 0);
            round.set(0);
        }
        raiser.join();
    }

    @Test
    void flusherWaitsForASafepointOfTheSameSpaceOnly() throws InterruptedException {
        AddressSpace other = AddressSpace.create(memory);
        cpu.enterUser(other);
        cpu.awaitSafepoint(space, () -> false); // returns at once: another space
        cpu.enterUser(space);
        CountDownLatch done = new CountDownLatch(1);
        Thread flusher =
                new Thread(
                        () -> {
                            cpu.awaitSafepoint(space, () -> false);
                            done.countDown();
                        });
        flusher.start();
        while (!space.attention()) {
            Thread.onSpinWait();
        }
        assertThat(done.getCount()).isEqualTo(1);
        cpu.passSafepoint();
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        flusher.join();
        cpu.leaveUser();
        other.release();
    }

    @Test
    void timersFireInOrderAndCanBeReplaced() throws InterruptedException {
        LogicalCpu first = new LogicalCpu(0, memory, PENDING);
        long origin = System.nanoTime();
        try (Timers timers =
                new Timers("t", List.of(first, cpu), () -> System.nanoTime() - origin, TIMER)) {
            timers.set(0, Long.MAX_VALUE);
            timers.set(1, TimeUnit.HOURS.toNanos(1));
            timers.set(1, System.nanoTime() - origin + 1_000_000);
            cpu.idle(() -> false);
            assertThat(System.nanoTime() - origin).isGreaterThanOrEqualTo(1_000_000);
            assertThat(cpu.pending()).isEqualTo(TIMER);
            assertThat(first.pending()).isZero();
            timers.set(0, 0);
            first.idle(() -> false);
        }
        assertThat(Thread.getAllStackTraces().keySet()).noneMatch(t -> t.getName().equals("t"));
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VirtqueueTest {

    private static final int NEXT = 1;
    private static final int WRITE = 2;
    private static final int INDIRECT = 4;

    /** A device that leaves its queue alone. */
    private static final class Idle implements VirtioDevice {
        VirtioLink link;

        @Override
        public int deviceId() {
            return 1;
        }

        @Override
        public long features() {
            return 0;
        }

        @Override
        public List<Integer> queueSizes() {
            return List.of(8);
        }

        @Override
        public byte[] configuration() {
            return new byte[0];
        }

        @Override
        public void attach(VirtioLink to) {
            link = to;
        }

        @Override
        public void activated() {}

        @Override
        public void notified(int queue) {}

        @Override
        public void reset() {}
    }

    private final Idle device = new Idle();
    private final TestDriver driver = new TestDriver(device);
    private TestDriver.Queue queue;

    private void start(long features) {
        driver.negotiate(features);
        queue = driver.queue(0);
        driver.start();
    }

    private <T> T locked(Supplier<T> action) {
        device.link.lock();
        try {
            return action.get();
        } finally {
            device.link.unlock();
        }
    }

    private DescriptorChain poll() {
        return locked(() -> device.link.queue(0).poll());
    }

    private void complete(DescriptorChain chain, int written) {
        locked(
                () -> {
                    device.link.queue(0).complete(chain, written);
                    return null;
                });
    }

    private void assertRefused(String reason) {
        assertThat(poll()).isNull();
        assertThat(driver.needsReset()).isTrue();
        assertThat(driver.transport.failure())
                .hasValueSatisfying(text -> assertThat(text).contains(reason));
        assertThat(poll()).isNull();
    }

    @Test
    void followsAChainAndCopiesAcrossItsBuffers() {
        start(0);
        int text = driver.store("hello world".getBytes(StandardCharsets.US_ASCII));
        int room = driver.allocate(64);
        queue.descriptor(5, text, 5, NEXT, 1);
        queue.descriptor(1, text + 5, 0, NEXT, 3);
        queue.descriptor(3, text + 5, 6, NEXT, 0);
        queue.descriptor(0, room, 3, NEXT | WRITE, 7);
        queue.descriptor(7, room + 32, 4, WRITE, 99);
        queue.publish(5);

        device.link.lock();
        DescriptorChain chain = poll();
        assertThat(chain.readableBytes()).isEqualTo(11);
        assertThat(chain.writableBytes()).isEqualTo(7);
        byte[] bytes = new byte[20];
        assertThat(chain.read(bytes, 0, 2)).isEqualTo(2);
        assertThat(chain.skip(1)).isEqualTo(1);
        assertThat(chain.readableRemaining()).isEqualTo(8);
        assertThat(chain.read(bytes, 2, 18)).isEqualTo(8);
        assertThat(new String(bytes, 0, 10, StandardCharsets.US_ASCII)).isEqualTo("helo world");
        assertThat(chain.write("abcdefgh".getBytes(StandardCharsets.US_ASCII), 0, 8)).isEqualTo(7);
        assertThat(chain.writableRemaining()).isZero();
        assertThat(driver.load(room, 4)).containsExactly('a', 'b', 'c', 0);
        assertThat(driver.load(room + 32, 5)).containsExactly('d', 'e', 'f', 'g', 0);
        complete(chain, 7);
        device.link.unlock();
        assertThat(queue.take()).isEqualTo(new TestDriver.Used(5, 7));
        assertThat(poll()).isNull();
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    void followsAnIndirectTable() {
        start(TestDriver.INDIRECT);
        int table = driver.allocate(16 * 20);
        int data = driver.store(new byte[] {1, 2, 3});
        for (int i = 0; i < 19; i++) {
            queue.describe(table, i, data, 1, NEXT, i + 1);
        }
        queue.describe(table, 19, data, 2, WRITE, 0);
        queue.descriptor(0, data, 3, NEXT, 1);
        queue.descriptor(1, table, 320, INDIRECT, 0);
        queue.publish(0);
        DescriptorChain chain = poll();
        assertThat(chain.readableBytes()).isEqualTo(22);
        assertThat(chain.writableBytes()).isEqualTo(2);
    }

    @Test
    void countsAroundSixteenBits() {
        start(0);
        for (int i = 0; i < 70_000; i++) {
            int head = queue.add(0x100, 4, true);
            DescriptorChain chain = poll();
            complete(chain, i % 5);
            assertThat(queue.take()).isEqualTo(new TestDriver.Used(head, i % 5));
        }
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    void takesChainsBackInAnyOrder() {
        start(0);
        List<DescriptorChain> chains = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            queue.add(0x100, 4, true);
            chains.add(poll());
        }
        assertThat(poll()).isNull();
        complete(chains.get(6), 1);
        complete(chains.get(2), 2);
        assertThat(queue.take()).isEqualTo(new TestDriver.Used(6, 1));
        assertThat(queue.take()).isEqualTo(new TestDriver.Used(2, 2));
        assertThat(queue.take()).isNull();
    }

    @Test
    void aChainIsGivenBackOnce() {
        start(0);
        queue.add(0x100, 4, true);
        DescriptorChain chain = poll();
        complete(chain, 4);
        assertThatThrownBy(() -> complete(chain, 4)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void writtenBytesFitTheChain() {
        start(0);
        queue.add(0x100, 4, true);
        DescriptorChain chain = poll();
        assertThatThrownBy(() -> complete(chain, 5)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aChainFromBeforeAResetIsIgnored() {
        start(0);
        queue.add(0x100, 4, true);
        DescriptorChain chain = poll();
        start(0);
        assertThat(locked(() -> chain.write(new byte[] {1, 2}, 0, 2))).isZero();
        assertThat(driver.load(0x100, 2)).containsOnly(0);
        complete(chain, 4);
        assertThat(queue.take()).isNull();
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    void theLockIsNeeded() {
        start(0);
        assertThatThrownBy(() -> device.link.queue(0).poll())
                .isInstanceOf(IllegalMonitorStateException.class);
        assertThatThrownBy(() -> device.link.fail("x"))
                .isInstanceOf(IllegalMonitorStateException.class);
    }

    @Test
    void refusesALoop() {
        start(0);
        queue.descriptor(0, 0x100, 4, NEXT, 1);
        queue.descriptor(1, 0x100, 4, NEXT, 0);
        queue.publish(0);
        assertRefused("never ends");
    }

    @Test
    void refusesHeadsAndLinksOutOfRange() {
        start(0);
        queue.publish(8);
        assertRefused("descriptor 8 of 8");
        start(0);
        queue.descriptor(0, 0x100, 4, NEXT, 0xffff);
        queue.publish(0);
        assertRefused("descriptor 65535 of 8");
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                4L << 20,
                (4L << 20) - 3,
                0x7fffffffL,
                0xfffffffcL,
                1L << 32,
                -4,
                Long.MIN_VALUE,
                Long.MAX_VALUE
            })
    void refusesBuffersOutsideMemory(long address) {
        start(0);
        queue.descriptor(0, address, 4, 0, 0);
        queue.publish(0);
        assertRefused("outside memory");
    }

    @Test
    void refusesBuffersOfFourGigabytes() {
        start(0);
        queue.descriptor(0, 0x100, -1, WRITE, 0);
        queue.publish(0);
        assertRefused("4294967295 bytes, outside memory");
    }

    @Test
    void refusesReadableBehindWritable() {
        start(0);
        queue.descriptor(0, 0x100, 4, NEXT | WRITE, 1);
        queue.descriptor(1, 0x100, 4, 0, 0);
        queue.publish(0);
        assertRefused("behind a writable one");
    }

    @Test
    void refusesMoreBuffersThanDescriptors() {
        start(0);
        driver.memory.putShortRelease(queue.available + 2, 9);
        assertRefused("more buffers");
        start(0);
        // One at a time, without waiting for any to come back.
        for (int i = 0; i < 8; i++) {
            queue.add(0x100, 4, false);
            assertThat(poll()).isNotNull();
        }
        queue.publish(0);
        assertRefused("more buffers");
    }

    @Test
    void refusesBrokenIndirectTables() {
        int[][] cases = {
            // address, length, flags
            {0x100, 0, INDIRECT},
            {0x100, 17, INDIRECT},
            {0x100, 16 * 1025, INDIRECT},
            {0x104, 16, INDIRECT},
            {0x100, 16, INDIRECT | NEXT},
            {0x3ffff8, 16, INDIRECT},
        };
        for (int[] each : cases) {
            start(TestDriver.INDIRECT);
            queue.descriptor(0, each[0], each[1], each[2], 1);
            queue.publish(0);
            assertThat(poll()).isNull();
            assertThat(driver.needsReset()).isTrue();
        }
    }

    @Test
    void refusesNestedAndUnagreedIndirectTables() {
        start(TestDriver.INDIRECT);
        queue.describe(0x100, 0, 0x100, 16, INDIRECT, 0);
        queue.descriptor(0, 0x100, 16, INDIRECT, 0);
        queue.publish(0);
        assertRefused("broken indirect");
        start(0);
        queue.descriptor(0, 0x100, 16, INDIRECT, 0);
        queue.publish(0);
        assertRefused("broken indirect");
    }

    @Test
    void refusesALoopInAnIndirectTable() {
        start(TestDriver.INDIRECT);
        queue.describe(0x100, 0, 0x200, 1, NEXT, 0);
        queue.descriptor(0, 0x100, 16, INDIRECT, 0);
        queue.publish(0);
        assertRefused("never ends");
    }

    @Test
    void randomRingsGiveChainsInsideMemoryOrFailTheDevice() {
        Random random = new Random(1);
        int failed = 0;
        int chains = 0;
        for (int i = 0; i < 3000; i++) {
            start(random.nextBoolean() ? TestDriver.INDIRECT : 0);
            for (int slot = 0; slot < 8; slot++) {
                long address =
                        random.nextInt(20) == 0 ? random.nextLong() : random.nextInt(4 << 20) & -8;
                int length = random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(64) & -4;
                queue.descriptor(
                        slot,
                        address,
                        length,
                        random.nextInt(8),
                        random.nextInt(random.nextInt(8) == 0 ? 65536 : 8));
            }
            for (int n = random.nextInt(9); n > 0; n--) {
                queue.publish(random.nextInt(8));
            }
            for (int n = 0; n < 20; n++) {
                DescriptorChain chain = poll();
                if (chain == null) {
                    break;
                }
                chains++;
                int written =
                        locked(
                                () -> {
                                    byte[] bytes = new byte[100];
                                    assertThat(chain.read(bytes, 0, 100)).isBetween(0, 100);
                                    return chain.write(bytes, 0, 100);
                                });
                complete(chain, written);
            }
            if (driver.needsReset()) {
                failed++;
            }
        }
        assertThat(failed).isBetween(500, 2900);
        assertThat(chains).isGreaterThan(500);
    }
}

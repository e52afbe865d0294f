/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VirtioMmioTransportTest {

    /** Notes what it is told; gives every buffer back at once. */
    private static final class Probe implements VirtioDevice {
        final List<String> events = new ArrayList<>();
        VirtioLink link;
        boolean broken;
        long features = 5;
        List<Integer> sizes = List.of(8, 4);
        int configuration = 0x11223344;

        @Override
        public int deviceId() {
            return 42;
        }

        @Override
        public long features() {
            return features;
        }

        @Override
        public List<Integer> queueSizes() {
            return sizes;
        }

        @Override
        public byte[] configuration() {
            return new byte[] {
                (byte) configuration,
                (byte) (configuration >> 8),
                (byte) (configuration >> 16),
                (byte) (configuration >> 24)
            };
        }

        @Override
        public void attach(VirtioLink to) {
            link = to;
        }

        @Override
        public void activated() {
            events.add("activated");
        }

        @Override
        public void notified(int queue) {
            if (broken) {
                throw new IllegalStateException("broken on purpose");
            }
            events.add("notified " + queue);
            for (DescriptorChain c; (c = link.queue(queue).poll()) != null; ) {
                link.queue(queue).complete(c, 0);
            }
        }

        @Override
        public void configurationWritten(int offset, int size, int value) {
            events.add("config " + offset + " " + size + " " + value);
        }

        @Override
        public void reset() {
            events.add("reset");
        }
    }

    private final Probe probe = new Probe();
    private final TestDriver driver = new TestDriver(probe);

    private TestDriver.Queue running() {
        driver.negotiate(0);
        TestDriver.Queue queue = driver.queue(0);
        driver.start();
        return queue;
    }

    @Test
    void tellsWhatItIs() {
        assertThat(driver.read(0x00)).isEqualTo(0x74726976);
        assertThat(driver.read(0x04)).isEqualTo(2);
        assertThat(driver.read(0x08)).isEqualTo(42);
        assertThat(driver.offered()).isEqualTo(5 | 1L << 28 | 1L << 32);
        driver.write(0x14, 2);
        assertThat(driver.read(0x10)).isZero();
        assertThat(driver.read(0xb0)).isEqualTo(-1);
        assertThat(driver.read(0xbc)).isEqualTo(-1);
        assertThat(driver.read(0xc0)).isZero();
    }

    @Test
    void registersAreThirtyTwoBitsWide() {
        assertThat(driver.transport.read(0, 1)).isZero();
        assertThat(driver.transport.read(0, 2)).isZero();
        driver.transport.write(0x70, 1, 1);
        assertThat(driver.status()).isZero();
    }

    @Test
    void theConfigurationHasAnyWidth() {
        assertThat(driver.read(0x100)).isEqualTo(0x11223344);
        assertThat(driver.transport.read(0x102, 2)).isEqualTo(0x1122);
        assertThat(driver.transport.read(0x103, 1)).isEqualTo(0x11);
        assertThat(driver.transport.read(0x104, 4)).isZero();
        assertThat(driver.transport.read(0xffc, 4)).isZero();
        driver.transport.write(0x102, 2, 7);
        assertThat(probe.events).containsExactly("config 2 2 7");
    }

    @Test
    void negotiatesAndRuns() {
        TestDriver.Queue queue = running();
        assertThat(driver.status()).isEqualTo(15);
        queue.add(0x100, 16, false);
        queue.kick();
        assertThat(probe.events).containsExactly("reset", "activated", "notified 0");
        assertThat(queue.take()).isEqualTo(new TestDriver.Used(0, 0));
        assertThat(driver.interrupts).hasValue(1);
        assertThat(driver.read(0x60)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 5, 1L << 32 | 2, 1L << 32 | 1L << 40, 1L << 32 | 1L << 29})
    void refusesFeaturesThatItDidNotOffer(long features) {
        driver.write(0x70, 3);
        driver.accept(features);
        driver.write(0x70, 11);
        assertThat(driver.status()).isEqualTo(3);
        driver.write(0x70, 15);
        assertThat(driver.needsReset()).isTrue();
        assertThat(probe.events).isEmpty();
        assertThat(driver.transport.failure())
                .hasValueSatisfying(t -> assertThat(t).contains("features"));
    }

    @Test
    void refusesFeaturesBeyondTheSecondWord() {
        driver.write(0x70, 3);
        driver.accept(TestDriver.VERSION_1);
        driver.write(0x24, 2);
        driver.write(0x20, 1);
        driver.write(0x70, 11);
        assertThat(driver.status()).isEqualTo(3);
    }

    @Test
    void featuresStayOnceSettled() {
        driver.negotiate(1);
        driver.accept(0);
        driver.start();
        probe.link.lock();
        try {
            assertThat(probe.link.hasFeature(1)).isTrue();
            assertThat(probe.link.hasFeature(4)).isFalse();
        } finally {
            probe.link.unlock();
        }
    }

    @Test
    void resetsToTheBeginning() {
        TestDriver.Queue queue = running();
        queue.add(0x100, 16, false);
        queue.kick();
        driver.write(0x70, 0);
        assertThat(driver.status()).isZero();
        assertThat(driver.read(0x60)).isZero();
        driver.write(0x30, 0);
        assertThat(driver.read(0x44)).isZero();
        assertThat(probe.events).endsWith("reset");
        // And works again.
        TestDriver.Queue again = running();
        again.add(0x100, 16, false);
        again.kick();
        assertThat(again.take()).isNotNull();
        assertThat(driver.interrupts).hasValue(2);
    }

    @Test
    void doesNothingBeforeTheDriverIsReady() {
        driver.negotiate(0);
        TestDriver.Queue queue = driver.queue(0);
        queue.add(0x100, 16, false);
        queue.kick();
        assertThat(queue.take()).isNull();
        assertThat(probe.events).containsExactly("reset");
    }

    @Test
    void statusBitsAreOnlyAdded() {
        running();
        driver.write(0x70, 1);
        assertThat(driver.status()).isEqualTo(15);
        driver.write(0x70, 0x80);
        assertThat(driver.status()).isEqualTo(0x8f);
    }

    @Test
    void queuesOutOfRangeDoNotExist() {
        for (int index : new int[] {2, -1, Integer.MIN_VALUE}) {
            driver.write(0x30, index);
            assertThat(driver.read(0x34)).isZero();
            driver.write(0x44, 1);
            assertThat(driver.read(0x44)).isZero();
        }
        driver.write(0x30, 1);
        assertThat(driver.read(0x34)).isEqualTo(4);
        running();
        driver.write(0x50, 2);
        assertThat(driver.needsReset()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0x1000, 0x2000, 0x3000",
        "3, 0x1000, 0x2000, 0x3000",
        "16, 0x1000, 0x2000, 0x3000",
        "-8, 0x1000, 0x2000, 0x3000",
        "8, 0x1008, 0x2000, 0x3000",
        "8, 0x1000, 0x2001, 0x3000",
        "8, 0x1000, 0x2000, 0x3002",
        "8, 0x3fff90, 0x2000, 0x3000",
        "8, 0x1000, 0x3ffffe, 0x3000",
        "8, 0x1000, 0x2000, 0x3fffc0",
        "8, -16, 0x2000, 0x3000",
    })
    void refusesQueuesOutsideMemory(int size, String descriptors, String available, String used) {
        driver.negotiate(0);
        driver.write(0x30, 0);
        driver.write(0x38, size);
        driver.write(0x80, Long.decode(descriptors).intValue());
        driver.write(0x90, Long.decode(available).intValue());
        driver.write(0xa0, Long.decode(used).intValue());
        driver.write(0x44, 1);
        assertThat(driver.read(0x44)).isZero();
        assertThat(driver.needsReset()).isTrue();
    }

    @Test
    void refusesQueuesAboveFourGigabytes() {
        driver.negotiate(0);
        driver.write(0x30, 0);
        driver.write(0x80, 0x1000);
        driver.write(0x84, 1);
        driver.write(0x90, 0x2000);
        driver.write(0xa0, 0x3000);
        driver.write(0x44, 1);
        assertThat(driver.needsReset()).isTrue();
    }

    @Test
    void aReadyQueueKeepsItsPlace() {
        TestDriver.Queue queue = running();
        driver.write(0x30, 0);
        driver.write(0x38, 3);
        driver.write(0x80, -1);
        queue.add(0x100, 16, false);
        queue.kick();
        assertThat(queue.take()).isNotNull();
    }

    @Test
    void aStoppedQueueIsNotServed() {
        TestDriver.Queue queue = running();
        driver.write(0x30, 0);
        driver.write(0x44, 0);
        queue.add(0x100, 16, false);
        queue.kick();
        assertThat(queue.take()).isNull();
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    void interruptsAreRaisedOncePerAcknowledgement() {
        TestDriver.Queue queue = running();
        for (int i = 0; i < 3; i++) {
            queue.add(0x100, 16, false);
            queue.kick();
        }
        assertThat(driver.interrupts).hasValue(1);
        driver.write(0x64, 1);
        assertThat(driver.read(0x60)).isZero();
        queue.add(0x100, 16, false);
        queue.kick();
        assertThat(driver.interrupts).hasValue(2);
    }

    @Test
    void theDriverCanTurnInterruptsOff() {
        TestDriver.Queue queue = running();
        driver.memory.putShortRelease(queue.available, 1);
        queue.add(0x100, 16, false);
        queue.kick();
        assertThat(queue.take()).isNotNull();
        assertThat(driver.interrupts).hasValue(0);
    }

    @Test
    void configurationChangesInterrupt() {
        running();
        int generation = driver.read(0xfc);
        probe.link.lock();
        try {
            probe.configuration = 5;
            probe.link.configurationChanged();
            assertThat(driver.interrupts).as("with the lock held").hasValue(0);
        } finally {
            probe.link.unlock();
        }
        assertThat(driver.read(0xfc)).isNotEqualTo(generation);
        assertThat(driver.read(0x60)).isEqualTo(2);
        assertThat(driver.read(0x100)).isEqualTo(5);
        assertThat(driver.interrupts).hasValue(1);
    }

    @Test
    void aFailureNeedsAResetAndTellsTheDriver() {
        TestDriver.Queue queue = running();
        queue.publish(99);
        queue.kick();
        assertThat(driver.status()).isEqualTo(15 | 64);
        assertThat(driver.read(0x60)).isEqualTo(2);
        assertThat(driver.interrupts).hasValue(1);
        queue.kick();
        assertThat(probe.events).containsExactly("reset", "activated", "notified 0");
        driver.negotiate(0);
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    void aDefectOfADeviceStaysInTheDevice() {
        TestDriver.Queue queue = running();
        probe.broken = true;
        queue.kick();
        assertThat(driver.needsReset()).isTrue();
        assertThat(driver.transport.failure())
                .hasValueSatisfying(t -> assertThat(t).contains("broken on purpose"));
    }

    @Test
    void aClosedDeviceIsDead() {
        TestDriver.Queue queue = running();
        driver.transport.close();
        queue.add(0x100, 16, false);
        queue.kick();
        assertThat(queue.take()).isNull();
        assertThat(driver.read(0)).isZero();
        assertThat(driver.interrupts).hasValue(0);
    }

    @Test
    void checksTheDevice() {
        Probe greedy = new Probe();
        greedy.features = 1L << 32;
        assertThatThrownBy(() -> new TestDriver(greedy)).hasMessageContaining("features");
        Probe odd = new Probe();
        odd.sizes = List.of(3);
        assertThatThrownBy(() -> new TestDriver(odd)).hasMessageContaining("queue size 3");
    }
}

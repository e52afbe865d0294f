/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class VirtioEntropyTest {

    private byte next = 1;

    private final TestDriver driver =
            new TestDriver(new VirtioEntropy(bytes -> Arrays.fill(bytes, next++)));

    @Test
    void fillsRequests() {
        driver.negotiate(0);
        TestDriver.Queue queue = driver.queue(0);
        driver.start();
        int room = driver.allocate(64);
        queue.add(room, 16, true);
        queue.add(room + 16, 8, true);
        queue.kick();
        assertThat(driver.read(0x08)).isEqualTo(4);
        assertThat(queue.take()).isEqualTo(new TestDriver.Used(0, 16));
        assertThat(queue.take()).isEqualTo(new TestDriver.Used(1, 8));
        assertThat(driver.load(room, 16)).containsOnly(1);
        assertThat(driver.load(room + 16, 8)).containsOnly(2);
        assertThat(driver.load(room + 24, 8)).containsOnly(0);
    }

    @Test
    void answersRequestsFromBeforeTheStart() {
        driver.negotiate(0);
        TestDriver.Queue queue = driver.queue(0);
        queue.add(driver.allocate(64), 16, true);
        driver.start();
        assertThat(queue.take()).isNotNull();
    }

    @Test
    void limitsARequest() {
        driver.negotiate(0);
        TestDriver.Queue queue = driver.queue(0);
        driver.start();
        queue.add(0x10000, 3 << 20, true);
        // The same memory many times over is no way to more.
        queue.kick();
        assertThat(queue.take()).isEqualTo(new TestDriver.Used(0, VirtioEntropy.MAX_REQUEST));
    }

    @Test
    void readableRequestsGetNothing() {
        driver.negotiate(0);
        TestDriver.Queue queue = driver.queue(0);
        driver.start();
        queue.add(driver.allocate(64), 16, false);
        queue.kick();
        assertThat(queue.take()).isEqualTo(new TestDriver.Used(0, 0));
    }

    @Test
    void theJvmIsTheDefaultSource() {
        TestDriver real = new TestDriver(new VirtioEntropy());
        real.negotiate(0);
        TestDriver.Queue queue = real.queue(0);
        real.start();
        int room = real.allocate(4096);
        queue.add(room, 4096, true);
        queue.kick();
        int[] seen = new int[256];
        for (byte each : real.load(room, 4096)) {
            seen[each & 0xff]++;
        }
        // The chance that fewer than 200 values appear in 4096 random bytes is nil.
        assertThat(Arrays.stream(seen).filter(n -> n > 0).count()).isGreaterThan(200);
    }
}

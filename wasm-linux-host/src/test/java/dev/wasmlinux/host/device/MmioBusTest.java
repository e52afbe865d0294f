/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class MmioBusTest {

    private final List<String> events = new ArrayList<>();

    private MmioDevice device(String name) {
        return new MmioDevice() {
            @Override
            public int read(int offset, int size) {
                events.add(name + " read " + offset + " " + size);
                return 7;
            }

            @Override
            public void write(int offset, int size, int value) {
                events.add(name + " write " + offset + " " + size + " " + value);
            }
        };
    }

    private final MmioBus bus = new MmioBus(List.of(device("a"), device("b")));

    @Test
    void findsTheDevice() {
        assertThat(bus.count()).isEqualTo(2);
        assertThat(bus.read(0xC0000FFC, 4)).isEqualTo(7);
        bus.write(0xC0001102, 2, 9);
        assertThat(events).containsExactly("a read 4092 4", "b write 258 2 9");
    }

    @Test
    void nothingIsElsewhere() {
        for (int address : new int[] {0, 0xC0002000, 0xBFFFFFFC, -4, 0x7ffffffc}) {
            assertThat(bus.read(address, 4)).isZero();
            bus.write(address, 4, 1);
        }
        for (int size : new int[] {0, 3, 8, -1}) {
            assertThat(bus.read(0xC0000000, size)).isZero();
        }
        assertThat(bus.read(0xC0000002, 4)).isZero();
        assertThat(bus.read(0xC0000001, 2)).isZero();
        assertThat(events).isEmpty();
    }

    @Test
    void hasRoomForEveryLine() {
        assertThat(new MmioBus(Collections.nCopies(31, device("x"))).count()).isEqualTo(31);
        assertThatThrownBy(() -> new MmioBus(Collections.nCopies(32, device("x"))))
                .hasMessageContaining("32 devices");
    }
}

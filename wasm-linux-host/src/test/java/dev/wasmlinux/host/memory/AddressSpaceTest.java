/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.memory;

import static dev.wasmlinux.host.memory.Raw.UNSAFE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AddressSpaceTest {
    private static final int PAGE = 1 << AddressSpace.PAGE_SHIFT;
    private static final int USER_PAGES = 1 << 17;

    private final PhysicalMemory memory = PhysicalMemory.reserve(1 << 20);
    private final AddressSpace space = AddressSpace.create(memory);

    @AfterEach
    void free() {
        space.release();
        memory.free();
    }

    private long read(int page) {
        return UNSAFE.getLong(space.table() + page * 8L);
    }

    private long write(int page) {
        return UNSAFE.getLong(space.table() + (2 << 20) + page * 8L);
    }

    private long bias(int page, int frame) {
        return memory.base() + frame - (long) page * PAGE;
    }

    @Test
    void everyPageNumberMissesAtFirst() {
        for (int page = 0; page < 1 << 18; page++) {
            assertThat(read(page) | write(page)).isZero();
        }
    }

    @Test
    void permissionsDecideWhichTableIsFilled() {
        space.set(4, 2 * PAGE, AddressSpace.READ);
        assertThat(read(4)).isEqualTo(bias(4, 2 * PAGE));
        assertThat(write(4)).isZero();

        space.set(4, 2 * PAGE, AddressSpace.READ | AddressSpace.WRITE);
        assertThat(write(4)).isEqualTo(bias(4, 2 * PAGE));

        space.set(4, 3 * PAGE, AddressSpace.READ);
        assertThat(read(4)).isEqualTo(bias(4, 3 * PAGE));
        assertThat(write(4)).as("write-protected again").isZero();
    }

    @Test
    void clearsExactlyTheRange() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            int first = random.nextInt(USER_PAGES - 2000);
            int count = random.nextInt(1500);
            for (int page : new int[] {first - 1, first, first + count - 1, first + count}) {
                if (page >= 0) {
                    space.set(page, PAGE, AddressSpace.READ | AddressSpace.WRITE);
                }
            }
            space.clear(first, count);
            for (int page = first; page < first + count; page++) {
                assertThat(read(page) | write(page)).isZero();
            }
            if (first > 0) {
                assertThat(read(first - 1)).isNotZero();
            }
            assertThat(read(first + count)).isNotZero();
            space.clear(0, -1);
            assertThat(read(first + count)).isZero();
        }
    }

    @Test
    void refusesKernelPagesAndFramesOutsideRam() {
        assertThatThrownBy(() -> space.set(USER_PAGES, PAGE, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> space.set(-1, PAGE, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> space.set(4, 1 << 20, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> space.set(4, PAGE + 4, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void writesOnlyThroughWritableTranslations() {
        byte[] bytes = {1, 2, 3, 4};
        space.set(4, 2 * PAGE, AddressSpace.READ);
        assertThat(space.tryWrite(4 * PAGE + 8, bytes, 0, 4)).isFalse();
        assertThat(memory.getInt(2 * PAGE + 8)).isZero();

        space.set(4, 2 * PAGE, AddressSpace.READ | AddressSpace.WRITE);
        assertThat(space.tryWrite(4 * PAGE + 8, bytes, 0, 4)).isTrue();
        assertThat(memory.getInt(2 * PAGE + 8)).isEqualTo(0x04030201);
        assertThat(space.tryWrite(-4, bytes, 0, 4)).as("above 2 GiB").isFalse();
    }

    @Test
    void attentionForASpaceThatIsGoneTouchesNothing() {
        AddressSpace gone = AddressSpace.create(memory);
        gone.retain();
        gone.release();
        gone.raiseAttention();
        assertThat(gone.attention()).isTrue();
        gone.release();
        gone.raiseAttention(); // the JVM would die of a write to tables that are given back
    }
}

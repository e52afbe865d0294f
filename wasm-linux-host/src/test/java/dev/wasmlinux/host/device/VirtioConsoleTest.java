/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.host.device.TestDriver.Used;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class VirtioConsoleTest {

    private static final long SIZE = 1;
    private static final long MULTIPORT = 2;

    private final VirtioConsole console = VirtioConsole.withPorts("control", "data");
    private final TestDriver driver = new TestDriver(console);
    private final ConsolePort data = console.port("data").orElseThrow();
    private final List<Thread> threads = new ArrayList<>();

    private TestDriver.Queue[] queues;
    private final Map<Integer, Integer> controlRooms = new HashMap<>();

    @AfterEach
    void endThreads() throws InterruptedException {
        driver.transport.close();
        driver.memory.free();
        for (Thread thread : threads) {
            thread.join(10_000);
            assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
    }

    private interface Task<T> {
        T run() throws Exception;
    }

    /** Runs a host thread that may wait. */
    private <T> CompletableFuture<T> async(Task<T> task) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                future.complete(task.run());
                            } catch (Throwable e) {
                                future.completeExceptionally(e);
                            }
                        });
        threads.add(thread);
        thread.start();
        return future;
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private static void until(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - start).as("30 s passed").isLessThan(30_000_000_000L);
            Thread.onSpinWait();
        }
    }

    private void untilWaiting(Thread thread) {
        until(
                () ->
                        thread.getState() == Thread.State.WAITING
                                || thread.getState() == Thread.State.TIMED_WAITING);
    }

    private Thread lastThread() {
        return threads.get(threads.size() - 1);
    }

    /** Brings the driver up as Linux does, without opening a port. */
    private List<String> start(long features) {
        driver.negotiate(features);
        queues = new TestDriver.Queue[8];
        for (int i = 0; i < queues.length; i++) {
            queues[i] = driver.queue(i);
        }
        driver.start();
        List<String> log = new ArrayList<>();
        if ((features & MULTIPORT) != 0) {
            giveControlRooms(32);
            control(0xffffffff, 0, 1);
            List<String> added = received();
            log.addAll(added);
            for (int port = 0; port < 3; port++) {
                control(port, 3, 1);
                log.addAll(received());
            }
        }
        return log;
    }

    private void open(int port) {
        control(port, 6, 1);
    }

    private void giveControlRooms(int count) {
        for (int i = 0; i < count; i++) {
            int room = driver.allocate(128);
            controlRooms.put(queues[2].add(room, 128, true), room);
        }
        queues[2].kick();
    }

    /** Sends a control message and takes the buffer back, which must come at once. */
    private void control(int port, int event, int value) {
        byte[] message =
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(port)
                        .putShort((short) event)
                        .putShort((short) value)
                        .array();
        queues[3].add(driver.store(message), 8, false);
        queues[3].kick();
        assertThat(queues[3].take()).as("control buffer").isNotNull();
    }

    /** Control messages that the device sent, as text. */
    private List<String> received() {
        String[] events = {"", "ADD", "REMOVE", "", "CONSOLE", "RESIZE", "OPEN", "NAME"};
        List<String> messages = new ArrayList<>();
        for (Used used; (used = queues[2].take()) != null; ) {
            int room = controlRooms.remove(used.head());
            ByteBuffer message =
                    ByteBuffer.wrap(driver.load(room, used.written()))
                            .order(ByteOrder.LITTLE_ENDIAN);
            int port = message.getInt();
            int event = message.getShort();
            int value = message.getShort();
            String more = "";
            if (event == 5) {
                more = " " + message.getShort() + "x" + message.getShort();
            } else if (message.hasRemaining()) {
                more = " " + new String(message.array(), 8, message.remaining(), UTF_8);
            }
            messages.add(port + " " + events[event] + " " + value + more);
        }
        return messages;
    }

    /** The guest writes to a port. */
    private void guestWrites(int queue, byte[] bytes) {
        queues[queue].add(driver.store(bytes), bytes.length, false);
        queues[queue].kick();
    }

    private static byte[] pattern(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void introducesItsPorts() {
        assertThat(start(SIZE | MULTIPORT))
                .containsExactly(
                        "0 ADD 0",
                        "1 ADD 0",
                        "2 ADD 0",
                        "0 CONSOLE 1",
                        "0 RESIZE 0 80x24",
                        "0 NAME 1 console",
                        "0 OPEN 1",
                        "1 NAME 1 control",
                        "1 OPEN 1",
                        "2 NAME 1 data",
                        "2 OPEN 1");
        assertThat(driver.read(0x08)).isEqualTo(3);
        assertThat(driver.read(0x100)).isEqualTo(24 << 16 | 80);
        assertThat(driver.read(0x104)).isEqualTo(3);
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    void messagesWaitForRoom() {
        driver.negotiate(MULTIPORT);
        queues = new TestDriver.Queue[8];
        for (int i = 0; i < 8; i++) {
            queues[i] = driver.queue(i);
        }
        driver.start();
        for (int i = 0; i < 1000; i++) {
            control(0, 0, 1);
        }
        assertThat(received()).isEmpty();
        giveControlRooms(2);
        assertThat(received()).containsExactly("0 ADD 0", "1 ADD 0");
        giveControlRooms(2);
        assertThat(received()).containsExactly("2 ADD 0");
    }

    @Test
    void carriesOutput() throws Exception {
        start(SIZE | MULTIPORT);
        open(0);
        InputStream screen = console.console().output();
        CompletableFuture<String> reader = async(() -> new String(screen.readNBytes(11), UTF_8));
        guestWrites(1, "hello ".getBytes(UTF_8));
        assertThat(queues[1].take()).isEqualTo(new Used(0, 0));
        guestWrites(1, "world".getBytes(UTF_8));
        assertThat(get(reader)).isEqualTo("hello world");
    }

    @Test
    void carriesInput() throws Exception {
        start(SIZE | MULTIPORT);
        open(2);
        CompletableFuture<Void> writer =
                async(
                        () -> {
                            data.input().write("typed".getBytes(UTF_8));
                            return null;
                        });
        untilWaiting(lastThread());
        int room = driver.allocate(64);
        int before = driver.interrupts.get();
        driver.write(0x64, 3);
        queues[6].add(room, 3, true);
        queues[6].add(room + 3, 61, true);
        queues[6].kick();
        get(writer);
        until(() -> queues[6].usedIndex() == 2);
        assertThat(queues[6].take()).isEqualTo(new Used(0, 3));
        assertThat(queues[6].take()).isEqualTo(new Used(1, 2));
        assertThat(driver.load(room, 5)).isEqualTo("typed".getBytes(UTF_8));
        until(() -> driver.interrupts.get() > before);
    }

    @Test
    void inputWaitsUntilTheGuestOpens() throws Exception {
        start(MULTIPORT);
        int room = driver.allocate(64);
        queues[6].add(room, 64, true);
        queues[6].kick();
        CompletableFuture<Void> writer =
                async(
                        () -> {
                            data.input().write('x');
                            return null;
                        });
        untilWaiting(lastThread());
        assertThat(queues[6].take()).isNull();
        open(2);
        get(writer);
        assertThat(queues[6].take()).isEqualTo(new Used(0, 1));
    }

    @Test
    void outputThatNobodyReadsStaysWithTheGuest() throws Exception {
        start(MULTIPORT);
        open(2);
        byte[] sent = pattern(200_000, 1);
        int at = driver.store(sent);
        for (int i = 0; i < 10; i++) {
            queues[7].add(at + i * 20_000, 20_000, false);
        }
        queues[7].kick();
        // 64 KiB fit: three buffers and a part of the fourth.
        assertThat(queues[7].usedIndex()).isEqualTo(3);
        queues[7].kick();
        assertThat(queues[7].usedIndex()).isEqualTo(3);

        driver.write(0x64, 3);
        int before = driver.interrupts.get();
        InputStream output = data.output();
        assertThat(output.readNBytes(200_000)).isEqualTo(sent);
        assertThat(queues[7].usedIndex()).isEqualTo(10);
        assertThat(driver.interrupts.get()).isGreaterThan(before);
        assertThat(data.droppedBytes()).isZero();
    }

    @Test
    void theConsoleDropsOldOutputWhileNobodyReads() throws Exception {
        start(MULTIPORT);
        open(0);
        byte[] sent = pattern(300_000, 2);
        int at = driver.store(sent);
        for (int i = 0; i < 10; i++) {
            queues[1].add(at + i * 30_000, 30_000, false);
            queues[1].kick();
            assertThat(queues[1].take()).as("buffer " + i).isNotNull();
        }
        int kept = 256 << 10;
        assertThat(console.console().droppedBytes()).isEqualTo(300_000 - kept);
        byte[] newest = new byte[kept];
        System.arraycopy(sent, 300_000 - kept, newest, 0, kept);
        assertThat(console.console().output().readNBytes(kept)).isEqualTo(newest);
    }

    @Test
    void theConsoleWaitsForAnAttachedReaderOnly() throws Exception {
        start(MULTIPORT);
        open(0);
        InputStream output = console.console().output();
        int at = driver.store(pattern(300_000, 3));
        queues[1].add(at, 300_000, false);
        queues[1].kick();
        assertThat(queues[1].take()).isNull();
        output.close();
        assertThat(queues[1].take()).isNotNull();
        assertThat(console.console().droppedBytes()).isEqualTo(300_000 - (256 << 10));
    }

    @Test
    void hugeChainsAreSkippedNotCopied() {
        start(MULTIPORT | TestDriver.INDIRECT);
        open(0);
        // 1024 buffers that are all of memory, 4 GiB to look at.
        int table = driver.allocate(16 * 1024);
        for (int i = 0; i < 1024; i++) {
            queues[1].describe(table, i, 0, 4 << 20, i == 1023 ? 0 : 1, i + 1);
        }
        for (int i = 0; i < 64; i++) {
            queues[1].descriptor(i, table, 16 * 1024, 4, 0);
            queues[1].publish(i);
        }
        long start = System.nanoTime();
        queues[1].kick();
        assertThat(queues[1].usedIndex()).isEqualTo(64);
        assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
        assertThat(console.console().droppedBytes())
                .isEqualTo(64L * 1024 * (4 << 20) - (256 << 10));
    }

    @Test
    void theGuestReadsTheEndAfterTheBytes() throws Exception {
        start(MULTIPORT);
        open(2);
        int room = driver.allocate(64);
        queues[6].add(room, 64, true);
        queues[6].kick();
        data.input().write("last".getBytes(UTF_8));
        data.input().close();
        assertThat(queues[6].take()).isEqualTo(new Used(0, 4));
        assertThat(received()).containsExactly("2 OPEN 0");
        assertThatThrownBy(() -> data.input().write('x')).hasMessageContaining("closed");
        data.setOpen(true);
        assertThat(received()).containsExactly("2 OPEN 1");
        queues[6].add(room, 64, true);
        data.input().write('y');
        assertThat(queues[6].take()).isEqualTo(new Used(1, 1));
    }

    @Test
    void theHostReadsTheEndAfterTheBytes() throws Exception {
        start(MULTIPORT);
        open(2);
        InputStream output = data.output();
        guestWrites(7, pattern(70_000, 4));
        control(2, 6, 0);
        assertThat(data.isGuestOpen()).isFalse();
        assertThat(output.readAllBytes()).isEqualTo(pattern(70_000, 4));
        assertThat(output.read()).isEqualTo(-1);
        // Another time.
        open(2);
        guestWrites(7, new byte[] {42});
        assertThat(output.read()).isEqualTo(42);
        assertThat(output.available()).isZero();
    }

    @Test
    void aPortThatTheGuestClosedTakesNoInput() throws Exception {
        start(MULTIPORT);
        open(2);
        control(2, 6, 0);
        assertThatThrownBy(() -> data.input().write('x'))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed by the guest");
        open(2);
        queues[6].add(driver.allocate(16), 16, true);
        data.input().write('x');
        assertThat(queues[6].take()).isEqualTo(new Used(0, 1));
    }

    @Test
    void aPortThatTheHostClosedDropsOutput() throws Exception {
        start(MULTIPORT);
        open(2);
        InputStream output = data.output();
        guestWrites(7, pattern(100_000, 9));
        assertThat(queues[7].take()).isNull();
        data.setOpen(false);
        // The stuck buffer comes back before the guest hears of it.
        assertThat(queues[7].take()).isNotNull();
        assertThat(received()).containsExactly("2 OPEN 0");
        assertThat(data.droppedBytes()).isEqualTo(100_000 - (64 << 10));
        assertThat(output.readAllBytes()).hasSize(64 << 10);
        guestWrites(7, new byte[] {1});
        assertThat(queues[7].take()).isNotNull();
        data.setOpen(true);
        guestWrites(7, new byte[] {2});
        assertThat(output.read()).isEqualTo(2);
    }

    @Test
    void aWaitingReaderSeesTheGuestClose() throws Exception {
        start(MULTIPORT);
        CompletableFuture<Integer> reader = async(() -> data.output().read());
        untilWaiting(lastThread());
        open(2);
        untilWaiting(lastThread());
        assertThat(reader).isNotDone();
        control(2, 6, 0);
        assertThat(get(reader)).isEqualTo(-1);
    }

    @Test
    void aWaitingWriterSeesTheGuestClose() {
        start(MULTIPORT);
        open(2);
        CompletableFuture<Void> writer =
                async(
                        () -> {
                            data.input().write(new byte[10]);
                            return null;
                        });
        untilWaiting(lastThread());
        control(2, 6, 0);
        assertThatThrownBy(() -> get(writer))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(IOException.class)
                .hasMessageContaining("closed by the guest");
    }

    @Test
    void closingTheStreamEndsAWaitingRead() throws Exception {
        start(MULTIPORT);
        open(0);
        ConsolePort port = console.console();
        InputStream screen = port.output();
        CompletableFuture<Integer> reader = async(screen::read);
        untilWaiting(lastThread());
        screen.close();
        assertThat(get(reader)).isEqualTo(-1);
        guestWrites(1, new byte[] {5});
        assertThat(port.output().read()).isEqualTo(5);
    }

    @Test
    void interruptsEndWaiting() {
        start(MULTIPORT);
        open(2);
        queues[6].add(driver.allocate(16), 4, true);
        CompletableFuture<Void> writer =
                async(
                        () -> {
                            data.input().write(new byte[10]);
                            return null;
                        });
        until(() -> queues[6].usedIndex() == 1);
        lastThread().interrupt();
        assertThatThrownBy(() -> get(writer))
                .rootCause()
                .isInstanceOfSatisfying(
                        InterruptedIOException.class,
                        e -> assertThat(e.bytesTransferred).isEqualTo(4));
        CompletableFuture<Integer> reader = async(() -> data.output().read());
        untilWaiting(lastThread());
        lastThread().interrupt();
        assertThatThrownBy(() -> get(reader)).hasRootCauseInstanceOf(InterruptedIOException.class);
    }

    @Test
    void theEndOfTheMachineEndsWaiting() throws Exception {
        start(MULTIPORT);
        open(2);
        CompletableFuture<Void> writer =
                async(
                        () -> {
                            data.input().write(1);
                            return null;
                        });
        untilWaiting(lastThread());
        CompletableFuture<Integer> reader = async(() -> data.output().read());
        untilWaiting(lastThread());
        CompletableFuture<Boolean> waiter =
                async(() -> data.awaitGuestOpen(false, Duration.ofHours(1)));
        untilWaiting(lastThread());
        driver.transport.close();
        assertThat(get(reader)).isEqualTo(-1);
        assertThat(get(waiter)).isFalse();
        assertThatThrownBy(() -> get(writer)).hasMessageContaining("the machine has ended");
    }

    @Test
    void memoryIsLeftAloneAfterTheEnd() throws Exception {
        start(MULTIPORT);
        open(2);
        open(0);
        InputStream output = data.output();
        InputStream screen = console.console().output();
        guestWrites(7, pattern(100_000, 10));
        guestWrites(1, pattern(300_000, 11));
        driver.transport.close();
        driver.memory.free();
        assertThat(output.readAllBytes()).hasSize(64 << 10);
        screen.close();
        data.setOpen(false);
        console.resize(1, 1);
        driver.write(0x50, 7);
        driver.write(0x70, 0);
        assertThatThrownBy(() -> data.input().write(1)).isInstanceOf(IOException.class);
    }

    @Test
    void waitsForTheGuestToOpen() throws Exception {
        start(MULTIPORT);
        assertThat(data.awaitGuestOpen(true, Duration.ofMillis(1))).isFalse();
        CompletableFuture<Boolean> waiter =
                async(() -> data.awaitGuestOpen(true, Duration.ofMinutes(1)));
        untilWaiting(lastThread());
        open(2);
        assertThat(get(waiter)).isTrue();
        assertThat(data.awaitGuestOpen(false, Duration.ZERO)).isFalse();
    }

    @Test
    void resizesByMessage() {
        console.resize(100, 30);
        assertThat(start(SIZE | MULTIPORT)).contains("0 RESIZE 0 100x30");
        console.resize(132, 43);
        assertThat(received()).containsExactly("0 RESIZE 0 132x43");
        assertThat(driver.read(0x100)).isEqualTo(43 << 16 | 132);
        assertThatThrownBy(() -> console.resize(65536, 1)).hasMessageContaining("65536 x 1");
        assertThatThrownBy(() -> console.resize(1, -1)).hasMessageContaining("1 x -1");
    }

    @Test
    void aDriverWithoutPortsHasTheConsole() throws Exception {
        start(SIZE);
        assertThat(console.console().isGuestOpen()).isTrue();
        InputStream screen = console.console().output();
        guestWrites(1, "x".getBytes(UTF_8));
        assertThat(screen.read()).isEqualTo('x');
        int generation = driver.read(0xfc);
        driver.write(0x64, 3);
        console.resize(1, 2);
        assertThat(driver.read(0xfc)).isNotEqualTo(generation);
        assertThat(driver.read(0x60)).isEqualTo(2);
        assertThat(driver.read(0x100)).isEqualTo(2 << 16 | 1);
    }

    @Test
    void startsAgainAfterAReset() throws Exception {
        start(MULTIPORT);
        open(2);
        InputStream output = data.output();
        guestWrites(7, pattern(100_000, 5));
        controlRooms.clear();
        List<String> log = start(MULTIPORT);
        assertThat(log).hasSize(10).endsWith("2 OPEN 1");
        assertThat(data.isGuestOpen()).isFalse();
        // What had arrived is still there; the rest went with the reset.
        assertThat(output.readAllBytes()).hasSize(64 << 10);
        open(2);
        guestWrites(7, new byte[] {9});
        assertThat(output.read()).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3 3 1",
                "-1 3 1",
                "-2147483648 6 1",
                "0 1 1",
                "0 5 1",
                "0 65535 1",
                "0 8 0"
            })
    void refusesNonsenseControl(String text) {
        start(MULTIPORT);
        String[] parts = text.split(" ");
        control(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        assertThat(driver.needsReset()).isTrue();
    }

    @Test
    void refusesShortControl() {
        start(MULTIPORT);
        queues[3].add(driver.store(new byte[7]), 7, false);
        queues[3].kick();
        assertThat(driver.needsReset()).isTrue();
    }

    @Test
    void refusesControlRoomThatIsTooSmall() {
        driver.negotiate(MULTIPORT);
        queues = new TestDriver.Queue[8];
        for (int i = 0; i < 8; i++) {
            queues[i] = driver.queue(i);
        }
        driver.start();
        queues[2].add(driver.allocate(8), 7, true);
        control(0, 0, 1);
        assertThat(driver.needsReset()).isTrue();
    }

    @Test
    void refusesReceiveBuffersWithoutRoom() {
        start(MULTIPORT);
        open(2);
        queues[6].add(driver.allocate(8), 0, true);
        CompletableFuture<Void> writer =
                async(
                        () -> {
                            data.input().write(1);
                            return null;
                        });
        until(driver::needsReset);
        driver.transport.close();
        assertThatThrownBy(() -> get(writer)).hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void carriesMuchBothWaysAtOnce() throws Exception {
        start(MULTIPORT);
        open(2);
        byte[] up = pattern(3_000_000, 6);
        byte[] down = pattern(3_000_000, 7);
        CompletableFuture<Void> writer =
                async(
                        () -> {
                            OutputStream input = data.input();
                            for (int at = 0; at < down.length; at += 9_999) {
                                input.write(down, at, Math.min(9_999, down.length - at));
                            }
                            return null;
                        });
        CompletableFuture<byte[]> reader = async(() -> data.output().readNBytes(up.length));
        // The guest: a ring of rooms each way, rooms known by their heads.
        int room = driver.allocate(16 * 4096);
        int out = driver.allocate(64 * 4096);
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        for (int i = 0; i < 16; i++) {
            queues[6].add(room + i * 4096, 4096, true);
        }
        queues[6].kick();
        int sent = 0;
        long start = System.nanoTime();
        while (got.size() < down.length || sent < up.length) {
            assertThat(System.nanoTime() - start).isLessThan(50_000_000_000L);
            for (Used used; (used = queues[6].take()) != null; ) {
                got.writeBytes(driver.load(room + used.head() * 4096, used.written()));
                assertThat(queues[6].add(room + used.head() * 4096, 4096, true))
                        .isEqualTo(used.head());
                queues[6].kick();
            }
            while (queues[7].take() != null) {
                driver.write(0x64, 3);
            }
            if (sent < up.length && !queues[7].isFull()) {
                int length = Math.min(4096, up.length - sent);
                int head = queues[7].nextFree();
                driver.memory.write(out + head * 4096, up, sent, length);
                queues[7].add(out + head * 4096, length, false);
                queues[7].kick();
                sent += length;
            }
        }
        get(writer);
        assertThat(got.toByteArray()).isEqualTo(down);
        assertThat(get(reader)).isEqualTo(up);
        assertThat(driver.needsReset()).isFalse();
    }

    /** Whatever lies in rings and messages: no exception, bounded work, and a reset heals. */
    @Test
    void randomGuestsNeverBreakTheHost() {
        Random random = new Random(8);
        InputStream output = data.output();
        int failures = 0;
        for (int round = 0; round < 400; round++) {
            start(random.nextInt(4) == 0 ? SIZE : SIZE | MULTIPORT | TestDriver.INDIRECT);
            controlRooms.clear();
            for (int step = 0; step < 30; step++) {
                TestDriver.Queue queue = queues[random.nextInt(8)];
                switch (random.nextInt(8)) {
                    case 0 -> driver.write(0x50, random.nextInt(12) - 2);
                    case 1 ->
                            driver.memory.putShortRelease(
                                    queue.available + 2, random.nextInt(65536));
                    case 2 -> driver.memory.putInt(queue.available + 4, random.nextInt());
                    case 3 -> driver.write(random.nextInt(64) * 4, random.nextInt());
                    case 4 -> console.resize(random.nextInt(200), random.nextInt(100));
                    case 5 -> data.setOpen(random.nextBoolean());
                    default -> {
                        int slot = random.nextInt(queue.size);
                        queue.descriptor(
                                slot,
                                random.nextInt(16) == 0
                                        ? random.nextLong()
                                        : random.nextInt(4 << 20) & -16,
                                random.nextInt(16) == 0 ? random.nextInt() : random.nextInt(9000),
                                random.nextInt(8),
                                random.nextInt(queue.size));
                        queue.publish(slot);
                        queue.kick();
                    }
                }
            }
            if (driver.needsReset()) {
                failures++;
            }
            try {
                assertThat(output.available()).isBetween(0, 64 << 10);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        assertThat(failures).isBetween(50, 400);
        assertThat(start(SIZE | MULTIPORT)).hasSize(11);
    }

    @Test
    void checksPortNames() {
        assertThat(console.ports())
                .extracting(ConsolePort::name)
                .containsExactly("console", "control", "data");
        assertThat(console.port("none")).isEmpty();
        assertThat(data.number()).isEqualTo(2);
        assertThatThrownBy(() -> VirtioConsole.withPorts("a", "a")).hasMessageContaining("twice");
        assertThatThrownBy(() -> VirtioConsole.withPorts("")).hasMessageContaining("1 to 64");
        assertThatThrownBy(() -> VirtioConsole.withPorts("x".repeat(65)))
                .hasMessageContaining("1 to 64");
        String[] many = new String[31];
        for (int i = 0; i < many.length; i++) {
            many[i] = "p" + i;
        }
        assertThatThrownBy(() -> VirtioConsole.withPorts(many)).hasMessageContaining("32 ports");
        assertThatThrownBy(() -> VirtioConsole.withPorts().console().output())
                .isInstanceOf(IllegalStateException.class);
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.abi.SymbolTable;
import dev.wasmlinux.host.device.VirtioConsole;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Boots the bundled image and works with it, end to end. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MachineTest {
    private static final Duration LONG = Duration.ofMinutes(3);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private static Machine machine(int cpus) {
        Machine machine =
                Machine.builder()
                        .image(MachineImage.bundled())
                        .cpus(cpus)
                        .commandLine("console=hvc0 quiet")
                        .build();
        machine.start();
        return machine;
    }

    private WaitStatus sh(Machine machine, String script) throws IOException {
        return run(machine, InputStream.nullInputStream(), "sh", "-c", script);
    }

    private WaitStatus run(Machine machine, InputStream in, String... command) throws IOException {
        out.reset();
        err.reset();
        return machine.run(Command.of(command), in, out, err);
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @AfterEach
    void noThreadIsLeft() {
        List<Thread> left =
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().matches("wasm-linux-\\d+-.*"))
                        .filter(Thread::isAlive)
                        .toList();
        assertThat(left).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void bootsToACommandAndBack(int cpus) throws Exception {
        for (int boot = 0; boot < 2; boot++) {
            try (Machine machine = machine(cpus)) {
                assertThat(sh(machine, "uname -s; grep -c ^processor /proc/cpuinfo; exit 7"))
                        .extracting(WaitStatus::shellStatus)
                        .isEqualTo(7);
                assertThat(output()).isEqualTo("Linux\n" + cpus + "\n");
                assertThat(err.size()).isZero();
            }
        }
    }

    @Test
    void streamsAreApartAndBinarySafe() throws Exception {
        byte[] bytes = new byte[1 << 20];
        new Random(7).nextBytes(bytes);
        try (Machine machine = machine(2)) {
            assertThat(run(machine, new ByteArrayInputStream(bytes), "cat").shellStatus()).isZero();
            assertThat(Arrays.equals(out.toByteArray(), bytes)).isTrue();

            assertThat(sh(machine, "echo one; echo two >&2").shellStatus()).isZero();
            assertThat(output()).isEqualTo("one\n");
            assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("two\n");
        }
    }

    @Test
    void scriptsForkPipeTrapAndWait() throws Exception {
        try (Machine machine = machine(2)) {
            sh(
                    machine,
                    """
                    x=outer
                    (x=inner; echo $x)
                    echo $x $(echo sub | tr a-z A-Z)
                    cat <<END
                    here $((6 * 7))
                    END
                    trap 'echo trapped' USR1
                    kill -USR1 $$
                    sh -c 'exit 3' & wait $!; echo $?
                    seq 1 1000 | sort -rn | head -n 1
                    i=0; while [ $i -lt 50 ]; do /bin/true || echo bad; i=$((i + 1)); done; echo $i
                    """);
            assertThat(output()).isEqualTo("inner\nouter SUB\nhere 42\ntrapped\n3\n1000\n50\n");
        }
    }

    @Test
    void aKilledCommandTellsItsSignal() throws Exception {
        try (Machine machine = machine(1)) {
            WaitStatus status = sh(machine, "kill -9 $$");
            assertThat(status.signal()).hasValue(9);
            assertThat(status.shellStatus()).isEqualTo(137);
            assertThatThrownBy(() -> run(machine, InputStream.nullInputStream(), "no-such-program"))
                    .isInstanceOfSatisfying(
                            CommandException.class, e -> assertThat(e.isNotFound()).isTrue());
            assertThat(sh(machine, "echo on").shellStatus()).isZero();
        }
    }

    @Test
    void manyProcessesComeAndGo() throws Exception {
        try (Machine machine = machine(2)) {
            sh(
                    machine,
                    """
                    i=0; while [ $i -lt 500 ]; do (exit 0) || echo bad; i=$((i + 1)); done; echo $i
                    i=0; while [ $i -lt 30 ]; do sh -c 'sleep 0.2; echo $$' & i=$((i + 1)); done | sort -u | wc -l
                    """);
            assertThat(output()).isEqualTo("500\n30\n");
        }
    }

    @Test
    void filesThatAreNoProgramsAreRefusedInTheGuest() throws Exception {
        try (Machine machine = machine(1)) {
            sh(
                    machine,
                    """
                    cd /tmp
                    printf '\\0asm\\1\\0\\0\\0' > empty; head -c 5000 /bin/busybox > cut
                    printf '\\0asm\\2\\0\\0\\0' > newer
                    for file in empty cut newer; do
                        chmod +x $file; env ./$file 2>/dev/null; echo $?
                    done
                    echo still here
                    """);
            assertThat(output()).isEqualTo("126\n126\n126\nstill here\n");
        }
    }

    @Test
    void ownConsolesAndDevicesAreSeenByTheGuest() throws Exception {
        VirtioConsole console = VirtioConsole.withPorts();
        try (Machine machine =
                Machine.builder()
                        .image(MachineImage.bundled())
                        .commandLine("console=hvc0 quiet")
                        .console(console)
                        .device(TestDevice.unknown())
                        .build()) {
            machine.start();
            // without the agent's ports, the agent gives a shell on the console
            console.console()
                    .input()
                    .write(
                            "cat /sys/bus/virtio/devices/*/device; echo E''ND\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            StringBuilder text = new StringBuilder();
            while (text.indexOf("\nEND") < 0) {
                int next = console.console().output().read();
                assertThat(next).as(text.toString()).isNotNegative();
                text.append((char) next);
            }
            assertThat(text).contains("0x0003").contains("0x0004").contains("0x003f");
        }
    }

    @Test
    void powerOffEndsTheMachine() throws Exception {
        try (Machine machine = machine(1)) {
            assertThatThrownBy(() -> sh(machine, "poweroff -f; sleep 1000"))
                    .isInstanceOf(IOException.class);
            assertThat(machine.awaitExit(LONG).kind()).isEqualTo(ExitReason.Kind.POWER_OFF);
            assertThat(machine.state()).isEqualTo(Machine.State.ENDED);
        }
    }

    @Test
    void aCommandIsEndedFromOutsideAndThenTheMachine() throws Exception {
        try (Machine machine = machine(2)) {
            assertThatThrownBy(() -> machine.signal(0))
                    .isInstanceOf(IllegalArgumentException.class);
            OutputStream killer =
                    new OutputStream() {
                        @Override
                        public void write(int value) throws IOException {
                            machine.signal(15);
                        }
                    };
            WaitStatus status =
                    machine.run(
                            Command.of("sh", "-c", "echo ready; sleep 1000"),
                            InputStream.nullInputStream(),
                            killer,
                            err);
            assertThat(status.signal()).hasValue(15);
            machine.signal(9);
            assertThat(sh(machine, "exit 3").exitCode()).hasValue(3);
            machine.powerOff();
            assertThat(machine.awaitExit(LONG).kind()).isEqualTo(ExitReason.Kind.POWER_OFF);
        }
    }

    @Test
    void aMachineThatNeverStartedCanBeClosed() {
        Machine machine = Machine.builder().image(MachineImage.bundled()).build();
        machine.close();
        machine.close();
        assertThatThrownBy(machine::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void foreignKernelsAreRefusedWithAReason() {
        byte[] elf = {0x7f, 'E', 'L', 'F', 2, 1, 1, 0};
        byte[] empty = {0, 'a', 's', 'm', 1, 0, 0, 0};
        byte[] cut = {0, 'a', 's'};
        for (byte[] kernel : List.of(elf, empty, cut, new byte[0])) {
            assertThatThrownBy(
                            () ->
                                    MachineImage.compile(
                                            kernel, SymbolTable.parse(new byte[0]), new byte[0]))
                    .isInstanceOf(MachineException.class)
                    .hasMessageStartingWith("cannot use the kernel: ");
        }
    }

    @Test
    void aBrokenInitramfsPanicsTheGuestOnly() throws Exception {
        MachineImage broken =
                MachineImage.bundled()
                        .withInitramfs("070701 no archive".getBytes(StandardCharsets.US_ASCII));
        try (Machine machine = Machine.builder().image(broken).build()) {
            machine.start();
            ExitReason reason = machine.awaitExit(LONG);
            assertThat(reason.kind()).isEqualTo(ExitReason.Kind.PANIC);
            assertThat(reason.message()).isNotEmpty();
        }
    }
}

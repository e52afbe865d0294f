/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code wasm-linux run} with somebody typing at a terminal, on one CPU. */
@Timeout(300)
class TerminalTest {
    private static final String CTRL_C = "\003";
    private static final String CTRL_D = "\004";
    private static final String CTRL_Z = "\032";
    private static final String LEAVE = "\035";
    private static final String LEFT = "\033[D";
    private static final String UP = "\033[A";
    private static final String ESCAPE = "\033";
    private static final String PROMPT = "root@wasm-linux:~# ";

    @TempDir Path directory;

    private PseudoTerminal terminal;

    @BeforeAll
    static void needsScript() {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/script"))
                        && Files.exists(Path.of("/dev/ptmx")),
                "script(1) of util-linux makes the terminal");
    }

    private PseudoTerminal start(String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(LauncherTree.make().toString());
        command.add("run");
        command.addAll(List.of(options));
        terminal =
                PseudoTerminal.start(
                        directory, Map.of("JAVA_HOME", System.getProperty("java.home")), command);
        return terminal;
    }

    @AfterEach
    void stop() {
        if (terminal != null) {
            terminal.close();
        }
    }

    private void prompt() throws InterruptedException {
        terminal.await(PROMPT);
    }

    /** Types a line, too short to be wrapped, and waits until it was echoed. */
    private void enter(String line) throws Exception {
        terminal.type(line).await(line);
        terminal.type("\r").await("\r\n");
    }

    /** Starts a program and waits until it is the terminal's foreground job. */
    private void running(String command) throws Exception {
        enter("go() { sh -c 'echo st\"\"arted; exec \"$@\"' - \"$@\"; }");
        prompt();
        enter("go " + command);
        terminal.await("started\r\n");
    }

    private void gaveTheTerminalBack() throws IOException {
        assertThat(terminal.settingsBefore()).contains("isig icanon").contains(" echo ");
        assertThat(terminal.settingsAfter()).isEqualTo(terminal.settingsBefore());
    }

    @Test
    void linesAreEditedAndRemembered() throws Exception {
        start();
        prompt();
        terminal.type("ehco 12" + LEFT + LEFT + LEFT + LEFT + LEFT + LEFT + "\b" + "c\033[C\b\b");
        terminal.type("\001\013echo one tw" + "x\bo\r").await("\r\none two\r\n");
        prompt();
        terminal.type("ech\tcomplete\r").await("\r\ncomplete\r\n");
        prompt();
        terminal.type(UP + UP + " again\r").await("\r\none two again\r\n");
        prompt();
        terminal.type(CTRL_D);
        assertThat(terminal.awaitEnd()).isZero();
        gaveTheTerminalBack();
    }

    @Test
    void programsAreInterruptedStoppedAndContinued() throws Exception {
        start("--cpus", "1");
        prompt();
        running("sleep 100");
        terminal.type(CTRL_C).await("^C");
        prompt();
        enter("echo st''arted; cat"); // from now on the terminal is no longer the line editor's
        terminal.await("started\r\n");
        terminal.type("abc\r").await("abc\r\nabc\r\n");
        terminal.type(CTRL_C).await("^C");
        prompt();
        terminal.type("echo $?\r").await("\r\n130\r\n");
        prompt();

        enter("echo st''arted; cat");
        terminal.await("started\r\n");
        terminal.type("first\r").await("first\r\nfirst\r\n");
        terminal.type(CTRL_Z).await("Stopped");
        prompt();
        enter("fg");
        terminal.await("cat\r\n");
        terminal.type("second\r").await("second\r\nsecond\r\n");
        terminal.type(CTRL_D);
        prompt();

        enter("echo st''arted; while :; do :; done");
        terminal.await("started\r\n");
        terminal.type(CTRL_C).await("^C");
        prompt();
        // compiled C that makes no system call
        running("awk 'BEGIN { while (1) ; }'");
        terminal.type(CTRL_C).await("^C");
        prompt();

        enter("(sleep 0.3; echo back''ground) & jobs");
        terminal.await("Running");
        prompt();
        terminal.type("wait; echo wai''ted\r").await("background\r\n");
        terminal.await("waited\r\n");
        prompt();
        terminal.type("exit 3\r");
        assertThat(terminal.awaitEnd()).isEqualTo(3);
        gaveTheTerminalBack();
    }

    @Test
    void anEditorSeesTheWindowAndItsChanges() throws Exception {
        start();
        prompt();
        terminal.type("stty size\r").await("\r\n24 80\r\n");
        prompt();
        terminal.type("vi /tmp/file\r").await("\r\n");
        terminal.await("- /tmp/file");
        terminal.type("ione\rtwo").await("\033[2;4H"); // where the cursor is then
        // an escape key is one only if nothing follows at once
        terminal.type(ESCAPE).await("- /tmp/file");
        terminal.type("kothree").await("\033[2;6H");
        terminal.type(ESCAPE).await("- /tmp/file");
        terminal.type(":wq\r");
        prompt();
        terminal.type("md5sum </tmp/file; cat /tmp/file\r");
        terminal.await("-\r\none\r\nthree\r\ntwo\r\n");
        prompt();

        enter("t='trap \"stty size; exit\" WINCH; echo rea\"\"dy'");
        prompt();
        enter("sh -c \"$t; while sleep 0.1; do :; done\"");
        terminal.await("ready\r\n");
        terminal.resize(40, 132);
        terminal.await("40 132\r\n");
        prompt();
        enter("vi /tmp/file");
        terminal.await("\033[40;1H"); // the status line is the last
        terminal.type(":q\r");
        prompt();
        terminal.resize(24, 80);
        terminal.type(LEAVE);
        assertThat(terminal.awaitEnd()).isZero();
        gaveTheTerminalBack();
    }

    @Test
    void theLeaveKeyWorksWhateverTheGuestDoes() throws Exception {
        start();
        prompt();
        enter("trap '' INT; stty -isig; echo st''arted; while :; do :; done");
        terminal.await("started\r\n");
        terminal.type(CTRL_C).type(LEAVE);
        assertThat(terminal.awaitEnd()).isZero();
        gaveTheTerminalBack();
    }

    @Test
    void theTerminalIsGivenBackWhenTheToolIsKilled() throws Exception {
        start();
        prompt();
        terminal.terminate();
        assertThat(terminal.awaitEnd()).isEqualTo(128 + 15);
        gaveTheTerminalBack();
    }
}

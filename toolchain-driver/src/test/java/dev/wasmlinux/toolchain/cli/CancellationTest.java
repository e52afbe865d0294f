/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.toolchain.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CancellationTest {
    @TempDir Path directory;

    @Test
    void aJvmThatIsAskedToEndLetsItsWorkTidyUpFirst() throws Exception {
        Path report = directory.resolve("report");
        Process jvm = ChildJvm.start(Child.class, report.toString());
        assertThat(jvm.inputReader().readLine()).isEqualTo("working");
        jvm.destroy();
        assertThat(jvm.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(report).hasContent("cancelled, interrupted: false");
    }

    @Test
    void workThatEndsByItselfIsNotTouched() {
        try (Cancellation cancellation = new Cancellation()) {
            cancellation.over();
        }
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    /** Works until it is interrupted, and is interrupted once more before it has written. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            try (Cancellation cancellation = new Cancellation()) {
                try {
                    System.out.println("working");
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    cancellation.over();
                    boolean interrupted = Thread.currentThread().isInterrupted();
                    Files.writeString(
                            Path.of(arguments[0]), "cancelled, interrupted: " + interrupted);
                }
            }
        }
    }
}

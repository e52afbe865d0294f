/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forks of C programs, compiled by clang and by the engine. */
class CompiledProgramForkTest {
    private static final ForkWorld PROGRAMS = new ForkWorld("programs.wasm", 220);
    private static final ForkWorld ENGINE_PROGRAMS =
            new ForkWorld("/dev/wasmlinux/host/engine/fork.wasm", 1);

    @AfterAll
    static void close() {
        PROGRAMS.close();
        ENGINE_PROGRAMS.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 20, 200, 2500})
    void deepRecursion(int depth) throws Exception {
        PROGRAMS.check(2, "deep", depth);
        assertThat(PROGRAMS.captured).isGreaterThan(depth);
    }

    @Test
    void middleOfAnExpression() throws Exception {
        PROGRAMS.check(16, "expression", 1234, 0x123456789abcdefL, 2.75, 10.5f);
    }

    @Test
    void storesOfEveryWidthStayInTheChild() throws Exception {
        int address = PROGRAMS.call("cells_address");
        int size = PROGRAMS.call("cells_size");
        List<ForkWorld.Outcome> outcomes = PROGRAMS.check(2, "widths", 4711);
        // The replays have shown what each memory must be; they must differ in every member.
        byte[] parent = PROGRAMS.memoryAfter(List.of(100), address, size, "widths", 4711);
        byte[] child = PROGRAMS.memoryAfter(List.of(0), address, size, "widths", 4711);
        int[] members = {0, 8, 24, 56, 120, 152, 216, 280, 344, 352, 368, 400, size};
        for (int i = 0; i + 1 < members.length; i++) {
            byte[] mine = java.util.Arrays.copyOfRange(parent, members[i], members[i + 1]);
            byte[] other = java.util.Arrays.copyOfRange(child, members[i], members[i + 1]);
            assertThat(mine).as("member " + i).isNotEqualTo(other);
        }
        assertThat(outcomes.get(0).memory()).isNotEqualTo(outcomes.get(1).memory());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 40})
    void longjmpAcrossResumedFrames(int depth) throws Exception {
        PROGRAMS.check(16, "jumps", depth);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 40})
    void nestedLongjmps(int depth) throws Exception {
        PROGRAMS.check(2, "nested_jumps", depth);
    }

    @Test
    void comparisonFunctionsThatFork() throws Exception {
        PROGRAMS.check(4, "sorting", 120);
    }

    @Test
    void handlersAtPolls() throws Exception {
        PROGRAMS.check(8, "spinning", 50);
        PROGRAMS.check(2, "climbing", 9);
        PROGRAMS.check(2, "calling", 9);
        assertThat(PROGRAMS.module.frameCapture().madeVariants().keySet())
                .as("frames were captured at polls, in functions and in an indirect call")
                .anyMatch(name -> name.matches(".*P.F[0-9]+.func_[0-9]+"))
                .anyMatch(name -> name.matches(".*P.Calls.indirect_[0-9]+"));
    }

    @Test
    void eightProcesses() throws Exception {
        ENGINE_PROGRAMS.check(8, "tree", 3);
    }

    @Test
    void partsOfSplitFunctions() throws Exception {
        ENGINE_PROGRAMS.check(2, "split", 12345, 678);
        assertThat(ENGINE_PROGRAMS.module.frameCapture().madeVariants().keySet())
                .as("a part was on the stack")
                .anyMatch(name -> name.matches(".*func_[0-9]+_p[0-9]+"));
    }

    @Test
    void manyThreadsForkAtOnce() throws Exception {
        try (ForkWorld world = new ForkWorld("programs.wasm", 220)) {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            CountDownLatch together = new CountDownLatch(8);
            for (int i = 0; i < 8; i++) {
                int depth = i * 5;
                CompletableFuture<Void> done = new CompletableFuture<>();
                all.add(done);
                new Thread(
                                () -> {
                                    together.countDown();
                                    try {
                                        together.await();
                                        world.check(2, "deep", depth);
                                        done.complete(null);
                                    } catch (Throwable e) {
                                        done.completeExceptionally(e);
                                    }
                                })
                        .start();
            }
            for (CompletableFuture<Void> done : all) {
                done.get();
            }
        }
    }

    @Test
    void programsOfTheEngine() throws Exception {
        ENGINE_PROGRAMS.check(2, "plain", 5, 77L, 1.75);
        ENGINE_PROGRAMS.check(2, "recursion", 30, 4);
        ENGINE_PROGRAMS.check(2, "indirect", 9);
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionBody;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.OpCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * The direct calls of a module, for bounding recursion. A call is <em>counted</em> if it may close
 * a cycle of direct calls: both functions can reach each other, and the callee is not behind the
 * caller. With indirect calls, which are counted always, every endless recursion passes counted
 * calls; between two of them the stack grows by a bounded amount, the <em>weight</em> of the
 * callee.
 */
final class CallGraph {
    // Twice a JVM stack slot, for each local, and the rest of two frames.
    private static final int SLOT_BYTES = 16;
    private static final int FRAME_BYTES = 512;
    // A bigger body is split: its parts lie on the stack together.
    private static final int BIG_BODY = 800;
    private static final int PARTS_ON_STACK = 4;
    private static final int MAXIMUM_WEIGHT = 1 << 22;

    private final int imports;
    private final int[][] callees;
    private final int[] frame;
    private final int[] component;
    private final int[] weight;
    private final List<int[]> components = new ArrayList<>();

    private CallGraph(WasmModule module, int imports, int functions) {
        this.imports = imports;
        this.callees = new int[functions][];
        this.frame = new int[functions];
        this.component = new int[functions];
        this.weight = new int[functions];
        Arrays.fill(callees, new int[0]);
        Arrays.fill(frame, FRAME_BYTES);
        for (int f = imports; f < functions; f++) {
            read(f, module.codeSection().getFunctionBody(f - imports));
        }
    }

    /**
     * Reads the calls of a module with {@code functions} functions, {@code imports} of them not its
     * own.
     */
    static CallGraph of(WasmModule module, int imports, int functions) {
        CallGraph graph = new CallGraph(module, imports, functions);
        graph.findComponents();
        graph.findWeights();
        return graph;
    }

    private void read(int function, FunctionBody body) {
        List<Instruction> instructions = new ArrayList<>(body.instructions());
        callees[function] =
                instructions.stream()
                        .filter(i -> i.opcode() == OpCode.CALL)
                        .mapToInt(i -> (int) i.operand(0))
                        .distinct()
                        .toArray();
        int bytes = FRAME_BYTES + SLOT_BYTES * body.localTypes().size();
        frame[function] = instructions.size() > BIG_BODY ? PARTS_ON_STACK * bytes : bytes;
    }

    /** Tarjan's algorithm without recursion; components come out callees first. */
    private void findComponents() {
        int[] index = new int[callees.length];
        int[] low = new int[callees.length];
        boolean[] open = new boolean[callees.length];
        int[] next = new int[callees.length];
        Deque<Integer> found = new ArrayDeque<>();
        Deque<Integer> path = new ArrayDeque<>();
        int counter = 0;
        for (int root = 0; root < callees.length; root++) {
            if (index[root] != 0) {
                continue;
            }
            path.push(root);
            while (!path.isEmpty()) {
                int f = path.peek();
                if (index[f] == 0) {
                    index[f] = ++counter;
                    low[f] = counter;
                    found.push(f);
                    open[f] = true;
                }
                if (next[f] < callees[f].length) {
                    int callee = callees[f][next[f]++];
                    if (index[callee] == 0) {
                        path.push(callee);
                    } else if (open[callee]) {
                        low[f] = Math.min(low[f], index[callee]);
                    }
                    continue;
                }
                path.pop();
                if (!path.isEmpty()) {
                    low[path.peek()] = Math.min(low[path.peek()], low[f]);
                }
                if (low[f] == index[f]) {
                    close(f, found, open);
                }
            }
        }
    }

    private void close(int root, Deque<Integer> found, boolean[] open) {
        List<Integer> members = new ArrayList<>();
        int member;
        do {
            member = found.pop();
            open[member] = false;
            component[member] = components.size();
            members.add(member);
        } while (member != root);
        members.sort(Comparator.reverseOrder());
        components.add(members.stream().mapToInt(Integer::intValue).toArray());
    }

    private void findWeights() {
        for (int[] members : components) {
            for (int f : members) {
                int deepest = 0;
                for (int callee : callees[f]) {
                    if (!isCounted(f, callee)) {
                        deepest = Math.max(deepest, weight[callee]);
                    }
                }
                weight[f] = Math.min(MAXIMUM_WEIGHT, frame[f] + deepest);
            }
        }
    }

    /** Whether a direct call is counted. */
    boolean isCounted(int caller, int callee) {
        return callee >= imports && component[caller] == component[callee] && callee <= caller;
    }

    /** Bytes of Java stack that a function uses at most before the next counted call. */
    int weight(int function) {
        return weight[function];
    }
}

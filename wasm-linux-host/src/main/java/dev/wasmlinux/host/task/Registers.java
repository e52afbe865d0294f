/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.task;

import dev.wasmlinux.host.memory.PhysicalMemory;

/**
 * A task's saved user registers in kernel memory: {@code struct pt_regs} of the kernel ABI.
 *
 * <p>For the task's own thread.
 */
final class Registers {
    private static final int ARGUMENTS = 0;
    private static final int RESULT = 48;
    private static final int PROGRAM_COUNTER = 56;
    private static final int STACK_POINTER = 60;
    private static final int THREAD_POINTER = 64;

    private final PhysicalMemory memory;
    private final int address;

    Registers(PhysicalMemory memory, int address) {
        this.memory = memory;
        this.address = address;
    }

    int address() {
        return address;
    }

    int argument(int index) {
        return memory.getInt(address + ARGUMENTS + 8 * index);
    }

    int result() {
        return memory.getInt(address + RESULT);
    }

    /** Table index of a function to call, 0 to go on with the interrupted code. */
    int programCounter() {
        return memory.getInt(address + PROGRAM_COUNTER);
    }

    int stackPointer() {
        return memory.getInt(address + STACK_POINTER);
    }

    void stackPointer(int value) {
        memory.putInt(address + STACK_POINTER, value);
    }

    int threadPointer() {
        return memory.getInt(address + THREAD_POINTER);
    }
}

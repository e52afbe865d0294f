/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.rt;

/**
 * The functions that the kernel module imports from module {@code host}, one method per import of
 * kernel ABI version 1 under its exact import name.
 *
 * <p>Compiled kernel code calls them as {@code ((KernelImports) context.imports).name(args)}.
 * Errors are negative errno values; a handle is a small positive integer given out by the host;
 * addresses are offsets in kernel memory. An implementation belongs to one task and is called on
 * that task's thread only.
 */
public interface KernelImports {
    /** Writes {@code length} early console bytes at {@code pointer}. */
    void console_write(int pointer, int length);

    /**
     * Ends the machine; never returns normally.
     *
     * @param kind 0 power off, 1 restart, 2 halt, 3 panic
     * @param status exit status of the machine
     * @param message address of the panic text
     * @param length length of the panic text in bytes
     */
    void machine_end(int kind, int status, int message, int length);

    /** Stores the text of the calling thread's Wasm stack; answers the number of bytes stored. */
    int stack_trace(int pointer, int length);

    /** Nanoseconds since the machine started. */
    long clock_monotonic();

    /** Nanoseconds since the Unix epoch. */
    long clock_realtime();

    /** Arms the calling CPU's one-shot timer for an absolute monotonic time; -1 cancels it. */
    void timer_set(long deadline);

    /** Starts a secondary CPU with the idle task {@code handle}; 0 or a negative errno. */
    int cpu_up(int cpu, int handle);

    /** Waits until the calling CPU's pending word is not zero. */
    void cpu_idle();

    /** One step of a busy wait: a bounded spin, then a yield to the operating system. */
    void cpu_relax();

    /** Sets bits in the pending word of {@code cpu} and wakes that CPU. */
    void cpu_ipi(int cpu, int bits);

    /**
     * Takes every resource of a new task.
     *
     * @param task address of its {@code task_struct}
     * @param regs address of its {@code struct pt_regs}, also its initial kernel stack pointer
     * @param kind 0 kernel thread, 1 user thread starting at a function, 2 fork or vfork child
     * @param mm handle of its address space, 0 for a kernel thread
     * @return a handle or a negative errno
     */
    int task_new(int task, int regs, int kind, int mm);

    /** Frees a task that will never run again. */
    void task_free(int handle);

    /**
     * Hands the CPU from {@code prev} (the caller) to {@code next}.
     *
     * @return the address of the {@code task_struct} that ran last on the CPU that resumes the
     *     caller
     */
    int task_switch(int prev, int next, int dead);

    /** Makes the translation table of an address space; a handle or a negative errno. */
    int mm_new(int mm);

    /** Frees an address space's translation table. */
    void mm_free(int handle);

    /**
     * Maps the user page {@code vpn} to the kernel address {@code frame}; permission bits r=1 w=2.
     */
    void tlb_set(int mm, int vpn, int frame, int perm);

    /** Clears {@code count} translations (-1: all) and waits for the CPUs of the mask. */
    void tlb_flush(int mm, int vpn, int count, int cpumask);

    /** Makes a buffer for a program file of {@code size} bytes; a handle or a negative errno. */
    int program_new(int size);

    /** Copies bytes of the program file into its buffer; 0 or a negative errno. */
    int program_write(int handle, int offset, int pointer, int length);

    /** Verifies and compiles a program asynchronously; 0, -EINPROGRESS, -ENOEXEC or -ENOMEM. */
    int program_prepare(int handle);

    /** Stores the program's layout as four 32-bit words at {@code pointer}; 0. */
    int program_info(int handle, int pointer);

    /** Binds the calling task's next user image to the program and address space {@code mm}; 0. */
    int program_exec(int handle, int mm);

    /** Gives up a program handle. */
    void program_free(int handle);

    /** Reads 1, 2 or 4 bytes of the device window. */
    int mmio_read(int address, int size);

    /** Writes 1, 2 or 4 bytes of the device window. */
    void mmio_write(int address, int size, int value);
}

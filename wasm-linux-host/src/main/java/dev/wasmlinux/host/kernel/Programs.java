/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.kernel;

import dev.wasmlinux.abi.ImageException;
import dev.wasmlinux.abi.ProgramImage;
import dev.wasmlinux.host.engine.CompileOptions;
import dev.wasmlinux.host.engine.CompiledModule;
import dev.wasmlinux.host.engine.Form;
import dev.wasmlinux.host.engine.ModuleCache;
import dev.wasmlinux.host.engine.ModuleException;
import dev.wasmlinux.host.memory.PhysicalMemory;
import dev.wasmlinux.host.task.Program;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Program files on their way from the guest's page cache to compiled code.
 *
 * <p>The kernel copies a file here, asks for it to be prepared, and sleeps until a completion is
 * raised. Compiled programs are kept by the SHA-256 of their file, so only the first exec of a
 * program compiles it. Thread safe.
 */
final class Programs implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Programs.class.getName());

    /** Most bytes of program files in preparation at a time. */
    private static final long MAX_BUFFERED = 256L << 20;

    /** Where programs' data begins: below lies the guard that catches null pointers. */
    private static final int IMAGE_START = 1 << 16;

    private static final class Entry {
        final byte[] file;
        CompletableFuture<Program> program;

        Entry(byte[] file) {
            this.file = file;
        }
    }

    private final Map<Integer, Entry> entries = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Program>> compiled = new ConcurrentHashMap<>();
    private final AtomicInteger handles = new AtomicInteger();
    private final AtomicLong buffered = new AtomicLong();
    private final Map<String, CompiledModule> bundled;
    private final ModuleCache cache;
    private final Runnable completion;
    private final ExecutorService compiler;

    /**
     * @param bundled programs compiled beforehand, by the hexadecimal SHA-256 of their file
     * @param cache compiled programs of earlier machines, or null
     * @param completion raises the guest's interrupt when a program is ready or has failed
     */
    Programs(
            String name,
            Map<String, CompiledModule> bundled,
            ModuleCache cache,
            Runnable completion) {
        this.bundled = Map.copyOf(bundled);
        this.cache = cache;
        this.completion = completion;
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        1,
                        1,
                        1,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        body -> {
                            Thread thread = new Thread(null, body, name + "-compiler", 16 << 20);
                            thread.setDaemon(true);
                            return thread;
                        });
        pool.allowCoreThreadTimeOut(true);
        this.compiler = pool;
    }

    int create(int size) {
        if (size <= 0 || size > CompileOptions.defaults().maximumModuleBytes()) {
            return -Errno.ENOEXEC;
        }
        if (buffered.addAndGet(size) > MAX_BUFFERED) {
            buffered.addAndGet(-size);
            return -Errno.ENOMEM;
        }
        int handle = handles.incrementAndGet();
        entries.put(handle, new Entry(new byte[size]));
        return handle;
    }

    int write(int handle, int offset, PhysicalMemory memory, int pointer, int length) {
        Entry entry = entry(handle);
        if (offset < 0 || length < 0 || length > entry.file.length - offset) {
            return -Errno.EINVAL;
        }
        memory.read(pointer, entry.file, offset, length);
        return 0;
    }

    int prepare(int handle) {
        Entry entry = entry(handle);
        if (entry.program == null) {
            String digest = sha256(entry.file);
            entry.program = compiled.computeIfAbsent(digest, key -> start(key, entry.file));
        }
        CompletableFuture<Program> program = entry.program;
        if (!program.isDone()) {
            return -Errno.EINPROGRESS;
        }
        return program.handle((ready, failure) -> failure == null ? 0 : errno(failure)).join();
    }

    private CompletableFuture<Program> start(String digest, byte[] file) {
        CompiledModule known = bundled.get(digest);
        if (known != null) {
            return CompletableFuture.completedFuture(program(known));
        }
        CompletableFuture<Program> result = new CompletableFuture<>();
        try {
            compiler.execute(
                    () -> {
                        try {
                            ProgramImage.verify(file);
                            result.complete(program(compile(file)));
                        } catch (Throwable t) { // also the compiler's out of memory
                            LOG.log(System.Logger.Level.DEBUG, "program " + digest, t);
                            result.completeExceptionally(t);
                        }
                        completion.run();
                    });
        } catch (RejectedExecutionException e) { // the machine is being closed
            result.completeExceptionally(e);
        }
        return result;
    }

    private CompiledModule compile(byte[] file) throws ModuleException {
        CompileOptions options = CompileOptions.defaults();
        return cache == null
                ? CompiledModule.compile(file, Form.PROGRAM, options)
                : cache.compile(file, Form.PROGRAM, options);
    }

    private static Program program(CompiledModule module) {
        int end =
                module.layout()
                        .constant("__heap_base")
                        .orElse(module.layout().memory().initialPages() << 16);
        return new Program(module, IMAGE_START, end);
    }

    private static int errno(Throwable failure) {
        return failure instanceof ModuleException || failure instanceof ImageException
                ? -Errno.ENOEXEC
                : -Errno.ENOMEM;
    }

    /** The program of a handle that {@link #prepare} answered 0 for. */
    Program ready(int handle) {
        CompletableFuture<Program> program = entry(handle).program;
        if (program == null || !program.isDone()) {
            throw new IllegalStateException("program " + handle + " is not prepared");
        }
        return program.join();
    }

    void free(int handle) {
        Entry entry = entries.remove(handle);
        if (entry != null) {
            buffered.addAndGet(-entry.file.length);
        }
    }

    private Entry entry(int handle) {
        Entry entry = entries.get(handle);
        if (entry == null) {
            throw new IllegalStateException("no program " + handle);
        }
        return entry;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }

    /** Stops compiling. A compilation under way ends by itself. */
    @Override
    public void close() {
        compiler.shutdownNow();
    }
}

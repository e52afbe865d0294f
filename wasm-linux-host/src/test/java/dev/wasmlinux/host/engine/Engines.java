/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import dev.wasmlinux.host.rt.Context;
import dev.wasmlinux.host.rt.GuestThread;
import dev.wasmlinux.host.rt.GuestTrap;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** The same module in the reference interpreter and in every form of the engine. */
final class Engines implements AutoCloseable {
    private static final int PAGES = TestMemory.SIZE >> 16;

    /** One way to run a module. */
    interface Engine extends AutoCloseable {
        String name();

        /** The result as raw bits, or a text that starts with "trap". */
        Object call(String function, long... arguments);

        byte[] memory(int address, int length);

        @Override
        void close();
    }

    final List<Engine> all = new ArrayList<>();

    Engines(byte[] wasm) {
        this(wasm, Form.values());
    }

    Engines(byte[] wasm, Form... forms) {
        try {
            all.add(new Interpreter(wasm));
            for (Form form : forms) {
                all.add(new Compiled(form.name(), wasm, form, CompileOptions.defaults()));
            }
            if (forms.length == 1) {
                return;
            }
            all.add(
                    new Compiled(
                            "checked",
                            wasm,
                            Form.KERNEL,
                            CompileOptions.defaults().withCheckedMemory(true)));
        } catch (ModuleException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs a test body on a guest thread, so that each call need not start one. */
    static void onGuestThread(Runnable body) {
        TestMemory.<Void>onGuestThread(
                null,
                64 << 20,
                () -> {
                    body.run();
                    return null;
                });
    }

    static byte[] resource(String name) {
        try (InputStream in = Engines.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        all.forEach(Engine::close);
    }

    private static final class Interpreter implements Engine {
        private final Instance instance;
        private final ByteArrayMemory memory =
                new ByteArrayMemory(new MemoryLimits(PAGES, PAGES, true));

        Interpreter(byte[] wasm) {
            instance =
                    Instance.builder(Parser.parse(wasm))
                            .withImportValues(
                                    ImportValues.builder()
                                            .addMemory(new ImportMemory("env", "memory", memory))
                                            .build())
                            .withMemoryLimits(new MemoryLimits(PAGES, PAGES, true))
                            .withStart(false)
                            .build();
        }

        @Override
        public String name() {
            return "interpreter";
        }

        @Override
        public Object call(String function, long... arguments) {
            try {
                long[] result = instance.export(function).apply(arguments);
                return result == null || result.length == 0 ? 0L : result[0];
            } catch (ChicoryException e) {
                return "trap";
            }
        }

        @Override
        public byte[] memory(int address, int length) {
            return memory.readBytes(address, length);
        }

        @Override
        public void close() {
            // heap only
        }
    }

    static final class Compiled implements Engine {
        private final String name;
        final CompiledModule module;
        final TestMemory memory;
        final Context context;

        Compiled(String name, byte[] wasm, Form form, CompileOptions options)
                throws ModuleException {
            this.name = name;
            this.module = CompiledModule.compile(wasm, form, options);
            this.memory = new TestMemory(form);
            memory.load(module);
            this.context = module.newContext(memory.base, imports(form));
        }

        /** Imports that no test module calls. */
        static Object imports(Form form) {
            Class<?> type =
                    form == Form.KERNEL
                            ? dev.wasmlinux.host.rt.KernelImports.class
                            : dev.wasmlinux.host.rt.ProgramImports.class;
            return Proxy.newProxyInstance(
                    type.getClassLoader(),
                    new Class<?>[] {type},
                    (proxy, method, arguments) -> {
                        throw new AssertionError(method.getName());
                    });
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Object call(String function, long... arguments) {
            if (Thread.currentThread() instanceof GuestThread thread) {
                thread.user = memory.new Access();
                return invoke(function, arguments);
            }
            return TestMemory.onGuestThread(
                    memory.new Access(), 16 << 20, () -> invoke(function, arguments));
        }

        private Object invoke(String function, long... arguments) {
            MethodHandle handle = module.export(function);
            FunctionType type = module.layout().functions().get(function);
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < arguments.length; i++) {
                values.add(box(type.parameters().get(i), arguments[i]));
            }
            values.add(context.memory);
            values.add(context);
            try {
                return unbox(handle.invokeWithArguments(values));
            } catch (TestMemory.Trapped | GuestTrap e) {
                return "trap";
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }

        private static Object box(ValueType type, long bits) {
            return switch (type) {
                case I32 -> (Object) (int) bits;
                case I64 -> bits;
                case F32 -> Float.intBitsToFloat((int) bits);
                case F64 -> Double.longBitsToDouble(bits);
            };
        }

        private static long unbox(Object value) {
            if (value == null) {
                return 0;
            } else if (value instanceof Float f) {
                return Float.floatToIntBits(f);
            } else if (value instanceof Double d) {
                return Double.doubleToLongBits(d);
            } else if (value instanceof Integer i) {
                return i;
            }
            return (long) value;
        }

        @Override
        public byte[] memory(int address, int length) {
            return memory.read(address, length);
        }

        @Override
        public void close() {
            memory.close();
        }
    }
}

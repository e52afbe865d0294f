/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import dev.wasmlinux.host.engine.fork.FrameCapture;
import dev.wasmlinux.host.rt.Context;
import dev.wasmlinux.host.rt.KernelImports;
import dev.wasmlinux.host.rt.ModuleLink;
import dev.wasmlinux.host.rt.ProgramImports;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A module as JVM code. Immutable and thread safe; any number of tasks run it, each with its own
 * {@link Context}.
 */
public final class CompiledModule {
    private static final String PACKAGE_PREFIX = "dev/wasmlinux/guest/";

    private final ModuleImage image;
    private final ModuleClasses classes;
    private final Names names;
    private final MethodHandles.Lookup lookup;
    private final MethodHandle constructor;
    private final Link link;
    private final FrameCapture frameCapture;
    private final Map<Integer, MethodHandle> handles = new ConcurrentHashMap<>();

    private CompiledModule(ModuleImage image, ModuleClasses classes) throws ModuleException {
        this.image = image;
        this.classes = classes;
        this.names = image.names();
        try {
            Class<?> calls = Class.forName(dotted(names.calls()), true, classes.loader());
            this.lookup = (MethodHandles.Lookup) calls.getMethod("lookup").invoke(null);
            Class<?> context = lookup.findClass(dotted(names.context()));
            this.frameCapture = new FrameCapture(context.asSubclass(Context.class), classes::bytes);
            this.constructor =
                    lookup.findConstructor(
                                    context,
                                    MethodType.methodType(
                                            void.class, long.class, Object.class, ModuleLink.class))
                            .asType(
                                    MethodType.methodType(
                                            Context.class,
                                            long.class,
                                            Object.class,
                                            ModuleLink.class));
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new ModuleException("the classes of the compiled module cannot be loaded", e);
        }
        this.link = new Link();
    }

    /**
     * Compiles a module. The same bytes and options always give the same classes.
     *
     * @throws ModuleException if the bytes are no valid module, or use what the form does not allow
     */
    public static CompiledModule compile(byte[] wasm, Form form, CompileOptions options)
            throws ModuleException {
        Objects.requireNonNull(form);
        if (wasm.length > options.maximumModuleBytes()) {
            throw new ModuleException(
                    "the module has more than " + options.maximumModuleBytes() + " bytes");
        }
        boolean checked = options.checkedMemory() && form == Form.KERNEL;
        Names names = new Names(packageName(wasm, form, checked), form, checked);
        try {
            ModuleSource source = ModuleParser.parse(wasm, form);
            Map<String, byte[]> classes =
                    Translator.translate(source, names, options.maximumClassBytes());
            return new CompiledModule(image(source, names), ModuleClasses.inMemory(classes));
        } catch (OutOfMemoryError e) {
            throw new ModuleException("there is not memory enough to compile the module", e);
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            // The parser and compiler behind the engine report a bad module in many ways.
            throw new ModuleException("the module is malformed or not supported: " + e, e);
        }
    }

    private static ModuleImage image(ModuleSource source, Names names) {
        return new ModuleImage(
                names.packageName(),
                source.form(),
                names.checked(),
                source.layout(),
                source.segments(),
                source.types(),
                source.exports(),
                source.functions(),
                source.table());
    }

    private static String packageName(byte[] wasm, Form form, boolean checked) {
        MessageDigest digest = EngineDigest.sha256();
        digest.update((byte) ModuleImage.VERSION);
        digest.update((byte) (form.ordinal() << 1 | (checked ? 1 : 0)));
        byte[] hash = digest.digest(wasm);
        return PACKAGE_PREFIX + "m" + HexFormat.of().formatHex(hash, 0, 8);
    }

    /**
     * Loads a module written by {@link #writeTo}.
     *
     * @param directoryOrJar where it was written, or a jar of that directory
     * @param name the name given to {@code writeTo}
     * @throws ModuleException if there is none, or it was written by another version of the engine
     */
    public static CompiledModule load(Path directoryOrJar, String name) throws ModuleException {
        try {
            ModuleImage image = ModuleFiles.image(ModuleFiles.readMetadata(directoryOrJar, name));
            return new CompiledModule(
                    image,
                    ModuleClasses.inMemory(
                            ModuleFiles.readClasses(directoryOrJar, image.packageName())));
        } catch (IOException e) {
            throw new ModuleException("cannot read module " + name + " in " + directoryOrJar, e);
        }
    }

    /**
     * Loads a module that {@link #writeJar} wrote.
     *
     * @throws ModuleException if the bytes are no such jar, or of another version of the engine
     */
    static CompiledModule load(byte[] jar, String name) throws ModuleException {
        try {
            Map<String, byte[]> classes = new TreeMap<>();
            byte[] metadata = ModuleFiles.readJar(new ByteArrayInputStream(jar), name, classes);
            return new CompiledModule(ModuleFiles.image(metadata), ModuleClasses.inMemory(classes));
        } catch (IOException | IllegalArgumentException e) { // names that are not UTF-8
            throw new ModuleException("the jar of module " + name + " is damaged", e);
        }
    }

    /**
     * Loads a module from a class path; its classes are defined by {@code loader}, so that class
     * data sharing works for them.
     *
     * @throws ModuleException if there is none, or it was written by another version of the engine
     */
    public static CompiledModule load(ClassLoader loader, String name) throws ModuleException {
        try {
            byte[] metadata = ModuleFiles.resource(loader, ModuleFiles.metadata(name));
            if (metadata == null) {
                throw new ModuleException("the class path holds no module " + name);
            }
            return new CompiledModule(ModuleFiles.image(metadata), ModuleClasses.of(loader));
        } catch (IOException e) {
            throw new ModuleException("cannot read module " + name, e);
        }
    }

    /**
     * Writes classes and metadata below a directory, to be loaded without the compiler.
     *
     * @throws UnsupportedOperationException if this module was loaded from a class path
     */
    public void writeTo(Path directory, String name) throws IOException {
        ModuleFiles.write(directory, name, image, classes.all());
    }

    /**
     * Writes classes and metadata as a jar, to be loaded without the compiler. Same module, same
     * bytes.
     *
     * @throws UnsupportedOperationException if this module was loaded from a class path
     */
    void writeJar(OutputStream out, String name) throws IOException {
        ModuleFiles.writeJar(out, name, image, classes.all());
    }

    /** The form it was compiled for. */
    public Form form() {
        return image.form();
    }

    /** What the module says besides code. */
    public ModuleLayout layout() {
        return image.layout();
    }

    /**
     * A new instance: globals at their initial values. The caller writes the data placements.
     *
     * @param memory address of linear memory byte 0 (kernel) or TLB base (program)
     * @param imports a {@code KernelImports} or {@code ProgramImports}
     */
    public Context newContext(long memory, Object imports) {
        (form() == Form.KERNEL ? KernelImports.class : ProgramImports.class).cast(imports);
        try {
            return (Context) constructor.invokeExact(memory, imports, (ModuleLink) link);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("constructors of contexts throw nothing checked", e);
        }
    }

    /** An instance whose globals are copies of another's. */
    public Context copyContext(Context source, long memory, Object imports) {
        Context copy = newContext(memory, imports);
        copy.copyFrom(source);
        return copy;
    }

    /**
     * An exported function, of exact type {@code layout().functions().get(name).methodType()}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public MethodHandle export(String name) {
        Integer function = image.exports().get(name);
        if (function == null) {
            throw new IllegalArgumentException("no exported function " + name);
        }
        return function(function);
    }

    /** The function of a table index, or null if the index is out of range or the entry empty. */
    public MethodHandle tableFunction(int index) {
        int function = tableEntry(index);
        return function < 0 ? null : function(function);
    }

    /** The type of the function of a table index, or null if there is none. */
    public FunctionType tableFunctionType(int index) {
        int function = tableEntry(index);
        return function < 0 ? null : type(function);
    }

    private int tableEntry(int index) {
        return index < 0 || index >= image.table().length ? -1 : image.table()[index];
    }

    private FunctionType type(int function) {
        return image.types().get(image.functions()[function]);
    }

    private MethodHandle function(int function) {
        return handles.computeIfAbsent(function, this::findFunction);
    }

    private MethodHandle findFunction(int function) {
        FunctionType type = type(function);
        try {
            Class<?> owner = lookup.findClass(dotted(image.owner(function)));
            MethodType own =
                    MethodType.fromMethodDescriptorString(names.descriptor(type), classes.loader());
            return lookup.findStatic(owner, Names.function(function), own)
                    .asType(type.methodType());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("function " + function + " is missing", e);
        }
    }

    /**
     * The index of an exported mutable global in a context.
     *
     * @throws IllegalArgumentException if there is none
     */
    public int globalIndex(String exportName) {
        ModuleLayout.Global global = layout().globals().get(exportName);
        if (global == null) {
            throw new IllegalArgumentException("no exported mutable global " + exportName);
        }
        return global.index();
    }

    /** What captures the frames of this module's functions for {@code fork}. */
    public FrameCapture frameCapture() {
        return frameCapture;
    }

    /**
     * The Wasm function that a Java stack frame belongs to.
     *
     * @return its name, or null if the frame is not of this module's code
     */
    public String functionName(StackTraceElement frame) {
        String prefix = dotted(image.packageName()) + ".";
        String method = frame.getMethodName();
        if (!frame.getClassName().startsWith(prefix) || !method.startsWith("func_")) {
            return null;
        }
        int end = method.indexOf('_', "func_".length());
        String number = method.substring("func_".length(), end < 0 ? method.length() : end);
        return layout().functionNames().get(Integer.parseInt(number));
    }

    private static String dotted(String internalName) {
        return internalName.replace('/', '.');
    }

    /** What the module's contexts share. */
    private final class Link implements ModuleLink {
        private final Object[] table = new Object[image.table().length];

        @Override
        public Object[] table() {
            return table;
        }

        @Override
        public Object entry(int index, int type) {
            int function = tableEntry(index);
            if (function < 0 || image.functions()[function] != type) {
                return null;
            }
            Object entry = table[index];
            if (entry == null) {
                entry = newEntry(function, type);
                // Entries have no state: any of several is as good, and any thread may see it.
                table[index] = entry;
            }
            return entry;
        }

        private Object newEntry(int function, int type) {
            try {
                return entryClass(function, type).getConstructor().newInstance();
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("table entry of function " + function, e);
            }
        }

        private Class<?> entryClass(int function, int type) throws ReflectiveOperationException {
            String name = dotted(names.entryClass(function));
            try {
                return lookup.findClass(name);
            } catch (ClassNotFoundException notYet) {
                String descriptor = names.descriptor(image.types().get(type));
                byte[] bytes =
                        EntryEmitter.emit(names, function, image.owner(function), type, descriptor);
                try {
                    return lookup.defineClass(bytes);
                } catch (LinkageError madeMeanwhile) {
                    return lookup.findClass(name);
                }
            }
        }

        @Override
        public byte[] segment(int index) {
            return image.segments().get(index);
        }

        @Override
        public int segmentCount() {
            return image.segments().size();
        }
    }

    /** The bytes of every class, by internal name; for tests and the class file writer. */
    Map<String, byte[]> classBytes() {
        return classes.all();
    }

    /** A read-only view of a data segment. */
    ByteBuffer segment(int index) {
        return ByteBuffer.wrap(image.segments().get(index)).asReadOnlyBuffer();
    }
}

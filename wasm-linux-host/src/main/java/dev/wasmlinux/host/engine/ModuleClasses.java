/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/** Where the classes of a module come from. Thread safe. */
abstract class ModuleClasses {
    /** The loader that defines them. */
    abstract ClassLoader loader();

    /** The bytes of one of the classes, by internal name. */
    abstract byte[] bytes(String name);

    /** The bytes of all classes, if this module keeps them. */
    abstract Map<String, byte[]> all();

    /** Classes held in memory, with a loader of their own. */
    static ModuleClasses inMemory(Map<String, byte[]> classes) {
        Loader loader = new Loader(new TreeMap<>(classes));
        return new ModuleClasses() {
            @Override
            ClassLoader loader() {
                return loader;
            }

            @Override
            byte[] bytes(String name) {
                return loader.classes.get(name);
            }

            @Override
            Map<String, byte[]> all() {
                return loader.classes;
            }
        };
    }

    /** Classes that a given loader finds and defines. */
    static ModuleClasses of(ClassLoader loader) {
        return new ModuleClasses() {
            @Override
            ClassLoader loader() {
                return loader;
            }

            @Override
            byte[] bytes(String name) {
                try {
                    return ModuleFiles.resource(loader, name + ".class");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            Map<String, byte[]> all() {
                throw new UnsupportedOperationException(
                        "the classes of this module belong to another loader");
            }
        };
    }

    private static final class Loader extends ClassLoader {
        static {
            registerAsParallelCapable();
        }

        private final Map<String, byte[]> classes;

        Loader(Map<String, byte[]> classes) {
            super("guest module", ModuleClasses.class.getClassLoader());
            this.classes = classes;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = classes.get(name.replace('.', '/'));
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }
}

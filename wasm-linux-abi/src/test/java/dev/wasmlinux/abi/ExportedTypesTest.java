/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Users of this module see types of this module and of the JDK only. */
class ExportedTypesTest {

    private static List<Class<?>> publicClasses() throws Exception {
        Path root = Path.of("target/classes");
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = root.relativize(file).toString().replace('/', '.');
                if (name.equals("module-info.class") || name.endsWith("package-info.class")) {
                    continue;
                }
                Class<?> found = Class.forName(name.substring(0, name.length() - 6));
                if (Modifier.isPublic(found.getModifiers())) {
                    classes.add(found);
                }
            }
        }
        return classes;
    }

    private static List<Type> visibleTypes(Class<?> type) {
        List<Type> types = new ArrayList<>();
        for (Field field : type.getFields()) {
            types.add(field.getGenericType());
        }
        for (Method method : type.getMethods()) {
            types.add(method.getGenericReturnType());
        }
        Stream.concat(Stream.of(type.getMethods()), Stream.of(type.getConstructors()))
                .map(Executable::getGenericParameterTypes)
                .forEach(parameters -> types.addAll(List.of(parameters)));
        return types;
    }

    @Test
    void noTypeOfALibraryLeaks() throws Exception {
        List<Class<?>> classes = publicClasses();
        assertThat(classes).hasSizeGreaterThan(20);
        for (Class<?> each : classes) {
            assertThat(visibleTypes(each))
                    .as(each.getName())
                    .extracting(Type::getTypeName)
                    .noneMatch(name -> name.contains("jackson"));
        }
    }

    @Test
    void exceptionsAreOneFamily() throws Exception {
        assertThat(publicClasses())
                .filteredOn(Throwable.class::isAssignableFrom)
                .hasSizeGreaterThan(4)
                .allMatch(AbiException.class::isAssignableFrom);
    }
}

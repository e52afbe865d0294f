/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Maven project that knows this module by its coordinates only makes an image.
 *
 * <p>The packaged module and its parent go to a repository of their own; everything else, plugins
 * included, comes out of the repository that this build uses, so nothing is fetched.
 */
class DownstreamProjectIT {
    private static final String MAKER =
            """
            import dev.wasmlinux.initramfs.*;
            class MakeTest {
                @org.junit.jupiter.api.Test
                void make() throws Exception {
                    Initramfs.builder().file("init", FileContent.of("hello"), 0755).build().writeTo(java.nio.file.Path.of("image"), Compression.gzip());
                }
            }
            """;

    @TempDir Path dir;

    private static String property(String name) {
        String value = System.getProperty("downstream." + name);
        assertThat(value).as("downstream." + name).isNotEmpty();
        return value;
    }

    /** The version of a plugin in the parent's pom. */
    private static String plugin(String artifact) throws IOException {
        String parent = Files.readString(Path.of("../pom.xml"));
        Matcher matcher =
                Pattern.compile(artifact + "</artifactId>\\s*<version>([^<]+)").matcher(parent);
        assertThat(matcher.find()).as(artifact).isTrue();
        return "<plugin><artifactId>%s</artifactId><version>%s</version></plugin>"
                .formatted(artifact, matcher.group(1));
    }

    private static String dependency(String group, String artifact, String version) {
        return ("<dependency><groupId>%s</groupId><artifactId>%s</artifactId>"
                        + "<version>%s</version></dependency>")
                .formatted(group, artifact, version);
    }

    private String pom() throws IOException {
        return """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>example</groupId><artifactId>downstream</artifactId><version>1</version>
          <properties><maven.compiler.release>17</maven.compiler.release></properties>
          <dependencies>%s%s</dependencies>
          <build><plugins>%s%s%s</plugins></build>
        </project>
        """
                .formatted(
                        dependency("dev.wasmlinux", "initramfs-builder", property("version")),
                        dependency("org.junit.jupiter", "junit-jupiter", property("junit")),
                        plugin("maven-resources-plugin"),
                        plugin("maven-compiler-plugin"),
                        plugin("maven-surefire-plugin"));
    }

    private static void publish(Path repository, String artifact, Path file, String extension)
            throws IOException {
        String version = property("version");
        Path directory = repository.resolve("dev/wasmlinux/" + artifact + "/" + version);
        Files.createDirectories(directory);
        Files.copy(file, directory.resolve(artifact + "-" + version + "." + extension));
    }

    @Test
    void makesAnImage() throws Exception {
        // Chained repositories came with Maven 3.9.1.
        Assumptions.assumeFalse(
                property("maven.version").matches("3\\.([0-8]\\..*|9\\.0)"),
                "Maven " + property("maven.version") + " knows no chained repositories");
        Path repository = dir.resolve("repository");
        publish(repository, "wasm-linux-parent", Path.of("../pom.xml"), "pom");
        publish(repository, "initramfs-builder", Path.of("pom.xml"), "pom");
        publish(repository, "initramfs-builder", Path.of(property("jar")), "jar");
        Path project = Files.createDirectory(dir.resolve("project"));
        Path tests = Files.createDirectories(project.resolve("src/test/java"));
        Files.writeString(project.resolve("pom.xml"), pom());
        Files.writeString(tests.resolve("MakeTest.java"), MAKER);

        Path log = dir.resolve("log");
        boolean windows =
                System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
        Process maven =
                new ProcessBuilder(
                                Path.of(property("maven"), "bin", windows ? "mvn.cmd" : "mvn")
                                        .toString(),
                                "--batch-mode",
                                "--offline",
                                "-Dmaven.repo.local=" + repository,
                                "-Dmaven.repo.local.tail=" + property("repository"),
                                "test")
                        .directory(project.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            assertThat(maven.waitFor(300, TimeUnit.SECONDS)).isTrue();
        } finally {
            maven.descendants().forEach(ProcessHandle::destroyForcibly);
            maven.destroyForcibly();
        }
        assertThat(maven.exitValue()).as(() -> read(log)).isZero();

        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        Initramfs.builder()
                .file("init", FileContent.of("hello"), 0755)
                .build()
                .writeTo(expected, WriteOptions.defaults().withCompression(Compression.gzip()));
        assertThat(project.resolve("image")).hasBinaryContent(expected.toByteArray());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}

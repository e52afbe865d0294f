/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PatchSetTest {
    @TempDir private Path temp;
    private Path set;

    @BeforeEach
    void makeSet() throws IOException {
        set = temp.resolve("sets/demo");
        write("patches/0001.patch", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n");
        write("overlay/arch/run.sh", "#!/bin/sh\n");
        write("overlay/arch/tool.py", "print()\n");
        write("overlay/arch/.gitignore", "*.o\n");
        write("kernel.config", "CONFIG_X=y\n");
        manifest("");
    }

    private void manifest(String extra) throws IOException {
        write(
                "patchset.json",
                """
                {"schema":1,"component":"demo","description":"d","license":"MIT",
                 "upstream":{"version":"1.0","range":"[1.0,2)"},
                 "patches":[{"file":"patches/0001.patch","title":"t","author":"a","purpose":"p",
                             "upstreamStatus":"no"%s}],
                 "overlay":{"directory":"overlay","executable":["arch/*.py"]}}
                """
                        .formatted(extra));
    }

    private void write(String path, String text) throws IOException {
        Path file = set.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Path jar() throws IOException {
        Charset names = Charset.forName(System.getProperty("sun.jnu.encoding"));
        String umlaut = names.newEncoder().canEncode('\u00fc') ? "\u00fc" : "";
        Path jar = temp.resolve("s e t%20" + umlaut + ".jar");
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> walk = Files.walk(set)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry("res/demo/" + set.relativize(file)));
                zip.write(Files.readAllBytes(file));
                zip.closeEntry();
            }
        }
        return jar;
    }

    @Test
    void loadsADirectory() throws IOException {
        PatchSet loaded = PatchSet.load(set);
        assertThat(loaded.manifest().component()).isEqualTo("demo");
        assertThat(loaded.patches())
                .extracting(PatchSource::name)
                .containsExactly("patches/0001.patch");
        assertThat(loaded.overlay())
                .extracting(OverlayFile::path, OverlayFile::executable)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("arch/.gitignore", false),
                        org.assertj.core.groups.Tuple.tuple("arch/run.sh", true),
                        org.assertj.core.groups.Tuple.tuple("arch/tool.py", true));
        assertThat(loaded.read("kernel.config").orElseThrow()).asString().contains("CONFIG_X");
        assertThat(loaded.read("nothing")).isEmpty();
    }

    @Test
    void isTheSameInAJarAndOnTheClassPath() throws IOException {
        Path jar = jar();
        String digest = PatchSet.load(set).digest();
        assertThat(PatchSet.load(jar).digest()).isEqualTo(digest);
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            URL manifest = loader.getResource("res/demo/patchset.json");
            PatchSet loaded = PatchSet.load(manifest);
            assertThat(loaded.digest()).isEqualTo(digest);
            assertThat(loaded.overlay()).hasSize(3);
        }
        PatchSet again = PatchSet.load(jar);
        Files.delete(jar);
        assertThat(again.read("overlay/arch/run.sh")).isPresent();
    }

    @Test
    void digestChangesWithEverythingThatInfluencesTheTree() throws IOException {
        String digest = PatchSet.load(set).digest();
        manifest(",\"license\":\"X11\"");
        assertThat(PatchSet.load(set).digest()).isEqualTo(digest);
        write("kernel.config", "CONFIG_X=m\n");
        String withConfig = PatchSet.load(set).digest();
        assertThat(withConfig).isNotEqualTo(digest);
        write("overlay/arch/tool.py", "#!/x\n");
        assertThat(PatchSet.load(set).digest()).isNotEqualTo(withConfig);
        manifest("");
        write("kernel.config", "CONFIG_X=y\n");
        write("overlay/arch/tool.py", "print()\n");
        assertThat(PatchSet.load(set).digest()).isEqualTo(digest);
    }

    @Test
    void reportsMissingUnlistedAndAlteredPatches() throws IOException {
        write("patches/0002.patch", "");
        assertThatThrownBy(() -> PatchSet.load(set))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("0002.patch is not in the manifest");
        Files.delete(set.resolve("patches/0002.patch"));
        manifest(",\"sha256\":\"" + "0".repeat(64) + "\"");
        assertThatThrownBy(() -> PatchSet.load(set))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("another SHA-256");
        manifest("");
        Files.delete(set.resolve("patches/0001.patch"));
        assertThatThrownBy(() -> PatchSet.load(set))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("missing");
        Files.delete(set.resolve("patchset.json"));
        assertThatThrownBy(() -> PatchSet.load(set)).isInstanceOf(ManifestException.class);
    }

    @Test
    void catalogueFindsByVersion() throws IOException {
        PatchSets sets = PatchSets.in(set.getParent());
        assertThat(sets.components()).isEqualTo(List.of("demo"));
        assertThat(sets.find("demo")).isPresent();
        assertThat(sets.find("demo", Version.of("1.5"))).isPresent();
        assertThat(sets.find("demo", Version.of("2.0"))).isEmpty();
        assertThatThrownBy(() -> sets.get("demo", Version.of("2.0")))
                .hasMessageContaining("[1.0,2)");
        assertThatThrownBy(() -> sets.get("other", Version.of("2.0")))
                .hasMessageContaining("[demo]");
    }

    @Test
    void bundledSetsAreComplete() throws IOException {
        PatchSets bundled = PatchSets.bundled();
        assertThat(bundled.components()).contains("llvm");
        assertThat(bundled.all()).allSatisfy(s -> assertThat(s.digest()).hasSize(64));
        PatchSet llvm = PatchSet.bundled("llvm");
        assertThat(llvm.patches()).isEmpty();
        assertThat(llvm.overlay()).isEmpty();
        assertThatThrownBy(() -> PatchSet.bundled("nonsense"))
                .isInstanceOf(FileNotFoundException.class);
    }
}

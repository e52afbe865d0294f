/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsBuilder;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.MalformedImageException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.Tools;
import dev.wasmlinux.initramfs.read.ImageDiff;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourcesTest {
    @TempDir Path dir;
    private ContentStore store;

    @BeforeEach
    void open() {
        store = ContentStore.open(dir);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private static Initramfs tree(TreeSource... sources) throws IOException {
        InitramfsBuilder builder =
                Initramfs.builder().onConflict(InitramfsBuilder.Conflict.REPLACE);
        for (TreeSource source : sources) {
            builder.addFrom(source);
        }
        return builder.build();
    }

    private static List<String> paths(Initramfs tree) {
        return tree.entries().stream().map(entry -> entry.path().toString()).toList();
    }

    private static String text(Initramfs tree, String path) throws IOException {
        Node node = tree.findInode(ArchivePath.of(path)).orElseThrow();
        try (InputStream in = ((Node.RegularFile) node).content().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** A host directory with links, modes and a name that is no UTF-8. */
    private Path hostTree() throws Exception {
        Path root = Files.createDirectory(dir.resolve("host"));
        Files.createDirectories(root.resolve("usr/bin"));
        Files.writeString(root.resolve("usr/bin/tool"), "tool");
        Files.setPosixFilePermissions(
                root.resolve("usr/bin/tool"), PosixFilePermissions.fromString("rwxr-x---"));
        Files.createLink(root.resolve("usr/bin/alias"), root.resolve("usr/bin/tool"));
        Files.createSymbolicLink(root.resolve("bin"), Path.of("usr/bin"));
        Files.writeString(root.resolve("z"), "z".repeat(3000));
        Files.writeString(root.resolve("empty"), "");
        return root;
    }

    @Test
    void takesADirectoryWithItsLinks() throws Exception {
        Initramfs tree = tree(DirectorySource.of(hostTree()));
        assertThat(paths(tree))
                .containsExactly(
                        "bin", "empty", "usr", "usr/bin", "usr/bin/alias", "usr/bin/tool", "z");
        assertThat(tree.find("usr/bin/tool"))
                .contains(new Node.HardLink(ArchivePath.of("usr/bin/alias")));
        assertThat(((Node.RegularFile) tree.find("usr/bin/alias").orElseThrow()).attributes())
                .isEqualTo(Attributes.of(0750));
        assertThat(tree.find("bin").orElseThrow()).isInstanceOf(Node.Symlink.class);
    }

    @Test
    void takesNamesOfTheHostAsBytes() throws Exception {
        Tools.require("sh");
        Path root = Files.createDirectory(dir.resolve("bytes"));
        Tools.run(
                root,
                null,
                "sh",
                "-c",
                "printf x > \"$(printf 'l\\344t')\"; ln -s \"$(printf '\\377')\" link; printf y >"
                        + " \"$(printf 'm\\303\\274')\"");
        Files.list(root)
                .filter(f -> f.getFileName().toString().matches("(out|err).*"))
                .forEach(f -> f.toFile().delete());
        Initramfs tree = tree(DirectorySource.of(root));
        assertThat(paths(tree)).containsExactly("link", "l\\xe4t", "mü");
        assertThat(((Node.Symlink) tree.find("link").orElseThrow()).target().toString())
                .isEqualTo("\\xff");
        assertThat(text(tree, "mü")).isEqualTo("y");
    }

    @Test
    void transformsAndMerges() throws Exception {
        TreeSource host = DirectorySource.of(hostTree());
        Initramfs tree =
                tree(
                        host.filter(path -> path.startsWith(ArchivePath.of("usr")))
                                .owner(7, 8)
                                .modified(9)
                                .under("opt"),
                        CpioList.of(
                                "dir /opt/usr 0700 1 1\nslink /opt/usr/bin/tool x 0777 0 0\n",
                                "l"));
        assertThat(paths(tree))
                .containsExactly(
                        "opt", "opt/usr", "opt/usr/bin", "opt/usr/bin/alias", "opt/usr/bin/tool");
        assertThat(tree.find("opt/usr"))
                .contains(new Node.Directory(new Attributes(0700, 1, 1, 0)));
        assertThat(((Node.RegularFile) tree.find("opt/usr/bin/alias").orElseThrow()).attributes())
                .isEqualTo(new Attributes(0750, 7, 8, 9));
        assertThat(tree.find("opt/usr/bin/tool").orElseThrow()).isInstanceOf(Node.Symlink.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-cf", "-czf", "-cjf", "-cJf", "--zstd -cf", "--format=posix -cf"})
    void takesATarAsTheDirectoryItWasMadeOf(String options) throws Exception {
        Tools.require("tar");
        Path root = hostTree();
        Files.createDirectories(root.resolve("n".repeat(120)));
        Files.writeString(root.resolve("n".repeat(120)).resolve("m".repeat(120)), "long");
        Path tar = dir.resolve("x.tar");
        Tools.run(
                root,
                null,
                "sh",
                "-c",
                "tar --sort=name --exclude='out*' --exclude='err*' " + options + " " + tar + " *");
        Initramfs fromTar = tree(TarSource.of(tar, store).owner(0, 0).modified(0));
        Initramfs fromDirectory =
                tree(DirectorySource.of(root).filter(p -> !p.toString().matches("(out|err).*")));
        assertThat(ImageDiff.compare(fromDirectory, fromTar)).isEmpty();
    }

    @Test
    void takesAZip() throws Exception {
        Path zip = dir.resolve("x.zip");
        try (var out = new org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream(zip)) {
            var file = new org.apache.commons.compress.archivers.zip.ZipArchiveEntry("a/run");
            file.setUnixMode(0100755);
            out.putArchiveEntry(file);
            out.write("#!run".getBytes(StandardCharsets.UTF_8));
            out.closeArchiveEntry();
            var link = new org.apache.commons.compress.archivers.zip.ZipArchiveEntry("l");
            link.setUnixMode(0120777);
            out.putArchiveEntry(link);
            out.write("a/run".getBytes(StandardCharsets.UTF_8));
            out.closeArchiveEntry();
        }
        Initramfs tree = tree(ZipSource.of(zip, store));
        assertThat(paths(tree)).containsExactly("a", "a/run", "l");
        assertThat(text(tree, "a/run")).isEqualTo("#!run");
        assertThat(tree.find("l").orElseThrow()).isInstanceOf(Node.Symlink.class);
    }

    private Path tarOf(String name, String script) throws Exception {
        Path work = Files.createDirectory(dir.resolve(name + ".work"));
        Path tar = dir.resolve(name);
        Tools.run(
                dir,
                null,
                "sh",
                "-ec",
                "cd " + work + "; " + script + "; tar --sort=name -cf " + tar + " .");
        return tar;
    }

    @Test
    void appliesLayersWithWhiteouts() throws Exception {
        Tools.require("tar");
        Path base = tarOf("base.tar", "mkdir -p a/b c; echo 1 > a/b/x; echo 1 > a/y; echo 1 > c/z");
        Path top =
                tarOf(
                        "top.tar",
                        "mkdir -p a c; touch a/.wh.b; echo 2 > c/new; touch c/.wh..wh..opq; touch"
                                + " .wh.none");
        Initramfs tree = tree(OciSource.ofLayers(List.of(base, top), store));
        assertThat(paths(tree)).containsExactly(".", "a", "a/y", "c", "c/new");
        assertThat(text(tree, "c/new")).isEqualTo("2\n");
    }

    private static String digest(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private Path layout() throws Exception {
        Path layout = dir.resolve("layout");
        Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
        byte[] layer = Files.readAllBytes(tarOf("layer.tar", "echo hi > f"));
        Files.write(blobs.resolve(digest(layer)), layer);
        byte[] manifest =
                ("{\"schemaVersion\":2,\"layers\":[{\"digest\":\"sha256:" + digest(layer) + "\"}]}")
                        .getBytes(StandardCharsets.UTF_8);
        Files.write(blobs.resolve(digest(manifest)), manifest);
        Files.writeString(
                layout.resolve("index.json"),
                """
                {"manifests": [
                  {"digest": "sha256:%1$s", "platform": {"os": "linux", "architecture": "amd64"}},
                  {"digest": "sha256:%2$s", "platform": {"os": "linux", "architecture": "arm64"}}]}
                """
                        .formatted(digest(manifest), "0".repeat(64)));
        return layout;
    }

    @Test
    void takesAnOciLayoutAndVerifiesDigests() throws Exception {
        Tools.require("tar");
        Path layout = layout();
        OciSource source = OciSource.of(layout, store);
        assertThatThrownBy(() -> tree(source))
                .isInstanceOf(MalformedImageException.class)
                .hasMessageContaining("linux/amd64");
        assertThat(text(tree(source.platform("linux/amd64")), "f")).isEqualTo("hi\n");
        assertThatThrownBy(() -> tree(source.platform("linux/arm64")))
                .isInstanceOf(MalformedImageException.class)
                .hasMessageContaining("lacks the blob");
        Path tar = dir.resolve("layout.tar");
        Tools.run(dir, null, "tar", "-C", layout.toString(), "-cf", tar.toString(), ".");
        assertThat(text(tree(OciSource.of(tar, store).platform("linux/amd64")), "f"))
                .isEqualTo("hi\n");
        try (var files = Files.list(layout.resolve("blobs/sha256"))) {
            for (Path blob : files.toList()) {
                byte[] bytes = Files.readAllBytes(blob);
                if (bytes[0] != '{') {
                    bytes[600] ^= 1;
                    Files.write(blob, bytes);
                }
            }
        }
        assertThatThrownBy(() -> tree(source.platform("linux/amd64")))
                .isInstanceOf(MalformedImageException.class)
                .hasMessageContaining("digest");
    }

    @Test
    void takesPayloadsOfPackages() throws Exception {
        Tools.require("tar");
        Tools.require("xz");
        Tools.require("gzip");
        Path data = tarOf("data.tar", "mkdir -p usr/bin; echo deb > usr/bin/x; echo c > .PKGINFO");
        Tools.run(
                dir,
                null,
                "sh",
                "-ec",
                "xz -k --check=crc64 data.tar; printf '2.0\\n"
                        + "' > debian-binary; head -c 1024 data.tar | gzip > one.gz; tail -c +1025"
                        + " data.tar | gzip > two.gz; cat one.gz two.gz > x.apk");
        byte[] payload = Files.readAllBytes(dir.resolve("data.tar.xz"));
        String header =
                "!<arch>\ndebian-binary   0           0     0     100644  4         `\n2.0\n"
                        + "data.tar.xz     0           0     0     100644  "
                        + String.format("%-10d", payload.length)
                        + "`\n";
        Path deb = dir.resolve("x.deb");
        Files.write(deb, header.getBytes(StandardCharsets.US_ASCII));
        Files.write(deb, payload, java.nio.file.StandardOpenOption.APPEND);
        Initramfs tree = tree(PackageSource.deb(deb, store));
        assertThat(text(tree, "usr/bin/x")).isEqualTo("deb\n");
        Initramfs apk = tree(PackageSource.apk(dir.resolve("x.apk"), store));
        assertThat(paths(apk)).containsExactly(".", "usr", "usr/bin", "usr/bin/x");
    }

    @Test
    void followsSymlinkedDirectoriesOnRequest() {
        InitramfsBuilder builder =
                Initramfs.builder().directory("usr/lib").symlink("lib", "/usr/lib");
        assertThatThrownBy(() -> builder.file("lib/x", FileContent.empty(), 0644))
                .isInstanceOf(InitramfsException.class)
                .hasMessageContaining("a symlink to /usr/lib");
        assertThat(
                        paths(
                                builder.followSymlinks(true)
                                        .file("lib/x", FileContent.empty(), 0644)
                                        .build()))
                .containsExactly("lib", "usr", "usr/lib", "usr/lib/x");
    }

    @Test
    void attestationsAreNoPlatformsAndVariantsAre() throws Exception {
        Tools.require("tar");
        Path layout = layout();
        Path index = layout.resolve("index.json");
        String text = Files.readString(index);
        Files.writeString(
                index,
                text.replace(
                        "\"os\": \"linux\", \"architecture\": \"arm64\"",
                        "\"os\": \"unknown\", \"architecture\": \"unknown\""));
        assertThat(text(tree(OciSource.of(layout, store)), "f")).isEqualTo("hi\n");
        Files.writeString(
                index,
                text.replace(
                                "\"architecture\": \"amd64\"",
                                "\"architecture\": \"arm\", \"variant\": \"v7\"")
                        .replace("\"arm64\"", "\"arm\", \"variant\": \"v6\""));
        OciSource source = OciSource.of(layout, store);
        assertThat(text(tree(source.platform("linux/arm/v7")), "f")).isEqualTo("hi\n");
        assertThatThrownBy(() -> tree(source.platform("linux/arm")))
                .isInstanceOf(MalformedImageException.class)
                .hasMessageContaining("linux/arm/v6");
    }
}

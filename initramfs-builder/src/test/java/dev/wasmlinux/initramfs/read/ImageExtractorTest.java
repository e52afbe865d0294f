/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.UnsafeExtractionException;
import dev.wasmlinux.initramfs.WriteOptions;
import dev.wasmlinux.initramfs.source.DirectorySource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ImageExtractorTest {
    @TempDir Path dir;
    private Path target;
    private Path outside;

    @BeforeEach
    void directories() throws IOException {
        target = dir.resolve("box/target");
        Files.createDirectories(target);
        outside = Files.writeString(dir.resolve("outside"), "untouched");
    }

    private ImageExtractor.Report extract(byte[] image) throws IOException {
        try (ImageReader reader =
                ImageReader.open(new ByteArrayInputStream(image), ReadLimits.defaults())) {
            return ImageExtractor.defaults().extract(reader, target);
        }
    }

    private void nothingOutside() throws IOException {
        assertThat(outside).hasContent("untouched");
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files).containsExactlyInAnyOrder(outside, dir.resolve("box"));
        }
        try (Stream<Path> files = Files.list(dir.resolve("box"))) {
            assertThat(files).containsExactly(target);
        }
    }

    @Test
    void whatIsExtractedIsTheTree() throws IOException {
        Initramfs tree =
                Initramfs.builder()
                        .directory("closed", 0500)
                        .file("closed/in", FileContent.of("x"), 0400)
                        .file("a", FileContent.of("data"), 0750)
                        .hardLink("b", "a")
                        .hardLink("closed/c", "a")
                        .symlink("s", "/closed")
                        .build();
        Path image = dir.resolve("box/image");
        tree.writeTo(image, WriteOptions.defaults());
        ImageExtractor.Report report = ImageExtractor.defaults().extract(image, target);
        assertThat(report.entries()).isEqualTo(6);
        assertThat(report.bytes()).isEqualTo(5);
        Initramfs again =
                Initramfs.builder().addFrom(DirectorySource.of(target).keepTimes()).build();
        assertThat(ImageDiff.compare(tree, again))
                .filteredOn(difference -> !difference.path().toString().equals("s"))
                .isEmpty();
        assertThat(again.find("s"))
                .map(node -> ((Node.Symlink) node).target().toString())
                .contains("/closed");
    }

    @Test
    void specialFilesAreListedNotMade() throws IOException {
        byte[] image =
                new RawArchive()
                        .entry("p", 0010600, 1, 1, "")
                        .entry("c", 0020600, 1, 1, "", 1, 3)
                        .bytes();
        assertThat(extract(image).skipped())
                .containsExactly(ByteString.of("p"), ByteString.of("c"));
        assertThat(target).isEmptyDirectory();
        assertThatThrownBy(
                        () -> {
                            try (ImageReader reader =
                                    ImageReader.open(
                                            new ByteArrayInputStream(image),
                                            ReadLimits.defaults())) {
                                ImageExtractor.defaults()
                                        .specialFiles(ImageExtractor.SpecialFiles.FAIL)
                                        .extract(reader, target);
                            }
                        })
                .isInstanceOf(UnsafeExtractionException.class);
    }

    @Test
    void namesCannotClimbOut() throws IOException {
        extract(
                new RawArchive()
                        .file("../../../outside", "evil")
                        .file("/../x", "kept inside")
                        .file("a/../../../y", "kept inside")
                        .bytes());
        assertThat(target.resolve("outside")).hasContent("evil");
        assertThat(target.resolve("x")).hasContent("kept inside");
        assertThat(target.resolve("y")).hasContent("kept inside");
        nothingOutside();
    }

    @Test
    void symlinksOfTheImageLeadInside() throws IOException {
        extract(
                new RawArchive()
                        .entry("up", 0120777, 1, 1, "../../..")
                        .file("up/outside", "evil")
                        .entry("abs", 0120777, 1, 1, dir.toString())
                        .file("abs/outside", "evil")
                        .bytes());
        nothingOutside();
        assertThat(target.resolve("outside")).hasContent("evil");
    }

    @Test
    void filesReplaceSymlinksInsteadOfFollowingThem() throws IOException {
        extract(
                new RawArchive()
                        .entry("f", 0120777, 1, 1, outside.toString())
                        .file("f", "evil")
                        .entry("l", 0120777, 1, 1, outside.toString())
                        .entry("g", 0100644, 2, 9, "")
                        .entry("g", 0120777, 1, 1, outside.toString())
                        .entry("h", 0100644, 2, 9, "evil")
                        .bytes());
        nothingOutside();
    }

    @Test
    void nothingThatWasThereIsTouched() throws IOException {
        Files.writeString(target.resolve("mine"), "mine");
        Files.createSymbolicLink(target.resolve("way"), dir);
        assertThatThrownBy(() -> extract(new RawArchive().file("mine", "evil").bytes()))
                .isInstanceOf(UnsafeExtractionException.class)
                .hasMessageContaining("was there before");
        assertThatThrownBy(() -> extract(new RawArchive().file("way/outside", "evil").bytes()))
                .isInstanceOf(UnsafeExtractionException.class)
                .hasMessageContaining("symlink that was there before");
        assertThat(target.resolve("mine")).hasContent("mine");
        nothingOutside();
    }

    @Test
    void aFileThatEndsEarlyIsNotLeftBehind() {
        byte[] image = new RawArchive().file("big", "x".repeat(100_000)).bytes();
        assertThatThrownBy(() -> extract(java.util.Arrays.copyOf(image, 90_000)))
                .isInstanceOf(InitramfsException.class);
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void randomHostileImagesStayInside() throws IOException {
        Random random = new Random(3);
        String[] parts = {"a", "b", "..", ".", "", "c", "target", "outside"};
        for (int round = 0; round < 150; round++) {
            RawArchive archive = new RawArchive();
            for (int i = 0; i < 12; i++) {
                StringBuilder name = new StringBuilder(random.nextBoolean() ? "/" : "");
                for (int k = random.nextInt(4); k >= 0; k--) {
                    name.append(parts[random.nextInt(parts.length)]).append(k > 0 ? "/" : "");
                }
                StringBuilder link = new StringBuilder(random.nextBoolean() ? dir + "/" : "");
                for (int k = random.nextInt(4); k >= 0; k--) {
                    link.append(parts[random.nextInt(parts.length)]).append(k > 0 ? "/" : "");
                }
                switch (random.nextInt(4)) {
                    case 0 -> archive.directory(name.toString());
                    case 1 -> archive.entry(name.toString(), 0120777, 1, 1, link.toString());
                    case 2 -> archive.entry(name.toString(), 0100644, 3, random.nextInt(3), "evil");
                    default -> archive.file(name.toString(), "evil");
                }
            }
            try {
                extract(archive.bytes());
            } catch (InitramfsException | java.nio.file.FileSystemException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
            nothingOutside();
            try (Stream<Path> files = Files.walk(target)) {
                for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    if (!file.equals(target)) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    @Test
    void namesInAnyBytesComeOutAsTheyWentIn() throws IOException {
        ByteString name = ByteString.of(new byte[] {'x', (byte) 0xff, 'y'});
        Initramfs tree =
                Initramfs.builder()
                        .add(
                                ArchivePath.of(name),
                                new Node.Directory(dev.wasmlinux.initramfs.Attributes.of(0755)))
                        .add(
                                ArchivePath.of(name).resolve("\u00fc ?#%"),
                                new Node.RegularFile(
                                        FileContent.of("1"),
                                        dev.wasmlinux.initramfs.Attributes.of(0644)))
                        .symlink("l", name, dev.wasmlinux.initramfs.Attributes.of(0777))
                        .build();
        Path image = dir.resolve("box/image");
        tree.writeTo(image, WriteOptions.defaults());
        assertThat(ImageExtractor.defaults().extract(image, target).entries()).isEqualTo(3);
        Initramfs again =
                Initramfs.builder().addFrom(DirectorySource.of(target).keepTimes()).build();
        assertThat(again.asMap().keySet())
                .containsExactlyInAnyOrderElementsOf(tree.asMap().keySet());
        assertThat(again.find("l")).map(node -> ((Node.Symlink) node).target()).contains(name);
    }

    @Test
    void onlyWhatIsWantedIsExtractedWithItsBytes() throws IOException {
        byte[] dataLast =
                new RawArchive()
                        .directory("d")
                        .entry("d/a", 0100644, 2, 7, "")
                        .entry("z", 0100644, 2, 7, "shared")
                        .file("other", "no")
                        .bytes();
        byte[] dataFirst =
                new RawArchive()
                        .entry("z", 0100644, 2, 7, "shared")
                        .entry("d/a", 0100644, 2, 7, "")
                        .bytes();
        for (byte[] image : new byte[][] {dataLast, dataFirst}) {
            try (ImageReader reader =
                    ImageReader.open(new ByteArrayInputStream(image), ReadLimits.defaults())) {
                ImageExtractor.defaults()
                        .overwrite(true)
                        .filter(path -> path.startsWith(ArchivePath.of("d")))
                        .extract(reader, target);
            }
            assertThat(target.resolve("d/a")).hasContent("shared");
            try (Stream<Path> files = Files.list(target)) {
                assertThat(files).containsExactly(target.resolve("d"));
            }
        }
    }

    @Test
    @Timeout(30)
    void pipesAreMadeWithoutOpeningThem() throws IOException {
        byte[] image =
                new RawArchive().entry("p", 0010624, 1, 1, "").file("f", "x").trailer().bytes();
        try (ImageReader reader =
                ImageReader.open(new ByteArrayInputStream(image), ReadLimits.defaults())) {
            ImageExtractor.Report report =
                    ImageExtractor.defaults()
                            .specialFiles(ImageExtractor.SpecialFiles.CREATE)
                            .extract(reader, target);
            assertThat(report.entries()).isEqualTo(2);
        }
        assertThat(Files.readAttributes(target.resolve("p"), BasicFileAttributes.class).isOther())
                .isTrue();
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(target.resolve("p"))))
                .isEqualTo("rw--w-r--");
        assertThat(Files.getLastModifiedTime(target.resolve("p")).toMillis()).isZero();
    }

    @Test
    void anOrdinaryUserUnpacksWhatNobodyMayRead() throws IOException {
        byte[] image =
                new RawArchive()
                        .entry("d", 0040000, 2, 9, "")
                        .entry("d/e", 0040000, 2, 9, "")
                        .entry("d", 0040000, 2, 9, "")
                        .entry("a", 0100000, 2, 1, "")
                        .entry("b", 0100000, 2, 1, "data")
                        .trailer()
                        .bytes();
        assertThat(extract(image).entries()).isEqualTo(5);
        assertThat(Files.getPosixFilePermissions(target.resolve("b"))).isEmpty();
        assertThat(Files.size(target.resolve("a"))).isEqualTo(4);
        for (String name : List.of("d", "d/e")) {
            Path directory = target.resolve(name);
            assertThat(Files.getPosixFilePermissions(directory)).isEmpty();
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void noNameOfAFileThatEndsEarlyHasHalfOfIt() throws IOException {
        byte[] image =
                new RawArchive()
                        .entry("a", 0100644, 2, 1, "")
                        .entry("b", 0100644, 2, 1, "x".repeat(100_000))
                        .bytes();
        assertThatThrownBy(() -> extract(java.util.Arrays.copyOf(image, 90_000)))
                .isInstanceOf(InitramfsException.class);
        assertThat(target.resolve("b")).doesNotExist();
        assertThat(target.resolve("a")).isEmptyFile();
    }
}

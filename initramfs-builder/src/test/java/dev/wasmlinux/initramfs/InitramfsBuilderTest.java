/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class InitramfsBuilderTest {
    private static List<String> paths(Initramfs tree) {
        return tree.entries().stream().map(entry -> entry.path().toString()).toList();
    }

    @Test
    void makesParentsAndSortsSubtreesTogether() {
        Initramfs tree =
                Initramfs.builder()
                        .file("a/b/c", FileContent.empty(), 0644)
                        .file("a.txt", FileContent.empty(), 0644)
                        .file("a/b-c", FileContent.empty(), 0644)
                        .build();
        assertThat(paths(tree)).containsExactly("a", "a/b", "a/b/c", "a/b-c", "a.txt");
    }

    @Test
    void keepsTheOrderOfAddingOnRequest() {
        Initramfs tree =
                Initramfs.builder()
                        .order(InitramfsBuilder.Order.AS_ADDED)
                        .file("z", FileContent.empty(), 0644)
                        .file("b/c", FileContent.empty(), 0644)
                        .directory("a")
                        .build();
        assertThat(paths(tree)).containsExactly("z", "b", "b/c", "a");
    }

    @Test
    void refusesWhatTheKernelWouldDrop() {
        InitramfsBuilder builder = Initramfs.builder();
        assertThatThrownBy(() -> builder.file("a/../b", FileContent.empty(), 0644))
                .isInstanceOf(InvalidEntryException.class)
                .hasMessageContaining("'..'");
        assertThatThrownBy(() -> builder.directory("x".repeat(256)))
                .isInstanceOf(InvalidEntryException.class)
                .hasMessageContaining("NAME_MAX");
        assertThatThrownBy(() -> builder.directory("abcdefg/".repeat(512) + "h"))
                .isInstanceOf(InvalidEntryException.class)
                .hasMessageContaining("PATH_MAX");
        assertThatThrownBy(() -> builder.file("TRAILER!!!", FileContent.empty(), 0644))
                .isInstanceOf(InvalidEntryException.class);
        assertThatThrownBy(() -> builder.symlink("l", ""))
                .isInstanceOf(InvalidEntryException.class);
        assertThatThrownBy(() -> builder.device("d", Node.DeviceType.BLOCK, 4096, 0, 0600))
                .isInstanceOf(InvalidEntryException.class)
                .hasMessageContaining("new_encode_dev");
        assertThatThrownBy(() -> Attributes.of(0).withModified(1L << 32))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.symlink("", "x"))
                .isInstanceOf(InvalidEntryException.class);
        assertThat(builder.build().entries()).isEmpty();
    }

    @Test
    void refusesPathsThatAreTaken() {
        InitramfsBuilder builder = Initramfs.builder().file("a", FileContent.empty(), 0644);
        assertThatThrownBy(() -> builder.directory("a")).isInstanceOf(InvalidEntryException.class);
        assertThatThrownBy(() -> builder.directory("a/b"))
                .isInstanceOf(InvalidEntryException.class)
                .hasMessageContaining("no directory");
    }

    @Test
    void laterDirectoryGivesTheAttributes() {
        Initramfs tree =
                Initramfs.builder()
                        .file("d/f", FileContent.empty(), 0644)
                        .directory("d", 0700)
                        .build();
        assertThat(tree.find("d")).contains(new Node.Directory(Attributes.of(0700)));
    }

    @Test
    void overlayReplacesWithEverythingBelow() {
        Initramfs tree =
                Initramfs.builder()
                        .file("a/b/c", FileContent.empty(), 0644)
                        .onConflict(InitramfsBuilder.Conflict.REPLACE)
                        .file("a", FileContent.of("new"), 0600)
                        .build();
        assertThat(paths(tree)).containsExactly("a");
    }

    @Test
    void aHardLinkTakesOverWhenItsTargetGoes() {
        FileContent content = FileContent.of("data");
        Initramfs tree =
                Initramfs.builder()
                        .file("a", content, 0644)
                        .hardLink("b", "a")
                        .hardLink("c", "b")
                        .onConflict(InitramfsBuilder.Conflict.REPLACE)
                        .symlink("a", "elsewhere")
                        .build();
        assertThat(tree.find("b")).contains(new Node.RegularFile(content, Attributes.of(0644)));
        assertThat(tree.find("c")).contains(new Node.HardLink(ArchivePath.of("b")));
    }

    @Test
    void refusesHardLinksToNothing() {
        assertThatThrownBy(() -> Initramfs.builder().hardLink("a", "b").build())
                .isInstanceOf(InvalidEntryException.class)
                .hasMessageContaining("not there");
        assertThatThrownBy(() -> Initramfs.builder().hardLink("a", "b").hardLink("b", "a").build())
                .isInstanceOf(InvalidEntryException.class)
                .hasMessageContaining("circle");
        assertThatThrownBy(() -> Initramfs.builder().directory("d").hardLink("a", "d").build())
                .isInstanceOf(InvalidEntryException.class)
                .hasMessageContaining("directory");
    }

    @Test
    void pathsAreNormalised() {
        assertThat(ArchivePath.of("//usr/./bin/").toString()).isEqualTo("usr/bin");
        assertThat(ArchivePath.of("./").isRoot()).isTrue();
        assertThat(ArchivePath.of("usr/bin").startsWith(ArchivePath.of("usr/b"))).isFalse();
        assertThat(ArchivePath.of("usr/bin").relativeTo(ArchivePath.of("usr")))
                .isEqualTo(ArchivePath.of("bin"));
    }

    @Test
    void namesMayHaveAnyBytes() {
        byte[] latin = {'m', (byte) 0xfc, 'l', 'l', '\n'};
        assertThat(ArchivePath.of(ByteString.of(latin)).toString()).isEqualTo("m\\xfcll\\x0a");
        assertThat(ArchivePath.of("müll").toString()).isEqualTo("müll");
    }

    @Test
    @Timeout(20)
    void longChainsOfHardLinksAndManyEmptiedDirectoriesTakeNoTime() {
        InitramfsBuilder builder = Initramfs.builder();
        int count = 50_000;
        for (int i = count - 1; i > 0; i--) {
            builder.hardLink("l/" + i, "l/" + (i - 1));
        }
        builder.file("l/0", new byte[1], 0644);
        for (int i = 0; i < count; i++) {
            builder.file("d/" + i + "/file", FileContent.empty(), 0644);
        }
        for (int i = 0; i < count - 1; i++) {
            builder.removeBelow(ArchivePath.of("d/" + i));
        }
        builder.remove(ArchivePath.of("d/7"));
        builder.file("d/8/new/file", FileContent.empty(), 0644);
        builder.removeBelow(ArchivePath.of("d/8"));
        Initramfs tree = builder.build();
        assertThat(tree.size()).isEqualTo(2 + count + count);
        assertThat(tree.find("l/" + (count - 1)))
                .contains(new Node.HardLink(ArchivePath.of("l/0")));
        assertThat(tree.find("d/" + (count - 1) + "/file")).isPresent();
        builder.remove(ArchivePath.of("l/0"));
        builder.hardLink("circle", "circle2").hardLink("circle2", "circle");
        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidEntryException.class)
                .hasMessageContaining("circle");
    }
}

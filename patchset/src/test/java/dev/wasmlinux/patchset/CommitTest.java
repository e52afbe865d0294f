/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.tree.Commit;
import dev.wasmlinux.patchset.tree.DirectoryTree;
import dev.wasmlinux.patchset.tree.Node;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A commit is made as a whole or not at all, whatever happens in the middle. */
class CommitTest {
    private static final String JOURNAL = ".wasm-linux-patching";

    @TempDir private Path temp;

    private static Optional<Node> file(String content) {
        return Optional.of(
                new Node.File(
                        Content.of(content.getBytes(StandardCharsets.ISO_8859_1)), false, null));
    }

    private static SortedMap<String, String> before() {
        return new TreeMap<>(Map.of("a", "-1\n", "d/b", "x2\n", "d/e/c", "-3\n", "l", "@a"));
    }

    private static Map<String, Optional<Node>> changes() {
        Map<String, Optional<Node>> changes = new TreeMap<>();
        changes.put("a", file("one\n"));
        changes.put("d/e/c", Optional.empty());
        changes.put("l", Optional.of(new Node.Link("d/b")));
        changes.put("n/e/w", file("new\n"));
        return changes;
    }

    @Test
    void rollsBackWhenAStepFails() throws IOException {
        Path tree = temp.resolve("tree");
        Trees.write(tree, before());
        Map<String, Optional<Node>> changes = changes();
        // A base that knows nothing of it lets the commit run into a directory with a file in it.
        Trees.write(tree, Map.of("z/full", "-\n"));
        changes.put("z", file("no\n"));
        SortedMap<String, String> expected = Trees.read(tree);
        assertThatThrownBy(() -> new Commit(tree).run(changes, new DirectoryTree(tree)))
                .isInstanceOf(IOException.class);
        assertThat(Trees.read(tree)).isEqualTo(expected);
    }

    @Test
    void changesNothingWhenTheTreeCannotBeWritten() throws IOException {
        assumeTrue(!"root".equals(System.getProperty("user.name")), "root may write everywhere");
        Path tree = temp.resolve("tree");
        Trees.write(tree, before());
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("r-xr-xr-x"));
        assertThatThrownBy(() -> new Commit(tree).run(changes(), new DirectoryTree(tree)))
                .isInstanceOf(IOException.class);
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(Trees.read(tree)).isEqualTo(before());
    }

    /**
     * A crash after each of a commit's steps: the tree as it looks then is made by hand, from the
     * journal's description.
     */
    @Test
    void theNextRunTakesBackWhatACrashLeft() throws IOException {
        for (int steps = 0; steps <= 6; steps++) {
            Path tree = temp.resolve("tree" + steps);
            Trees.write(tree, before());
            crashAfter(tree, steps);
            new Commit(tree).recover();
            assertThat(Trees.read(tree)).as("after %d steps", steps).isEqualTo(before());
        }
    }

    private static void crashAfter(Path tree, int steps) throws IOException {
        Path journal = tree.resolve(JOURNAL);
        Trees.write(
                journal,
                Map.of(
                        "journal", "-0 f f a\n1 f - d/e/c\n2 - f n/e/w\nd n\nd n/e\nend\n",
                        "new/0", "-one\n",
                        "new/2", "-new\n",
                        "old/x", "-"));
        Files.delete(journal.resolve("old/x"));
        List<Runnable> moves =
                List.of(
                        () -> move(tree.resolve("a"), journal.resolve("old/0")),
                        () -> move(tree.resolve("d/e/c"), journal.resolve("old/1")),
                        () -> remove(tree.resolve("d/e")),
                        () -> move(journal.resolve("new/0"), tree.resolve("a")),
                        () -> makeDirectories(tree.resolve("n/e")),
                        () -> move(journal.resolve("new/2"), tree.resolve("n/e/w")));
        moves.subList(0, steps).forEach(Runnable::run);
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void remove(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void makeDirectories(Path path) {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void onlyTidiesBehindACommitThatWasDone() throws IOException {
        Path tree = temp.resolve("tree");
        Trees.write(tree, before());
        Trees.write(
                tree.resolve(JOURNAL),
                Map.of("journal", "-0 f f a\nend\n", "old/0", "-0\n", "committed", "-"));
        new Commit(tree).recover();
        assertThat(Trees.read(tree)).isEqualTo(before());
    }

    @Test
    void keepsOutOfATreeThatIsBeingPatched() throws IOException {
        Path tree = temp.resolve("tree");
        Trees.write(tree, before());
        Files.createDirectory(tree.resolve(JOURNAL));
        try (FileChannel channel =
                FileChannel.open(
                        tree.resolve(JOURNAL).resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            assertThat(channel.lock().isValid()).isTrue();
            assertThatThrownBy(() -> new Commit(tree).recover())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another process");
            assertThatThrownBy(() -> new Commit(tree).run(changes(), new DirectoryTree(tree)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another process");
        }
        new Commit(tree).run(changes(), base(tree));
        assertThat(Trees.read(tree))
                .isEqualTo(
                        new TreeMap<>(
                                Map.of(
                                        "a", "-one\n", "d/b", "x2\n", "l", "@d/b", "n/e/w",
                                        "-new\n")));
    }

    private static DirectoryTree base(Path tree) throws IOException {
        new Commit(tree).recover();
        return new DirectoryTree(tree);
    }

    @Test
    void findsTheTreeAsTheSystemDoes() throws IOException {
        Path tree = temp.resolve("real/tree");
        Trees.write(tree, before());
        Files.createDirectories(temp.resolve("real/inner"));
        Files.createSymbolicLink(temp.resolve("link"), temp.resolve("real/inner"));
        Path roundabout = temp.resolve("link/.././tree");
        Map<String, Optional<Node>> changes = changes();
        changes.put("\u00ff", file("bytes\n"));
        new Commit(roundabout).run(changes, new DirectoryTree(roundabout));
        SortedMap<String, String> expected =
                new TreeMap<>(Map.of("a", "-one\n", "d/b", "x2\n", "l", "@d/b", "n/e/w", "-new\n"));
        expected.put("\u00ff", "-bytes\n");
        assertThat(Trees.read(tree)).isEqualTo(expected);
        assertThat(temp.resolve("tree")).doesNotExist();
    }

    @Test
    void keepsPermissionsAndLeavesNothingBehind() throws IOException {
        Path tree = temp.resolve("tree");
        Trees.write(tree, Map.of("f", "x1\n"));
        Files.setPosixFilePermissions(
                tree.resolve("f"), PosixFilePermissions.fromString("rwxr-x---"));
        byte[] patch =
                "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-1\n+2\n".getBytes(StandardCharsets.US_ASCII);
        Patches.apply(tree, List.of(PatchSource.of("p", patch)), ApplyOptions.DEFAULT);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tree.resolve("f"))))
                .isEqualTo("rwxr-x---");
        try (Stream<Path> all = Files.walk(tree)) {
            assertThat(all).hasSize(2);
        }
    }
}

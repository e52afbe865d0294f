/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.ChildJvm;
import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.Digests;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SourceStoreTest {
    private static final byte[] BYTES = bytes(300_000);
    private static final Download.Limits QUICK =
            new Download.Limits(
                    3, Duration.ofMillis(5), Duration.ofSeconds(5), Duration.ofMillis(400));

    @TempDir Path directory;

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private static String digest() {
        MessageDigest digest = Digests.sha256();
        digest.update(BYTES);
        return Digests.hex(digest);
    }

    private static SourceArchive archive(URI... locations) {
        return new SourceArchive(
                "thing",
                "1.0",
                List.of(
                        new SourceArchive.Variant(
                                List.of("thing-1.0.tar.gz", "thing_1.0.orig.tar.gz"),
                                digest(),
                                List.of(locations))));
    }

    private CacheLayout layout() {
        return CacheLayout.of(directory.resolve("my cäche"));
    }

    private SourceStore store(boolean offline, Path... folders) {
        return new SourceStore(layout(), List.of(folders), offline, new Download(QUICK, Map.of()));
    }

    private static Path obtain(SourceStore store, SourceArchive archive) throws Exception {
        return store.obtain(archive, BuildListener.NONE).file();
    }

    private static void assertKind(Throwable e, Kind kind) {
        assertThat(e).isInstanceOf(ToolchainException.class);
        assertThat(((ToolchainException) e).kind()).isEqualTo(kind);
    }

    @Test
    void downloadsAndThenHasIt() throws Exception {
        SourceArchive archive;
        try (Mirror mirror = new Mirror(Mirror.whole(BYTES))) {
            archive = archive(mirror.location());
            assertThat(obtain(store(false), archive)).hasBinaryContent(BYTES);
            assertThat(mirror.requests).hasSize(1);
        }
        assertThat(obtain(store(true), archive)).hasBinaryContent(BYTES);
        assertThat(layout().sources().resolve("partial")).isEmptyDirectory();
    }

    @Test
    void continuesWhereTheConnectionBroke() throws Exception {
        try (Mirror mirror =
                new Mirror(
                        Mirror.drops(BYTES, 100_000),
                        Mirror.status("503 Busy"),
                        Mirror.whole(BYTES))) {
            assertThat(obtain(store(false), archive(mirror.location()))).hasBinaryContent(BYTES);
            assertThat(mirror.requests.get(2).headers())
                    .containsEntry("If-Range", "\"v1\"")
                    .hasEntrySatisfying("Range", range -> assertThat(range).matches("bytes=\\d+-"));
        }
    }

    @Test
    void startsAgainWhenTheServerCannotContinue() throws Exception {
        try (Mirror mirror =
                new Mirror(
                        Mirror.drops(BYTES, 100_000),
                        Mirror.status("416 Range Not Satisfiable"),
                        Mirror.whole(BYTES))) {
            assertThat(obtain(store(false), archive(mirror.location()))).hasBinaryContent(BYTES);
            assertThat(mirror.requests.get(1).headers()).containsKey("Range");
            assertThat(mirror.requests.get(2).headers()).doesNotContainKey("Range");
        }
    }

    @Test
    void takesTheWholeFileWhenItHasChangedMeanwhile() throws Exception {
        Mirror.Answer ignoresRange =
                (request, out) -> {
                    Mirror.head(out, "200 OK", "ETag: \"v2\"", "Content-Length: " + BYTES.length);
                    out.write(BYTES);
                };
        try (Mirror mirror = new Mirror(Mirror.drops(bytes(250_000), 90_000), ignoresRange)) {
            assertThat(obtain(store(false), archive(mirror.location()))).hasBinaryContent(BYTES);
        }
    }

    @Test
    void doesNotBelieveAContinuationAtAnotherPlace() throws Exception {
        Mirror.Answer lies =
                (request, out) -> {
                    Mirror.head(
                            out,
                            "206 Partial Content",
                            "Content-Range: bytes 5-9/10",
                            "Content-Length: 5");
                    out.write(BYTES, 5, 5);
                };
        try (Mirror mirror = new Mirror(Mirror.drops(BYTES, 90_000), lies, Mirror.whole(BYTES))) {
            assertThat(obtain(store(false), archive(mirror.location()))).hasBinaryContent(BYTES);
        }
    }

    @Test
    void givesUpAServerThatStallsAndAsksTheNext() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        Mirror.Answer stalls =
                (request, out) -> {
                    Mirror.head(out, "200 OK", "Content-Length: " + BYTES.length);
                    out.write(BYTES, 0, 1000);
                    out.flush();
                    end.await();
                };
        try (Mirror bad = new Mirror(stalls);
                Mirror good = new Mirror(Mirror.whole(BYTES))) {
            assertThat(obtain(store(false), archive(bad.location(), good.location())))
                    .hasBinaryContent(BYTES);
        } finally {
            end.countDown();
        }
    }

    @Test
    void doesNotTakeWrongBytesAndSaysWhoSentThem() throws Exception {
        byte[] wrong = BYTES.clone();
        wrong[77] ^= 1;
        try (Mirror mirror = new Mirror(Mirror.whole(wrong))) {
            SourceArchive archive = archive(mirror.location());
            assertThatThrownBy(() -> obtain(store(false), archive))
                    .hasMessageContaining(mirror.location().toString())
                    .hasMessageContaining(digest())
                    .satisfies(e -> assertKind(e, Kind.CHECKSUM));
            assertThat(mirror.requests).as("no second try of the same lie").hasSize(1);
        }
        assertThat(layout().sources().resolve("partial")).isEmptyDirectory();
    }

    @Test
    void aWrongLengthIsNoSuccess() throws Exception {
        Mirror.Answer shortened =
                (request, out) -> {
                    Mirror.head(out, "200 OK", "Content-Length: 1000");
                    out.write(BYTES, 0, 1000);
                };
        try (Mirror bad = new Mirror(shortened);
                Mirror good = new Mirror(Mirror.whole(BYTES))) {
            assertThat(obtain(store(false), archive(bad.location(), good.location())))
                    .hasBinaryContent(BYTES);
        }
    }

    @Test
    void namesEveryPlaceThatFailed() throws Exception {
        try (Mirror gone = new Mirror(Mirror.status("404 Not Found"));
                Mirror busy = new Mirror(Mirror.status("500 Oh"))) {
            SourceArchive archive = archive(gone.location(), busy.location());
            assertThatThrownBy(() -> obtain(store(false), archive))
                    .hasMessageContaining(gone.location() + ": HTTP status 404")
                    .hasMessageContaining(busy.location() + ": HTTP status 500")
                    .hasMessageContaining("--sources DIR")
                    .satisfies(e -> assertKind(e, Kind.SOURCE));
            assertThat(gone.requests).hasSize(1);
            assertThat(busy.requests).hasSize(QUICK.attempts());
        }
    }

    @Test
    void offlineConnectsToNobodyAndSaysWhatIsMissing() throws Exception {
        try (Mirror mirror = new Mirror(Mirror.whole(BYTES))) {
            SourceArchive archive = archive(mirror.location());
            assertThatThrownBy(() -> obtain(store(true, directory), archive))
                    .hasMessageContaining("offline")
                    .hasMessageContaining("thing 1.0, not in " + directory)
                    .hasMessageContaining(digest())
                    .satisfies(e -> assertKind(e, Kind.SOURCE));
            assertThat(mirror.requests).isEmpty();
        }
    }

    @Test
    void takesFilesAndRefusesStrangeAddresses() throws Exception {
        Path file = Files.write(directory.resolve("my archive"), BYTES);
        URI missing = directory.resolve("missing").toUri();
        URI strange = URI.create("gopher://127.0.0.1/archive");
        assertThat(obtain(store(false), archive(strange, missing, file.toUri())))
                .hasBinaryContent(BYTES);
        Files.delete(
                layout().sources().resolve("sha256/" + digest().substring(0, 2) + "/" + digest()));
        Files.write(file, new byte[] {1});
        assertThatThrownBy(() -> obtain(store(false), archive(strange, missing, file.toUri())))
                .hasMessageContaining(strange + ": not an address")
                .hasMessageContaining(missing + ": no such file")
                .satisfies(e -> assertKind(e, Kind.CHECKSUM));
    }

    @Test
    void takesALocalArchiveUnderAnyKnownName() throws Exception {
        Path folder = Files.createDirectory(directory.resolve("quellen ü"));
        Path file = folder.resolve("thing_1.0.orig.tar.gz");
        Files.write(file, BYTES);
        assertThat(obtain(store(true, folder), archive())).hasBinaryContent(BYTES);
        assertThat(file).hasBinaryContent(BYTES);
    }

    @Test
    void refusesALocalArchiveWithWrongBytes() throws Exception {
        Path file = directory.resolve("thing-1.0.tar.gz");
        Files.write(file, Arrays.copyOf(BYTES, 100));
        assertThatThrownBy(() -> obtain(store(true, directory), archive()))
                .hasMessageContaining(file.toString())
                .satisfies(e -> assertKind(e, Kind.CHECKSUM));
    }

    @Test
    void replacesAStoredArchiveThatWasDamaged() throws Exception {
        Path file = directory.resolve("thing-1.0.tar.gz");
        Files.write(file, BYTES);
        Path stored = obtain(store(true, directory), archive());
        Files.write(stored, new byte[] {1});
        assertThat(obtain(store(true, directory), archive())).hasBinaryContent(BYTES);
    }

    @Test
    void twoDriversDownloadOnce() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        Mirror.Answer waits =
                (request, out) -> {
                    second.await();
                    Mirror.whole(BYTES).write(request, out);
                };
        try (Mirror mirror = new Mirror(waits)) {
            SourceStore patient =
                    new SourceStore(
                            layout(),
                            List.of(),
                            false,
                            new Download(Download.Limits.DEFAULT, Map.of()));
            SourceArchive archive = archive(mirror.location());
            BuildListener listener =
                    new BuildListener() {
                        @Override
                        public void waiting(String what) {
                            second.countDown();
                        }
                    };
            ConcurrentLinkedQueue<Object> results = new ConcurrentLinkedQueue<>();
            Runnable run =
                    () -> {
                        try {
                            results.add(patient.obtain(archive, listener).file());
                        } catch (Exception e) {
                            results.add(e);
                        }
                    };
            Thread a = new Thread(run);
            Thread b = new Thread(run);
            a.start();
            b.start();
            a.join();
            b.join();
            assertThat(results).hasSize(2).allMatch(r -> r instanceof Path);
            assertThat(mirror.requests).hasSize(1);
        }
    }

    @Test
    void continuesAfterTheDriverWasKilled() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        Mirror.Answer part =
                (request, out) -> {
                    Mirror.head(out, "200 OK", "ETag: \"v1\"", "Content-Length: " + BYTES.length);
                    out.write(BYTES, 0, 200_000);
                    out.flush();
                    end.await();
                };
        try (Mirror mirror = new Mirror(part, Mirror.whole(BYTES))) {
            Process jvm =
                    ChildJvm.start(
                            Child.class, layout().root().toString(), mirror.location().toString());
            Path partial = layout().sources().resolve("partial").resolve(digest());
            while (jvm.isAlive() && (!Files.exists(partial) || Files.size(partial) < 200_000)) {
                Thread.onSpinWait();
            }
            assertThat(jvm.isAlive()).isTrue();
            jvm.destroyForcibly().waitFor();
            end.countDown();
            assertThat(obtain(store(false), archive(mirror.location()))).hasBinaryContent(BYTES);
            assertThat(mirror.requests.get(1).headers()).containsEntry("Range", "bytes=200000-");
        }
    }

    /** A driver in the middle of a download. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            new SourceStore(
                            CacheLayout.of(Path.of(arguments[0])),
                            List.of(),
                            false,
                            new Download(Download.Limits.DEFAULT, Map.of()))
                    .obtain(archive(URI.create(arguments[1])), BuildListener.NONE);
        }
    }

    @Test
    void aCancelledDownloadKeepsItsPart() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        Mirror.Answer slow =
                (request, out) -> {
                    Mirror.head(out, "200 OK", "ETag: \"v1\"", "Content-Length: " + BYTES.length);
                    for (int i = 0; i < 100 && end.getCount() > 0; i++) {
                        out.write(BYTES, i * 1000, 1000);
                        out.flush();
                        end.await(20, java.util.concurrent.TimeUnit.MILLISECONDS);
                    }
                };
        try (Mirror mirror = new Mirror(slow)) {
            ConcurrentLinkedQueue<Throwable> ended = new ConcurrentLinkedQueue<>();
            BuildListener listener =
                    new BuildListener() {
                        @Override
                        public void downloading(String file, long bytes, long total) {
                            begun.countDown();
                        }
                    };
            Thread thread =
                    new Thread(
                            () -> {
                                try {
                                    store(false).obtain(archive(mirror.location()), listener);
                                } catch (Throwable e) {
                                    ended.add(e);
                                }
                            });
            thread.start();
            begun.await();
            thread.interrupt();
            thread.join();
            assertThat(ended).singleElement().isInstanceOf(InterruptedException.class);
            assertThat(Files.size(layout().sources().resolve("partial").resolve(digest())))
                    .isPositive();
        } finally {
            end.countDown();
        }
    }

    @Test
    void cannotStoreIsAStorageFailure() throws Exception {
        Path folder = Files.createDirectory(directory.resolve("s"));
        Files.write(folder.resolve("thing-1.0.tar.gz"), BYTES);
        Files.writeString(directory.resolve("my cäche"), "a file where the cache should be");
        assertThatThrownBy(() -> obtain(store(true, folder), archive()))
                .isNotInstanceOf(IOException.class)
                .satisfies(e -> assertKind(e, Kind.STORAGE));
    }
}

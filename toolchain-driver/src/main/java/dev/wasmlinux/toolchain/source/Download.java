/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import dev.wasmlinux.toolchain.BuildListener;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Json;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/**
 * Downloads one file over HTTP into a partial file that survives failures, and continues it.
 *
 * <p>A continuation asks with {@code Range} and {@code If-Range}, so that a server whose file has
 * changed sends it whole (RFC 9110, section 13.1.5). Without an entity tag nothing is continued.
 * The digest decides in the end, whatever the server said about length and type. The caller holds a
 * lock on the partial file.
 */
final class Download {
    /** What a download may take; tests use shorter values. */
    record Limits(int attempts, Duration pause, Duration connect, Duration stall) {
        static final Limits DEFAULT =
                new Limits(
                        4, Duration.ofSeconds(1), Duration.ofSeconds(20), Duration.ofSeconds(60));
    }

    /** The bytes are complete but wrong. */
    static final class WrongDigest extends IOException {
        private static final long serialVersionUID = 1L;

        WrongDigest(String message) {
            super(message);
        }
    }

    /** A failure that the same server would repeat. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    private final Limits limits;
    private final Map<String, String> environment;

    Download(Limits limits, Map<String, String> environment) {
        this.limits = limits;
        this.environment = environment;
    }

    /**
     * Downloads until the digest is right.
     *
     * @param variant wanted archive
     * @param partial partial file; complete and verified on return
     * @param listener hears of progress
     * @return the location that served the last bytes
     * @throws IOException if no location could; its message has one line per location
     */
    URI fetch(SourceArchive.Variant variant, Path partial, BuildListener listener)
            throws IOException, InterruptedException {
        List<String> failures = new ArrayList<>();
        boolean wrong = false;
        for (URI location : variant.locations()) {
            try {
                fetch(variant, location, partial, listener);
                return location;
            } catch (WrongDigest e) {
                wrong = true;
                failures.add(location + ": " + e.getMessage());
            } catch (IOException e) {
                failures.add(location + ": " + message(e));
            }
        }
        String text = String.join("\n  ", failures);
        throw wrong ? new WrongDigest(text) : new IOException(text);
    }

    private static String message(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private void fetch(
            SourceArchive.Variant variant, URI location, Path partial, BuildListener listener)
            throws IOException, InterruptedException {
        IOException failure = null;
        for (int attempt = 0; attempt < limits.attempts(); attempt++) {
            if (attempt > 0) {
                // 1, 2, 4 … times the pause
                TimeUnit.MILLISECONDS.sleep(limits.pause().toMillis() << (attempt - 1));
            }
            try {
                attempt(variant, location, partial, listener);
                String digest = Digests.of(partial);
                if (digest.equals(variant.sha256())) {
                    return;
                }
                discard(partial);
                throw new WrongDigest(
                        "sent a file with SHA-256 " + digest + ", wanted " + variant.sha256());
            } catch (WrongDigest | Refused e) {
                throw e;
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private static void discard(Path partial) throws IOException {
        Files.deleteIfExists(partial);
        Files.deleteIfExists(noteOf(partial));
    }

    private static Path noteOf(Path partial) {
        return partial.resolveSibling(partial.getFileName() + ".json");
    }

    private void attempt(
            SourceArchive.Variant variant, URI location, Path partial, BuildListener listener)
            throws IOException, InterruptedException {
        String scheme = String.valueOf(location.getScheme()).toLowerCase(Locale.ROOT);
        if (scheme.equals("file")) {
            copyFile(location, partial);
            return;
        }
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new Refused("not an address of http, https or file");
        }
        Optional<String> tag = tagOf(partial, location);
        long have = tag.isPresent() && Files.exists(partial) ? Files.size(partial) : 0;
        HttpRequest.Builder request =
                HttpRequest.newBuilder(location)
                        .timeout(limits.stall())
                        .header("User-Agent", "wasm-linux")
                        .header("Accept-Encoding", "identity");
        if (have > 0) {
            request.header("Range", "bytes=" + have + "-").header("If-Range", tag.orElseThrow());
        }
        HttpResponse<InputStream> response = send(request.build());
        try (InputStream body = response.body()) {
            int status = response.statusCode();
            if (status == 416) {
                // The partial file is longer than the server's: start again.
                discard(partial);
                throw new IOException("cannot continue at byte " + have);
            }
            if (status >= 400 && status < 500 && status != 408 && status != 429) {
                throw new Refused("HTTP status " + status);
            }
            boolean continued = status == 206 && have > 0 && rangeStart(response) == have;
            if (status != 200 && !continued) {
                throw new IOException("HTTP status " + status);
            }
            long start = continued ? have : 0;
            if (!continued) {
                discard(partial);
                Optional<String> newTag =
                        response.headers().firstValue("ETag").filter(t -> !t.startsWith("W/"));
                if (newTag.isPresent()) {
                    note(partial, location, newTag.get());
                }
            }
            long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
            long total = length < 0 ? -1 : start + length;
            long got = copy(body, partial, start, variant.name(), total, listener);
            if (total >= 0 && got != total) {
                throw new IOException("sent " + got + " of " + total + " bytes");
            }
        }
    }

    private static void copyFile(URI location, Path partial) throws IOException {
        discard(partial);
        try {
            Files.copy(Path.of(location), partial);
        } catch (NoSuchFileException | IllegalArgumentException e) {
            throw new Refused("no such file");
        }
    }

    private static long rangeStart(HttpResponse<?> response) {
        String range = response.headers().firstValue("Content-Range").orElse("");
        return range.matches("bytes \\d{1,18}-.*")
                ? Long.parseLong(range.substring(6, range.indexOf('-')))
                : -1;
    }

    private HttpResponse<InputStream> send(HttpRequest request)
            throws IOException, InterruptedException {
        HttpClient client =
                HttpClient.newBuilder()
                        .connectTimeout(limits.connect())
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .version(HttpClient.Version.HTTP_1_1)
                        .proxy(proxy(request.uri()))
                        .build();
        return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    }

    /** Java ignores the proxy variables that every other tool of the host obeys. */
    private ProxySelector proxy(URI location) {
        String name = location.getScheme() + "_proxy";
        String value =
                environment.getOrDefault(
                        name, environment.getOrDefault(name.toUpperCase(Locale.ROOT), ""));
        if (value.isEmpty() || excluded(location.getHost())) {
            return ProxySelector.getDefault();
        }
        URI proxy = URI.create(value.contains("://") ? value : "http://" + value);
        int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
        return ProxySelector.of(new InetSocketAddress(proxy.getHost(), port));
    }

    private boolean excluded(String host) {
        String list =
                environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
        for (String entry : list.split("[,\\s]+")) {
            String suffix = entry.startsWith(".") ? entry.substring(1) : entry;
            if (!suffix.isEmpty()
                    && (entry.equals("*") || host.equals(suffix) || host.endsWith("." + suffix))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Copies the body. The HTTP client of Java 17 swallows interrupts of a reader and has no time
     * limit for a read, so another thread reads; closing the body ends it.
     */
    private long copy(
            InputStream body,
            Path partial,
            long start,
            String name,
            long total,
            BuildListener listener)
            throws IOException, InterruptedException {
        AtomicLong last = new AtomicLong(System.nanoTime());
        FutureTask<Long> reading =
                new FutureTask<>(
                        () -> {
                            long done = start;
                            try (OutputStream out =
                                    Files.newOutputStream(
                                            partial,
                                            StandardOpenOption.CREATE,
                                            StandardOpenOption.APPEND)) {
                                byte[] buffer = new byte[1 << 16];
                                for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                                    out.write(buffer, 0, n);
                                    done += n;
                                    last.set(System.nanoTime());
                                    listener.downloading(name, done, total);
                                }
                            }
                            return done;
                        });
        Thread reader = new Thread(reading, "download");
        reader.setDaemon(true);
        reader.start();
        try {
            while (true) {
                try {
                    return reading.get(50, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    if (System.nanoTime() - last.get() > limits.stall().toNanos()) {
                        throw new IOException("sent nothing for " + limits.stall(), e);
                    }
                } catch (ExecutionException e) {
                    throw new IOException(e.getCause().getMessage(), e.getCause());
                }
            }
        } finally {
            close(body);
            reader.join();
        }
    }

    private static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            // The reading thread reports the broken stream.
            return;
        }
    }

    private static Optional<String> tagOf(Path partial, URI location) throws IOException {
        Path note = noteOf(partial);
        if (!Files.exists(note)) {
            return Optional.empty();
        }
        try {
            JsonNode node = Json.read(note);
            if (node.path("location").asString("").equals(location.toString())) {
                return Optional.of(node.path("tag").asString(""));
            }
        } catch (IOException e) {
            // Half a note is no note.
            Files.deleteIfExists(note);
        }
        return Optional.empty();
    }

    private static void note(Path partial, URI location, String tag) throws IOException {
        Json.Members note = Json.object();
        note.put("location", location.toString());
        note.put("tag", tag);
        Trees.writeAtomically(noteOf(partial), note.text());
    }
}

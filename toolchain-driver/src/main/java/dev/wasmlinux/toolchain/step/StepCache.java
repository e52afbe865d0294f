/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.step;

import dev.wasmlinux.toolchain.BuildReport.Output;
import dev.wasmlinux.toolchain.io.Digests;
import dev.wasmlinux.toolchain.io.Json;
import dev.wasmlinux.toolchain.io.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Results of steps on disk, one directory per key: {@code steps/NAME/KEY/out} with the files and
 * {@code step.json} beside it.
 *
 * <p>A result is written elsewhere, flushed to the disk and then renamed into place, so a directory
 * that is there is whole, also after a crash. Safe between threads and processes.
 */
public final class StepCache {
    private static final String RECORD = "step.json";
    private static final String LAST = "last";

    private final Path root;

    /**
     * Creates the view of a cache directory; nothing is touched yet.
     *
     * @param root the directory of all steps
     */
    public StepCache(Path root) {
        this.root = root;
    }

    /**
     * Looks a result up.
     *
     * @param name step name
     * @param key digest of the inputs
     * @return the result if it is stored and its files have their sizes
     */
    public Optional<StoredResult> find(String name, String key) {
        Path directory = root.resolve(name).resolve(key);
        if (!Files.isRegularFile(directory.resolve(RECORD))) {
            return Optional.empty();
        }
        try {
            StoredResult result = parse(directory);
            for (Output output : result.outputs()) {
                if (sizeOf(result.directory().resolve(output.path())) != output.size()) {
                    return Optional.empty();
                }
            }
            return Optional.of(result);
        } catch (IOException | RuntimeException e) {
            // Damaged from outside: the same as not there; the step runs and replaces it.
            return Optional.empty();
        }
    }

    /**
     * The result that the last successful run of a step gave.
     *
     * @param name step name
     * @return the result if there is one
     */
    public Optional<StoredResult> last(String name) {
        try {
            return find(name, Files.readString(root.resolve(name).resolve(LAST)).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * A new empty directory for a result under construction, in the file system of the cache.
     *
     * @param name step name
     * @return directory with an empty {@code out} in it
     * @throws IOException if it cannot be created
     */
    public Path newDraft(String name) throws IOException {
        Files.createDirectories(root.resolve(name));
        Path draft = Files.createTempDirectory(root.resolve(name), ".draft-");
        Path out = Files.createDirectory(draft.resolve("out"));
        // Whatever the umask: results are for everybody who may read the cache.
        for (Path directory : List.of(draft, out)) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return draft;
    }

    /**
     * Deletes what crashed runs of a step have left. Only for the holder of the step's lock.
     *
     * @param name step name
     * @throws IOException if deletion fails
     */
    public void deleteDrafts(String name) throws IOException {
        Path directory = root.resolve(name);
        if (!Files.isDirectory(directory)) {
            return;
        }
        List<Path> drafts = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(directory, ".draft-*")) {
            entries.forEach(drafts::add);
        }
        for (Path draft : drafts) {
            Trees.delete(draft);
        }
    }

    /**
     * Makes a draft the stored result.
     *
     * @param draft what {@link #newDraft} gave, its {@code out} filled
     * @param name step name
     * @param inputs what decided the result
     * @param commands command lines that made it
     * @param objects number of objects compiled
     * @param complete whether those were all
     * @param log log of the run
     * @return the stored result
     * @throws IOException if writing fails, for example on a full disk; nothing is stored then
     */
    public StoredResult store(
            Path draft,
            String name,
            Map<String, String> inputs,
            List<String> commands,
            int objects,
            boolean complete,
            Path log)
            throws IOException {
        List<Output> outputs = outputs(draft.resolve("out"));
        String key = StepInputs.digest(inputs);
        Json.Members object = Json.object();
        object.put("schema", 1);
        object.put("name", name);
        object.put("key", key);
        object.put("identity", identity(outputs));
        object.put("log", log.toString());
        object.put("objects", objects);
        object.put("complete", complete);
        Json.Members values = Json.object();
        new TreeMap<>(inputs).forEach(values::put);
        object.put("inputs", values);
        Json.Items lines = Json.array();
        commands.forEach(lines::add);
        object.put("commands", lines);
        Json.Items files = Json.array();
        for (Output output : outputs) {
            Json.Members file = Json.object();
            file.put("path", output.path());
            file.put("size", output.size());
            file.put("sha256", output.sha256());
            files.add(file);
        }
        object.put("outputs", files);
        Files.writeString(draft.resolve(RECORD), object.text());
        Trees.sync(draft);
        Path target = root.resolve(name).resolve(key);
        Trees.delete(target); // a damaged result, or one whose rebuild was asked for
        Trees.place(draft, target);
        Trees.writeAtomically(root.resolve(name).resolve(LAST), key + "\n");
        return parse(target);
    }

    /**
     * Notes that a stored result is the current one of its step, and used now.
     *
     * @param result stored result
     * @throws IOException if writing fails
     */
    public void markLast(StoredResult result) throws IOException {
        Files.setLastModifiedTime(
                root.resolve(result.name()).resolve(result.key()), FileTime.from(Instant.now()));
        Path file = root.resolve(result.name()).resolve(LAST);
        if (!Files.exists(file) || !Files.readString(file).strip().equals(result.key())) {
            Trees.writeAtomically(file, result.key() + "\n");
        }
    }

    private static StoredResult parse(Path directory) throws IOException {
        JsonNode node = Json.read(directory.resolve(RECORD));
        Map<String, String> inputs = new TreeMap<>();
        node.get("inputs").properties().forEach(e -> inputs.put(e.getKey(), text(e.getValue())));
        List<String> commands = new ArrayList<>();
        node.get("commands").forEach(line -> commands.add(text(line)));
        List<Output> outputs = new ArrayList<>();
        for (JsonNode file : node.get("outputs")) {
            outputs.add(
                    new Output(
                            text(file.get("path")),
                            file.get("size").asLong(),
                            text(file.get("sha256"))));
        }
        return new StoredResult(
                text(node.get("name")),
                text(node.get("key")),
                text(node.get("identity")),
                directory.resolve("out"),
                inputs,
                outputs,
                commands,
                node.get("objects").asInt(),
                node.get("complete").asBoolean(),
                Path.of(text(node.get("log"))));
    }

    private static String text(JsonNode node) {
        return node.asString();
    }

    private static long sizeOf(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            return linkText(file).length;
        }
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.size(file) : -1;
    }

    private static byte[] linkText(Path link) throws IOException {
        return Files.readSymbolicLink(link).toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<Output> outputs(Path out) throws IOException {
        List<Output> outputs = new ArrayList<>();
        for (Path file : Trees.files(out)) {
            Path path = out.resolve(file);
            String digest =
                    Files.isSymbolicLink(path)
                            ? Digests.of(Files.readSymbolicLink(path).toString())
                            : Digests.of(path);
            outputs.add(new Output(file.toString().replace('\\', '/'), sizeOf(path), digest));
        }
        return outputs;
    }

    private static String identity(List<Output> outputs) {
        StringBuilder text = new StringBuilder();
        for (Output output : outputs) {
            text.append(output.sha256()).append("  ").append(output.path()).append('\n');
        }
        return Digests.of(text.toString());
    }
}

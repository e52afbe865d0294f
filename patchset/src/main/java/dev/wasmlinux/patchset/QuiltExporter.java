/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.input.Description;
import dev.wasmlinux.patchset.tree.Node;
import dev.wasmlinux.patchset.write.DiffWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Writes a set as a quilt series. */
final class QuiltExporter {
    private static final String DIRECTORY = "patches";
    private static final String DRAFT = ".patches.new";

    private final PatchSet set;
    private final Path output;
    private final Path draft;
    private final StringBuilder series = new StringBuilder();
    private int number;

    QuiltExporter(PatchSet set, Path output) {
        this.set = set;
        this.output = output;
        this.draft = output.resolve(DRAFT);
    }

    Path run() throws IOException {
        for (OverlayFile file : set.overlay()) {
            if (file.mayReplace()) {
                throw new PatchRefusedException(
                        file.file(),
                        1,
                        "may replace a file of the upstream, which a series cannot say without that"
                                + " file; make a patch of it");
            }
        }
        Path place = output.resolve(DIRECTORY);
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(place.toString());
        }
        Files.createDirectories(output);
        deleteDraft(); // of a run that was killed
        Files.createDirectory(draft);
        try {
            for (int i = 0; i < set.patches().size(); i++) {
                write(set.manifest().patches().get(i), set.patches().get(i));
            }
            if (!set.overlay().isEmpty()) {
                writeOverlay();
            }
            Files.writeString(draft.resolve("series"), series);
            Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            deleteDraft();
        }
        return place.resolve("series");
    }

    private void write(PatchEntry entry, PatchSource patch) throws IOException {
        int strip = set.manifest().strip();
        Description heading =
                new Description(
                        entry.title(),
                        entry.author(),
                        Optional.of(entry.license().orElse(set.manifest().license())),
                        entry.purpose(),
                        entry.upstreamStatus());
        Path file = next(entry.file().replaceFirst(".*/", ""), strip);
        Content text = patch.content();
        long start = SetImporter.headingEnd(patch, strip);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(heading.toDep3().getBytes(StandardCharsets.UTF_8));
            text.slice(start, text.size() - start).copyTo(out);
        }
    }

    /** A series has no whole files, so they become a patch that makes them. */
    private void writeOverlay() throws IOException {
        Description heading =
                new Description(
                        "Add the whole files of the set",
                        SetImporter.UNKNOWN,
                        Optional.of(set.manifest().license()),
                        set.manifest().description(),
                        "no");
        try (OutputStream out = Files.newOutputStream(next("whole-files.patch", 1))) {
            out.write(heading.toDep3().getBytes(StandardCharsets.UTF_8));
            DiffWriter diff = new DiffWriter(out);
            for (OverlayFile file : set.overlay()) {
                diff.write(
                        TreePatcher.bytes(file.path()),
                        null,
                        new Node.File(set.content(file), file.executable(), null));
            }
        }
    }

    private Path next(String name, int strip) {
        number++;
        String file = SetImporter.fileName(number, name);
        series.append(file).append(strip == 1 ? "\n" : " -p" + strip + "\n");
        return draft.resolve(file);
    }

    private void deleteDraft() throws IOException {
        if (!Files.exists(draft, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> entries = Files.list(draft)) {
            files = entries.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(draft);
    }
}

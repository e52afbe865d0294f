/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.content.RandomBytes;
import dev.wasmlinux.patchset.diff.FilePatch;
import dev.wasmlinux.patchset.diff.PatchParser;
import dev.wasmlinux.patchset.input.Description;
import dev.wasmlinux.patchset.manifest.ManifestWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes a set of patches that come from elsewhere. */
final class SetImporter {
    static final String UNKNOWN = "unknown";

    private final Manifest template;
    private final Path output;

    SetImporter(Manifest template, Path output) {
        this.template = template;
        this.output = output;
    }

    PatchSet run(List<PatchSource> patches) throws IOException {
        int strip = strip(patches);
        Files.createDirectories(output.resolve("patches"));
        try (Stream<Path> there = Files.walk(output)) {
            if (there.count() > 2) {
                throw new DirectoryNotEmptyException(output.toString());
            }
        }
        List<PatchEntry> entries = new ArrayList<>();
        for (PatchSource patch : patches) {
            entries.add(write(patch, entries.size() + 1, strip));
        }
        Manifest manifest =
                new Manifest(
                        template.component(),
                        template.description(),
                        template.license(),
                        template.version(),
                        template.range(),
                        template.sources(),
                        strip,
                        entries,
                        Optional.empty(),
                        Optional.empty());
        Files.write(output.resolve(Manifest.FILE_NAME), ManifestWriter.write(manifest));
        return PatchSet.load(output);
    }

    private int strip(List<PatchSource> patches) {
        int strip = -1;
        for (PatchSource patch : patches) {
            int own = patch.strip().orElse(template.strip());
            if (patch.reverse() || strip >= 0 && own != strip) {
                throw new MalformedPatchException(
                        patch.name(),
                        1,
                        patch.reverse()
                                ? "the series takes it back, which a set cannot say"
                                : "the series strips " + own + " here and " + strip + " before");
            }
            strip = own;
        }
        return strip < 0 ? template.strip() : strip;
    }

    private PatchEntry write(PatchSource patch, int number, int strip) throws IOException {
        Content text = patch.content();
        boolean mail = !patch.heading().isEmpty();
        Description found =
                mail
                        ? Description.parse(patch.heading())
                        : Description.of(text.slice(0, headingEnd(patch, strip)));
        Path name = Path.of(patch.name()).getFileName();
        String fileName = name == null ? "patch" : name.toString();
        String title = found.title().isEmpty() ? fileName : found.title();
        Description described =
                new Description(
                        title,
                        found.author().isEmpty() ? UNKNOWN : found.author(),
                        found.license(),
                        found.purpose(),
                        found.upstreamStatus());
        String file = "patches/" + fileName(number, mail ? title : fileName);
        try (OutputStream out = Files.newOutputStream(output.resolve(file))) {
            if (mail) {
                out.write(described.toDep3().getBytes(StandardCharsets.UTF_8));
            }
            text.copyTo(out);
        }
        return new PatchEntry(
                file,
                title,
                described.author(),
                described.license(),
                described.purpose().isEmpty() ? title : described.purpose(),
                described.upstreamStatus(),
                Optional.of(Content.of(output.resolve(file)).sha256()));
    }

    /** A plain file name for the patch of this number, made from an old name or a title. */
    static String fileName(int number, String name) {
        String slug =
                name.replaceFirst("(?i)\\.(patch|diff)$", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceFirst("^[0-9]+[-_]", "")
                        .replaceAll("[^a-z0-9]+", "-")
                        .replaceFirst("^-", "");
        String shortened = slug.substring(0, Math.min(slug.length(), 60)).replaceFirst("-$", "");
        return String.format(
                Locale.ROOT, "%04d-%s.patch", number, shortened.isEmpty() ? "patch" : shortened);
    }

    /** Where the text above a patch's first file ends. */
    static long headingEnd(PatchSource patch, int strip) throws IOException {
        try (RandomBytes bytes = patch.content().open()) {
            FilePatch first = new PatchParser(patch.name(), bytes, patch.firstLine(), strip).next();
            if (first == null) {
                throw new MalformedPatchException(
                        patch.name(), patch.firstLine(), "there is no patch in it");
            }
            return first.position();
        }
    }
}

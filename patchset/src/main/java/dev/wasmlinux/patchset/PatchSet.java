/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import dev.wasmlinux.patchset.content.Content;
import dev.wasmlinux.patchset.manifest.ManifestEditor;
import dev.wasmlinux.patchset.manifest.ManifestReader;
import dev.wasmlinux.patchset.manifest.SetFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * A versioned set of patches and whole new files that turn an upstream source tree into another.
 * Immutable and thread safe, as long as the directory that it was loaded from does not change.
 *
 * <pre>{@code
 * PatchSet set = PatchSet.bundled("linux");
 * set.applyTo(unpackedTree);
 * }</pre>
 */
public final class PatchSet {
    private final SetFiles files;
    private final Manifest manifest;
    private final List<PatchSource> patches;
    private final List<OverlayFile> overlay;
    private final String digest;

    PatchSet(SetFiles files) throws IOException {
        this.files = files;
        String manifestName = files.place() + "/" + Manifest.FILE_NAME;
        Content text = files.files().get(Manifest.FILE_NAME);
        if (text == null) {
            throw new ManifestException(manifestName, 0, 0, "there is no such file");
        }
        this.manifest = ManifestReader.read(manifestName, text.readAll(1 << 24));
        this.patches = patches(manifestName);
        this.overlay = overlay(manifestName);
        this.digest = computeDigest();
    }

    /**
     * Loads a set.
     *
     * @param place a directory with a {@code patchset.json}, or a jar or zip file with one set
     * @throws ManifestException if there is no valid manifest, or a file it names is missing
     * @throws IOException if something cannot be read
     */
    public static PatchSet load(Path place) throws IOException {
        return new PatchSet(SetFiles.of(place));
    }

    /**
     * Loads a set from the class path or a module.
     *
     * @param manifest the address of the set's {@code patchset.json} as a resource
     * @throws ManifestException if the manifest is not valid, or a file it names is missing
     * @throws IOException if something cannot be read or listed
     */
    public static PatchSet load(URL manifest) throws IOException {
        return new PatchSet(SetFiles.of(manifest));
    }

    /**
     * Loads one of the sets that come with this library.
     *
     * @param name the name of its directory; for a component's default set, the component
     * @throws FileNotFoundException if there is none of this name
     * @throws IOException if something cannot be read
     */
    public static PatchSet bundled(String name) throws IOException {
        return PatchSets.loadBundled(name);
    }

    private List<PatchSource> patches(String manifestName) throws IOException {
        List<PatchSource> sources = new ArrayList<>();
        for (PatchEntry entry : manifest.patches()) {
            Content content = files.files().get(entry.file());
            if (content == null) {
                throw new ManifestException(
                        manifestName, 0, 0, "the patch " + entry.file() + " is missing");
            }
            if (entry.sha256().isPresent() && !entry.sha256().get().equals(content.sha256())) {
                throw new ManifestException(
                        manifestName,
                        0,
                        0,
                        "the patch " + entry.file() + " has another SHA-256: " + content.sha256());
            }
            sources.add(new PatchSource(entry.file(), content));
        }
        Set<String> named =
                manifest.patches().stream().map(PatchEntry::file).collect(Collectors.toSet());
        String inOverlay = manifest.overlay().map(o -> o.directory() + "/").orElse("//");
        for (String file : files.files().keySet()) {
            if ((file.endsWith(".patch") || file.endsWith(".diff"))
                    && !file.startsWith(inOverlay)
                    && !named.contains(file)) {
                throw new ManifestException(
                        manifestName, 0, 0, "the patch " + file + " is not in the manifest");
            }
        }
        return List.copyOf(sources);
    }

    private List<OverlayFile> overlay(String manifestName) throws IOException {
        if (manifest.overlay().isEmpty()) {
            return List.of();
        }
        Overlay rules = manifest.overlay().get();
        List<PathMatcher> executable = globs(manifestName, rules.executable());
        List<PathMatcher> replace = globs(manifestName, rules.replace());
        List<OverlayFile> found = new ArrayList<>();
        for (Map.Entry<String, Content> file : files.below(rules.directory()).entrySet()) {
            String path = file.getKey();
            Content content = file.getValue();
            found.add(
                    new OverlayFile(
                            path,
                            rules.directory() + "/" + path,
                            matches(executable, path) || isScript(content),
                            matches(replace, path),
                            content.sha256()));
        }
        if (found.isEmpty()) {
            throw new ManifestException(
                    manifestName, 0, 0, "the overlay " + rules.directory() + " holds no file");
        }
        return List.copyOf(found);
    }

    private static List<PathMatcher> globs(String manifestName, List<String> patterns) {
        FileSystem fileSystem = FileSystems.getDefault();
        List<PathMatcher> matchers = new ArrayList<>();
        for (String pattern : patterns) {
            try {
                matchers.add(fileSystem.getPathMatcher("glob:" + pattern));
            } catch (PatternSyntaxException e) {
                throw new ManifestException(
                        manifestName, 0, 0, "not a glob pattern: \"" + pattern + "\"");
            }
        }
        return matchers;
    }

    private static boolean matches(List<PathMatcher> globs, String path) {
        return globs.stream().anyMatch(glob -> glob.matches(Path.of(path)));
    }

    static boolean isScript(Content content) throws IOException {
        try (InputStream in = content.stream()) {
            return in.read() == '#' && in.read() == '!';
        }
    }

    private String computeDigest() throws IOException {
        StringBuilder text = new StringBuilder("wasm-linux patch set 1\n");
        text.append("component ").append(manifest.component()).append('\n');
        text.append("strip ").append(manifest.strip()).append('\n');
        for (PatchSource patch : patches) {
            text.append("patch ").append(patch.name()).append('\n');
        }
        for (OverlayFile file : overlay) {
            text.append("overlay ")
                    .append(file.executable() ? "x" : "-")
                    .append(file.mayReplace() ? "r " : "- ")
                    .append(file.path())
                    .append('\n');
        }
        for (Map.Entry<String, Content> file : files.files().entrySet()) {
            if (!file.getKey().equals(Manifest.FILE_NAME)) {
                text.append(file.getValue().sha256())
                        .append(' ')
                        .append(file.getKey())
                        .append('\n');
            }
        }
        MessageDigest sha256 = Content.digest("SHA-256");
        return HexFormat.of()
                .formatHex(sha256.digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** What the manifest says. */
    public Manifest manifest() {
        return manifest;
    }

    /**
     * The content address of this set: the SHA-256, in lower-case hexadecimal, over every file in
     * it and everything in the manifest that influences the patched tree. Descriptions, addresses
     * and digests of sources do not count. The same for a directory and a jar.
     */
    public String digest() {
        return digest;
    }

    /** The patches in order. */
    public List<PatchSource> patches() {
        return patches;
    }

    /** The whole files, sorted by path. */
    public List<OverlayFile> overlay() {
        return overlay;
    }

    /**
     * Reads any file of the set, for instance a configuration that lies beside the patches.
     *
     * @param path the file's path in the set, with {@code /}
     * @return the bytes, or empty if there is no such file
     * @throws IOException if it cannot be read, or is longer than 256 MiB
     */
    public Optional<byte[]> read(String path) throws IOException {
        Content content = files.files().get(path);
        return content == null ? Optional.empty() : Optional.of(content.readAll(1 << 28));
    }

    /**
     * Applies all patches and then the overlay to an unpacked upstream tree: everything or nothing.
     *
     * @param tree the tree's directory
     * @return what was done
     * @throws PatchException if the set does not fit; the tree has not changed
     * @throws IOException if something cannot be read or written; the tree has not changed
     */
    public ApplyReport applyTo(Path tree) throws IOException {
        return applyTo(tree, ApplyOptions.DEFAULT);
    }

    /**
     * As {@link #applyTo(Path)}, with options. The strip level is the manifest's, whatever the
     * options say; in reverse, the overlay's files go first, if they are unchanged.
     */
    public ApplyReport applyTo(Path tree, ApplyOptions options) throws IOException {
        return patcher(tree, options).apply(patches, wholes());
    }

    /**
     * Applies the set to an upstream archive on its way to somewhere else: nothing is unpacked that
     * does not change. The archive is read twice, once to find out whether everything fits.
     *
     * @param archive the upstream's archive
     * @param output where the patched tree goes; nothing is there if this fails
     * @param options as for {@link #applyTo(Path, ApplyOptions)}
     * @return what was done
     * @throws PatchException if the set does not fit
     * @throws IOException if something cannot be read or written, or the archive is damaged
     */
    public ApplyReport applyTo(UpstreamArchive archive, PatchedOutput output, ApplyOptions options)
            throws IOException {
        return patcher(null, options).apply(archive, output, patches, wholes());
    }

    private TreePatcher patcher(Path tree, ApplyOptions options) {
        return new TreePatcher(
                tree,
                options.withStrip(manifest.strip()),
                changes -> {
                    Optional<String> expected = manifest.patchedDigest();
                    if (options.pinned() && !options.reverse() && expected.isPresent()) {
                        String found = SetChecker.digest(changes);
                        if (!found.equals(expected.get())) {
                            throw new PatchedDigestException(toString(), expected.get(), found);
                        }
                    }
                });
    }

    /**
     * Writes the digest of the patched tree into the manifest of a set, whose text stays as it is
     * otherwise.
     *
     * @param directory the set's directory
     * @param upstream the upstream of the manifest's version
     * @return the digests, {@link Verification#expectedDigest()} being the one of before
     * @throws PatchException if the set does not fit
     * @throws IOException if something cannot be read or written
     */
    public static Verification pin(Path directory, UpstreamTree upstream) throws IOException {
        Verification verification = load(directory).verify(upstream);
        Path manifest = directory.resolve(Manifest.FILE_NAME);
        byte[] text =
                ManifestEditor.withPatchedDigest(
                        manifest.toString(),
                        Files.readAllBytes(manifest),
                        verification.patchedDigest());
        Path draft = directory.resolve("." + Manifest.FILE_NAME + ".new");
        Files.write(draft, text);
        Files.move(draft, manifest, StandardCopyOption.ATOMIC_MOVE);
        return verification;
    }

    /**
     * Makes a set of patches that come from elsewhere: a quilt series, mails as of {@code git
     * format-patch}, or plain files. What their headings say, in the words of Debian's DEP-3 or of
     * a mail, becomes the entries of the manifest.
     *
     * @param input as for {@link Patches#read(Path)}
     * @param template what the manifest says besides; its patches do not count
     * @param output the directory for the new set, which must be empty or missing
     * @return the new set
     * @throws MalformedPatchException if a patch is damaged, or if the series' entries differ in
     *     their strip levels or are to be taken back, which a set cannot say
     * @throws IOException if something cannot be read or written
     */
    public static PatchSet importFrom(Path input, Manifest template, Path output)
            throws IOException {
        return new SetImporter(template, output).run(Patches.read(input));
    }

    /**
     * Writes this set as a quilt series: the directory {@code patches} with the patches, headed by
     * what the manifest says of them in the words of Debian's DEP-3, and the file {@code series}.
     * Whole files become one more patch, in git's form, at the end. Text that stands above a patch
     * in the set is left out. {@link #importFrom} makes the same patches of it; GNU patch, which
     * quilt uses, knows no binary ones.
     *
     * @param output the directory above {@code patches}, for instance an upstream tree; made if
     *     missing
     * @return the file {@code series}
     * @throws PatchRefusedException if a whole file may replace one of the upstream
     * @throws java.nio.file.FileAlreadyExistsException if {@code patches} is there already
     * @throws IOException if something cannot be read or written; {@code patches} is not there then
     */
    public Path exportQuilt(Path output) throws IOException {
        return new QuiltExporter(this, output).run();
    }

    /**
     * Holds the whole set against an upstream tree or archive, without changing anything.
     *
     * @param upstream the tree
     * @return what an application would do, and the digest of what it would make; the caller looks
     *     at {@link Verification#matches()}
     * @throws PatchException if the set does not fit
     * @throws IOException if the tree cannot be read
     */
    public Verification verify(UpstreamTree upstream) throws IOException {
        return new SetChecker(this, ApplyOptions.DEFAULT).verify(upstream);
    }

    /**
     * Finds out which patches fit another version of the upstream, without changing anything.
     *
     * @param upstream the other version's tree
     * @param fuzz as in {@link ApplyOptions#fuzz()}
     * @return each patch's fit
     * @throws PatchException if a patch is damaged or asks for something dangerous
     * @throws IOException if the tree cannot be read
     */
    public RebaseReport rebase(UpstreamTree upstream, int fuzz) throws IOException {
        return new SetChecker(this, ApplyOptions.DEFAULT.withFuzz(fuzz)).rebase(upstream);
    }

    /**
     * Writes this set anew from a tree that was patched with it and then edited: the patches with
     * exact places and, for each path, the edits in the last patch that touches it; the overlay's
     * files as they are now, with new files among them; other changes in a patch of their own that
     * waits for a description; and a manifest with the patched tree's digest. Renames become a
     * deletion and a creation. Text above a patch stays, text below it does not. Build products
     * must have been removed from the edited tree. Neither tree nor this set is changed.
     *
     * @param upstream the upstream tree, unpacked
     * @param edited the edited tree; the upstream patched and unedited gives the same set, tidied
     * @param output the directory for the new set, which must be empty or missing
     * @param fuzz as in {@link ApplyOptions#fuzz()}: to carry a set to another version
     * @return the new set
     * @throws PatchException if the set does not fit the upstream tree
     * @throws IOException if something cannot be read or written
     */
    public PatchSet refresh(Path upstream, Path edited, Path output, int fuzz) throws IOException {
        return new Refresher(this, upstream, edited, output).run(fuzz);
    }

    /** Files beside the manifest, the patches and the overlay, sorted. */
    List<String> otherFiles() {
        Set<String> patchFiles =
                patches.stream().map(PatchSource::name).collect(Collectors.toSet());
        String inOverlay = manifest.overlay().map(o -> o.directory() + "/").orElse("//");
        return files.files().keySet().stream()
                .filter(file -> !file.equals(Manifest.FILE_NAME))
                .filter(file -> !patchFiles.contains(file) && !file.startsWith(inOverlay))
                .toList();
    }

    List<TreePatcher.Whole> wholes() {
        return overlay.stream().map(file -> new TreePatcher.Whole(file, content(file))).toList();
    }

    Content content(OverlayFile file) {
        return files.files().get(file.file());
    }

    @Override
    public String toString() {
        return manifest.component() + " " + manifest.range() + " (" + files.place() + ")";
    }
}

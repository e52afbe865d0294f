/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.manifest;

import dev.wasmlinux.patchset.Manifest;
import dev.wasmlinux.patchset.ManifestException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes one value in a manifest's text and leaves the rest as its author has written it. */
public final class ManifestEditor {
    private static final Pattern DIGEST =
            Pattern.compile("(\"patchedDigest\"\\s*:\\s*\")[0-9a-f]{64}\"");
    private static final Pattern END = Pattern.compile("\\s*}\\s*$");

    private ManifestEditor() {}

    /**
     * Puts another digest of the patched tree into a manifest.
     *
     * @param name the manifest's name for errors
     * @param text a valid manifest in UTF-8
     * @param digest 64 lower-case hexadecimal digits
     * @return the new text
     * @throws ManifestException if the text is not valid, or too unusual to be edited
     */
    public static byte[] withPatchedDigest(String name, byte[] text, String digest) {
        Manifest old = ManifestReader.read(name, text);
        String before = new String(text, StandardCharsets.UTF_8);
        Matcher place = DIGEST.matcher(before);
        String after;
        if (old.patchedDigest().isPresent()) {
            after = place.replaceAll("$1" + digest + "\"");
        } else {
            String field = ",\n  \"patchedDigest\": \"" + digest + "\"\n}\n";
            after = END.matcher(before).replaceFirst(Matcher.quoteReplacement(field));
        }
        byte[] edited = after.getBytes(StandardCharsets.UTF_8);
        if (!ManifestReader.read(name, edited)
                .equals(old.withPatches(old.patches(), Optional.of(digest)))) {
            throw new ManifestException(
                    name, 0, 0, "cannot be edited; write \"patchedDigest\": \"" + digest + "\"");
        }
        return edited;
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wasmlinux.patchset.content.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bundled sets fit the archives that they name, exactly. Linux takes a while to decompress and
 * is only checked with {@code -Dverify.linux=true}.
 */
class BundledSetsTest {
    @ParameterizedTest
    @ValueSource(strings = {"musl", "busybox", "linux"})
    void fitTheirArchives(String component) throws IOException {
        assumeTrue(
                !component.equals("linux") || Boolean.getBoolean("verify.linux"),
                "-Dverify.linux=true is not set");
        PatchSet set = PatchSet.bundled(component);
        Path archive = archive(set.manifest());
        assumeTrue(archive != null, "no archive of " + component);
        Verification verification = set.verify(UpstreamArchive.file(archive));
        assertThat(verification.expectedDigest()).as("pinned digest").isPresent();
        assertThat(verification.matches())
                .as("patch set %s was edited: ./wasm-linux patch refresh", component)
                .isTrue();
        assertThat(verification.report().moved()).as("%s", verification.report()).isFalse();
    }

    /** The archive with the digest of one of the set's sources, whatever its name is here. */
    private static Path archive(Manifest manifest) throws IOException {
        Path sources = Sources.directory();
        if (sources == null) {
            return null;
        }
        try (Stream<Path> files = Files.list(sources)) {
            for (Path file :
                    files.filter(f -> f.getFileName().toString().startsWith(manifest.component()))
                            .toList()) {
                String digest = Content.of(file).sha256();
                if (manifest.sources().stream().anyMatch(s -> s.sha256().equals(digest))) {
                    return file;
                }
            }
        }
        return null;
    }
}

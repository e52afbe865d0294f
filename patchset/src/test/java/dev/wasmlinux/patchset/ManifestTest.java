/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.patchset.manifest.ManifestReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
    private static final String SHA =
            "a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4";
    private static final String FULL =
            """
            {
              "schema": 1,
              "component": "musl",
              "description": "d",
              "license": "MIT",
              "upstream": { "version": "1.2.5", "range": "[1.2.4,1.3)" },
              "sources": [
                { "file": "musl-1.2.5.tar.gz",
                  "sha256": "%s",
                  "urls": ["https://musl.libc.org/releases/musl-1.2.5.tar.gz"],
                  "size": 1080786,
                  "root": "musl-1.2.5" }
              ],
              "strip": 2,
              "patches": [
                { "file": "patches/a.patch", "title": "t", "author": "A <a@b>",
                  "license": "MIT", "purpose": "p", "upstreamStatus": "no" }
              ],
              "overlay": { "directory": "overlay", "executable": ["x/*"], "replace": ["y"] },
              "patchedDigest": "%s"
            }
            """
                    .formatted(SHA, SHA);

    private static Manifest read(String text) {
        return ManifestReader.read("m.json", text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsEveryField() {
        Manifest manifest = read(FULL);
        assertThat(manifest.component()).isEqualTo("musl");
        assertThat(manifest.range().contains(Version.of("1.2.9"))).isTrue();
        assertThat(manifest.sources()).hasSize(1);
        assertThat(manifest.sources().get(0).size()).contains(1080786L);
        assertThat(manifest.strip()).isEqualTo(2);
        assertThat(manifest.patches().get(0).license()).contains("MIT");
        assertThat(manifest.overlay().orElseThrow().executable()).isEqualTo(List.of("x/*"));
        assertThat(manifest.patchedDigest()).contains(SHA);
    }

    @Test
    void reportsAnUnknownFieldWithItsPosition() {
        assertThatExceptionOfType(ManifestException.class)
                .isThrownBy(() -> read(FULL.replace("\"size\"", "\"length\"")))
                .satisfies(
                        e -> {
                            assertThat(e.line()).isEqualTo(11);
                            assertThat(e.column()).isPositive();
                        })
                .withMessageContaining("m.json:11: column")
                .withMessageContaining("unknown field \"length\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"schema\": 1, | \"schema\": 2, | schema 2",
                "\"schema\": 1, | ~~ | \"schema\" is missing",
                "\"component\": \"musl\" | \"component\": \"../x\" | not a component",
                "\"version\": \"1.2.5\" | \"version\": \"1.3\" | outside",
                "\"license\": \"MIT\", | \"license\": 5, | must be a string",
                "musl-1.2.5.tar.gz\", | ../m\", | plain file name",
                "\"strip\": 2 | \"strip\": -1 | strip",
                "\"strip\": 2 | \"strip\": 2, \"strip\": 2 | repeated",
                "\"patches/a.patch\" | \"/etc/a.patch\" | plain relative path",
                "\"directory\": \"overlay\" | \"directory\": \"a/../..\" | plain relative path",
            })
    void refusesWhatTheSchemaForbids(String old, String replacement, String message) {
        String changed = FULL.replace(old, replacement == null ? "" : replacement);
        assertThat(changed).isNotEqualTo(FULL);
        assertThatThrownBy(() -> read(changed))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "nonsense", "{\"schema\":1}", "{} {}", "{\"a\":1e999}"})
    void answersDamagedTextWithTheTypedError(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ManifestException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "6.12.107, 6.12.9, 1",
        "1.2, 1.2.0, 0",
        "6.13-rc2, 6.13, -1",
        "6.13-rc10, 6.13-rc9, 1",
        "22.1.8, 9, 1",
    })
    void comparesVersions(String a, String b, int sign) {
        assertThat(Integer.signum(Version.of(a).compareTo(Version.of(b)))).isEqualTo(sign);
        assertThat(Integer.signum(Version.of(b).compareTo(Version.of(a)))).isEqualTo(-sign);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1,2)|1|true",
                "[1,2)|2|false",
                "(1,2]|1|false",
                "(1,2]|2|true",
                "1.2.5|1.2.5|true",
                "1.2.5|1.2.6|false",
                "[22,)|23.1|true",
                "(,3]|0.1|true",
            })
    void knowsWhatARangeContains(String range, String version, boolean contained) {
        VersionRange parsed = VersionRange.parse(range);
        assertThat(parsed.contains(Version.of(version))).isEqualTo(contained);
        assertThat(VersionRange.parse(parsed.toString())).isEqualTo(parsed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[1", "1,2]", "[2,1]", "[1,2,3]", "x"})
    void refusesWhatIsNoRange(String range) {
        assertThatThrownBy(() -> VersionRange.parse(range))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

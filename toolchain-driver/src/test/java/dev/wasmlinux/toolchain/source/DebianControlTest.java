/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.toolchain.ToolchainException;
import dev.wasmlinux.toolchain.ToolchainException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DebianControlTest {
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final String PLAIN =
            """
            Format: 3.0 (quilt)
            Source: hello
            Binary: hello,
             hello-doc
            Version: 1:2.10-3~deb12u1
            Checksums-Sha256:
             %s 725946 hello_2.10.orig.tar.gz
             %s 12688 hello_2.10-3~deb12u1.debian.tar.xz
            Files:
             6cd0ffea3884a4e79330338dcc2987d6 725946 hello_2.10.orig.tar.gz
             0cd0ffea3884a4e79330338dcc2987d6 12688 hello_2.10-3~deb12u1.debian.tar.xz
            """
                    .formatted(A, B);
    private static final String SIGNED =
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
                    + PLAIN.replace("Binary:", "- -X: y\nBinary:")
                    + "\n-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCgAdFiEE\n=abcd\n"
                    + "-----END PGP SIGNATURE-----\n";

    private static DebianControl parse(String text) throws ToolchainException {
        return DebianControl.parse(text.getBytes(StandardCharsets.UTF_8), "x.dsc");
    }

    @Test
    void readsFieldsAndFiles() throws Exception {
        DebianControl control = parse(PLAIN);
        assertThat(control.source()).isEqualTo("hello");
        assertThat(control.version()).isEqualTo("2.10-3~deb12u1");
        assertThat(control.format()).isEqualTo("3.0 (quilt)");
        assertThat(control.files())
                .containsExactly(
                        new DebianControl.Part("hello_2.10.orig.tar.gz", 725946, A),
                        new DebianControl.Part("hello_2.10-3~deb12u1.debian.tar.xz", 12688, B));
        assertThat(parse("\n" + PLAIN.replace("\n", "\r\n") + "\n\n")).isEqualTo(control);
        assertThat(parse(PLAIN.replace("Source", "SOURCE"))).isEqualTo(control);
        assertThat(parse(PLAIN.substring(0, PLAIN.indexOf("Files:")))).isEqualTo(control);
    }

    @Test
    void takesTheArmourOff() throws Exception {
        assertThat(parse(SIGNED)).isEqualTo(parse(PLAIN));
    }

    private static void refused(String text, String problem) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(ToolchainException.class)
                .hasMessageStartingWith("x.dsc: ")
                .hasMessageContaining(problem)
                .extracting(e -> ((ToolchainException) e).kind())
                .isEqualTo(Kind.ARCHIVE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "3.0 (quilt)|1.0|its format is \"1.0\"",
                "Format: 3.0 (quilt)|Formal: x|has no field Format",
                "Source: hello|Source: ../hello|invalid Source",
                "Source: hello|Source: hello\\nSource: hello|two fields Source",
                "Source: hello|Source: hello\\n\\nA: b|one paragraph",
                "Source: hello|Source hello|no field: \"Source hello\"",
                "Version: 1:2.10-3~deb12u1|Version: 1/2|invalid Version",
                "Format: |` Format: `|begins with a continuation",
                "725946 hello_2.10.orig|7 hello_2.10.orig|differ on hello_2.10.orig.tar.gz",
                "12688 hello_|-1 hello_|invalid line in Checksums-Sha256",
                "12688 hello_|99999999999999999 hello_|invalid line in Checksums-Sha256",
                "12688 hello_|12688 ../hello_|invalid line in Checksums-Sha256",
                "12688 hello_|12688 /etc/hello_|invalid line in Checksums-Sha256",
                "12688 hello_|12688 .hello_|invalid line in Checksums-Sha256",
                "bbbb 12688|bbb 12688|invalid line in Checksums-Sha256",
                "hello_2.10-3~deb12u1.debian.tar.xz|hello_2.10.orig.tar.gz|names hello_2.10",
                "Checksums-Sha256:|Checksums-Sha1:|no list of files in a field Checksums-Sha256",
            })
    void refusesWhatIsMalformed(String part, String other, String problem) {
        assertThat(PLAIN).contains(part);
        int at = PLAIN.indexOf(part);
        String text =
                PLAIN.substring(0, at)
                        + other.replace("\\n", "\n")
                        + PLAIN.substring(at + part.length());
        refused(text, problem);
    }

    @Test
    void refusesFilesWithoutADigest() {
        refused(
                PLAIN + " 0cd0ffea3884a4e79330338dcc2987d6 1 more.tar.xz\n",
                "no SHA-256 of more.tar.xz");
    }

    @Test
    void readsNothingOutsideTheSignedText() {
        refused(SIGNED + "Source: other\n", "armour is incomplete, or has text after it");
        refused("Source: other\n" + SIGNED, "one paragraph");
        refused("Source: other\n" + SIGNED.replace("\n\n", "\n"), "no field: \"-----BEGIN");
        refused(SIGNED.substring(0, SIGNED.indexOf("-----BEGIN PGP SIGNATURE")), "incomplete");
        refused(SIGNED.replace("- -X", "-X"), "begins with a hyphen");
        refused("", "one paragraph");
        refused("\u0001\u0002", "no field: \"??\"");
        assertThatThrownBy(() -> DebianControl.parse(new byte[] {(byte) 0xff}, "x.dsc"))
                .hasMessage("x.dsc: no text in UTF-8, so no .dsc");
        assertThatThrownBy(() -> DebianControl.parse(new byte[(1 << 20) + 1], "x.dsc"))
                .hasMessageContaining("larger than");
    }

    /** Whatever the bytes, it is refused as malformed, or names plain files with digests. */
    @Test
    void survivesDamage() throws Exception {
        Random random = new Random(20_260_211);
        int read = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = (round % 2 == 0 ? PLAIN : SIGNED).getBytes(StandardCharsets.UTF_8);
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                int at = random.nextInt(bytes.length);
                switch (random.nextInt(3)) {
                    case 0 -> bytes[at] = (byte) random.nextInt(256);
                    case 1 ->
                            bytes[at] =
                                    (byte)
                                            "\n -:/. \r\t"
                                                    .charAt(
                                                            random.nextInt(
                                                                    9)); // what means something
                    default -> {
                        int from = random.nextInt(bytes.length);
                        int length = Math.min(40, bytes.length - Math.max(at, from));
                        System.arraycopy(bytes, from, bytes, at, length);
                    }
                }
            }
            try {
                DebianControl control = DebianControl.parse(bytes, "x.dsc");
                read++;
                assertThat(control.source()).matches("[a-z0-9+.-]+");
                assertThat(control.files()).isNotEmpty();
                for (DebianControl.Part part : control.files()) {
                    assertThat(part.name()).doesNotContain("/", "\\").doesNotStartWith(".");
                    assertThat(part.sha256()).matches("[0-9a-f]{64}");
                    assertThat(part.size()).isNotNegative();
                }
            } catch (ToolchainException e) {
                assertThat(e.kind()).isEqualTo(Kind.ARCHIVE);
            }
        }
        assertThat(read).as("damage that leaves a valid file").isPositive().isLessThan(20_000);
    }
}

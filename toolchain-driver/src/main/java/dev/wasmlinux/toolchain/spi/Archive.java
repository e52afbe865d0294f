/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.spi;

import java.net.URI;
import java.util.List;

/**
 * A source archive of a component: a tar archive in gzip, bzip2 or xz, or a Debian source package
 * of format 3.0, named by its {@code .dsc}. The other files of such a package are had from the same
 * folder or the same directory of the server, and must have the sizes and SHA-256 that the .dsc
 * names; its OpenPGP signature is not verified, its digest here takes that place.
 *
 * @param file its file name, also looked for in folders of the user
 * @param sha256 digest that its bytes must have, 64 lower-case hexadecimal digits
 * @param locations where it can be downloaded, tried in this order; empty if only a folder has it
 */
public record Archive(String file, String sha256, List<URI> locations) {
    /** Copies and checks the values. */
    public Archive {
        locations = List.copyOf(locations);
        if (file.isEmpty() || file.contains("/")) {
            throw new IllegalArgumentException("not a plain file name: \"" + file + "\"");
        }
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "SHA-256 must be 64 lower-case hexadecimal digits: \"" + sha256 + "\"");
        }
    }
}

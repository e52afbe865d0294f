/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.initramfs.Compression;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.Node;
import dev.wasmlinux.initramfs.WriteOptions;
import dev.wasmlinux.initramfs.read.ImageReader;
import dev.wasmlinux.initramfs.read.ReadLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ImageListingTest {
    private static ImageReader reader() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Initramfs.builder()
                .device("null", Node.DeviceType.CHARACTER, 1, 3, 0666)
                .file("run", "x".getBytes(), 04755)
                .symlink("sh", "a \"b\"\n")
                .build()
                .writeTo(out, WriteOptions.defaults().withCompression(Compression.gzip()));
        return ImageReader.open(new ByteArrayInputStream(out.toByteArray()), ReadLimits.defaults());
    }

    @Test
    void listsOneLineAnEntry() throws IOException {
        StringBuilder text = new StringBuilder();
        try (ImageReader reader = reader()) {
            ImageListing.writeText(reader, text);
        }
        assertThat(text.toString().lines())
                .containsExactly(
                        "crw-rw-rw-   1     0     0        1,3 1970-01-01T00:00:00Z null",
                        "-rwsr-xr-x   1     0     0          1 1970-01-01T00:00:00Z run",
                        "lrwxrwxrwx   1     0     0          6 1970-01-01T00:00:00Z sh"
                                + " -> a \"b\"\\x0a");
    }

    @Test
    void listsAsJson() throws IOException {
        StringBuilder text = new StringBuilder();
        try (ImageReader reader = reader()) {
            ImageListing.writeJson(reader, text);
        }
        assertThat(text.toString())
                .startsWith("{\n\"entries\": [\n{\n  \"name\": \"null\",\n")
                .contains("\"type\": \"character_device\",\n  \"mode\": \"0666\"")
                .contains("\"major\": 1,\n  \"minor\": 3")
                .contains("\"target\": \"a \\\"b\\\"\\\\x0a\"")
                .contains("\"compression\": \"gzip\",\n  \"offset\": 0")
                .endsWith("}\n]\n}\n");
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.report;

import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.Initramfs;
import dev.wasmlinux.initramfs.WriteOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A bill of materials of a tree in CycloneDX 1.5 JSON: every regular file with its SHA-256. The
 * same tree gives the same bytes; the serial number is derived from them.
 */
public final class CycloneDx {
    private final String name;
    private final String version;
    private final OptionalLong time;

    private CycloneDx(String name, String version, OptionalLong time) {
        this.name = name;
        this.version = version;
        this.time = time;
    }

    /** A bill of an image of this name and version. */
    public static CycloneDx of(String name, String version) {
        return new CycloneDx(
                Objects.requireNonNull(name),
                Objects.requireNonNull(version),
                OptionalLong.empty());
    }

    /** States a time, in seconds since the epoch; without it the bill has none. */
    public CycloneDx time(long seconds) {
        Attributes.of(0).withModified(seconds);
        return new CycloneDx(name, version, OptionalLong.of(seconds));
    }

    /** States the time of the options' {@link WriteOptions#latestModified}, if there is one. */
    public CycloneDx time(WriteOptions options) {
        return new CycloneDx(name, version, options.latestModified());
    }

    /**
     * Returns the bill of a tree.
     *
     * @throws IOException if a content cannot be read
     */
    public String toJson(Initramfs tree) throws IOException {
        ContentReport report = ContentReport.of(tree);
        StringBuilder seed = new StringBuilder(name).append('\0').append(version);
        report.files().forEach(file -> seed.append('\0').append(file.path()).append(file.sha256()));
        UUID serial = UUID.nameUUIDFromBytes(seed.toString().getBytes(StandardCharsets.UTF_8));
        JsonWriter json = new JsonWriter();
        json.object();
        json.name("bomFormat").value("CycloneDX");
        json.name("specVersion").value("1.5");
        json.name("serialNumber").value("urn:uuid:" + serial);
        json.name("version").value(1);
        json.name("metadata").object();
        if (time.isPresent()) {
            json.name("timestamp").value(Instant.ofEpochSecond(time.getAsLong()).toString());
        }
        json.name("component").object();
        json.name("type").value("file");
        json.name("bom-ref").value("image");
        json.name("name").value(name);
        json.name("version").value(version);
        json.end();
        json.end();
        json.name("components").array();
        for (ContentReport.FileReport file : report.files()) {
            json.object();
            json.name("type").value("file");
            json.name("bom-ref").value("file:" + file.path());
            json.name("name").value(file.path().toString());
            json.name("hashes").array().object();
            json.name("alg").value("SHA-256");
            json.name("content").value(file.sha256());
            json.end().end();
            json.name("properties").array().object();
            json.name("name").value("dev.wasmlinux:size");
            json.name("value").value(Long.toString(file.size()));
            json.end().end();
            json.end();
        }
        json.end();
        json.end();
        return json.toString();
    }
}

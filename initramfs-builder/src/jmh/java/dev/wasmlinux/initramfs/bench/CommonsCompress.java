/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;

/** A contender; in its own class, so that whoever does not need it does not load it. */
final class CommonsCompress {
    private CommonsCompress() {}

    /** commons-compress, with hard links as the format wants them: data on the last name. */
    static void write(Path source, Path names, Path image) throws IOException {
        List<String> lines = Files.readAllLines(names);
        Map<Object, Integer> left = new HashMap<>();
        try (OutputStream file = Files.newOutputStream(image);
                OutputStream buffered = new BufferedOutputStream(file, 256 << 10);
                CpioArchiveOutputStream out = new CpioArchiveOutputStream(buffered)) {
            for (String name : lines) {
                Path path = source.resolve(name);
                Map<String, Object> values =
                        Files.readAttributes(path, "unix:mode,nlink,size,fileKey");
                boolean directory = Files.isDirectory(path);
                int links = (Integer) values.get("nlink");
                boolean last = true;
                CpioArchiveEntry entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, name);
                if (!directory && links > 1) {
                    int number = left.merge(values.get("fileKey"), 1, Integer::sum);
                    last = number == links;
                    entry.setInode(values.get("fileKey").hashCode() & 0xffff_ffffL);
                    entry.setNumberOfLinks(links);
                }
                entry.setMode((Integer) values.get("mode"));
                entry.setTime(0);
                entry.setSize(directory || !last ? 0 : (Long) values.get("size"));
                out.putArchiveEntry(entry);
                if (!directory && last) {
                    try (InputStream in = Files.newInputStream(path)) {
                        in.transferTo(out);
                    }
                }
                out.closeArchiveEntry();
            }
        }
    }
}

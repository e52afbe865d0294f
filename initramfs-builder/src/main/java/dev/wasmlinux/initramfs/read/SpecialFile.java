/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.UnsafeExtractionException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Makes pipes and device nodes, which Java cannot, by the system's {@code mknod}. */
final class SpecialFile {
    private SpecialFile() {}

    static void make(Path target, ArchiveEntry entry, String shown) throws IOException {
        List<String> command = new ArrayList<>(List.of("mknod", "--", target.toString()));
        if (entry.type() == EntryType.FIFO) {
            command.add("p");
        } else {
            command.add(String.valueOf(entry.type().letter()).toLowerCase(Locale.ROOT));
            command.add(Long.toString(entry.special().major()));
            command.add(Long.toString(entry.special().minor()));
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        byte[] message = process.getInputStream().readAllBytes();
        try {
            if (process.waitFor() != 0) {
                throw new UnsafeExtractionException(
                        shown, new String(message, StandardCharsets.UTF_8).strip());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while mknod ran");
        }
    }
}

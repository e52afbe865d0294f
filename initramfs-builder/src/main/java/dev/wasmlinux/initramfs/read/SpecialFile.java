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

/** Makes pipes and device nodes, which Java cannot, by {@code mknod} and {@code touch}. */
final class SpecialFile {
    private SpecialFile() {}

    /** Makes it with its permissions and time; it is not opened, which may block or do things. */
    static void make(Path target, ArchiveEntry entry, String shown) throws IOException {
        String mode = Integer.toOctalString(entry.permissions() & 0777);
        List<String> command =
                new ArrayList<>(List.of("mknod", "-m", mode, "--", target.toString()));
        if (entry.type() == EntryType.FIFO) {
            command.add("p");
        } else {
            command.add(String.valueOf(entry.type().letter()).toLowerCase(Locale.ROOT));
            command.add(Long.toString(entry.special().major()));
            command.add(Long.toString(entry.special().minor()));
        }
        run(command, shown);
        run(List.of("touch", "-h", "-d", "@" + entry.modified(), target.toString()), shown);
    }

    private static void run(List<String> command, String shown) throws IOException {
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
            throw new InterruptedIOException("interrupted while " + command.get(0) + " ran");
        }
    }
}

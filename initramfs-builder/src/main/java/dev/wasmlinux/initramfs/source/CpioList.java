/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.ByteString;
import dev.wasmlinux.initramfs.Entry;
import dev.wasmlinux.initramfs.FileContent;
import dev.wasmlinux.initramfs.InitramfsException;
import dev.wasmlinux.initramfs.ListSyntaxException;
import dev.wasmlinux.initramfs.Node;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The list format of the kernel's {@code usr/gen_init_cpio.c}: one entry a line, {@code file},
 * {@code dir}, {@code nod}, {@code slink}, {@code pipe}, {@code sock}, fields between blanks,
 * comments from {@code #} at the start of a line, <code>${VARIABLE}</code> in locations.
 *
 * <p>Our extension: a field in double quotes may hold blanks and the escapes {@code \\}, {@code
 * \"}, {@code \n}, {@code \t} and {@code \xHH}. Other than the original, an unknown keyword, a
 * number that is none and left-over words are errors. Names are bytes. Entries keep the order of
 * the list. Times are {@link #modified} unless {@link #keepFileTimes}. Immutable.
 */
public final class CpioList implements TreeSource {
    /** Most bytes of a line; a name has at most 4095, and a file may have hundreds. */
    private static final int MAX_LINE = 1 << 20;

    /** No system takes a longer one. */
    private static final int MAX_LOCATION = 64 << 10;

    private final Path list;
    private final byte[] text;
    private final String name;
    private final Path base;
    private final Map<String, String> environment;
    private final long modified;
    private final boolean keepFileTimes;

    private CpioList(
            Path list,
            byte[] text,
            String name,
            Path base,
            Map<String, String> environment,
            long modified,
            boolean keepFileTimes) {
        this.list = list;
        this.text = text;
        this.name = name;
        this.base = base;
        this.environment = environment;
        this.modified = modified;
        this.keepFileTimes = keepFileTimes;
    }

    /** A list file; locations are relative to the current directory, variables from nowhere. */
    public static CpioList of(Path list) {
        return new CpioList(list, null, list.toString(), Path.of(""), Map.of(), 0, false);
    }

    /**
     * A list in memory.
     *
     * @param name what errors call it
     */
    public static CpioList of(String text, String name) {
        return of(text.getBytes(StandardCharsets.UTF_8), name);
    }

    /** As {@link #of(String, String)} with names in any bytes. */
    public static CpioList of(byte[] text, String name) {
        return new CpioList(null, text.clone(), name, Path.of(""), Map.of(), 0, false);
    }

    /** Sets what relative locations are relative to. */
    public CpioList base(Path directory) {
        return new CpioList(list, text, name, directory, environment, modified, keepFileTimes);
    }

    /** Sets the variables, for instance {@code System.getenv()}; unknown ones are empty. */
    public CpioList environment(Map<String, String> variables) {
        return new CpioList(list, text, name, base, Map.copyOf(variables), modified, keepFileTimes);
    }

    /** Sets the time of all entries in seconds since the epoch, as {@code gen_init_cpio -t}. */
    public CpioList modified(long seconds) {
        return new CpioList(list, text, name, base, environment, seconds, keepFileTimes);
    }

    /** Gives regular files their own times, as {@code gen_init_cpio} without {@code -t}. */
    public CpioList keepFileTimes() {
        return new CpioList(list, text, name, base, environment, modified, true);
    }

    /**
     * Reads the list.
     *
     * @throws ListSyntaxException for a mistake, with line and column
     * @throws IOException if the list or a location cannot be read
     */
    @Override
    public void copyTo(EntrySink sink) throws IOException {
        try (InputStream in =
                text != null
                        ? new ByteArrayInputStream(text)
                        : new BufferedInputStream(Files.newInputStream(list))) {
            byte[] bytes = new byte[4096];
            int length = 0;
            int number = 1;
            for (int next; (next = in.read()) >= 0; ) {
                if (next == '\n') {
                    line(new Line(bytes, length, number++), sink);
                    length = 0;
                    continue;
                }
                if (length == MAX_LINE) {
                    throw new ListSyntaxException(
                            name, number, 1, "a line of more than " + MAX_LINE + " bytes");
                }
                if (length == bytes.length) {
                    bytes = Arrays.copyOf(bytes, 2 * length);
                }
                bytes[length++] = (byte) next;
            }
            line(new Line(bytes, length, number), sink);
        }
    }

    /** The entries of the list. */
    public List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        copyTo(
                new EntrySink() {
                    @Override
                    public void add(Entry entry) {
                        entries.add(entry);
                    }

                    @Override
                    public void remove(ArchivePath path) {
                        throw new AssertionError("a list removes nothing");
                    }

                    @Override
                    public void removeBelow(ArchivePath directory) {
                        throw new AssertionError("a list removes nothing");
                    }
                });
        return entries;
    }

    private void line(Line line, EntrySink sink) throws IOException {
        if (line.isComment() || !line.hasMore()) {
            return;
        }
        int keywordAt = line.at();
        String keyword = line.word("keyword").toString();
        try {
            switch (keyword) {
                case "file" -> file(line, sink);
                case "dir" ->
                        sink.add(new Entry(line.path(), new Node.Directory(attributes(line))));
                case "pipe" -> sink.add(new Entry(line.path(), new Node.Fifo(attributes(line))));
                case "sock" -> sink.add(new Entry(line.path(), new Node.Socket(attributes(line))));
                case "slink" -> {
                    ArchivePath path = line.path();
                    ByteString target = line.word("target");
                    sink.add(new Entry(path, new Node.Symlink(target, attributes(line))));
                }
                case "nod" -> device(line, sink);
                default -> throw line.error(keywordAt, "unknown keyword '" + keyword + "'");
            }
        } catch (ListSyntaxException e) {
            throw e;
        } catch (InitramfsException | IllegalArgumentException e) {
            throw line.error(line.lastWord(), e.getMessage());
        }
        if (line.hasMore()) {
            throw line.error(line.at(), "more words than a " + keyword + " line has");
        }
    }

    private Attributes attributes(Line line) {
        int mode = (int) line.number("mode", 8, 0177777);
        long uid = line.number("uid", 10, Attributes.ID_MAX);
        long gid = line.number("gid", 10, Attributes.ID_MAX);
        return new Attributes(mode & 07777, uid, gid, modified);
    }

    private void device(Line line, EntrySink sink) {
        ArchivePath path = line.path();
        Attributes attributes = attributes(line);
        String type = line.word("device type").toString();
        if (!type.equals("b") && !type.equals("c")) {
            throw line.error(line.lastWord(), "device type '" + type + "' is neither b nor c");
        }
        int major = (int) line.number("major", 10, Node.Device.MAX_MAJOR);
        int minor = (int) line.number("minor", 10, Node.Device.MAX_MINOR);
        sink.add(
                new Entry(
                        path,
                        new Node.Device(
                                type.equals("b")
                                        ? Node.DeviceType.BLOCK
                                        : Node.DeviceType.CHARACTER,
                                major,
                                minor,
                                attributes)));
    }

    private void file(Line line, EntrySink sink) throws IOException {
        ArchivePath path = line.path();
        ByteString location = line.word("location");
        int locationAt = line.lastWord();
        Attributes attributes = attributes(line);
        if (!location.isUtf8()) {
            throw line.error(locationAt, "location is not UTF-8");
        }
        String expanded = expand(new String(location.toByteArray(), StandardCharsets.UTF_8));
        Path file = base.resolve(expanded);
        if (!Files.isRegularFile(file)) {
            throw line.error(locationAt, "there is no file " + file);
        }
        if (keepFileTimes) {
            long seconds = Files.getLastModifiedTime(file).toInstant().getEpochSecond();
            attributes =
                    attributes.withModified(Math.max(0, Math.min(seconds, Attributes.FIELD_MAX)));
        }
        sink.add(new Entry(path, new Node.RegularFile(FileContent.of(file), attributes)));
        while (line.hasMore()) {
            sink.add(new Entry(line.path(), new Node.HardLink(path)));
        }
    }

    private String expand(String location) {
        StringBuilder result = new StringBuilder();
        int at = 0;
        while (result.length() <= MAX_LOCATION) {
            int start = location.indexOf("${", at);
            int end = start < 0 ? -1 : location.indexOf('}', start);
            if (end < 0) {
                return result.append(location, at, location.length()).toString();
            }
            result.append(location, at, start);
            result.append(environment.getOrDefault(location.substring(start + 2, end), ""));
            at = end + 1;
        }
        throw new IllegalArgumentException("location gets too long with its variables");
    }

    /** A line and how far it is read. */
    private final class Line {
        private final byte[] bytes;
        private final int end;
        private final int number;
        private int at;
        private int lastWord;

        Line(byte[] bytes, int end, int number) {
            this.bytes = bytes;
            this.end = end;
            this.number = number;
        }

        boolean isComment() {
            return end > 0 && bytes[0] == '#';
        }

        int at() {
            return at;
        }

        int lastWord() {
            return lastWord;
        }

        ListSyntaxException error(int where, String message) {
            return new ListSyntaxException(name, number, where + 1, message);
        }

        private boolean blank(int i) {
            return bytes[i] == ' ' || bytes[i] >= '\t' && bytes[i] <= '\r';
        }

        boolean hasMore() {
            while (at < end && blank(at)) {
                at++;
            }
            return at < end;
        }

        ByteString word(String what) {
            if (!hasMore()) {
                throw error(at, what + " is missing");
            }
            lastWord = at;
            if (bytes[at] == '"') {
                return quoted();
            }
            int from = at;
            while (at < end && !blank(at)) {
                at++;
            }
            return ByteString.of(bytes, from, at);
        }

        private ByteString quoted() {
            byte[] result = new byte[end - at];
            int used = 0;
            at++;
            while (at < end && bytes[at] != '"') {
                byte b = bytes[at++];
                if (b == '\\' && at < end) {
                    b = bytes[at++];
                    switch (b) {
                        case 'n' -> b = '\n';
                        case 't' -> b = '\t';
                        case '\\', '"' -> {}
                        case 'x' -> {
                            int high = at < end ? Character.digit(bytes[at], 16) : -1;
                            int low = at + 1 < end ? Character.digit(bytes[at + 1], 16) : -1;
                            if (high < 0 || low < 0) {
                                throw error(at, "\\x needs two hexadecimal digits");
                            }
                            b = (byte) (high << 4 | low);
                            at += 2;
                        }
                        default -> throw error(at - 1, "unknown escape");
                    }
                }
                result[used++] = b;
            }
            if (at >= end) {
                throw error(lastWord, "quote is not closed");
            }
            at++;
            if (at < end && !blank(at)) {
                throw error(at, "a blank is missing after the quote");
            }
            return ByteString.of(result, 0, used);
        }

        ArchivePath path() {
            return ArchivePath.of(word("name"));
        }

        long number(String what, int radix, long most) {
            String digits = word(what).toString();
            try {
                long value = Long.parseLong(digits, radix);
                if (value >= 0 && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Reported below with its place.
            }
            throw error(
                    lastWord,
                    what
                            + " '"
                            + digits
                            + "' is no "
                            + (radix == 8 ? "octal " : "")
                            + "number from 0 to "
                            + Long.toString(most, radix));
        }
    }
}

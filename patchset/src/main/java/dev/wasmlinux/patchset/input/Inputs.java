/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.input;

import dev.wasmlinux.patchset.MalformedPatchException;
import dev.wasmlinux.patchset.content.Content;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Finds out what an input is, and takes it apart. */
public final class Inputs {
    private static final String SERIES = "series";
    private static final int LARGEST_SERIES = 1 << 24;

    private Inputs() {}

    /**
     * The patches of an input.
     *
     * @param place a diff, a mailbox, a quilt series, or a directory with a series or with patches
     */
    public static List<Piece> read(Path place) throws IOException {
        if (Files.isDirectory(place)) {
            return directory(place);
        }
        Path name = place.getFileName();
        if (name != null && name.toString().equals(SERIES)) {
            return series(place);
        }
        return file(place, OptionalInt.empty(), false);
    }

    private static List<Piece> directory(Path directory) throws IOException {
        if (Files.exists(directory.resolve(SERIES))) {
            return series(directory.resolve(SERIES));
        }
        List<Path> files;
        try (Stream<Path> children = Files.list(directory)) {
            files =
                    children.filter(Files::isRegularFile)
                            .filter(
                                    file ->
                                            file.toString()
                                                    .matches("(?s).*\\.(patch|diff|eml|mbox)"))
                            .sorted()
                            .toList();
        }
        if (files.isEmpty()) {
            throw new FileNotFoundException(
                    directory + " holds neither a series nor *.patch, *.diff, *.eml or *.mbox");
        }
        List<Piece> pieces = new ArrayList<>();
        for (Path file : files) {
            pieces.addAll(file(file, OptionalInt.empty(), false));
        }
        return pieces;
    }

    private static List<Piece> series(Path series) throws IOException {
        String text =
                new String(
                        Content.following(series).readAll(LARGEST_SERIES), StandardCharsets.UTF_8);
        Path directory = series.toAbsolutePath().getParent();
        List<Piece> pieces = new ArrayList<>();
        long number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String entry = line.replaceFirst("(^|\\s)#.*", "").strip();
            if (entry.isEmpty()) {
                continue;
            }
            String[] words = entry.split("\\s+");
            OptionalInt strip = OptionalInt.empty();
            boolean reverse = false;
            for (int i = 1; i < words.length; i++) {
                if (words[i].equals("-R")) {
                    reverse = true;
                } else if (words[i].equals("-pab")) {
                    strip = OptionalInt.of(1);
                } else if (words[i].matches("-p[0-9]{1,2}")) {
                    strip = OptionalInt.of(Integer.parseInt(words[i].substring(2)));
                } else {
                    throw new MalformedPatchException(
                            series.toString(), number, "unknown word in a series: " + words[i]);
                }
            }
            Path file;
            try {
                file = directory.resolve(words[0]);
            } catch (InvalidPathException e) {
                throw new MalformedPatchException(
                        series.toString(), number, "not a file name here: " + e.getMessage());
            }
            if (!Files.isRegularFile(file)) {
                throw new MalformedPatchException(
                        series.toString(), number, "the patch " + words[0] + " is missing");
            }
            pieces.addAll(file(file, strip, reverse));
        }
        return pieces;
    }

    private static List<Piece> file(Path file, OptionalInt strip, boolean reverse)
            throws IOException {
        Content content = Content.following(file);
        if (!Mailbox.isOne(content)) {
            return List.of(new Piece(file.toString(), content, 1, strip, reverse));
        }
        List<Piece> mails = Mailbox.read(file.toString(), content);
        if (mails.isEmpty()) {
            throw new MalformedPatchException(file.toString(), 1, "there is no patch in it");
        }
        return mails.stream()
                .map(
                        m ->
                                new Piece(
                                        m.name(),
                                        m.content(),
                                        m.firstLine(),
                                        strip,
                                        reverse,
                                        m.heading()))
                .toList();
    }
}

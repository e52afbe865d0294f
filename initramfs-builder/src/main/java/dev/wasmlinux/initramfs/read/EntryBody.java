/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.MalformedImageException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The body of the entry that a reader is at. */
final class EntryBody extends InputStream {
    private final MemberInput in;
    private final ArchiveEntry entry;
    private final byte[] text;
    private long left;
    private long sum;
    private boolean skippedSome;
    private boolean checked;
    private boolean over;

    /**
     * @param text the body where it was read already, or null
     */
    EntryBody(MemberInput in, ArchiveEntry entry, byte[] text) {
        this.in = in;
        this.entry = entry;
        this.text = text;
        this.left = entry.size();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, target.length);
        if (over) {
            throw new IllegalStateException("the reader has gone on to another entry");
        }
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            check();
            return -1;
        }
        int wanted = (int) Math.min(length, left);
        int got;
        if (text != null) {
            System.arraycopy(text, text.length - (int) left, target, from, wanted);
            got = wanted;
        } else {
            got = in.read(target, from, wanted);
            if (got < 0) {
                throw in.cut(what());
            }
        }
        if (summed()) {
            for (int i = from; i < from + got; i++) {
                sum += target[i] & 0xff;
            }
        }
        left -= got;
        return got;
    }

    private boolean summed() {
        return entry.format() == ArchiveEntry.Format.NEWC_CHECKSUM
                && entry.type() == EntryType.FILE;
    }

    private void check() {
        if (checked || skippedSome || !summed()) {
            return;
        }
        checked = true;
        if ((sum & 0xffff_ffffL) != entry.checksum()) {
            throw in.fault(
                    KernelRule.CHECKSUM,
                    new MalformedImageException(
                            in.offsetForError(entry.location().headerOffset()),
                            entry.name()
                                    + ": sum of the bytes is "
                                    + (sum & 0xffff_ffffL)
                                    + " instead of "
                                    + entry.checksum()));
        }
    }

    @Override
    public long skip(long count) throws IOException {
        if (text != null || count <= 0) {
            return super.skip(count);
        }
        skippedSome = true;
        long wanted = Math.min(count, left);
        skipBody(wanted);
        return wanted;
    }

    private void skipBody(long count) throws IOException {
        if (!in.skip(count)) {
            throw in.cut(what());
        }
        left -= count;
    }

    private String what() {
        return "the body of " + entry.name();
    }

    /** Skips what is left; nothing can be read any more. */
    void finish() throws IOException {
        if (text == null && left > 0) {
            skippedSome = true;
            skipBody(left);
        }
        left = 0;
        over = true;
    }
}

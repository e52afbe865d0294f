/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.source;

import dev.wasmlinux.initramfs.ArchivePath;
import dev.wasmlinux.initramfs.Attributes;
import dev.wasmlinux.initramfs.Entry;
import dev.wasmlinux.initramfs.Node;
import java.io.IOException;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Something that a tree can be filled from, see {@link
 * dev.wasmlinux.initramfs.InitramfsBuilder#addFrom}.
 *
 * <pre>{@code
 * builder.addFrom(DirectorySource.of(path).filter(p -> !p.startsWith(tests)).under("opt/app"));
 * }</pre>
 */
@FunctionalInterface
public interface TreeSource {
    /**
     * Gives all entries in an order that depends only on the source's content.
     *
     * @throws dev.wasmlinux.initramfs.InitramfsException if the source is damaged or holds what no
     *     image can
     * @throws IOException if reading fails
     */
    void copyTo(EntrySink sink) throws IOException;

    /** Only the paths that pass; a directory that does not pass keeps nothing below it back. */
    default TreeSource filter(Predicate<ArchivePath> passes) {
        return sink ->
                copyTo(
                        new ForwardingSink(sink) {
                            @Override
                            public void add(Entry entry) {
                                if (passes.test(entry.path())) {
                                    super.add(entry);
                                }
                            }
                        });
    }

    /** Every entry changed; null leaves it out. */
    default TreeSource map(UnaryOperator<Entry> change) {
        return sink ->
                copyTo(
                        new ForwardingSink(sink) {
                            @Override
                            public void add(Entry entry) {
                                Entry changed = change.apply(entry);
                                if (changed != null) {
                                    super.add(changed);
                                }
                            }
                        });
    }

    /** Everything below a directory of the image; the source's root becomes that directory. */
    default TreeSource under(ArchivePath directory) {
        return sink ->
                copyTo(
                        new ForwardingSink(sink) {
                            @Override
                            public void add(Entry entry) {
                                Node node = entry.node();
                                if (node instanceof Node.HardLink link) {
                                    node = new Node.HardLink(directory.resolve(link.target()));
                                }
                                super.add(new Entry(directory.resolve(entry.path()), node));
                            }

                            @Override
                            public void remove(ArchivePath path) {
                                super.remove(directory.resolve(path));
                            }

                            @Override
                            public void removeBelow(ArchivePath path) {
                                super.removeBelow(directory.resolve(path));
                            }
                        });
    }

    /** As {@link #under(ArchivePath)} with a text. */
    default TreeSource under(String directory) {
        return under(ArchivePath.of(directory));
    }

    /** Attributes of every entry changed; hard links have those of their target. */
    default TreeSource attributes(UnaryOperator<Attributes> change) {
        return map(entry -> new Entry(entry.path(), Nodes.withAttributes(entry.node(), change)));
    }

    /** Everything owned by one user and group. */
    default TreeSource owner(long uid, long gid) {
        return attributes(attributes -> attributes.withOwner(uid, gid));
    }

    /** Everything modified at one time, in seconds since the epoch. */
    default TreeSource modified(long seconds) {
        return attributes(attributes -> attributes.withModified(seconds));
    }
}

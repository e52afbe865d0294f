/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.tree;

import dev.wasmlinux.patchset.PatchRefusedException;
import dev.wasmlinux.patchset.diff.Names;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Changes over a tree that nobody has made yet. They come in groups, one for each patch: git's
 * patches describe a whole change at once, so inside a group renames and copies read what was there
 * before the group, and a path may be made before what stands in its way is removed. What is still
 * in the way at the end of the group is an error.
 *
 * <p>No lookup ever passes through a symbolic link. Not thread safe.
 */
public final class Stage {
    private enum Obstacle {
        EXISTS,
        PARENT
    }

    private record Pending(String path, Obstacle obstacle, long line, boolean alreadyApplied) {}

    /**
     * A path that could not be made.
     *
     * @param path the path
     * @param line the line of the patch that makes it
     * @param problem what is in the way
     * @param alreadyApplied whether what is in the way is what was to be made
     */
    public record Conflict(String path, long line, String problem, boolean alreadyApplied) {}

    private final BaseTree base;
    private final TreeMap<String, Optional<Node>> staged = new TreeMap<>();
    private final Map<String, Optional<Node>> group = new TreeMap<>();
    private final Set<String> removed = new HashSet<>();
    private final Set<String> madeOver = new HashSet<>();
    private final List<Pending> pending = new ArrayList<>();
    private final Map<String, Boolean> directories = new HashMap<>();
    private String source = "";

    /** Begins over a tree. */
    public Stage(BaseTree base) {
        this.base = base;
    }

    /** Begins a group; the one before must have been ended. */
    public void begin(String newSource) {
        source = newSource;
        group.clear();
        removed.clear();
        madeOver.clear();
        pending.clear();
    }

    /** What was at a path before this group, or null. */
    public Node before(String path, long line) throws IOException {
        checkParents(path, line);
        return beforeUnchecked(path);
    }

    /** What is at a path now: made in this group, or there before and not removed; or null. */
    public Node now(String path, long line) throws IOException {
        Optional<Node> made = group.get(path);
        return made != null ? made.orElse(null) : before(path, line);
    }

    /** Whether this group has made something at this path. */
    public boolean madeNow(String path) {
        return group.getOrDefault(path, Optional.empty()).isPresent();
    }

    /**
     * What a removal or a renaming means by a path: what was there before, if this group has made
     * something else there that waits for it to go; else what is there now.
     */
    public Node toRemove(String path, long line) throws IOException {
        return madeOver.contains(path) && !removed.contains(path)
                ? before(path, line)
                : now(path, line);
    }

    private Node beforeUnchecked(String path) throws IOException {
        Optional<Node> found = staged.get(path);
        if (found != null && found.isPresent()) {
            return found.get();
        }
        if (found != null && found.isEmpty() && !isStagedDirectory(path)) {
            return null;
        }
        if (isStagedDirectory(path)) {
            return new Node.Directory();
        }
        for (int slash = path.lastIndexOf('/');
                slash > 0;
                slash = path.lastIndexOf('/', slash - 1)) {
            // Something that is no directory any more has nothing below it in the base either.
            Optional<Node> parent = staged.get(path.substring(0, slash));
            if (parent != null && parent.isPresent()) {
                return null;
            }
        }
        return base.lookup(path);
    }

    private boolean isStagedDirectory(String path) {
        String below = path + "/";
        for (Map.Entry<String, Optional<Node>> entry : staged.tailMap(below).entrySet()) {
            if (!entry.getKey().startsWith(below)) {
                return false;
            }
            if (entry.getValue().isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** Refuses a path with a symbolic link above it in the tree before this group. */
    private void checkParents(String path, long line) throws IOException {
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String parent = path.substring(0, slash);
            if (directories.containsKey(parent)) {
                continue;
            }
            Node node = beforeUnchecked(parent);
            if (node instanceof Node.Link) {
                throw throughLink(path, parent, line);
            }
            if (!(node instanceof Node.Directory)) {
                return;
            }
            directories.put(parent, true);
        }
    }

    private PatchRefusedException throughLink(String path, String link, long line) {
        return new PatchRefusedException(
                source,
                line,
                "path \""
                        + Names.show(path)
                        + "\" refused: \""
                        + Names.show(link)
                        + "\" is a symbolic link");
    }

    /** Replaces what is at a path. */
    public void replace(String path, Node node) {
        group.put(path, Optional.of(node));
    }

    /**
     * Makes something where nothing should be.
     *
     * @param alreadyApplied whether the node is what is there already
     */
    public void create(String path, Node node, long line, boolean alreadyApplied)
            throws IOException {
        boolean linkAbove = false;
        Node there = null;
        try {
            there = before(path, line);
        } catch (PatchRefusedException e) {
            // A link that this group may still remove; until it has, nothing below it is looked at.
            linkAbove = true;
        }
        if (there != null) {
            pending.add(new Pending(path, Obstacle.EXISTS, line, alreadyApplied));
            madeOver.add(path);
        }
        if (linkAbove || path.indexOf('/') > 0) {
            pending.add(new Pending(path, Obstacle.PARENT, line, false));
        }
        group.put(path, Optional.of(node));
    }

    /** Takes away what was at a path, unless this group has made something new there. */
    public void remove(String path) {
        if (!removed.add(path) || !madeOver.contains(path)) {
            group.put(path, Optional.empty());
        }
    }

    /**
     * Ends the group.
     *
     * @return what is still in the way, in the order of the patch; the group counts only if empty
     * @throws PatchRefusedException if something would be made through a symbolic link
     */
    public List<Conflict> end() throws IOException {
        List<Conflict> conflicts = new ArrayList<>();
        for (Pending p : pending) {
            Conflict conflict =
                    p.obstacle() == Obstacle.EXISTS ? checkGone(p) : checkParentsAfter(p);
            if (conflict != null) {
                conflicts.add(conflict);
            }
        }
        if (conflicts.isEmpty()) {
            staged.putAll(group);
            directories.clear();
        }
        return conflicts;
    }

    private Conflict checkGone(Pending p) throws IOException {
        if (removed.contains(p.path())) {
            return null;
        }
        Node there = beforeUnchecked(p.path());
        if (!(there instanceof Node.Directory)) {
            return new Conflict(p.path(), p.line(), "exists already", p.alreadyApplied());
        }
        for (String leaf : leavesAfter(p.path())) {
            return new Conflict(
                    p.path(), p.line(), "is a directory that holds " + Names.show(leaf), false);
        }
        return null;
    }

    /** What is below a directory at the end of the group. */
    private List<String> leavesAfter(String directory) throws IOException {
        Set<String> leaves = new HashSet<>();
        if (base.lookup(directory) instanceof Node.Directory) {
            leaves.addAll(base.leavesBelow(directory));
        }
        String below = directory + "/";
        for (Map<String, Optional<Node>> layer : List.of(staged, group)) {
            layer.forEach(
                    (path, node) -> {
                        if (path.startsWith(below) && node.isPresent()) {
                            leaves.add(path);
                        } else {
                            leaves.remove(path);
                        }
                    });
        }
        return leaves.stream().sorted().toList();
    }

    private Conflict checkParentsAfter(Pending p) throws IOException {
        String path = p.path();
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String parent = path.substring(0, slash);
            Optional<Node> made = group.get(parent);
            Node node = made != null ? made.orElse(null) : beforeUnchecked(parent);
            if (node instanceof Node.Link) {
                throw throughLink(path, parent, p.line());
            }
            if (node != null && !(node instanceof Node.Directory)) {
                return new Conflict(path, p.line(), Names.show(parent) + " is no directory", false);
            }
            if (node == null && made == null) {
                return null;
            }
        }
        return null;
    }

    /** All ended groups' changes, by path; empty where something is taken away. */
    public Map<String, Optional<Node>> changes() {
        return staged;
    }

    /** The tree below. */
    public BaseTree base() {
        return base;
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.patchset.diff;

/**
 * What a patch says about one file, apart from its hunks. Names are stripped, checked byte strings.
 *
 * @param action what to do
 * @param oldName the file before; null for {@link Action#CREATE}
 * @param newName the file afterwards; null for {@link Action#DELETE}
 * @param oldMode the mode before, in git's octal form; 0 if not said
 * @param newMode the mode afterwards; 0 if not said
 * @param oldId the full object name of the content before, in hexadecimal, or empty
 * @param newId the full object name of the content afterwards, or empty
 * @param git whether this is a git diff, which says everything about creation and deletion
 * @param binary the binary change, or null
 * @param line the line where it begins, from 1
 * @param position where it begins in the patch
 */
public record FilePatch(
        Action action,
        String oldName,
        String newName,
        int oldMode,
        int newMode,
        String oldId,
        String newId,
        boolean git,
        BinaryChange binary,
        long line,
        long position) {
    /** What to do. */
    public enum Action {
        /** Make a file that must not exist. */
        CREATE,
        /** Remove a file, whose content the patch knows. */
        DELETE,
        /** Change content or mode. */
        MODIFY,
        /** Change the name, and possibly content and mode. */
        RENAME,
        /** Make a file from another. */
        COPY
    }

    private static final int TYPE = 0170000;
    private static final int LINK = 0120000;
    private static final int REGULAR = 0100000;

    /** Whether this mode is one of a symbolic link. */
    public static boolean isLink(int mode) {
        return (mode & TYPE) == LINK;
    }

    /** Whether this mode is one of a regular file. */
    public static boolean isRegular(int mode) {
        return (mode & TYPE) == REGULAR;
    }

    /** Whether this mode is one of an executable file. */
    public static boolean isExecutable(int mode) {
        return (mode & 0100) != 0;
    }

    /** The name to show. */
    public String name() {
        return newName != null ? newName : oldName;
    }

    /**
     * The change that takes this one back. The reverse of a copy is the deletion of the copy, whose
     * hunks, taken back, give the model instead of nothing.
     */
    public FilePatch reverse() {
        Action back =
                switch (action) {
                    case CREATE -> Action.DELETE;
                    case DELETE -> Action.CREATE;
                    default -> action;
                };
        return new FilePatch(
                back,
                newName,
                oldName,
                newMode,
                oldMode,
                newId,
                oldId,
                git,
                binary == null ? null : binary.reverse(),
                line,
                position);
    }
}

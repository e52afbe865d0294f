/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs;

import java.time.Instant;

/**
 * Permissions, owner and time of an entry. Immutable.
 *
 * @param permissions permission, set-id and sticky bits, 0 to 07777
 * @param uid owner, 0 to 2^32-2: the kernel's unpacker takes 2^32-1 for "leave as it is" and makes
 *     the entry root's (chown(2), measured)
 * @param gid group, 0 to 2^32-2
 * @param modified modification time in seconds since the epoch, 0 to 2^32-1, the field's range
 */
public record Attributes(int permissions, long uid, long gid, long modified) {
    /** Largest value of a 32-bit header field. */
    public static final long FIELD_MAX = 0xffff_ffffL;

    /** Largest user or group number that the kernel keeps. */
    public static final long ID_MAX = 0xffff_fffeL;

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public Attributes {
        if ((permissions & ~07777) != 0) {
            throw new IllegalArgumentException(
                    "permissions 0" + Integer.toOctalString(permissions) + " exceed 07777");
        }
        range("uid", uid, ID_MAX);
        range("gid", gid, ID_MAX);
        range("modification time", modified, FIELD_MAX);
    }

    private static void range(String field, long value, long most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(
                    field + " " + value + " is outside 0.." + most + " (newc header field)");
        }
    }

    /** Attributes of root at the epoch. */
    public static Attributes of(int permissions) {
        return new Attributes(permissions, 0, 0, 0);
    }

    /** The same with other permissions, 0 to 07777. */
    public Attributes withPermissions(int value) {
        return new Attributes(value, uid, gid, modified);
    }

    /** The same with another owner. */
    public Attributes withOwner(long newUid, long newGid) {
        return new Attributes(permissions, newUid, newGid, modified);
    }

    /** The same with another time in seconds since the epoch. */
    public Attributes withModified(long seconds) {
        return new Attributes(permissions, uid, gid, seconds);
    }

    /** The same with another time, rounded down to seconds. */
    public Attributes withModified(Instant time) {
        return withModified(time.getEpochSecond());
    }
}

/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.engine.fork;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The local variables that a resume variant may restore before it looks which site it is for,
 * because every site that needs their slots needs them with the same kind. It keeps variants small.
 */
final class CommonLocals {
    private final Map<Integer, Slot> slots = new TreeMap<>();

    /** Finds them for all resumable sites of a method. */
    CommonLocals(GuestMethod method, boolean polls) {
        Set<Integer> mixed = new HashSet<>();
        Map<Integer, Slot> holders = new TreeMap<>();
        for (CallSite site : method.sites()) {
            if (site.isResumable(polls)) {
                for (Slot slot : site.locals()) {
                    claim(slot, holders, mixed);
                }
            }
        }
        for (Slot slot : new HashSet<>(holders.values())) {
            boolean reference = slot.kind() == ValueKind.REFERENCE;
            if (!reference && words(slot).stream().noneMatch(mixed::contains)) {
                slots.put(slot.position(), slot);
            }
        }
    }

    /** A slot that two different variables use makes all the slots of both mixed. */
    private static void claim(Slot slot, Map<Integer, Slot> holders, Set<Integer> mixed) {
        for (int word : words(slot)) {
            Slot other = holders.putIfAbsent(word, slot);
            if (other != null && !other.equals(slot)) {
                mixed.addAll(words(other));
                mixed.addAll(words(slot));
            }
        }
    }

    private static List<Integer> words(Slot slot) {
        return slot.kind().size() == 1
                ? List.of(slot.position())
                : List.of(slot.position(), slot.position() + 1);
    }

    /** The variables, in order of their slots. */
    Collection<Slot> slots() {
        return new ArrayList<>(slots.values());
    }

    /** Whether a variable is one of them. */
    boolean contains(Slot slot) {
        return slot.equals(slots.get(slot.position()));
    }
}

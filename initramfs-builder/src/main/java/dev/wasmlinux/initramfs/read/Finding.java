/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

/**
 * A place where an image breaks a rule of the kernel.
 *
 * @param rule the rule
 * @param path the entry as text, or empty where the fault is the image's
 * @param offset where: in the image file, or in the decompressed bytes of a compressed member
 * @param text what is there
 */
public record Finding(KernelRule rule, String path, long offset, String text) {
    /** One line, {@code RULE PATH: text}; the path is {@code -} where there is none. */
    @Override
    public String toString() {
        return rule.id() + " " + (path.isEmpty() ? "-" : path) + ": " + text;
    }
}

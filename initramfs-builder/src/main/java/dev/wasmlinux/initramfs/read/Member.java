/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.initramfs.read;

import dev.wasmlinux.initramfs.Compression;

/**
 * A stretch of an image: a plain archive (or several, one after the other) or one compressed
 * member.
 *
 * @param index from 0
 * @param compression how it is compressed
 * @param offset where it starts in the image
 */
public record Member(int index, Compression.Kind compression, long offset) {}

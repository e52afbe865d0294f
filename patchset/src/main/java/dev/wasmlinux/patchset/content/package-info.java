/*
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Bytes of any size with random access and bounded memory: what patches are read from, files are
 * matched in and results are collected into.
 */
package dev.wasmlinux.patchset.content;

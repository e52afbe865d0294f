/*
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * A module in the form of compiled guest code, written by hand: functions that are hard to get from
 * a compiler on purpose. It has the package to itself, as generated modules have.
 */
package dev.wasmlinux.host.engine.fork.guest;

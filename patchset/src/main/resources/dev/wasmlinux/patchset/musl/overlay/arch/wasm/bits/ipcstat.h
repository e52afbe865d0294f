/* SPDX-License-Identifier: MIT */
#define IPC_STAT 0x102

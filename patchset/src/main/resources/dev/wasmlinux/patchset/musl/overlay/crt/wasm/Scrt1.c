/* SPDX-License-Identifier: MIT */
/* No program is position-independent; whoever asks for it gets the same start. */
#include "crt1.c"

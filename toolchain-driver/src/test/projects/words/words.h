/* SPDX-License-Identifier: Apache-2.0 */
/* Counts words of a stream. */
#ifndef WORDS_H
#define WORDS_H

#include <stdio.h>

struct words {
	unsigned long count;
	double mean_length;
};

struct words words_count(FILE *in);

#endif

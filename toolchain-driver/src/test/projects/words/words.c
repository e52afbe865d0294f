/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <ctype.h>

struct words words_count(FILE *in)
{
	struct words words = {0, 0};
	unsigned long letters = 0;
	int inside = 0;

	for (int c = getc(in); c != EOF; c = getc(in)) {
		if (isspace(c)) {
			inside = 0;
			continue;
		}
		letters++;
		if (!inside)
			words.count++;
		inside = 1;
	}
	if (words.count)
		words.mean_length = (double)letters / words.count;
	return words;
}

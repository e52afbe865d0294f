/* SPDX-License-Identifier: Apache-2.0 */
/* Counts the words of a file in a child process, and takes a square root of what it found. */
#include "words.h"

#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	FILE *in = argc > 1 ? fopen(argv[1], "r") : stdin;

	if (!in) {
		perror(argv[1]);
		return 1;
	}
	pid_t child = fork();
	if (child == 0) {
		struct words words = words_count(in);
		printf("%s: %lu words, root of mean length %.3f\n", BUILT_WITH, words.count,
		       sqrt(words.mean_length));
		fflush(stdout);
		_exit(words.count & 0x7f);
	}
	int status;
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 2;
	return WEXITSTATUS(status);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments, environment, constructors, exit handlers, exit status. */
#include <stdio.h>
#include <stdlib.h>

static const char *built;

__attribute__((constructor)) static void build(void)
{
	built = "yes";
}

__attribute__((destructor)) static void tear(void)
{
	puts("destructor");
}

static void at_exit(void)
{
	puts("atexit");
}

int main(int argc, char **argv)
{
	const char *greeting = getenv("GREETING");

	printf("hello, argc %d\n", argc);
	for (int i = 1; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	if (greeting)
		printf("GREETING=%s\n", greeting);
	printf("constructor ran: %s\n", built);
	atexit(at_exit);
	return argc > 1 ? atoi(argv[1]) : 0;
}

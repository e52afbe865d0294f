/* SPDX-License-Identifier: Apache-2.0 */
/* A command of the host: start, streams, end. */
#ifndef COMMAND_H
#define COMMAND_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "flow.h"

/* Opens the port of that name, non-blocking; -1 with errno. */
typedef int port_opener(const char *name);

/* Makes the terminal ready for a session; its path, or NULL without one. */
typedef const char *terminal_preparer(void);

struct machine {
	port_opener *open_port;
	terminal_preparer *prepare_terminal;
};

enum { INPUT, OUTPUT, ERROR_OUTPUT, FLOWS };
#define COMMAND_ENTRIES (2 * FLOWS)

struct command {
	/* 0: none runs. */
	pid_t pid;
	bool exited;
	int status;
	long long deadline;
	bool lingered;
	struct flow flow[FLOWS];
};

void command_init(struct command *command);

/*
 * Starts what the payload of EXEC describes. Returns 0, or an errno and sets
 * what to the thing that it concerns, of at most size bytes.
 */
int command_start(struct command *command, const struct machine *machine,
		  const unsigned char *payload, size_t length, char *what,
		  size_t size);

/* The process was reaped. */
void command_exited(struct command *command, int status);

void command_prepare(const struct command *command, struct pollfd *entries);

/* How long poll may wait, in ms; -1: for ever. */
int command_timeout(const struct command *command);

/* Moves bytes. Returns true once: the command has ended and all is out. */
bool command_run(struct command *command, const struct pollfd *entries);

#endif

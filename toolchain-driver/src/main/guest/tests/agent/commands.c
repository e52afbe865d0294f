/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs commands through the agent's own code with socket pairs in place of the
 * virtio ports. It also runs on the developer's machine: see build.sh.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../agent/command.h"
#include "../../agent/protocol.h"
#include "../libc/check.h"

static struct command command;
static int host[FLOWS] = { -1, -1, -1 };
static int opened;

static int open_pair(const char *name)
{
	static const char *const port[FLOWS] = { "stdin", "stdout", "stderr" };
	int pair[2];

	for (int i = 0; i < FLOWS; i++) {
		if (strcmp(name, port[i]))
			continue;
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
			       pair))
			return -1;
		host[i] = pair[0];
		opened++;
		return pair[1];
	}
	errno = ENODEV;
	return -1;
}

static const char *no_terminal(void)
{
	return NULL;
}

static const struct machine machine = { open_pair, no_terminal };

struct run {
	const char *argument[8], *environment[4], *directory;
	const char *input;
	size_t input_size;
	/* The host closes this port when the command has started. */
	int gone;
	int error, status, left_open;
	char what[256];
	char *output[FLOWS];
	size_t size[FLOWS];
	long long ms;
};

static void put(unsigned char **at, unsigned word)
{
	for (int i = 0; i < 4; i++)
		*(*at)++ = word >> 8 * i;
}

static void put_string(unsigned char **at, const char *s)
{
	put(at, strlen(s));
	memcpy(*at, s, strlen(s));
	*at += strlen(s);
}

static void put_list(unsigned char **at, const char *const *list)
{
	int n = 0;

	while (list[n])
		n++;
	put(at, n);
	for (int i = 0; i < n; i++)
		put_string(at, list[i]);
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void host_side(struct run *run, size_t *fed)
{
	static char b[65536];

	for (int i = OUTPUT; i < FLOWS; i++) {
		long n = host[i] < 0 ? -1 : read(host[i], b, sizeof b);

		if (n > 0) {
			run->output[i] = realloc(run->output[i],
						 run->size[i] + n + 1);
			memcpy(run->output[i] + run->size[i], b, n);
			run->size[i] += n;
			run->output[i][run->size[i]] = 0;
		}
	}
	if (host[INPUT] < 0)
		return;
	if (*fed < run->input_size) {
		long n = write(host[INPUT], run->input + *fed,
			       run->input_size - *fed);

		if (n > 0)
			*fed += n;
		else if (errno != EAGAIN)
			*fed = run->input_size;
	}
	if (*fed == run->input_size)
		shutdown(host[INPUT], SHUT_WR);
}

static void execute(struct run *run)
{
	static unsigned char payload[4096];
	unsigned char *at = payload;
	long long begin = now_ms();
	size_t fed = 0;

	put(&at, 0);
	put_list(&at, run->argument);
	put_list(&at, run->environment);
	put_string(&at, run->directory ? run->directory : "/");
	run->error = command_start(&command, &machine, payload, at - payload,
				   run->what, sizeof run->what);
	if (!run->error && run->gone) {
		close(host[run->gone]);
		host[run->gone] = -1;
	}
	while (!run->error) {
		struct pollfd entry[COMMAND_ENTRIES];
		int status;

		host_side(run, &fed);
		command_prepare(&command, entry);
		poll(entry, COMMAND_ENTRIES, 1);
		if (!command.exited &&
		    waitpid(command.pid, &status, WNOHANG) == command.pid)
			command_exited(&command, status);
		if (command_run(&command, entry)) {
			run->status = command.status;
			break;
		}
	}
	host_side(run, &fed);
	for (int i = 0; i < FLOWS; i++) {
		char c;

		/* The agent's end must be closed: nothing to read, and no wait. */
		if (!run->error && host[i] >= 0 && i != INPUT)
			run->left_open |= read(host[i], &c, 1) != 0;
		if (host[i] >= 0)
			close(host[i]);
		host[i] = -1;
	}
	run->ms = now_ms() - begin;
}

static int says(const struct run *run, int stream, const char *text)
{
	const char *s = run->output[stream] ? run->output[stream] : "";

	return !run->left_open && strlen(text) == run->size[stream] && !strcmp(s, text);
}

int main(void)
{
	static char big[3000000];

	signal(SIGPIPE, SIG_IGN);
	command_init(&command);
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (i * 2654435761u) >> 13;

	struct run echo = { .argument = { "echo", "hello", "" } };

	execute(&echo);
	check(!echo.error && says(&echo, OUTPUT, "hello \n") && echo.status == 0,
	      "echo");

	struct run both = { .argument = { "sh", "-c",
					  "echo e >&2; echo o; pwd; "
					  "echo $COLOUR $HOME; exit 7" },
			    .environment = { "COLOUR=blue" },
			    .directory = "/tmp" };

	execute(&both);
	check(says(&both, OUTPUT, "o\n/tmp\nblue /root\n") &&
		      says(&both, ERROR_OUTPUT, "e\n") &&
		      WEXITSTATUS(both.status) == 7,
	      "both outputs, directory, environment, status");

	struct run cat = { .argument = { "cat" }, .input = big,
			   .input_size = sizeof big };

	execute(&cat);
	check(cat.size[OUTPUT] == sizeof big &&
		      !memcmp(cat.output[OUTPUT], big, sizeof big),
	      "three megabytes of any bytes through cat");

	struct run early = { .argument = { "head", "-c", "5" }, .input = big,
			     .input_size = sizeof big };

	execute(&early);
	check(early.size[OUTPUT] == 5 && early.status == 0,
	      "a command that does not read all of its input");

	struct run yes = { .argument = { "yes" }, .gone = OUTPUT };

	execute(&yes);
	check(WIFSIGNALED(yes.status) && WTERMSIG(yes.status) == SIGPIPE,
	      "a reader that goes away");

	struct run behind = { .argument = { "sh", "-c",
					    "sleep 3 & echo started" } };

	execute(&behind);
	check(says(&behind, OUTPUT, "started\n") && behind.ms >= 100 &&
		      behind.ms < 2000,
	      "a process that stays behind");

	struct run device = { .argument = { "sh", "-c",
					    "echo text >/dev/stderr" } };

	execute(&device);
	check(says(&device, ERROR_OUTPUT, "text\n"), "/dev/stderr");

	struct run missing = { .argument = { "no-such-program" } };

	execute(&missing);
	check(missing.error == ENOENT && !strcmp(missing.what, "no-such-program"),
	      "a missing program");

	struct run refused = { .argument = { "/etc/passwd" } };

	execute(&refused);
	check(refused.error == EACCES, "a file that is no program");

	struct run nowhere = { .argument = { "echo" },
			       .directory = "/no/such/directory" };

	execute(&nowhere);
	check(nowhere.error == ENOENT &&
		      !strcmp(nowhere.what, "/no/such/directory"),
	      "a missing directory");

	struct run killed = { .argument = { "sh", "-c", "kill -9 $$" } };

	execute(&killed);
	check(WIFSIGNALED(killed.status) && WTERMSIG(killed.status) == 9,
	      "a killed command");

	struct run group = { .argument = { "sh", "-c",
					   "trap '' TERM HUP; "
					   "test $(ps -o pgid= -p $$ 2>/dev/null"
					   " || echo $$) -eq $$" } };

	execute(&group);
	check(group.status == 0, "it leads a group of its own");

	static const unsigned char bad[][12] = {
		{ 0 },
		{ 0, 0, 0, 0, 255, 255, 255, 255 },
		{ 0, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 127 },
		{ 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	};
	int ok = 1;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		for (size_t n = 0; n <= sizeof bad[i]; n++)
			ok &= command_start(&command, &machine, bad[i], n, echo.what,
					    sizeof echo.what) == EINVAL;
	check(ok && command.pid == 0, "requests that cannot be read");

	ok = 1;
	for (int i = 0; i < 50; i++) {
		struct run one = { .argument = { "echo", "x" } };

		execute(&one);
		ok &= says(&one, OUTPUT, "x\n");
	}
	check(ok, "fifty commands");
	int fd = open("/dev/null", O_RDONLY);

	check(fd < 10, "no descriptor is left open");
	return failures;
}

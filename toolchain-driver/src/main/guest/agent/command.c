/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"
#include "protocol.h"

struct request {
	char **arguments, **environment;
	char *directory;
	bool terminal;
};

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

void command_init(struct command *command)
{
	command->pid = 0;
	for (int i = 0; i < FLOWS; i++)
		flow_open(&command->flow[i], -1, -1);
}

static void free_request(struct request *request)
{
	free_strings(request->arguments);
	free_strings(request->environment);
	free(request->directory);
}

static bool read_request(struct request *request, const unsigned char *payload,
			 size_t length)
{
	struct cursor cursor = { payload, payload + length, false };
	uint32_t flags = take_word(&cursor);

	request->terminal = flags & EXEC_TERMINAL;
	request->arguments = take_strings(&cursor);
	request->environment = take_strings(&cursor);
	request->directory = take_string(&cursor);
	return !cursor.failed && cursor.at == cursor.end &&
	       !(flags & ~EXEC_TERMINAL) && request->arguments[0];
}

static const char *variable(char **environment, const char *name)
{
	size_t n = strlen(name);

	for (; *environment; environment++)
		if (!strncmp(*environment, name, n) && (*environment)[n] == '=')
			return *environment + n + 1;
	return NULL;
}

static bool complete_environment(struct request *request)
{
	static const char *const defaults[][2] = {
		{ "PATH", DEFAULT_PATH },
		{ "HOME", "/root" },
		{ "USER", "root" },
		{ "TERM", "xterm" },
	};
	size_t count = 0, n = sizeof defaults / sizeof *defaults;
	char **all;

	while (request->environment[count])
		count++;
	all = realloc(request->environment, (count + n + 1) * sizeof *all);
	if (!all)
		return false;
	request->environment = all;
	if (!request->terminal)
		n--;
	for (size_t i = 0; i < n; i++) {
		if (variable(all, defaults[i][0]))
			continue;
		if (asprintf(&all[count], "%s=%s", defaults[i][0],
			     defaults[i][1]) < 0) {
			all[count] = NULL;
			return false;
		}
		all[++count] = NULL;
	}
	return true;
}

/* Tries one file after the other along PATH. Returns 0 or an errno. */
static int spawn_along_path(pid_t *pid, const struct request *request,
			    const posix_spawn_file_actions_t *actions,
			    const posix_spawnattr_t *attributes)
{
	const char *name = request->arguments[0];
	const char *path = variable(request->environment, "PATH");
	int result = ENOENT;

	if (strchr(name, '/'))
		return posix_spawn(pid, name, actions, attributes,
				   request->arguments, request->environment);
	if (!*name)
		return ENOENT;
	for (;;) {
		size_t n = strcspn(path, ":");
		char *file;
		int error;

		if (asprintf(&file, "%.*s%s%s", (int)n, path, n ? "/" : "",
			     name) < 0)
			return ENOMEM;
		error = posix_spawn(pid, n ? file : name, actions, attributes,
				    request->arguments, request->environment);
		free(file);
		if (!error)
			return 0;
		/* A later directory may have it; but remember a refusal. */
		if (error == EACCES)
			result = EACCES;
		else if (error != ENOENT && error != ENOTDIR)
			return error;
		path += n;
		if (!*path++)
			return result;
	}
}

static int spawn(pid_t *pid, const struct request *request, int directory,
		 const char *terminal, const int *stream)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID |
						      POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	error = posix_spawn_file_actions_addfchdir_np(&actions, directory);
	if (terminal) {
		/* The leader of a new session gets it as controlling terminal. */
		if (!error)
			error = posix_spawn_file_actions_addopen(
				&actions, 0, terminal, O_RDWR, 0);
		for (int i = 1; i < 3 && !error; i++)
			error = posix_spawn_file_actions_adddup2(&actions, 0, i);
	} else {
		for (int i = 0; i < 3 && !error; i++)
			error = posix_spawn_file_actions_adddup2(&actions,
								 stream[i], i);
	}
	if (!error)
		error = spawn_along_path(pid, request, &actions, &attributes);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* Opens a port and gives the host some time to have it open as well. */
static int open_connected(const struct machine *machine, const char *name)
{
	long long deadline = now_ms() + CONNECT_MS;
	int fd = machine->open_port(name);

	if (fd < 0)
		return -1;
	for (;;) {
		struct pollfd p = { fd, 0, 0 };

		if (poll(&p, 1, 0) <= 0 || !(p.revents & POLLHUP) ||
		    now_ms() >= deadline)
			return fd;
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	}
}

/*
 * Opens a port and a pipe for each stream: the command's ends go to stream,
 * the other two into the flow.
 */
static int join_streams(struct command *command, const struct machine *machine,
			int *stream, const char **what)
{
	static const char *const port[FLOWS] = { "stdin", "stdout", "stderr" };

	for (int i = 0; i < FLOWS; i++) {
		struct flow *flow = &command->flow[i];
		bool in = i == INPUT;
		int fd[2];

		*what = port[i];
		if (pipe2(fd, O_CLOEXEC) < 0)
			return errno;
		stream[i] = fd[in ? 0 : 1];
		flow_open(flow, in ? -1 : fd[0], in ? fd[1] : -1);
		/* Only our end: the command expects a blocking one. */
		fcntl(fd[in ? 1 : 0], F_SETFL, O_NONBLOCK);
		*(in ? &flow->from : &flow->to) =
			open_connected(machine, port[i]);
		if (flow->from < 0 || flow->to < 0)
			return errno;
	}
	return 0;
}

static int open_directory(const char *directory)
{
	int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
	int fd = -1;

	if (*directory)
		return open(directory, flags);
	fd = open("/root", flags);
	return fd >= 0 ? fd : open("/", flags);
}

int command_start(struct command *command, const struct machine *machine,
		  const unsigned char *payload, size_t length, char *what,
		  size_t size)
{
	struct request request = { 0 };
	int stream[FLOWS] = { -1, -1, -1 };
	const char *terminal = NULL, *subject = "request";
	int directory = -1, error = 0;
	pid_t pid = 0;

	if (command->pid) {
		snprintf(what, size, "%s", "another command runs");
		return EBUSY;
	}
	if (!read_request(&request, payload, length)) {
		error = EINVAL;
	} else if (!complete_environment(&request)) {
		error = ENOMEM;
	} else if ((directory = open_directory(request.directory)) < 0) {
		error = errno;
		subject = request.directory;
	} else if (request.terminal) {
		subject = "terminal";
		terminal = machine->prepare_terminal();
		if (!terminal)
			error = ENXIO;
	} else {
		error = join_streams(command, machine, stream, &subject);
	}
	if (!error) {
		subject = request.arguments[0];
		error = spawn(&pid, &request, directory, terminal, stream);
	}
	for (int i = 0; i < FLOWS; i++)
		if (stream[i] >= 0)
			close(stream[i]);
	if (directory >= 0)
		close(directory);
	snprintf(what, size, "%s", subject);
	free_request(&request);
	if (error) {
		for (int i = 0; i < FLOWS; i++)
			flow_close(&command->flow[i]);
		return error;
	}
	command->pid = pid;
	command->exited = command->lingered = false;
	return 0;
}

void command_exited(struct command *command, int status)
{
	command->exited = true;
	command->status = status;
	command->deadline = now_ms() + LINGER_MS;
	/* Who reads after it is not the command. */
	flow_close(&command->flow[INPUT]);
}

void command_prepare(const struct command *command, struct pollfd *entries)
{
	for (int i = 0; i < FLOWS; i++)
		flow_prepare(&command->flow[i], entries + 2 * i);
}

int command_timeout(const struct command *command)
{
	long long left;

	if (!command->pid || !command->exited || command->lingered)
		return -1;
	left = command->deadline - now_ms();
	return left > 0 ? (int)left : 0;
}

bool command_run(struct command *command, const struct pollfd *entries)
{
	bool over = command->exited;

	if (!command->pid)
		return false;
	for (int i = 0; i < FLOWS; i++)
		flow_run(&command->flow[i], entries + 2 * i);
	if (command->exited && !command->lingered &&
	    now_ms() >= command->deadline) {
		command->lingered = true;
		for (int i = OUTPUT; i < FLOWS; i++)
			flow_finish(&command->flow[i]);
	}
	for (int i = 0; i < FLOWS; i++)
		over &= flow_over(&command->flow[i]);
	if (over)
		command->pid = 0;
	return over;
}

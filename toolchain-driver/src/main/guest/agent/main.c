/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /init of the bundled image: sets the system up, then runs commands for the
 * host (PROTOCOL.md) or, on a machine without its ports, a login shell.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "frame.h"
#include "protocol.h"
#include "system.h"

static const struct machine machine = {
	system_open_port,
	system_prepare_terminal,
};

static struct command command;
static int control = -1;

/*
 * Obeys the signals that poweroff, reboot and halt of BusyBox send, and takes
 * the end of every child, also of orphans that became ours.
 */
static void take_signals(int signals)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(signals, &info, sizeof info) > 0) {
		if (info.ssi_signo == SIGUSR2)
			system_end(RB_POWER_OFF);
		if (info.ssi_signo == SIGTERM)
			system_end(RB_AUTOBOOT);
		if (info.ssi_signo == SIGUSR1)
			system_end(RB_HALT_SYSTEM);
	}
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == command.pid && !command.exited)
			command_exited(&command, status);
}

static void handle(const struct frame *frame)
{
	struct cursor payload = { frame->payload,
				  frame->payload + frame->length, false };
	char what[256];
	int error, signal_number;

	switch (frame->type) {
	case FRAME_EXEC:
		error = command_start(&command, &machine, frame->payload,
				      frame->length, what, sizeof what);
		if (error)
			send_failure(control, error, what);
		else
			send_word(control, FRAME_STARTED, command.pid);
		break;
	case FRAME_SIGNAL:
		signal_number = take_word(&payload);
		if (command.pid && !command.exited && !payload.failed)
			kill(-command.pid, signal_number);
		break;
	case FRAME_POWEROFF:
		system_end(RB_POWER_OFF);
	default:
		log_line("frame of unknown type 0x%x", frame->type);
	}
}

/* Returns when the host has closed the control port. */
static void serve(int signals)
{
	enum { CONTROL, SIGNALS, STREAMS, ENTRIES = STREAMS + COMMAND_ENTRIES };
	static struct frame_reader reader;

	for (;;) {
		struct pollfd entry[ENTRIES];
		struct frame frame;
		int whole;

		entry[CONTROL] = (struct pollfd){ control, POLLIN, 0 };
		entry[SIGNALS] = (struct pollfd){ signals, POLLIN, 0 };
		command_prepare(&command, entry + STREAMS);
		if (poll(entry, ENTRIES, command_timeout(&command)) < 0 &&
		    errno != EINTR) {
			log_line("poll: %s", strerror(errno));
			return;
		}
		if (entry[SIGNALS].revents)
			take_signals(signals);
		if (command_run(&command, entry + STREAMS))
			send_word(control, FRAME_EXITED, command.status);
		if (!entry[CONTROL].revents)
			continue;
		long n = frame_fill(&reader, control);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return;
		while ((whole = frame_peek(&reader, &frame)) > 0) {
			handle(&frame);
			frame_drop(&reader, &frame);
		}
		if (whole < 0) {
			log_line("the host sent a frame of %zu bytes", frame.length);
			return;
		}
	}
}

/* The host opens its side when it pleases; until then there is nothing to do. */
static void await_host(void)
{
	struct pollfd p = { control, 0, 0 };

	while (poll(&p, 1, 0) > 0 && p.revents & POLLHUP)
		nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
}

static void put_word(unsigned char **at, unsigned word)
{
	for (int i = 0; i < 4; i++)
		*(*at)++ = word >> 8 * i;
}

/* A login shell, through the same way as a command of the host. */
static void run_shell(int signals)
{
	static const char *const argument[] = { "/bin/sh", "-l" };
	unsigned char payload[64], *at = payload;
	char what[256];
	int error;

	put_word(&at, EXEC_TERMINAL);
	put_word(&at, 2);
	for (int i = 0; i < 2; i++) {
		size_t n = strlen(argument[i]);

		put_word(&at, n);
		memcpy(at, argument[i], n);
		at += n;
	}
	put_word(&at, 0);
	put_word(&at, 0);
	error = command_start(&command, &machine, payload, at - payload, what,
			      sizeof what);
	if (error) {
		log_line("cannot run %s: %s: %s", argument[0], what,
			 strerror(error));
		return;
	}
	while (!command.exited) {
		struct pollfd p = { signals, POLLIN, 0 };

		poll(&p, 1, -1);
		take_signals(signals);
	}
}

int main(int argc __attribute__((unused)), char **argv, char **envp)
{
	sigset_t watched;
	int signals;

	if (getpid() != 1) {
		static const char text[] = "the agent is the first process of "
					   "a system\n";

		return write(2, text, sizeof text - 1) < 0 ? 2 : 1;
	}
	system_set_up();
	system_hand_over(argv, envp);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	sigaddset(&watched, SIGUSR1);
	sigaddset(&watched, SIGUSR2);
	sigaddset(&watched, SIGTERM);
	sigprocmask(SIG_BLOCK, &watched, NULL);
	signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
	command_init(&command);
	if (signals < 0) {
		log_line("signalfd: %s", strerror(errno));
	} else if (!system_await_control()) {
		run_shell(signals);
	} else if ((control = system_open_port("control")) < 0) {
		log_line("cannot open the port \"control\": %s", strerror(errno));
	} else {
		await_host();
		if (send_word(control, FRAME_HELLO, PROTOCOL_VERSION))
			serve(signals);
	}
	system_end(RB_POWER_OFF);
}

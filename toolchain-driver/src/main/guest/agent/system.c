/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define TERMINAL "/dev/hvc0"
#define PORTS "/sys/class/virtio-ports"
#define DEVICES "/sys/bus/virtio/devices"

/* VIRTIO 1.2, 5.3: device type and the feature of named ports. */
#define VIRTIO_ID_CONSOLE 3
#define VIRTIO_CONSOLE_F_MULTIPORT 1

/* How long the driver may take until it has asked for all ports. */
#define PORTS_MS 5000

/* How long processes may take to end by themselves. */
#define END_MS 500

static int kernel_log = -1;
static long long ports_deadline;
static struct termios terminal_settings;
static bool terminal_known;

void log_line(const char *format, ...)
{
	char line[512] = "<6>agent: ";
	size_t n = strlen(line);
	va_list ap;

	if (kernel_log < 0)
		return;
	va_start(ap, format);
	vsnprintf(line + n, sizeof line - n - 1, format, ap);
	va_end(ap);
	strcat(line, "\n");
	/* There is nobody to tell about a failure. */
	if (write(kernel_log, line, strlen(line)) < 0)
		return;
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void nap(void)
{
	nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
}

static bool mount_on(const char *type, const char *where, unsigned long flags,
		     const char *options)
{
	mkdir(where, 0755);
	if (mount(type, where, type, flags, options) == 0 || errno == EBUSY)
		return true;
	log_line("cannot mount %s on %s: %s", type, where, strerror(errno));
	return false;
}

static void node(const char *path, mode_t mode, unsigned major, unsigned minor)
{
	if (mknod(path, mode, makedev(major, minor)) == 0)
		chmod(path, mode & 07777);
}

/* The first word of a small file; false if it cannot be read. */
static bool read_word(const char *path, char *word, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long n = fd < 0 ? -1 : read(fd, word, size - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	word[n] = 0;
	word[strcspn(word, " \t\n")] = 0;
	return true;
}

static void set_up_devices(void)
{
	if (!mount_on("devtmpfs", "/dev", MS_NOSUID, "mode=755")) {
		/* A kernel without devtmpfs: the few that everybody expects. */
		mount_on("tmpfs", "/dev", MS_NOSUID, "mode=755");
		node("/dev/null", S_IFCHR | 0666, 1, 3);
		node("/dev/zero", S_IFCHR | 0666, 1, 5);
		node("/dev/full", S_IFCHR | 0666, 1, 7);
		node("/dev/random", S_IFCHR | 0666, 1, 8);
		node("/dev/urandom", S_IFCHR | 0666, 1, 9);
		node("/dev/kmsg", S_IFCHR | 0644, 1, 11);
		node("/dev/tty", S_IFCHR | 0666, 5, 0);
		node("/dev/console", S_IFCHR | 0600, 5, 1);
		node("/dev/ptmx", S_IFCHR | 0666, 5, 2);
		node(TERMINAL, S_IFCHR | 0600, 229, 0);
	}
	mount_on("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC,
		 "mode=620,ptmxmode=666");
	mount_on("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777");
	if (symlink("/proc/self/fd", "/dev/fd") < 0 && errno != EEXIST)
		log_line("cannot link /dev/fd: %s", strerror(errno));
	for (int i = 0; i < 3; i++) {
		static const char *const name[] = { "/dev/stdin", "/dev/stdout",
						    "/dev/stderr" };
		char target[20];

		snprintf(target, sizeof target, "/proc/self/fd/%d", i);
		if (symlink(target, name[i]) < 0 && errno != EEXIST)
			log_line("cannot link %s: %s", name[i], strerror(errno));
	}
}

/* Descriptors 0 to 2 exist, so that no other file gets one of these numbers. */
static void set_up_streams(void)
{
	int fd = open("/dev/null", O_RDWR);

	while (fd >= 0 && fd < 3)
		fd = dup(fd);
	if (fd >= 3)
		close(fd);
	kernel_log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
}

static void set_up_network(void)
{
	struct ifreq r = { 0 };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (s < 0)
		return; /* a kernel without the Internet protocols */
	strcpy(r.ifr_name, "lo");
	if (ioctl(s, SIOCGIFFLAGS, &r) == 0) {
		r.ifr_flags |= IFF_UP;
		if (ioctl(s, SIOCSIFFLAGS, &r) < 0)
			log_line("cannot bring up lo: %s", strerror(errno));
	}
	close(s);
}

void system_set_up(void)
{
	char name[65] = "";

	ports_deadline = now_ms() + PORTS_MS;
	umask(022);
	set_up_devices();
	set_up_streams();
	mount_on("proc", "/proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
	mount_on("sysfs", "/sys", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
	mount_on("tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777");
	mount_on("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=755");
	if (!read_word("/etc/hostname", name, sizeof name) || !*name)
		strcpy(name, "wasm-linux");
	if (sethostname(name, strlen(name)) < 0)
		log_line("cannot set the host name: %s", strerror(errno));
	set_up_network();
}

void system_hand_over(char **argv, char **envp)
{
	static const char option[] = "wasmlinux.init=";
	char line[4096], *word, *rest = line;
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	long n = fd < 0 ? -1 : read(fd, line, sizeof line - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return;
	line[n] = 0;
	while ((word = strsep(&rest, " \n"))) {
		if (strncmp(word, option, sizeof option - 1))
			continue;
		argv[0] = word + sizeof option - 1;
		fd = open("/dev/console", O_RDWR);
		if (fd >= 0) {
			for (int i = 0; i < 3; i++)
				dup2(fd, i);
			if (fd > 2)
				close(fd);
		}
		execve(argv[0], argv, envp);
		log_line("cannot run %s: %s", argv[0], strerror(errno));
	}
}

/* The directory entry of the port with that name, such as vport0p1. */
static bool find_port(const char *name, char *entry, size_t size)
{
	DIR *d = opendir(PORTS);
	bool found = false;
	struct dirent *e;

	while (d && !found && (e = readdir(d))) {
		char path[sizeof PORTS + 300], word[64];

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, PORTS "/%s/name", e->d_name);
		if (read_word(path, word, sizeof word) && !strcmp(word, name)) {
			snprintf(entry, size, "%s", e->d_name);
			found = true;
		}
	}
	if (d)
		closedir(d);
	return found;
}

/* Whether a console device offers named ports. */
static bool named_ports_possible(void)
{
	DIR *d = opendir(DEVICES);
	bool found = false;
	struct dirent *e;

	while (d && !found && (e = readdir(d))) {
		char path[sizeof DEVICES + 300], word[128];

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, DEVICES "/%s/device", e->d_name);
		if (!read_word(path, word, sizeof word) ||
		    strtol(word, NULL, 16) != VIRTIO_ID_CONSOLE)
			continue;
		/* One digit for each feature, from bit 0 on. */
		snprintf(path, sizeof path, DEVICES "/%s/features", e->d_name);
		found = read_word(path, word, sizeof word) &&
			strlen(word) > VIRTIO_CONSOLE_F_MULTIPORT &&
			word[VIRTIO_CONSOLE_F_MULTIPORT] == '1';
	}
	if (d)
		closedir(d);
	return found;
}

bool system_await_control(void)
{
	char entry[300];

	if (!named_ports_possible())
		return false;
	while (!find_port("control", entry, sizeof entry)) {
		if (now_ms() >= ports_deadline)
			return false;
		nap();
	}
	return true;
}

int system_open_port(const char *name)
{
	int flags = O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
	char entry[300], path[400], numbers[32];
	unsigned major, minor;
	int fd;

	if (!find_port(name, entry, sizeof entry)) {
		errno = ENODEV;
		return -1;
	}
	snprintf(path, sizeof path, "/dev/%s", entry);
	fd = open(path, flags);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	snprintf(path, sizeof path, PORTS "/%s/dev", entry);
	if (!read_word(path, numbers, sizeof numbers) ||
	    sscanf(numbers, "%u:%u", &major, &minor) != 2) {
		errno = ENODEV;
		return -1;
	}
	snprintf(path, sizeof path, "/dev/%s", entry);
	node(path, S_IFCHR | 0600, major, minor);
	return open(path, flags);
}

const char *system_prepare_terminal(void)
{
	int flags = O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK, fd;

	/* Other ports may come before the console. */
	while ((fd = open(TERMINAL, flags)) < 0) {
		if ((errno != ENOENT && errno != ENODEV && errno != ENXIO) ||
		    now_ms() >= ports_deadline)
			return NULL;
		nap();
	}
	if (terminal_known)
		tcsetattr(fd, TCSANOW, &terminal_settings);
	else
		terminal_known = tcgetattr(fd, &terminal_settings) == 0;
	close(fd);
	return TERMINAL;
}

_Noreturn void system_end(int how)
{
	long long deadline = now_ms() + END_MS;
	pid_t pid;

	kill(-1, SIGTERM);
	kill(-1, SIGCONT);
	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0 && now_ms() < deadline)
		if (pid == 0)
			nap();
	kill(-1, SIGKILL);
	sync();
	reboot(how);
	log_line("cannot end the machine: %s", strerror(errno));
	for (;;)
		pause();
}

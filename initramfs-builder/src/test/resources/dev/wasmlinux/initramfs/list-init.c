/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The init of the boot tests: lists what the kernel unpacked, one line a file, and ends the machine.
 * A line: E path mode uid gid links inode size mtime major minor fnv64 target; "-" where there is none.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void escaped(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (!*p)
		putchar('-');
	for (; *p; p++) {
		if (*p > ' ' && *p < 0x7f && *p != '%')
			putchar(*p);
		else
			printf("%%%02x", *p);
	}
}

static uint64_t digest(const char *path)
{
	static unsigned char buffer[65536];
	uint64_t hash = 0xcbf29ce484222325u;
	ssize_t got;
	int fd = open(path, O_RDONLY);

	while (fd >= 0 && (got = read(fd, buffer, sizeof(buffer))) > 0)
		for (ssize_t i = 0; i < got; i++)
			hash = (hash ^ buffer[i]) * 0x100000001b3u;
	if (fd >= 0)
		close(fd);
	return hash;
}

static void list(const char *path)
{
	char target[4097] = "";
	struct stat st;

	if (lstat(path, &st))
		return;
	if (S_ISLNK(st.st_mode)) {
		ssize_t got = readlink(path, target, sizeof(target) - 1);

		target[got < 0 ? 0 : got] = 0;
	}
	printf("E ");
	escaped(path + 1);
	printf(" %o %u %u %u %llu %llu %llu %u %u %llx ", st.st_mode, st.st_uid, st.st_gid,
	       (unsigned)st.st_nlink, (unsigned long long)st.st_ino,
	       (unsigned long long)st.st_size, (unsigned long long)st.st_mtime,
	       major(st.st_rdev), minor(st.st_rdev),
	       S_ISREG(st.st_mode) ? (unsigned long long)digest(path) : 0ull);
	escaped(target);
	putchar('\n');
	if (S_ISDIR(st.st_mode)) {
		DIR *dir = opendir(path);
		struct dirent *entry;

		while (dir && (entry = readdir(dir))) {
			char child[8192];

			if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
				continue;
			snprintf(child, sizeof(child), "%s/%s", strcmp(path, "/") ? path : "",
				 entry->d_name);
			list(child);
		}
		if (dir)
			closedir(dir);
	}
}

int main(void)
{
	printf("\nBEGIN\n");
	list("/t");
	printf("END\n");
	fflush(stdout);
	/* The machine is started with -no-reboot. */
	reboot(RB_AUTOBOOT);
	return 1;
}

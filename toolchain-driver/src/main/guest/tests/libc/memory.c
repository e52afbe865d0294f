/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings: files, fixed addresses, protection, guards, growth, brk. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

static int dies(void (*action)(char *), char *p)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		action(p);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void store(char *p)
{
	*(volatile char *)p = 1;
}

static void load(char *p)
{
	(void)*(volatile char *)p;
}

int main(void)
{
	size_t page = sysconf(_SC_PAGESIZE);
	char name[] = "/tmp/memory-XXXXXX", b[16] = { 0 };
	int fd = mkstemp(name);

	printf("page size %zu\n", page);
	check(ftruncate(fd, 4 * page) == 0, "ftruncate");
	char *s = mmap(0, 4 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	check(s != MAP_FAILED, "a shared file mapping");
	strcpy(s + page + 10, "through");
	check(pread(fd, b, 7, page + 10) == 7 && !strcmp(b, "through"),
	      "a store reaches the file");
	check(pwrite(fd, "back", 4, 2 * page) == 4 && !memcmp(s + 2 * page, "back", 4),
	      "a write reaches the mapping");
	char *c = mmap(0, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, page);

	check(!strcmp(c + 10, "through"), "a private mapping at an offset");
	c[10] = 'T';
	check(s[page + 10] == 't', "its copy on write");
	check(mprotect(c, page, PROT_READ) == 0 && dies(store, c) == 11 &&
		      dies(load, c) == 0,
	      "a read-only page");
	check(mprotect(c, page, PROT_NONE) == 0 && dies(load, c) == 11,
	      "a page without access");
	check(munmap(c, page) == 0 && dies(load, c) == 11, "munmap");
	check(ftruncate(fd, page) == 0 && dies(load, s + 2 * page) == 7,
	      "SIGBUS beyond the end of the file");
	munmap(s, 4 * page);
	unlink(name);

	char *g = mmap(0, 3 * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(mprotect(g + page, page, PROT_NONE) == 0 && dies(store, g) == 0 &&
		      dies(store, g + page) == 11 &&
		      dies(store, g + 2 * page) == 0,
	      "a guard page between two others");
	g[0] = 5;
	char *moved = mremap(g, page, 8 * page, MREMAP_MAYMOVE);

	check(moved != MAP_FAILED && moved[0] == 5 && moved[7 * page] == 0,
	      "mremap");
	char *fixed = mmap((void *)0x30000000, page, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	check(fixed == (void *)0x30000000, "MAP_FIXED");
	check(madvise(fixed, page, MADV_DONTNEED) == 0 && fixed[0] == 0,
	      "MADV_DONTNEED");
	fixed[100] = 3;
	check(madvise(fixed, page, MADV_DONTNEED) == 0 && fixed[100] == 0,
	      "it drops what was written");
	check(mmap(0, page, PROT_READ, MAP_SHARED, fd, 0x100000000000LL) ==
			      MAP_FAILED &&
		      (errno == EINVAL || errno == EOVERFLOW),
	      "a file offset that does not fit");
	check(dies(load, 0) == 11 && dies(load, (char *)0x7fffff00) == 11 &&
		      dies(load, (char *)0xfffffff0) == 11,
	      "addresses outside of the space");
	return failures;
}

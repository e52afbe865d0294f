/* SPDX-License-Identifier: MIT */
#include <features.h>
#include <setjmp.h>

/*
 * clang turns setjmp into a note of which activation (id) is at which call
 * (label), and puts a catch around the calls of the function. A jump is an
 * exception that carries the address of two words, which the catch compares.
 */
struct jump {
	void *id;
	unsigned label;
	struct {
		void *env;
		int val;
	} arg;
};

_Static_assert(sizeof(struct jump) <= sizeof(__jmp_buf), "__jmp_buf too small");

void __wasm_setjmp(void *env, unsigned label, void *id)
{
	struct jump *j = env;
	j->id = id;
	j->label = label;
}

unsigned __wasm_setjmp_test(void *env, void *id)
{
	struct jump *j = env;
	return j->id == id ? j->label : 0;
}

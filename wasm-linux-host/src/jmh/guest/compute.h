/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPUTE_H
#define COMPUTE_H

/* Work without any library, so that it also runs in a bare WebAssembly engine. */
unsigned compute_crc(int megabytes);
unsigned compute_fib(unsigned n);
unsigned compute_sieve(int limit);
unsigned compute_sort(int count);

#endif

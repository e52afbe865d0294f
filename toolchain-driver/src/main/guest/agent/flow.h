/* SPDX-License-Identifier: Apache-2.0 */
/* One direction of a command's standard streams: from a descriptor to another. */
#ifndef FLOW_H
#define FLOW_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

struct flow {
	/* Both non-blocking; -1: closed. Once both are, the flow is over. */
	int from, to;
	size_t start, end;
	/* At most so many bytes are still read. */
	size_t limit;
	char data[65536];
};

void flow_open(struct flow *flow, int from, int to);

/* Closes both ends and forgets what is in between. */
void flow_close(struct flow *flow);

bool flow_over(const struct flow *flow);

/* Reads no more than what lies in the pipe now. */
void flow_finish(struct flow *flow);

/* What to wait for: two entries. */
void flow_prepare(const struct flow *flow, struct pollfd *entries);

/* Moves bytes and passes the ends on, without blocking. */
void flow_run(struct flow *flow, const struct pollfd *entries);

#endif

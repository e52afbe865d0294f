/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "flow.h"

#include <errno.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void flow_open(struct flow *flow, int from, int to)
{
	flow->from = from;
	flow->to = to;
	flow->start = flow->end = 0;
	flow->limit = SIZE_MAX;
}

void flow_close(struct flow *flow)
{
	shut(&flow->from);
	shut(&flow->to);
	flow->start = flow->end = 0;
}

bool flow_over(const struct flow *flow)
{
	return flow->from < 0 && flow->to < 0;
}

/* The end of the source becomes the end of the sink behind the last byte. */
static void pass_end(struct flow *flow)
{
	if (flow->limit == 0)
		shut(&flow->from);
	if (flow->from < 0 && flow->start == flow->end)
		shut(&flow->to);
}

void flow_finish(struct flow *flow)
{
	int waiting = 0;

	if (flow->from < 0)
		return;
	if (ioctl(flow->from, FIONREAD, &waiting) < 0 || waiting < 0)
		waiting = 0;
	flow->limit = waiting;
	pass_end(flow);
}

void flow_prepare(const struct flow *flow, struct pollfd *entries)
{
	bool empty = flow->start == flow->end;

	/* While there is something to write, the end of the source can wait. */
	entries[0] = (struct pollfd){ empty ? flow->from : -1, POLLIN, 0 };
	/* A reader that goes away is reported without being asked for. */
	entries[1] = (struct pollfd){ flow->to, empty ? 0 : POLLOUT, 0 };
}

void flow_run(struct flow *flow, const struct pollfd *entries)
{
	if (flow->to >= 0 && entries[1].revents & (POLLHUP | POLLERR)) {
		flow_close(flow);
		return;
	}
	if (flow->from >= 0 && entries[0].revents) {
		size_t room = sizeof flow->data;
		long n = read(flow->from, flow->data,
			      flow->limit < room ? flow->limit : room);

		if (n > 0) {
			flow->start = 0;
			flow->end = n;
			if (flow->limit != SIZE_MAX)
				flow->limit -= n;
		} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
			shut(&flow->from);
		}
	}
	if (flow->to >= 0 && flow->start < flow->end) {
		long n = write(flow->to, flow->data + flow->start,
			       flow->end - flow->start);

		if (n > 0) {
			flow->start += n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			flow_close(flow);
			return;
		}
	}
	pass_end(flow);
}

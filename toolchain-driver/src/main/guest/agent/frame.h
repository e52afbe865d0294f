/* SPDX-License-Identifier: Apache-2.0 */
/* Frames on the control port: reading piece by piece, writing whole. */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that arrived; data is NULL until the first. */
struct frame_reader {
	unsigned char *data;
	size_t count, capacity;
};

struct frame {
	int type;
	const unsigned char *payload;
	size_t length;
};

/* A place in a payload. Once failed, every read gives 0 or NULL. */
struct cursor {
	const unsigned char *at, *end;
	bool failed;
};

/*
 * Reads what is there from the non-blocking fd. Returns the number of bytes,
 * 0 at end of file, -1 with errno (EAGAIN: nothing now).
 */
long frame_fill(struct frame_reader *reader, int fd);

/*
 * The first whole frame, which stays valid until frame_drop. Returns 1, 0 if
 * it is not complete, -1 if its length is beyond MAX_PAYLOAD.
 */
int frame_peek(const struct frame_reader *reader, struct frame *frame);

void frame_drop(struct frame_reader *reader, const struct frame *frame);

/*
 * Writes a frame to the non-blocking fd, waiting where necessary. Returns
 * false if the other side is gone.
 */
bool frame_send(int fd, int type, const void *payload, size_t length);

bool send_word(int fd, int type, uint32_t word);

bool send_failure(int fd, int error, const char *what);

uint32_t take_word(struct cursor *cursor);

/* A copy with a final zero byte, to be freed. NULL also if it holds a zero. */
char *take_string(struct cursor *cursor);

/* A list of strings that ends with NULL, to be freed by free_strings. */
char **take_strings(struct cursor *cursor);

void free_strings(char **strings);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "frame.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol.h"

#define HEADER 5u

static void put_word(unsigned char *to, uint32_t word)
{
	for (int i = 0; i < 4; i++)
		to[i] = word >> 8 * i;
}

static uint32_t get_word(const unsigned char *from)
{
	return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
	       (uint32_t)from[3] << 24;
}

long frame_fill(struct frame_reader *reader, int fd)
{
	long n;

	if (reader->capacity - reader->count < 4096) {
		size_t capacity = reader->capacity ? reader->capacity * 2 : 16384;
		unsigned char *data = realloc(reader->data, capacity);

		if (!data)
			return -1;
		reader->data = data;
		reader->capacity = capacity;
	}
	n = read(fd, reader->data + reader->count,
		 reader->capacity - reader->count);
	if (n > 0)
		reader->count += n;
	return n;
}

int frame_peek(const struct frame_reader *reader, struct frame *frame)
{
	if (reader->count < HEADER)
		return 0;
	frame->length = get_word(reader->data);
	frame->type = reader->data[4];
	frame->payload = reader->data + HEADER;
	if (frame->length > MAX_PAYLOAD)
		return -1;
	return reader->count - HEADER >= frame->length;
}

void frame_drop(struct frame_reader *reader, const struct frame *frame)
{
	size_t size = HEADER + frame->length;

	reader->count -= size;
	memmove(reader->data, reader->data + size, reader->count);
}

static bool write_all(int fd, const unsigned char *data, size_t count)
{
	while (count) {
		long n = write(fd, data, count);

		if (n >= 0) {
			data += n;
			count -= n;
		} else if (errno == EAGAIN) {
			struct pollfd p = { fd, POLLOUT, 0 };

			if (poll(&p, 1, -1) > 0 && p.revents & (POLLHUP | POLLERR))
				return false;
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

bool frame_send(int fd, int type, const void *payload, size_t length)
{
	unsigned char *frame = malloc(HEADER + length);
	bool ok;

	if (!frame)
		return false;
	put_word(frame, length);
	frame[4] = type;
	if (length)
		memcpy(frame + HEADER, payload, length);
	ok = write_all(fd, frame, HEADER + length);
	free(frame);
	return ok;
}

bool send_word(int fd, int type, uint32_t word)
{
	unsigned char payload[4];

	put_word(payload, word);
	return frame_send(fd, type, payload, sizeof payload);
}

bool send_failure(int fd, int error, const char *what)
{
	unsigned char payload[8 + 4096];
	size_t length = strnlen(what, 4096);

	put_word(payload, error);
	put_word(payload + 4, length);
	memcpy(payload + 8, what, length);
	return frame_send(fd, FRAME_FAILED, payload, 8 + length);
}

uint32_t take_word(struct cursor *cursor)
{
	uint32_t word;

	if (cursor->failed || cursor->end - cursor->at < 4) {
		cursor->failed = true;
		return 0;
	}
	word = get_word(cursor->at);
	cursor->at += 4;
	return word;
}

char *take_string(struct cursor *cursor)
{
	uint32_t length = take_word(cursor);
	char *string;

	if (cursor->failed || length > (size_t)(cursor->end - cursor->at) ||
	    memchr(cursor->at, 0, length) || !(string = malloc(length + 1))) {
		cursor->failed = true;
		return NULL;
	}
	memcpy(string, cursor->at, length);
	string[length] = 0;
	cursor->at += length;
	return string;
}

char **take_strings(struct cursor *cursor)
{
	uint32_t count = take_word(cursor);
	char **strings;

	/* Each has at least its length: the count cannot be a lie. */
	if (cursor->failed || count > (size_t)(cursor->end - cursor->at) / 4 ||
	    !(strings = calloc(count + 1, sizeof *strings))) {
		cursor->failed = true;
		return NULL;
	}
	for (uint32_t i = 0; i < count; i++)
		strings[i] = take_string(cursor);
	return strings;
}

void free_strings(char **strings)
{
	for (char **s = strings; s && *s; s++)
		free(*s);
	free(strings);
}

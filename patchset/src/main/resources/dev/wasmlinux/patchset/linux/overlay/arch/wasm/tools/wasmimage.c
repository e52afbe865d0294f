// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: wasmimage MODULE IDENTITY OUTPUT SYMBOLS
 *
 * Copies a linked module without its custom sections, adds the identity as
 * section "wasm_linux", and writes "index name" of each function to SYMBOLS.
 * Checks what a host relies on: no function is larger than it compiles, and
 * nothing is imported but memory and functions of "host".
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FUNCTION	(50 * 1024)

struct bytes {
	const uint8_t *at, *end;
};

static const char *program_name;

static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s: ", program_name);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static struct bytes read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	long size = -1;

	if (file && !fseek(file, 0, SEEK_END))
		size = ftell(file);
	if (size < 0)
		die("%s: cannot read", path);
	rewind(file);
	data = malloc(size + 1);
	if (!data || fread(data, 1, size, file) != (size_t)size)
		die("%s: cannot read", path);
	fclose(file);
	return (struct bytes) { data, data + size };
}

static uint32_t get_u32(struct bytes *in)
{
	uint32_t value = 0;
	unsigned int shift = 0;

	for (;;) {
		uint8_t byte;

		if (in->at == in->end || shift > 28)
			die("malformed number");
		byte = *in->at++;
		value |= (uint32_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
		shift += 7;
	}
}

static struct bytes get_part(struct bytes *in, uint32_t size)
{
	struct bytes part = { in->at, in->at + size };

	if (size > (size_t)(in->end - in->at))
		die("truncated");
	in->at += size;
	return part;
}

static struct bytes get_vector(struct bytes *in)
{
	uint32_t size = get_u32(in);

	return get_part(in, size);
}

static int equals(struct bytes b, const char *text)
{
	return (size_t)(b.end - b.at) == strlen(text) && !memcmp(b.at, text, strlen(text));
}

static void put_u32(FILE *out, uint32_t value)
{
	do {
		fputc((value & 0x7f) | (value > 0x7f ? 0x80 : 0), out);
		value >>= 7;
	} while (value);
}

static uint32_t size_of_u32(uint32_t value)
{
	uint32_t size = 1;

	while (value >>= 7)
		size++;
	return size;
}

static uint32_t imported_functions;

static void read_imports(struct bytes in)
{
	uint32_t count = get_u32(&in);

	while (count--) {
		struct bytes module = get_vector(&in), name = get_vector(&in);
		uint32_t kind = *get_part(&in, 1).at, flags;

		if (kind == 0) {
			get_u32(&in);
			imported_functions++;
			if (!equals(module, "host"))
				die("undefined function %.*s", (int)(name.end - name.at), name.at);
		} else if (kind == 2) {
			flags = get_u32(&in);
			get_u32(&in);
			if (flags & 1)
				get_u32(&in);
		} else {
			die("unexpected import %.*s", (int)(name.end - name.at), name.at);
		}
	}
}

/* what the summary and the check of sizes need */
static uint32_t functions, largest, largest_index;

static void read_code(struct bytes in)
{
	uint32_t count = get_u32(&in), i;

	functions = count;
	for (i = 0; i < count; i++) {
		struct bytes body = get_vector(&in);
		uint32_t size = body.end - body.at;

		if (size > largest) {
			largest = size;
			largest_index = imported_functions + i;
		}
	}
}

static void read_names(struct bytes in, FILE *symbols, struct bytes *largest_name)
{
	while (in.at != in.end) {
		uint32_t kind = *get_part(&in, 1).at;
		struct bytes part = get_vector(&in);
		uint32_t count;

		if (kind != 1)
			continue;
		count = get_u32(&part);
		while (count--) {
			uint32_t index = get_u32(&part);
			struct bytes name = get_vector(&part);

			fprintf(symbols, "%u %.*s\n", index, (int)(name.end - name.at), name.at);
			if (index == largest_index)
				*largest_name = name;
		}
	}
}

int main(int argc, char **argv)
{
	static const char section_name[] = "wasm_linux";
	struct bytes in, identity, largest_name = { NULL, NULL };
	uint32_t size, code_size = 0;
	FILE *out, *symbols;

	program_name = argv[0];
	if (argc != 5)
		die("usage: wasmimage MODULE IDENTITY OUTPUT SYMBOLS");
	in = read_file(argv[1]);
	identity = read_file(argv[2]);
	if (in.end - in.at < 8 || memcmp(in.at, "\0asm\1\0\0", 8))
		die("%s: no WebAssembly module", argv[1]);

	out = fopen(argv[3], "wb");
	symbols = fopen(argv[4], "wb");
	if (!out || !symbols)
		die("cannot write");
	fwrite(get_part(&in, 8).at, 1, 8, out);
	while (in.at != in.end) {
		const uint8_t *start = in.at;
		uint32_t kind = *get_part(&in, 1).at;
		struct bytes body = get_vector(&in), content = body;

		if (kind == 0) {
			if (equals(get_vector(&content), "name"))
				read_names(content, symbols, &largest_name);
			continue;
		}
		if (kind == 2)
			read_imports(body);
		if (kind == 10) {
			code_size = body.end - body.at;
			read_code(body);
		}
		fwrite(start, 1, in.at - start, out);
	}
	size = size_of_u32(strlen(section_name)) + strlen(section_name) +
		(identity.end - identity.at);
	fputc(0, out);
	put_u32(out, size);
	put_u32(out, strlen(section_name));
	fputs(section_name, out);
	fwrite(identity.at, 1, identity.end - identity.at, out);
	if (fclose(out) || fclose(symbols))
		die("cannot write");

	printf("  WASM    %s: %u functions, %u bytes of code, largest %.*s with %u\n", argv[3],
	       functions, code_size, (int)(largest_name.end - largest_name.at),
	       (const char *)largest_name.at, largest);
	if (largest > MAX_FUNCTION)
		die("%.*s is larger than %u bytes", (int)(largest_name.end - largest_name.at),
		    largest_name.at, MAX_FUNCTION);
	return 0;
}

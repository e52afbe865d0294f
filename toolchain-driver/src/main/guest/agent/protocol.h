/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of the agent's protocol; PROTOCOL.md describes it. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#define PROTOCOL_VERSION 1
#define MAX_PAYLOAD (1u << 20)

enum frame_type {
	FRAME_EXEC = 0x01,
	FRAME_SIGNAL = 0x02,
	FRAME_POWEROFF = 0x03,
	FRAME_HELLO = 0x80,
	FRAME_STARTED = 0x81,
	FRAME_FAILED = 0x82,
	FRAME_EXITED = 0x83,
};

enum exec_flag {
	EXEC_TERMINAL = 1,
};

/* How long a process that stays behind may keep an output open. */
#define LINGER_MS 100

/* How long the agent waits for the host's side of a port. */
#define CONNECT_MS 1000

#define DEFAULT_PATH "/bin:/sbin:/usr/bin:/usr/sbin"

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* /init that prints one line and powers the machine off. */
#include "nolibc.h"

int main(int argc, char **argv, char **envp)
{
	say("hello from init");
	return -sys4(NR_reboot, 0xfee1dead, 672274793, 0x4321fedc, 0);
}

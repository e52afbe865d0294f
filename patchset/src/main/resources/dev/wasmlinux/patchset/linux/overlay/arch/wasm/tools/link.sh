#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: link.sh OUTPUT OBJECTS LIBRARIES
#
# Called by scripts/link-vmlinux.sh.  Makes OUTPUT (with the names of the
# functions), and beside it vmlinux.wasm (without) and vmlinux.symbols (index
# and name of each function).
set -e

output=$1
objs=$2
libs=$3
tools=${srctree}/arch/wasm/tools

# name of an object to make from the assembly file of the same name
assemble()
{
	${CC} ${KBUILD_CPPFLAGS} ${KBUILD_AFLAGS} -c -o "$1.o" "$1.S"
}

rm -f .tmp_first.S .tmp_last.S
${AWK} -f "${tools}/anchors.awk" -v first=.tmp_first.S -v last=.tmp_last.S "${KBUILD_LDS}"
assemble .tmp_first
assemble .tmp_last

# There are no groups, so the libraries stand twice, and no -z but for the stack.
${LD} ${LDFLAGS_vmlinux} -o "${output}"	\
	.tmp_first.o						\
	--whole-archive ${objs} --no-whole-archive		\
	${libs} ${libs}						\
	.tmp_last.o

release=$(cat include/config/kernel.release)
config=$(sha256sum "${KCONFIG_CONFIG}" | cut -d ' ' -f 1)
abi=$(sed -n 's/^#define WASM_LINUX_ABI[[:space:]]*//p' "${srctree}/arch/wasm/include/asm/host.h")
printf 'abi=%s\nrelease=%s\nconfig=%s\n' "${abi}" "${release}" "${config}" > .tmp_identity

arch/wasm/tools/wasmimage "${output}" .tmp_identity vmlinux.wasm vmlinux.symbols

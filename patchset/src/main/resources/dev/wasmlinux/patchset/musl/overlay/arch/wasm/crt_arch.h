/* SPDX-License-Identifier: MIT */
/* The kernel enters with __stack_pointer at argc, 16-aligned. */
__asm__(
".globaltype __stack_pointer, i32\n"
".functype " START "_c (i32) -> ()\n"
".section .text." START ",\"\",@\n"
".globl " START "\n"
".type " START ",@function\n"
START ":\n"
".functype " START " () -> ()\n"
"global.get __stack_pointer\n"
"call " START "_c\n"
"unreachable\n"
"end_function\n"
);

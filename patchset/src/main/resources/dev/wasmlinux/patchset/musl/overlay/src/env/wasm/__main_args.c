/* SPDX-License-Identifier: MIT */
#include <features.h>

hidden int __main_argc;
hidden char **__main_argv;

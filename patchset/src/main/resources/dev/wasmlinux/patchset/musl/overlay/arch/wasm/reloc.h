/* SPDX-License-Identifier: MIT */
/* Programs are static; there is no dynamic linker. */
#define LDSO_ARCH "wasm"
#define TPOFF_K 0

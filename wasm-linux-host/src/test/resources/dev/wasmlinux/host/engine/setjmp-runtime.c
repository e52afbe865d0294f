// SPDX-License-Identifier: Apache-2.0
// What LLVM's lowering of setjmp calls. In a file of its own: the lowering renames the callees.
struct buffer { void *id; int label; };
static struct { void *env; int value; } thrown;

__asm__(".globl __c_longjmp\n.tagtype __c_longjmp i32\n__c_longjmp:\n");

void __wasm_setjmp(struct buffer *env, int label, void *id) { env->id = id; env->label = label; }
int __wasm_setjmp_test(struct buffer *env, void *id) { return env->id == id ? env->label : 0; }
void __wasm_longjmp(void *env, int value) {
    thrown.env = env;
    thrown.value = value ? value : 1;
    __builtin_wasm_throw(1, &thrown);
}

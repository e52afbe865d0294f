// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that are WebAssembly modules.  The host gets the bytes of the file,
 * verifies and compiles them in its own time, and says where the image of the
 * data lies; everything that can be wrong with a program shows before the old
 * one is given up.
 */
#include <linux/auxvec.h>
#include <linux/binfmts.h>
#include <linux/cred.h>
#include <linux/elf.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/ptrace.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/task_stack.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include "kernel.h"

#define MAX_PROGRAM_SIZE	SZ_256M
#define AUX_ENTRIES		11

static DECLARE_WAIT_QUEUE_HEAD(programs_wait);
static atomic_t programs_generation = ATOMIC_INIT(0);

/* PENDING_PROGRAM: the host is done with some program */
void wasm_programs_changed(void)
{
	atomic_inc(&programs_generation);
	wake_up_all(&programs_wait);
}

static int send_file(struct file *file, u32 size, int program)
{
	void *buffer = kmalloc(PAGE_SIZE, GFP_KERNEL);
	loff_t pos = 0;
	int error = 0;

	if (!buffer)
		return -ENOMEM;
	while (pos < size) {
		u32 offset = pos;
		ssize_t n = kernel_read(file, buffer, min_t(u32, size - offset, PAGE_SIZE), &pos);

		if (n <= 0) {
			error = n ?: -ENOEXEC;
			break;
		}
		error = host_program_write(program, offset, buffer, n);
		if (error || fatal_signal_pending(current)) {
			error = error ?: -EINTR;
			break;
		}
		cond_resched();
	}
	kfree(buffer);
	return error;
}

static int wait_until_prepared(int program)
{
	int error, generation;

	for (;;) {
		generation = atomic_read(&programs_generation);
		error = host_program_prepare(program);
		if (error != -EINPROGRESS)
			return error;
		if (wait_event_killable(programs_wait,
					atomic_read(&programs_generation) != generation))
			return -EINTR;
	}
}

static int load_program(struct linux_binprm *bprm, struct host_program_info *info)
{
	loff_t size = i_size_read(file_inode(bprm->file));
	int program, error;

	if (size < 8 || size > MAX_PROGRAM_SIZE)
		return -ENOEXEC;
	program = host_program_new(size);
	if (program < 0)
		return program;
	error = send_file(bprm->file, size, program);
	if (!error)
		error = wait_until_prepared(program);
	if (!error)
		error = host_program_info(program, info);
	if (!error && (info->image_start < mmap_min_addr || !PAGE_ALIGNED(info->image_start) ||
		       info->image_end < info->image_start || info->image_end > TASK_SIZE / 2))
		error = -ENOEXEC;
	if (error) {
		host_program_free(program);
		return error;
	}
	return program;
}

static int map_image(const struct host_program_info *info)
{
	struct mm_struct *mm = current->mm;
	unsigned long start = info->image_start;
	unsigned long end = PAGE_ALIGN(info->image_end);
	unsigned long addr;

	mm->start_code = start;
	mm->end_code = start;
	mm->start_data = start;
	mm->end_data = end;
	mm->start_brk = end;
	mm->brk = end;
	if (start == end)
		return 0;
	addr = vm_mmap(NULL, start, end - start, PROT_READ | PROT_WRITE | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
	return IS_ERR_VALUE(addr) ? (int)addr : 0;
}

static unsigned long __user *push(unsigned long *sp, const void *data, unsigned long size)
{
	*sp = (*sp - size) & ~15UL;
	return copy_to_user((void __user *)*sp, data, size) ? NULL : (unsigned long __user *)*sp;
}

struct aux_vector {
	unsigned long	entry[2 * AUX_ENTRIES];
	unsigned int	n;
};

static void add_aux(struct aux_vector *aux, unsigned long type, unsigned long value)
{
	aux->entry[aux->n++] = type;
	aux->entry[aux->n++] = value;
}

static int put_strings(unsigned long __user **sp, unsigned long *p, int count)
{
	while (count-- > 0) {
		long length;

		if (put_user(*p, (*sp)++))
			return -EFAULT;
		length = strnlen_user((void __user *)*p, MAX_ARG_STRLEN);
		if (!length || length > MAX_ARG_STRLEN)
			return -EINVAL;
		*p += length;
	}
	return put_user(0, (*sp)++);
}

/*
 * argc, argv, NULL, envp, NULL, auxiliary vector: as everywhere.  bprm->p
 * becomes the address of argc.
 */
static int create_tables(struct linux_binprm *bprm)
{
	struct mm_struct *mm = current->mm;
	const struct cred *cred = current_cred();
	unsigned long __user *random, *sp;
	struct aux_vector aux = { };
	unsigned long p = bprm->p;
	u8 bytes[16];
	int error;

	get_random_bytes(bytes, sizeof(bytes));
	random = push(&p, bytes, sizeof(bytes));
	if (!random)
		return -EFAULT;

	add_aux(&aux, AT_PAGESZ, PAGE_SIZE);
	add_aux(&aux, AT_CLKTCK, CLOCKS_PER_SEC);
	add_aux(&aux, AT_UID, from_kuid_munged(cred->user_ns, cred->uid));
	add_aux(&aux, AT_EUID, from_kuid_munged(cred->user_ns, cred->euid));
	add_aux(&aux, AT_GID, from_kgid_munged(cred->user_ns, cred->gid));
	add_aux(&aux, AT_EGID, from_kgid_munged(cred->user_ns, cred->egid));
	add_aux(&aux, AT_SECURE, bprm->secureexec);
	add_aux(&aux, AT_RANDOM, (unsigned long)random);
	add_aux(&aux, AT_EXECFN, bprm->exec);
	add_aux(&aux, AT_MINSIGSTKSZ, MINSIGSTKSZ);
	add_aux(&aux, AT_NULL, 0);

	p -= (1 + bprm->argc + 1 + bprm->envc + 1) * sizeof(unsigned long);
	p -= aux.n * sizeof(unsigned long);
	p &= ~15UL;
	bprm->p = p;

	mmap_write_lock(mm);
	if (!find_extend_vma_locked(mm, p)) {
		mmap_write_unlock(mm);
		return -EFAULT;
	}
	mmap_write_unlock(mm);

	sp = (unsigned long __user *)p;
	if (put_user(bprm->argc, sp++))
		return -EFAULT;
	p = mm->arg_start;
	error = put_strings(&sp, &p, bprm->argc);
	if (error)
		return error;
	mm->arg_end = p;
	mm->env_start = p;
	error = put_strings(&sp, &p, bprm->envc);
	if (error)
		return error;
	mm->env_end = p;
	memcpy(mm->saved_auxv, aux.entry, sizeof(aux.entry));
	return copy_to_user(sp, aux.entry, sizeof(aux.entry)) ? -EFAULT : 0;
}

static struct linux_binfmt wasm_format;

static int load_wasm_binary(struct linux_binprm *bprm)
{
	struct host_program_info info;
	int program, error;

	if (memcmp(bprm->buf, "\0asm\1\0\0", 8))
		return -ENOEXEC;
	program = load_program(bprm, &info);
	if (program < 0)
		return program;

	error = begin_new_exec(bprm);
	if (error)
		goto free;
	setup_new_exec(bprm);
	error = setup_arg_pages(bprm, STACK_TOP, EXSTACK_DEFAULT);
	if (!error)
		error = map_image(&info);
	if (!error)
		error = create_tables(bprm);
	if (!error)
		error = host_program_exec(program, current->mm->context.host);
	if (error)
		goto free;

	set_binfmt(&wasm_format);
	finalize_exec(bprm);
	start_thread(current_pt_regs(), bprm->p);
	return 0;

free:
	host_program_free(program);
	return error;
}

static struct linux_binfmt wasm_format = {
	.module		= THIS_MODULE,
	.load_binary	= load_wasm_binary,
};

static int __init init_wasm_binfmt(void)
{
	register_binfmt(&wasm_format);
	return 0;
}
core_initcall(init_wasm_binfmt);

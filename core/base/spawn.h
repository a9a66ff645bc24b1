/* SPDX-License-Identifier: MIT */
/*
 * Child processes without a shell: argv arrays, chosen descriptors, no others.
 * Any thread. The child starts with default signal actions and an empty mask.
 */
#ifndef RD_CORE_BASE_SPAWN_H
#define RD_CORE_BASE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/str.h"

typedef struct rd_spawn_fd {
	int parent; /* descriptor here (may be close-on-exec) */
	int child;  /* its number there */
} rd_spawn_fd;

typedef struct rd_spawn_opts {
	const char *const
		*argv; /* NULL-terminated; argv[0] is the path or a name to look up in PATH */
	const char *const *envp; /* NULL: ours */
	const char *cwd;         /* NULL: ours */
	const rd_spawn_fd *fds;  /* 0, 1, 2 not named here are /dev/null */
	size_t n_fds;
	bool new_session; /* setsid: survives our terminal */
	/* It is killed when the thread that starts it ends, however that ends: a child that must not outlive us
	 * is started by a thread that stays. For rd_spawn. */
	bool dies_with_us;
} rd_spawn_opts;

rd_code rd_spawn(const rd_spawn_opts *opts, pid_t *ret_pid, rd_err *err);
/* Like rd_spawn, but the process is not our child (double start): no zombie, nothing to wait for. */
rd_code rd_spawn_detached(const rd_spawn_opts *opts, rd_err *err);
/* Waits. *ret_status: exit status, or 128 + signal. */
rd_code rd_spawn_wait(pid_t pid, int *ret_status, rd_err *err);
/* Runs and collects at most max_bytes of stdout. */
rd_code rd_spawn_output(const rd_spawn_opts *opts, size_t max_bytes, rd_str *out, int *ret_status,
	rd_err *err);
/* The path of this program's own binary (/proc/self/exe). @ret heap. */
rd_code rd_self_exe(char **ret_path, rd_err *err);

#endif

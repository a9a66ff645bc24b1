/* SPDX-License-Identifier: MIT */
/* A rack of its own process, for consoles that are elsewhere. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/spawn.h"
#include "tests/golden/rig.h"

#define READY_US (60 * 1000000LL)
#define TOLD_MAX 65536

pid_t rig_server_start(const char *const *argv, const char *mark, char *ret_text, size_t cap)
{
	int64_t until_us = rd_now_us() + READY_US;
	RD_STR_AUTO rd_str told = RD_STR_INIT(TOLD_MAX);
	const char *at = NULL;
	int ends[2];
	pid_t pid = 0;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	if (rd_spawn(&(rd_spawn_opts){.argv = argv,
			     .fds = (rd_spawn_fd[]){{ends[1], 1}},
			     .n_fds = 1,
			     .dies_with_us = true},
		    &pid, NULL))
		return -1;
	close(ends[1]);
	while (!at || !strchr(at, '\n')) {
		char part[500];
		ssize_t n = read(ends[0], part, sizeof(part));

		if (n <= 0 || rd_now_us() > until_us)
			break;
		rd_str_putn(&told, part, (size_t)n);
		at = strstr(rd_str_get(&told), mark);
	}
	close(ends[0]);
	snprintf(ret_text, cap, "%.*s", at ? (int)strcspn(at + strlen(mark), "\n") : 0,
		at ? at + strlen(mark) : "");
	if (!at)
		rig_server_end(&pid);
	return pid;
}

void rig_server_end(pid_t *server)
{
	int status;

	if (*server <= 0)
		return;
	kill(*server, SIGCONT);
	kill(*server, SIGKILL);
	waitpid(*server, &status, 0);
	*server = 0;
}

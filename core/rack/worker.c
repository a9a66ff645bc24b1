/* SPDX-License-Identifier: MIT */
/* The main of a worker process. */
#include "core/rack/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/rack/job.h"
#include "core/rack/sweep.h"
#include "core/rack/worker_impl.h"

/* The job holds secrets: no core file, no reading of our memory by others of this user. */
static void shut(void)
{
	static const int quiet[] = {SIGTERM, SIGINT, SIGHUP};
	const struct rlimit none = {0, 0};
	sigset_t set;

	umask(077);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &none);
	/* Before any thread is made: worker_watch.c reads SIGTERM, the others mean a terminal. */
	sigemptyset(&set);
	for (size_t i = 0; i < RD_LEN(quiet); i++)
		sigaddset(&set, quiet[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* Nothing that we start may keep the lock alive. */
	fcntl(RD_JOB_FD, F_SETFD, FD_CLOEXEC);
	fcntl(RD_LOCK_FD, F_SETFD, FD_CLOEXEC);
}

int rd_worker_main(void)
{
	rd_job job = {0};
	rd_err err = {0};
	rd_code rc;

	shut();
	rc = rd_job_read(RD_JOB_FD, &job, &err);
	if (rc)
		return RD_WORKER_NO_JOB;
	close(RD_JOB_FD);
	if (!strcmp(job.kind, "sweep"))
		rc = rd_sweep_run(job.dir, &err);
	else
		rc = rd_worker_build(&job, &err);
	rd_job_done(&job);
	return rc ? 1 : 0;
}

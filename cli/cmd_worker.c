/* SPDX-License-Identifier: MIT */
/* rackdeck worker: what the local rack starts for each build; not for people. */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/worker.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	c->status = rd_worker_main();
	if (c->status == RD_WORKER_NO_JOB)
		return rd_err_set(err, RD_EINVAL,
			"no job: a worker is started by the rack, as by 'rackdeck build'");
	return RD_OK;
}

const rd_command rd_cmd_worker = {
	.name = "worker",
	.words = "",
	.summary = "run one build, as the rack starts it",
	.example = "worker",
	.flags = rd_flags_none,
	.hidden = true,
	.run = run,
};

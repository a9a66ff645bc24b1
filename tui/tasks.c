/* SPDX-License-Identifier: MIT */
/* Work in the background for panes and dialogs. */
#include <stdio.h>
#include <stdlib.h>

#include "tui/shell.h"

struct rd_job {
	rd_job *next;
	rd_console *console; /* on the loop thread only */
	rd_rack *rack;
	rd_task task;
	char *label; /* NULL: quiet */
	rd_cancel *cancel;
	rd_code code;
	rd_err err;
};

static void free_job(rd_job *j)
{
	if (j->task.discard)
		j->task.discard(j->task.arg);
	rd_cancel_free(j->cancel);
	free(j->label);
	free(j);
}

static void unlink_job(rd_console *c, const rd_job *j)
{
	rd_job **at = &c->jobs;

	while (*at && *at != j)
		at = &(*at)->next;
	if (*at)
		*at = j->next;
}

static void work(void *arg)
{
	rd_job *j = arg;

	j->code = j->task.work(j->task.arg, j->rack, j->cancel, &j->err);
}

static void done(void *arg, bool was_run)
{
	rd_job *j = arg;
	rd_console *c = j->console;

	unlink_job(c, j);
	if (was_run && !c->is_over && j->task.done)
		rd_console_react(c, j->task.done(c, j->task.arg, j->code, &j->err), NULL, NULL);
	c->is_old = c->is_old || j->label;
	free_job(j);
}

rd_code rd_console_run(rd_console *c, const rd_task *task, rd_err *err)
{
	rd_job *j = calloc(1, sizeof(*j));
	rd_job **end = &c->jobs;
	rd_code code = !j              ? rd_err_nomem(err)
		       : task->mutates ? rd_console_may_change(c, err)
				       : RD_OK;

	if (code) {
		if (task->discard)
			task->discard(task->arg);
		free(j);
		return code;
	}
	j->console = c;
	j->rack = c->rack;
	j->task = *task;
	j->label = rd_strdup(task->label);
	code = rd_cancel_new(&j->cancel, err);
	if (!code && ((task->label && !j->label) || !rd_pool_submit(c->pool, work, done, j)))
		code = rd_err_nomem(err);
	if (code) {
		free_job(j);
		return code;
	}
	while (*end)
		end = &(*end)->next;
	*end = j;
	c->is_old = c->is_old || j->label;
	return RD_OK;
}

void rd_console_job_label(const rd_console *c, char *buf, size_t cap, int *ret_count)
{
	*ret_count = 0;
	buf[0] = '\0';
	for (const rd_job *j = c->jobs; j; j = j->next) {
		if (!j->label || (*ret_count)++)
			continue;
		if (j->task.describe)
			j->task.describe(j->task.arg, buf, cap);
		else
			snprintf(buf, cap, "%s", j->label);
	}
}

bool rd_console_has_progress(const rd_console *c)
{
	for (const rd_job *j = c->jobs; j; j = j->next)
		if (j->label && j->task.describe)
			return true;
	return false;
}

static bool has_mutating(const rd_console *c)
{
	for (const rd_job *j = c->jobs; j; j = j->next)
		if (j->task.mutates)
			return true;
	return false;
}

void rd_console_end_jobs(rd_console *c)
{
	for (rd_job *j = c->jobs; j; j = j->next)
		if (!j->task.mutates)
			rd_cancel_fire(j->cancel);
	while (has_mutating(c) && !rd_loop_turn(c->loop, -1, NULL))
		;
}

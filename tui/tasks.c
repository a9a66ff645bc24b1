/* SPDX-License-Identifier: MIT */
/*
 * Work in the background for panes and dialogs.
 *
 * DESIGN: what may take long runs on threads of its own, so that reading the rack never waits for an
 * export. Work with a label is a job: once it is over it stays in the list, without its arg.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "tui/jobs.h"
#include "tui/shell.h"
#include "tui/widgets/words.h"

#define LONG_THREADS 4
#define KEPT 50  /* jobs that ended and are remembered */
#define NOTES 12 /* lines of one that are kept */

struct rd_job {
	rd_job *next;
	rd_console *console; /* on the loop thread only */
	rd_rack *rack;
	rd_task task;
	char *label; /* NULL: quiet */
	rd_cancel *cancel;
	rd_code code;
	rd_err err;
	unsigned id;
	_Atomic bool is_running; /* a thread has begun it */
	bool is_over, is_stopping;
	int64_t started_us, ended_us;
	rd_progress progress;
	int64_t sampled_us; /* monotonic: of the last look at the progress */
	uint64_t sampled;
	double rate;
	rd_strs notes;
};

static void free_job(rd_job *j)
{
	if (j->task.discard)
		j->task.discard(j->task.arg);
	rd_cancel_free(j->cancel);
	rd_strs_done(&j->notes);
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

/* ---- the work ---- */

static void work(void *arg)
{
	rd_job *j = arg;

	atomic_store(&j->is_running, true);
	j->code = j->task.work(j->task.arg, j->rack, j->cancel, &j->err);
}

static void read_progress(rd_job *j)
{
	if (j->task.progress && !j->is_over)
		j->task.progress(j->task.arg, &j->progress);
}

/* The oldest ones that ended go when there are too many. */
static void forget_old(rd_console *c)
{
	rd_job **at = &c->jobs;
	int over = 0;

	for (const rd_job *j = c->jobs; j; j = j->next)
		over += j->is_over;
	while (*at && over > KEPT) {
		rd_job *j = *at;

		if (!j->is_over) {
			at = &j->next;
			continue;
		}
		*at = j->next;
		free_job(j);
		over--;
	}
}

/* The job stays, for the list; what it worked on goes. */
static void end_job(rd_console *c, rd_job *j)
{
	read_progress(j);
	if (j->task.discard)
		j->task.discard(j->task.arg);
	j->task = (rd_task){.work = NULL};
	j->is_over = true;
	j->ended_us = rd_wall_us();
	forget_old(c);
	rd_console_send_all(c, RD_EV_JOBS);
	c->is_old = true;
}

static void done(void *arg, bool was_run)
{
	rd_job *j = arg;
	rd_console *c = j->console;

	if (was_run && !c->is_over && j->task.done)
		rd_console_react(c, j->task.done(c, j->task.arg, j->code, &j->err), NULL, NULL);
	if (j->label && !c->is_over) {
		end_job(c, j);
		return;
	}
	unlink_job(c, j);
	free_job(j);
}

static rd_code submit(rd_console *c, rd_job *j, rd_err *err)
{
	rd_pool **pool = j->task.is_long ? &c->long_pool : &c->pool;
	rd_code code = rd_cancel_new(&j->cancel, err);

	if (!code && !*pool)
		code = rd_pool_new(c->loop, LONG_THREADS, pool, err);
	if (!code && ((j->task.label && !j->label) || !rd_pool_submit(*pool, work, done, j)))
		code = rd_err_nomem(err);
	return code;
}

rd_code rd_console_start(rd_console *c, const rd_task *task, unsigned *ret_id, rd_err *err)
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
	j->id = ++c->ids;
	j->started_us = rd_wall_us();
	code = submit(c, j, err);
	if (code) {
		free_job(j);
		return code;
	}
	while (*end)
		end = &(*end)->next;
	*end = j;
	if (ret_id)
		*ret_id = j->id;
	if (j->label) {
		rd_console_send_all(c, RD_EV_JOBS);
		c->is_old = true;
	}
	return RD_OK;
}

rd_code rd_console_run(rd_console *c, const rd_task *task, rd_err *err)
{
	return rd_console_start(c, task, NULL, err);
}

/* ---- news of work that goes on ---- */

struct call {
	rd_console *console;
	rd_react (*fn)(rd_console *c, void *arg);
	void (*discard)(void *arg);
	void *arg;
};

static void make_call(void *arg)
{
	struct call *call = arg;
	rd_console *c = call->console;

	if (!c->is_over)
		rd_console_react(c, call->fn(c, call->arg), NULL, NULL);
	call->discard(call->arg);
	free(call);
}

void rd_console_post(rd_console *c, rd_react (*fn)(rd_console *c, void *arg),
	void (*discard)(void *arg), void *arg)
{
	struct call *call = calloc(1, sizeof(*call));

	if (call)
		*call = (struct call){c, fn, discard, arg};
	if (call && rd_loop_post(c->loop, make_call, call))
		return;
	free(call);
	discard(arg);
}

void rd_console_note(rd_console *c, unsigned job, const char *text)
{
	for (rd_job *j = c->jobs; j; j = j->next) {
		if (j->id != job)
			continue;
		if (j->notes.len == NOTES) {
			free(j->notes.items[0]);
			memmove(j->notes.items, j->notes.items + 1,
				NOTES * sizeof(*j->notes.items));
			j->notes.len--;
		}
		rd_strs_add(&j->notes, text);
		rd_console_send_all(c, RD_EV_JOBS);
		return;
	}
}

void rd_console_set_watch(rd_console *c, unsigned job)
{
	c->watch_job = job;
}

bool rd_console_is_watching(const rd_console *c)
{
	rd_job_info info;

	return c->watch_job && rd_console_job(c, c->watch_job, &info) && !info.ended_us &&
	       !info.is_stopping;
}

/* ---- the list ---- */

static void tell(const rd_job *j, rd_job_info *ret_info)
{
	bool was_canceled = j->code == RD_ECANCELED;

	*ret_info = (rd_job_info){.id = j->id,
		.label = j->label,
		.can_cancel = !j->is_over && (j->task.can_cancel || !j->task.mutates),
		.is_stopping = j->is_stopping,
		.started_us = j->started_us,
		.ended_us = j->ended_us,
		.current = j->progress.current,
		.total = j->progress.total,
		.rate = j->rate,
		.notes = &j->notes,
		.result = j->is_over && j->code && !was_canceled ? j->err.msg : ""};
	if (!j->is_over)
		ret_info->state = atomic_load(&j->is_running) ? RD_JOB_RUNNING : RD_JOB_QUEUED;
	else
		ret_info->state = !j->code       ? RD_JOB_DONE
				  : was_canceled ? RD_JOB_CANCELED
						 : RD_JOB_FAILED;
}

size_t rd_console_jobs(const rd_console *c)
{
	size_t n = 0;

	for (const rd_job *j = c->jobs; j; j = j->next)
		n += j->label != NULL;
	return n;
}

void rd_console_job_at(const rd_console *c, size_t i, rd_job_info *ret_info)
{
	size_t skip = rd_console_jobs(c) - 1 - i;

	for (const rd_job *j = c->jobs; j; j = j->next) {
		if (!j->label)
			continue;
		if (!skip--) {
			tell(j, ret_info);
			return;
		}
	}
}

bool rd_console_job(const rd_console *c, unsigned id, rd_job_info *ret_info)
{
	for (const rd_job *j = c->jobs; j; j = j->next)
		if (j->id == id && j->label) {
			tell(j, ret_info);
			return true;
		}
	return false;
}

int rd_console_jobs_running(const rd_console *c)
{
	int n = 0;

	for (const rd_job *j = c->jobs; j; j = j->next)
		n += j->label && !j->is_over;
	return n;
}

void rd_console_cancel_job(rd_console *c, unsigned id)
{
	for (rd_job *j = c->jobs; j; j = j->next)
		if (j->id == id && !j->is_over) {
			j->is_stopping = true;
			rd_cancel_fire(j->cancel);
		}
	rd_console_send_all(c, RD_EV_JOBS);
	c->is_old = true;
}

void rd_console_job_label(const rd_console *c, char *buf, size_t cap, int *ret_count)
{
	*ret_count = 0;
	buf[0] = '\0';
	for (const rd_job *j = c->jobs; j; j = j->next) {
		rd_job_info info;
		char how[96];

		if (!j->label || j->is_over || (*ret_count)++)
			continue;
		tell(j, &info);
		rd_job_progress(&info, how, sizeof(how));
		snprintf(buf, cap, "%s%s%s", j->label, how[0] ? "  " : "", how);
	}
}

/* ---- progress ---- */

bool rd_console_has_progress(const rd_console *c)
{
	for (const rd_job *j = c->jobs; j; j = j->next)
		if (j->label && !j->is_over && j->task.progress)
			return true;
	return false;
}

/* The rate follows slowly, so that a number can be read. */
static void sample(rd_job *j)
{
	int64_t now_us = rd_now_us(), passed_us = now_us - j->sampled_us;
	double rate;

	read_progress(j);
	if (j->sampled_us && passed_us > 0) {
		rate = (double)(j->progress.current - j->sampled) * 1e6 / (double)passed_us;
		j->rate = j->rate > 0 ? j->rate * 0.7 + rate * 0.3 : rate;
	}
	j->sampled_us = now_us;
	j->sampled = j->progress.current;
}

void rd_console_sample_jobs(rd_console *c)
{
	for (rd_job *j = c->jobs; j; j = j->next)
		if (!j->is_over && j->task.progress)
			sample(j);
}

/* ---- the end ---- */

static bool has_mutating(const rd_console *c)
{
	for (const rd_job *j = c->jobs; j; j = j->next)
		if (!j->is_over && j->task.mutates)
			return true;
	return false;
}

void rd_console_end_jobs(rd_console *c)
{
	for (rd_job *j = c->jobs; j; j = j->next)
		if (!j->is_over && (!j->task.mutates || (c->stops_jobs && j->task.can_cancel)))
			rd_cancel_fire(j->cancel);
	while (has_mutating(c) && !rd_loop_turn(c->loop, -1, NULL))
		;
}

void rd_console_free_jobs(rd_console *c)
{
	while (c->jobs) {
		rd_job *j = c->jobs;

		c->jobs = j->next;
		free_job(j);
	}
}

/* ---- in words ---- */

const char *rd_job_word(const rd_job_info *j, rd_role *ret_role)
{
	static const struct {
		const char *word;
		rd_role role;
	} words[] = {
		[RD_JOB_QUEUED] = {"-queued", RD_ROLE_QUEUED},
		[RD_JOB_RUNNING] = {"~running", RD_ROLE_RUNNING},
		[RD_JOB_DONE] = {"+done", RD_ROLE_COMPLETE},
		[RD_JOB_FAILED] = {"xfailed", RD_ROLE_FAILED},
		[RD_JOB_CANCELED] = {"/canceled", RD_ROLE_CANCELED},
	};

	*ret_role = words[j->state].role;
	return j->is_stopping && j->state <= RD_JOB_RUNNING ? "~stopping" : words[j->state].word;
}

void rd_job_took(const rd_job_info *j, int64_t now_us, char *buf, size_t cap)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(64);

	rd_time_mmss(&text, (j->ended_us ? j->ended_us : now_us) - j->started_us);
	snprintf(buf, cap, "%s", rd_str_get(&text));
}

void rd_job_progress(const rd_job_info *j, char *buf, size_t cap)
{
	bool is_running = j->state == RD_JOB_RUNNING;
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(256);
	char size[32];

	if (j->current) {
		rd_words_bytes(j->current, size, sizeof(size));
		rd_str_put(&text, size);
	}
	if (j->current && j->total) {
		rd_words_bytes(j->total, size, sizeof(size));
		rd_str_printf(&text, " of %s  %d%%", size,
			(int)((double)j->current * 100.0 / (double)j->total));
	}
	if (is_running && j->rate >= 1) {
		rd_words_bytes((uint64_t)j->rate, size, sizeof(size));
		rd_str_printf(&text, "  %s/s", size);
	}
	if (is_running && !text.len && j->notes && j->notes->len)
		rd_str_put(&text, j->notes->items[j->notes->len - 1]);
	if (is_running && j->rate >= 1 && j->total > j->current) {
		rd_str_put(&text, "  ");
		rd_time_mmss(&text, (int64_t)((double)(j->total - j->current) / j->rate * 1e6));
		rd_str_put(&text, " left");
	}
	snprintf(buf, cap, "%s", rd_str_get(&text));
}

/* SPDX-License-Identifier: MIT */
/* Automatic builds of a folder or a branch. */
#include "core/rack/autobuild.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/base/fs.h"
#include "core/base/loop.h"
#include "core/formats/giturl.h"
#include "core/io/git_source.h"
#include "core/io/treewatch.h"
#include "core/rack/submit.h"
#include "core/rack/trigger.h"
#include "core/store/locks.h"

#define S_US INT64_C(1000000)
#define SETTLE_US (S_US / 2)
#define RESTLESS_US (10 * S_US) /* what changes longer than that without a rest is told */
#define PARTIAL_US (5 * S_US)   /* between looks where not all folders can be watched */
#define RETRY_US (2 * S_US)
#define DOUBLINGS 7 /* of the time between two tries: two seconds become four minutes */
#define GIT_DOUBLINGS 5

typedef struct automat {
	const rd_auto_opts *opts;
	rd_upload_opts from;
	rd_loop *loop;
	rd_events *events;
	rd_treewatch *tree;        /* of a folder, else NULL */
	rd_giturl url;             /* of a repository */
	char tip[RD_GIT_SHA_SIZE]; /* "": not known */
	char *trigger;
	rd_watch *look_timer, *build_timer; /* NULL: not set */
	rd_str path;                        /* that changed last */
	int64_t restless_us;                /* since when there was no rest; 0: all is quiet */
	bool is_told;                       /* that there is no rest */
	bool is_partial;                    /* not all folders can be watched: that was told */
	int64_t poll_us;
	int look_failures, build_failures;
	char *problem;   /* the last one that was told, NULL: none */
	bool is_pending; /* something is to be built */
	char *current;   /* build under way, NULL: none */
	bool is_over;
	char *lock; /* the file that says that we watch */
	int lock_fd;
} automat;

static void go_on(automat *a);
static void look(void *arg);

/* ---- news ---- */

static void tell(automat *a, rd_auto_kind kind, const char *build, const char *text)
{
	a->opts->tell(a->opts->arg, &(rd_auto_news){kind, rd_or_empty(build), rd_or_empty(text)});
}

static void tell_problem(automat *a, const rd_err *why)
{
	char text[sizeof why->msg + sizeof why->ctx + 3];

	rd_err_text(why, text, sizeof text);
	if (a->is_over || (a->problem && !strcmp(a->problem, text)))
		return;
	tell(a, RD_AUTO_PROBLEM, a->current, text);
	rd_str_replace(&a->problem, text);
}

static void tell_mended(automat *a)
{
	if (a->problem)
		tell(a, RD_AUTO_MENDED, NULL, NULL);
	rd_str_replace(&a->problem, NULL);
}

/* ---- timers ---- */

static void set_timer(automat *a, rd_watch **timer, int64_t in_us, rd_timer_fn *fn)
{
	rd_err err = {0};

	*timer = rd_loop_remove(a->loop, *timer);
	if (rd_loop_timer(a->loop, rd_now_us() + in_us, fn, a, timer, &err))
		tell_problem(a, &err);
}

static int64_t backoff(int64_t first_us, int failures, int most)
{
	return rd_submit_jitter(first_us << (failures < most ? failures : most));
}

/* ---- building ---- */

static void on_build_timer(void *arg)
{
	automat *a = arg;

	a->build_timer = NULL;
	go_on(a);
}

static void try_again(automat *a, const rd_err *why)
{
	tell_problem(a, why);
	set_timer(a, &a->build_timer, backoff(RETRY_US, a->build_failures++, DOUBLINGS),
		on_build_timer);
}

static void promote(automat *a, const rd_build *b)
{
	rd_rack *rack = a->opts->rack;
	rd_err err = {0};

	if (rd_submit_promote(rack, a->opts->app, b->release, a->opts->cancel, &err))
		tell_problem(a, &err);
	else
		tell(a, RD_AUTO_PROMOTED, b->id, b->release);
}

static void end_build(automat *a, const rd_build *b)
{
	bool is_good = b->release && b->release[0];

	if (b->id)
		tell(a, RD_AUTO_ENDED, b->id,
			is_good        ? b->status
			: b->reason[0] ? b->reason
				       : "failed");
	if (is_good && a->opts->deploy)
		promote(a, b);
	rd_str_replace(&a->current, NULL);
}

/* @returns whether there is a build under way that has to be waited for. */
static bool is_busy(automat *a)
{
	RD_AUTO(rd_build_done) rd_build b = {0};
	rd_submitted state = RD_SUBMITTED_ACTIVE;
	rd_err err = {0};

	if (!a->current)
		return false;
	if (rd_submit_look(a->opts->rack, a->opts->app, a->current, a->is_pending, &state, &b,
		    &err)) {
		try_again(a, &err);
		return true;
	}
	if (state == RD_SUBMITTED_REPLACED) {
		tell(a, RD_AUTO_REPLACED, b.id, NULL);
		rd_str_replace(&a->current, NULL);
	} else if (state == RD_SUBMITTED_OVER) {
		end_build(a, &b);
	}
	return a->current;
}

static void start(automat *a)
{
	RD_AUTO(rd_build_done) rd_build b = {0};
	RD_AUTO(rd_strs_done) rd_strs warnings = {0};
	rd_build_opts wish = a->opts->wish;
	rd_err err = {0};

	wish.trigger = a->trigger;
	if (rd_submit(a->opts->rack, a->opts->app, &a->from, &wish, &warnings, &b, &err)) {
		try_again(a, &err);
		return;
	}
	a->is_pending = false;
	a->build_failures = 0;
	tell_mended(a);
	for (size_t i = 0; i < warnings.len; i++)
		tell(a, RD_AUTO_WARNING, b.id, warnings.items[i]);
	tell(a, RD_AUTO_STARTED, b.id, NULL);
	if (!a->tree && b.git_sha && strlen(b.git_sha) < sizeof a->tip)
		memcpy(a->tip, b.git_sha, strlen(b.git_sha) + 1);
	if (!rd_str_replace(&a->current, b.id))
		tell_problem(a, &(rd_err){.code = RD_ENOMEM, .msg = "out of memory"});
}

static void go_on(automat *a)
{
	if (a->is_over || is_busy(a) || !a->is_pending || a->build_timer)
		return;
	start(a);
}

static void on_rack(void *arg, int fd RD_UNUSED, uint32_t events RD_UNUSED)
{
	automat *a = arg;
	unsigned changes = 0;
	rd_err err = {0};

	if (a->opts->rack->events->take(a->events, &changes, &err))
		tell_problem(a, &err);
	if ((changes & RD_CHANGE_DATA) && a->current)
		go_on(a);
}

/* ---- looking ---- */

/* Something new: what waits is replaced by it. */
static void note_change(automat *a, const char *what)
{
	a->is_pending = true;
	a->build_failures = 0;
	a->build_timer = rd_loop_remove(a->loop, a->build_timer);
	tell(a, RD_AUTO_CHANGED, NULL, what);
	go_on(a);
}

static rd_code look_at_tree(automat *a, bool *ret_changed, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs keep = {0};
	RD_AUTO(rd_strs_done) rd_strs own_ignores = {0};
	const rd_pack_opts opts = {a->from.source, &keep, &own_ignores, false};
	rd_code code = rd_upload_rules(a->from.source, a->from.manifest, &keep, &own_ignores, err);

	return code ? code : rd_treewatch_look(a->tree, &opts, ret_changed, err);
}

static rd_code look_at_branch(automat *a, bool *ret_changed, rd_err *err)
{
	const rd_git_source_opts opts = {
		.url = &a->url, .schemes = rd_upload_schemes(&a->from), .cancel = a->opts->cancel};
	char tip[RD_GIT_SHA_SIZE];
	rd_code code = rd_git_source_tip(&opts, tip, err);

	if (code)
		return code;
	*ret_changed = strcmp(a->tip, tip) != 0;
	memcpy(a->tip, tip, sizeof tip);
	return RD_OK;
}

static int64_t first_poll_us(const automat *a)
{
	return (a->opts->poll_s ? a->opts->poll_s : RD_AUTO_POLL_S) * S_US;
}

static void tell_partial(automat *a)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	bool is_partial = rd_treewatch_is_partial(a->tree);

	rd_str_printf(&text,
		"not all folders of '%s' can be watched, so it is looked through every 5 seconds: "
		"raise sysctl fs.inotify.max_user_watches",
		a->from.source);
	if (is_partial && !a->is_partial)
		tell(a, RD_AUTO_WARNING, NULL, rd_str_get(&text));
	a->is_partial = is_partial;
}

/* When to look next, if nothing happens before. */
static void plan_look(automat *a, bool is_changed)
{
	if (a->tree) {
		tell_partial(a);
		if (a->is_partial)
			set_timer(a, &a->look_timer, PARTIAL_US, look);
		return;
	}
	a->poll_us = is_changed ? first_poll_us(a) : a->poll_us + a->poll_us / 2;
	if (a->poll_us > 4 * first_poll_us(a))
		a->poll_us = 4 * first_poll_us(a);
	set_timer(a, &a->look_timer, rd_submit_jitter(a->poll_us), look);
}

static void look(void *arg)
{
	automat *a = arg;
	bool is_first = !a->tree && !a->tip[0], is_changed = false;
	rd_err err = {0};
	rd_code code;

	a->look_timer = NULL;
	a->restless_us = 0;
	a->is_told = false;
	code = a->tree ? look_at_tree(a, &is_changed, &err) : look_at_branch(a, &is_changed, &err);
	if (code) {
		tell_problem(a, &err);
		set_timer(a, &a->look_timer,
			a->tree ? backoff(RETRY_US, a->look_failures++, DOUBLINGS)
				: backoff(first_poll_us(a), a->look_failures++, GIT_DOUBLINGS),
			look);
		return;
	}
	if (a->look_failures)
		tell_mended(a);
	a->look_failures = 0;
	plan_look(a, is_changed);
	/* Where a branch is when it is first reached is nothing new. */
	if (is_changed && !is_first)
		note_change(a, !a->tree ? a->tip : a->path.len ? a->path.data : a->from.source);
	rd_str_clear(&a->path);
}

static void tell_restless(automat *a)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	a->is_told = true;
	rd_str_printf(&text,
		"'%s' keeps changing: it is built when nothing changes for half a second; name in "
		".dockerignore what is no source",
		rd_str_get(&a->path));
	tell(a, RD_AUTO_WARNING, NULL, rd_str_get(&text));
}

static void on_tree(void *arg, int fd RD_UNUSED, uint32_t events RD_UNUSED)
{
	automat *a = arg;
	int64_t now_us = rd_now_us();

	if (!rd_treewatch_take(a->tree, &a->path))
		return;
	if (!a->restless_us)
		a->restless_us = now_us;
	if (now_us - a->restless_us > RESTLESS_US && !a->is_told)
		tell_restless(a);
	set_timer(a, &a->look_timer, SETTLE_US, look);
}

/* ---- its life ---- */

static void on_cancel(void *arg, int fd RD_UNUSED, uint32_t events RD_UNUSED)
{
	((automat *)arg)->is_over = true;
}

static rd_code lock_path(const automat *a, char **ret_path, rd_err *err)
{
	RD_AUTOFREE char *full = realpath(a->from.source, NULL);
	RD_AUTOFREE char *cache = NULL;
	RD_AUTOFREE char *dir = NULL;
	RD_STR_AUTO rd_str key = RD_STR_INIT(0);
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	uint8_t sum[RD_SHA256_BYTES];
	char hex[2 * RD_SHA256_BYTES + 1];
	rd_code code = rd_xdg_cache(&cache, err);

	dir = code ? NULL : rd_path_join(cache, "watch");
	if (!code)
		code = dir ? rd_mkdirs(dir, err) : rd_err_nomem(err);
	if (code)
		return code;
	rd_str_printf(&key, "%s\n%s\n%s\n%s", a->opts->rack->place, a->opts->app,
		full ? full : a->from.source, rd_or_empty(a->from.manifest));
	rd_sha256_of(rd_str_get(&key), key.len, sum);
	rd_hex(sum, sizeof sum, hex);
	rd_str_printf(&name, "%s/%.16s.lock", dir, hex);
	*ret_path = rd_str_take(&name);
	return *ret_path ? RD_OK : rd_err_nomem(err);
}

/* Two that watch the same for one app would build everything twice. */
static rd_code be_alone(automat *a, rd_err *err)
{
	rd_err why = {0};
	rd_code code = lock_path(a, &a->lock, &why);

	if (!code)
		code = rd_lock_take(a->lock, &a->lock_fd, &why);
	if (code == RD_EBUSY)
		return rd_err_set(err, code,
			"'%s' is watched for app '%s' already: one watch is enough", a->from.source,
			a->opts->app);
	if (code)
		tell(a, RD_AUTO_WARNING, NULL, why.msg);
	return RD_OK;
}

static void automat_done(automat *a)
{
	if (a->lock_fd >= 0) {
		unlink(a->lock);
		close(a->lock_fd);
	}
	free(a->lock);
	if (a->events)
		a->opts->rack->events->close(a->events);
	rd_loop_free(a->loop);
	rd_treewatch_close(a->tree);
	rd_giturl_done(&a->url);
	rd_str_done(&a->path);
	free(a->trigger);
	free(a->problem);
	free(a->current);
}

static rd_code open_dir(automat *a, rd_err *err)
{
	RD_AUTOFREE char *full = realpath(a->from.source, NULL);
	rd_watch *watch;
	bool changed;
	rd_code code = rd_treewatch_open(a->from.source, &a->tree, err);

	if (!code)
		code = look_at_tree(a, &changed, err);
	if (!code)
		code = rd_loop_fd(a->loop, rd_treewatch_fd(a->tree), EPOLLIN, on_tree, a, &watch,
			err);
	if (code)
		return code;
	plan_look(a, false);
	a->trigger = rd_trigger_new("watch", full ? full : a->from.source);
	return a->trigger ? RD_OK : rd_err_nomem(err);
}

static rd_code open_branch(automat *a, rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	rd_code code = rd_giturl_parse(a->from.source, rd_upload_schemes(&a->from), &a->url, err);
	bool changed;
	rd_err why = {0};

	if (code)
		return code;
	rd_str_printf(&name, "%s%s%s", a->url.url, a->url.ref ? "#" : "", rd_or_empty(a->url.ref));
	a->trigger = rd_trigger_new("watch", rd_str_get(&name));
	if (!a->trigger || !rd_str_ok(&name))
		return rd_err_nomem(err);
	code = look_at_branch(a, &changed, &why);
	if (code == RD_EINVAL)
		return rd_err_set(err, code, "%s", why.msg);
	if (code) {
		a->look_failures = 1;
		tell_problem(a, &why);
	}
	a->poll_us = first_poll_us(a);
	set_timer(a, &a->look_timer, rd_submit_jitter(a->poll_us), look);
	return RD_OK;
}

static rd_code open_all(automat *a, rd_err *err)
{
	rd_rack *rack = a->opts->rack;
	rd_watch *watch;
	rd_code code = rd_loop_new(&a->loop, err);

	if (!code)
		code = rd_loop_fd(a->loop, rd_cancel_fd(a->opts->cancel), EPOLLIN, on_cancel, a,
			&watch, err);
	if (!code)
		code = rack->events->open(rack, &a->events, err);
	if (!code)
		code = rd_loop_fd(a->loop, rack->events->fd(a->events), EPOLLIN, on_rack, a, &watch,
			err);
	if (code)
		return code;
	if (rd_upload_is_git(a->from.source))
		return open_branch(a, err);
	if (rd_upload_is_dir(a->from.source))
		return open_dir(a, err);
	return rd_err_set(err, RD_EINVAL,
		"'%s' is neither a folder nor a git URL, so it cannot be watched", a->from.source);
}

rd_code rd_autobuild_run(const rd_auto_opts *opts, rd_err *err)
{
	RD_AUTO(automat_done) automat a = {.opts = opts, .from = opts->from, .lock_fd = -1};
	rd_code code;

	a.from.cancel = opts->cancel;
	code = open_all(&a, err);
	if (!code)
		code = be_alone(&a, err);
	if (code)
		return rd_cancel_fired(opts->cancel) ? RD_OK : code;
	tell(&a, RD_AUTO_WATCHING, NULL, a.trigger + strlen("watch, "));
	a.is_pending = opts->now;
	go_on(&a);
	while (!code && !a.is_over)
		code = rd_loop_turn(a.loop, -1, err);
	return code;
}

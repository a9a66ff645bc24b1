/* SPDX-License-Identifier: MIT */
/* What the files of the Convox rack share; nobody else includes this. */
#ifndef RD_CORE_RACK_CONVOX_IMPL_H
#define RD_CORE_RACK_CONVOX_IMPL_H

#include <pthread.h>

#include "core/base/str.h"
#include "core/io/http.h"
#include "core/rack/convox.h"

typedef struct rd_convox_spool rd_convox_spool;
typedef struct rd_convox_steps rd_convox_steps;

typedef struct rd_convox {
	rd_rack rack; /* first: an rd_rack of ours is an rd_convox */
	rd_http *http;
	char *name;
	char *place;
	char *base;      /* "https://host:port" */
	char *pin;       /* key that it has to show; NULL: none */
	char *prefix;    /* of every path */
	rd_strs headers; /* of every call; the login is among them */
	char *logs_dir;  /* where logs are spooled */
	rd_cancel *closing;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	rd_convox_spool *spools;
	rd_vec watched; /* convox_poll.c: what the poller asks for */
	uint64_t clock; /* rises with each use of a watch */
	rd_events *subscribers;
	pthread_t poller;
	bool is_polling;
	bool is_closing;
	bool is_kicked;       /* the poller is to ask at once */
	bool is_heard;        /* it answered at least once */
	bool is_ours;         /* `rackdeck serve` answered the last time */
	int64_t failing_us;   /* wall clock since when it does not answer well; 0: it does */
	bool is_told_failing; /* subscribers know */
	int64_t pause_us;     /* of the poller, now */
	/* Before that nothing is asked that nobody waits for, whatever happens: the rack said so. */
	int64_t quiet_until_us;
} rd_convox;

extern const struct rd_rack_apps rd_convox_apps;
extern const struct rd_rack_builds rd_convox_builds;
extern const struct rd_rack_logs rd_convox_logs;
extern const struct rd_rack_releases rd_convox_releases;
extern const struct rd_rack_objects rd_convox_objects;
extern const struct rd_rack_registries rd_convox_registries;
extern const struct rd_rack_system rd_convox_system;
extern const struct rd_rack_events rd_convox_events;

static inline rd_convox *rd_convox_of(rd_rack *r)
{
	return (rd_convox *)r;
}

/* ---- convox_call.c ---- */

/* Appends "/apps/APP" and what is printed after it, escaped piece by piece by the caller. */
void rd_convox_app_path(rd_str *out, const char *app);

/* GET. @out the body. @errors what the rack says as an rd_code: RD_EPERM the login, RD_ENOENT, RD_EBUSY,
 * RD_EINVAL, RD_EREMOTE otherwise; those of rd_http_do. */
rd_code rd_convox_get(rd_convox *c, const char *path, rd_str *out, rd_err *err);
/* The same, for the poller alone: what becomes of it is not noted. */
rd_code rd_convox_fetch(rd_convox *c, const char *path, rd_str *out, rd_err *err);
/* Any other method with a form (NULL: none). @out may be NULL. */
rd_code rd_convox_send(rd_convox *c, const char *method, const char *path, const rd_kvs *form,
	rd_str *out, rd_cancel *cancel, rd_err *err);
/* A call of any form; path, prefix and headers are set here: a body in memory is a form. Errors as get. */
rd_code rd_convox_call(rd_convox *c, rd_http_request *rq, const char *path, rd_str *out,
	rd_err *err);
/* The error that an answer of that status is (err->os: the status); RD_OK for 2xx. */
rd_code rd_convox_check(rd_convox *c, const rd_http_answer *a, rd_err *err);

/* What became of reading an answer: an error names the rack. @returns code. */
rd_code rd_convox_parsed(rd_convox *c, rd_code code, rd_err *err);
/* The one or the other as far as is known: before it answered, neither. */
bool rd_convox_is_ours(rd_convox *c);
bool rd_convox_is_foreign(rd_convox *c);

/* ---- convox_move.c: members of rd_convox_builds ---- */

rd_code rd_convox_export(rd_rack *r, const char *app, const char *id, int fd,
	void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel, rd_err *err);
rd_code rd_convox_import(rd_rack *r, const char *app, rd_reader *in, rd_cancel *cancel,
	rd_build *ret_build, rd_err *err);

/* ---- convox_settle.c: a member of rd_convox_releases ---- */

rd_code rd_convox_settle(rd_rack *r, const char *app, const char *release,
	void (*line)(void *arg, const char *text), void *arg, rd_cancel *cancel, rd_err *err);

/* ---- convox_poll.c ---- */

/* What was read is to be read again by the poller, which tells subscribers if it became another. */
void rd_convox_watch(rd_convox *c, const char *path, const rd_str *body);
void rd_convox_unwatch(rd_convox *c, const char *path);
/* We changed something ourselves. */
void rd_convox_changed(rd_convox *c);
/* A spooled log grew. */
void rd_convox_grew(rd_convox *c);
/* A read ended like that. */
void rd_convox_note(rd_convox *c, rd_code code);
void rd_convox_pulse(rd_rack *r, rd_pulse *ret_pulse);
void rd_convox_poll_init(rd_convox *c);
void rd_convox_poll_stop(rd_convox *c);

/* ---- convox_steps.c: steps that the text of a log tells ---- */

rd_code rd_convox_steps_new(rd_convox_steps **ret_steps, rd_err *err);
rd_convox_steps *rd_convox_steps_free(rd_convox_steps *s); /* NULL is fine. @returns NULL */
/* The steps file, to be read from its begin while it grows; -1: it cannot be opened. */
int rd_convox_steps_open(const rd_convox_steps *s);
/* As rd_textsteps_feed and rd_textsteps_end. */
rd_code rd_convox_steps_take(rd_convox_steps *s, const char *bytes, size_t n, int64_t at_us,
	rd_err *err);
rd_code rd_convox_steps_end(rd_convox_steps *s, bool is_failed, int64_t at_us, rd_err *err);
/* Takes all of a log that is there; *ret_bytes: so much that is. */
rd_code rd_convox_steps_read(rd_convox_steps *s, int fd, uint64_t *ret_bytes, rd_err *err);

/* ---- convox_spool.c ---- */

/* Waits until the log of a build that is over has come whole, if it is on its way. */
void rd_convox_spool_wait(rd_convox *c, const char *app, const char *id);
void rd_convox_spool_stop(rd_convox *c);

#endif

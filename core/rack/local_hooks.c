/* SPDX-License-Identifier: MIT */
/* Webhooks of the local rack: which push builds which app, and what was pushed. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/formats/giturl.h"
#include "core/formats/push.h"
#include "core/rack/local_impl.h"
#include "core/rack/trigger.h"
#include "core/store/locks.h"

#define SECRET_MIN_BYTES 8
#define DELIVERIES_MAX 10000 /* that are remembered */
#define ALL_SCHEMES (RD_GITURL_SAFE | RD_GITURL_HTTP | RD_GITURL_FILE)

/* What a rack knows of a hook, with its secret. */
typedef struct config {
	char *source, *secret;
	rd_giturl url; /* of source */
} config;

static void config_done(config *c)
{
	if (c->secret)
		explicit_bzero(c->secret, strlen(c->secret));
	free(c->secret);
	free(c->source);
	rd_giturl_done(&c->url);
}

/* ---- the list ---- */

/* A source without its login. */
static bool plain_source(const char *source, char **ret_text)
{
	RD_AUTO(rd_giturl_done) rd_giturl u = {0};
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	if (rd_giturl_parse(source, ALL_SCHEMES, &u, NULL))
		return false;
	rd_str_put(&s, u.url);
	if (u.ref || u.subdir)
		rd_str_printf(&s, "#%s", rd_or_empty(u.ref));
	if (u.subdir)
		rd_str_printf(&s, ":%s", u.subdir);
	*ret_text = rd_str_take(&s);
	return *ret_text;
}

static rd_code add_hook(rd_stmt *s, void *hooks, rd_err *err)
{
	rd_hook *h = rd_vec_push(hooks);

	if (!h)
		return rd_err_nomem(err);
	h->deploy = rd_stmt_col_int(s, 2);
	h->submodules = rd_stmt_col_int(s, 3);
	h->schemes = (unsigned)rd_stmt_col_int(s, 4);
	h->last_us = rd_stmt_col_int(s, 6);
	return rd_local_col(s, 0, &h->app) && plain_source(rd_stmt_col(s, 1), &h->source) &&
			       rd_local_col(s, 5, &h->last)
		       ? RD_OK
		       : rd_err_nomem(err);
}

static rd_code list(rd_rack *r, rd_vec *ret_hooks, rd_err *err)
{
	RD_AUTO(rd_hooks_done) rd_vec hooks = RD_VEC_INIT(rd_hook);
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(rd_local_of(r)->db, false, &tx, err);

	if (!rc)
		rc = rd_local_each(tx, add_hook, &hooks, err,
			"SELECT app, source, deploy, submodules, schemes, last, last_us "
			"FROM hooks ORDER BY app",
			"");
	if (rc)
		return rc;
	*ret_hooks = rd_vec_take(&hooks);
	return RD_OK;
}

/* ---- setting ---- */

static rd_code check(const rd_hook *hook, const char *secret, rd_err *err)
{
	RD_AUTO(rd_giturl_done) rd_giturl u = {0};
	rd_code rc = rd_giturl_parse(hook->source, hook->schemes, &u, err);

	if (rc)
		return rc;
	if (u.ref && strlen(u.ref) == RD_PUSH_SHA_DIGITS &&
		strspn(u.ref, "0123456789abcdefABCDEF") == RD_PUSH_SHA_DIGITS)
		return rd_err_set(err, RD_EINVAL,
			"'%s' is a commit, to which nothing is pushed: name a branch", u.ref);
	if (strlen(secret) < SECRET_MIN_BYTES)
		return rd_err_set(err, RD_EINVAL,
			"the secret has less than %d characters: take a random one, as of "
			"'openssl rand -hex 20'",
			SECRET_MIN_BYTES);
	return RD_OK;
}

static rd_code set(rd_rack *r, const rd_hook *hook, const char *secret, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = check(hook, secret, err);

	if (!rc)
		rc = rd_db_begin(rd_local_of(r)->db, true, &tx, err);
	if (!rc)
		rc = rd_local_require_app(tx, hook->app, err);
	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"INSERT INTO hooks (app, source, secret, deploy, submodules, schemes) "
			"VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (app) DO UPDATE SET "
			"source = excluded.source, secret = excluded.secret, "
			"deploy = excluded.deploy, submodules = excluded.submodules, "
			"schemes = excluded.schemes",
			"tttiii", hook->app, hook->source, secret, (int64_t)hook->deploy,
			(int64_t)hook->submodules, (int64_t)hook->schemes);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

static rd_code remove_one(rd_rack *r, const char *app, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	int changes = 0;
	rd_code rc = rd_db_begin(rd_local_of(r)->db, true, &tx, err);

	if (!rc)
		rc = rd_local_exec(tx, &changes, err, "DELETE FROM hooks WHERE app = ?", "t", app);
	if (!rc && !changes)
		rc = rd_err_set(err, RD_ENOENT, "the app '%s' has no hook: see 'rackdeck hooks'",
			app);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

/* ---- deliveries ---- */

static rd_code load_config(rd_local *l, const char *app, config *ret_config, bool *ret_found,
	rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	rd_code rc = rd_db_begin(l->db, false, &tx, err);

	if (!rc)
		rc = rd_local_query(tx, &s, err, "SELECT source, secret FROM hooks WHERE app = ?",
			"t", app);
	if (!rc)
		rc = rd_stmt_step(s, ret_found, err);
	if (rc || !*ret_found)
		return rc;
	if (!rd_local_col(s, 0, &ret_config->source) || !rd_local_col(s, 1, &ret_config->secret))
		return rd_err_nomem(err);
	return rd_giturl_parse(ret_config->source, ALL_SCHEMES, &ret_config->url, err);
}

/* Whether it comes from who knows the secret, in a time that does not depend on how near it is. */
static bool is_genuine(const rd_delivery *d, const char *secret)
{
	char wanted[sizeof "sha256=" + 2 * RD_SHA256_BYTES] = "sha256=";
	uint8_t sum[RD_SHA256_BYTES];

	rd_hmac_of(secret, d->body, d->n, sum);
	rd_hex(sum, sizeof sum, wanted + strlen("sha256="));
	if (d->signature)
		return rd_secret_equal(d->signature, wanted);
	return d->token && rd_secret_equal(d->token, secret);
}

static bool is_push_event(const char *event)
{
	return !event || !strcmp(event, "push") || !strcmp(event, "Push Hook");
}

/* Why nothing is to be done; "" if something is. */
static void refuse(const config *c, const rd_push *p, rd_str *why)
{
	if (!rd_push_is_to(p, c->url.ref))
		rd_str_printf(why, "ignored: %s is not the branch that is built", p->ref);
	else if (!*p->sha)
		rd_str_printf(why, "ignored: %s was deleted", p->ref);
}

/* Remembers a name of the delivery. *ret_new false: it came before. */
static rd_code remember(rd_tx *tx, const char *app, const char *kind, const char *id, bool *ret_new,
	rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	int changes = 0;
	rd_code rc;

	rd_str_printf(&name, "%s:%s", kind, id);
	rc = rd_str_check(&name, "the delivery's id", err);
	if (!rc)
		rc = rd_local_exec(tx, &changes, err,
			"INSERT OR IGNORE INTO deliveries (app, id) VALUES (?, ?)", "tt", app,
			rd_str_get(&name));
	*ret_new = changes;
	return rc;
}

/* The id of a delivery is not signed, so that of a signed one its body counts, too. What GitLab sends is
 * not signed at all, and may well be the same for another push. */
static rd_code remember_all(rd_tx *tx, const char *app, const rd_delivery *d, bool *ret_new,
	rd_err *err)
{
	uint8_t sum[RD_SHA256_BYTES];
	char hex[RD_SHA256_HEX];
	bool is_new_body = true;
	rd_code rc = RD_OK;

	*ret_new = true;
	if (d->id)
		rc = remember(tx, app, "id", d->id, ret_new, err);
	if (!rc && (d->signature || !d->id)) {
		rd_sha256_of(d->body, d->n, sum);
		rd_hex(sum, sizeof sum, hex);
		rc = remember(tx, app, "body", hex, &is_new_body, err);
	}
	*ret_new = *ret_new && is_new_body;
	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"DELETE FROM deliveries WHERE seq <= (SELECT max(seq) FROM deliveries) - ?",
			"i", (int64_t)DELIVERIES_MAX);
	return rc;
}

static rd_code note_in(rd_tx *tx, const char *app, const char *said, rd_err *err)
{
	return rd_local_exec(tx, NULL, err, "UPDATE hooks SET last = ?, last_us = ? WHERE app = ?",
		"tit", said, rd_wall_us(), app);
}

static rd_code insert_push(rd_tx *tx, const char *app, const rd_push *p, rd_err *err)
{
	RD_STR_AUTO rd_str details = RD_STR_INIT(0);
	RD_AUTOFREE char *trigger = NULL;
	rd_code rc;

	rd_str_printf(&details, "%s to %s", *p->who ? p->who : "someone",
		p->ref + strlen("refs/heads/"));
	trigger = rd_trigger_new("push", rd_str_get(&details));
	rc = trigger ? RD_OK : rd_err_nomem(err);
	if (!rc)
		rc = rd_local_exec(tx, NULL, err, "DELETE FROM pushes WHERE app = ? AND build = ''",
			"t", app);
	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"INSERT INTO pushes (app, sha, trigger) VALUES (?, ?, ?)", "ttt", app,
			p->sha, trigger);
	return rc;
}

static rd_code queue(rd_local *l, const char *app, const rd_delivery *d, const rd_push *p,
	bool *ret_is_queued, rd_str *said, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	bool is_new = false;
	rd_code rc = rd_db_begin(l->db, true, &tx, err);

	if (!rc)
		rc = remember_all(tx, app, d, &is_new, err);
	if (!rc && !is_new) {
		rd_str_put(said, "ignored: this delivery came before");
		return RD_OK;
	}
	rd_str_printf(said, "queued: %.10s of %s", p->sha, p->ref);
	if (!rc)
		rc = insert_push(tx, app, p, err);
	if (!rc)
		rc = note_in(tx, app, rd_str_get(said), err);
	if (!rc)
		rc = rd_tx_commit(RD_TAKE(tx), err);
	*ret_is_queued = !rc;
	return rc;
}

static rd_code take_push(rd_local *l, const char *app, const config *c, const rd_delivery *d,
	bool *ret_is_queued, rd_str *said, rd_err *err)
{
	RD_AUTO(rd_push_done) rd_push p = {0};
	rd_code rc = rd_push_parse(d->body, d->n, d->is_form, &p, err);

	if (!rc && !rd_push_is_of(&p, c->url.url))
		rc = rd_err_set(err, RD_EINVAL,
			"the push is of another repository than '%s', which this hook is for",
			c->url.url);
	if (!rc)
		refuse(c, &p, said);
	return rc || said->len ? rc : queue(l, app, d, &p, ret_is_queued, said, err);
}

static rd_code receive(rd_rack *r, const char *app, const rd_delivery *d, bool *ret_is_queued,
	char **ret_said, rd_err *err)
{
	RD_AUTO(config_done) config c = {0};
	RD_STR_AUTO rd_str said = RD_STR_INIT(0);
	bool found = false, ok;
	rd_code rc = load_config(rd_local_of(r), app, &c, &found, err);

	if (rc)
		return rc;
	/* An app without a hook takes as long, and is told in the same words. */
	ok = is_genuine(d, found ? c.secret : "");
	if (!ok || !found)
		return rd_err_set(err, RD_EPERM,
			"there is no hook of that name, or the secret is not its own");
	*ret_is_queued = false;
	if (d->event && !strcmp(d->event, "ping"))
		rd_str_put(&said, "pong");
	else if (!is_push_event(d->event))
		rd_str_printf(&said, "ignored: '%s' is no push", d->event);
	else
		rc = take_push(rd_local_of(r), app, &c, d, ret_is_queued, &said, err);
	if (rc)
		return rc;
	*ret_said = rd_str_take(&said);
	return *ret_said ? RD_OK : rd_err_nomem(err);
}

/* ---- pushes ---- */

/* The source of a hook at that commit. */
static bool source_at(const char *source, const char *sha, char **ret_source)
{
	RD_AUTO(rd_giturl_done) rd_giturl u = {0};
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	if (rd_giturl_parse(source, ALL_SCHEMES, &u, NULL))
		return false;
	rd_str_putn(&s, source, strcspn(source, "#"));
	rd_str_printf(&s, "#%s", sha);
	if (u.subdir)
		rd_str_printf(&s, ":%s", u.subdir);
	*ret_source = rd_str_take(&s);
	return *ret_source;
}

static rd_code add_push(rd_stmt *s, void *pushes, rd_err *err)
{
	rd_pushed *p = rd_vec_push(pushes);

	if (!p)
		return rd_err_nomem(err);
	p->seq = rd_stmt_col_int(s, 0);
	p->deploy = rd_stmt_col_int(s, 5);
	p->submodules = rd_stmt_col_int(s, 6);
	p->schemes = (unsigned)rd_stmt_col_int(s, 7);
	return rd_local_col(s, 1, &p->app) &&
			       source_at(rd_stmt_col(s, 2), rd_stmt_col(s, 8), &p->source) &&
			       rd_local_col(s, 3, &p->trigger) && rd_local_col(s, 4, &p->build)
		       ? RD_OK
		       : rd_err_nomem(err);
}

static rd_code pushes(rd_rack *r, rd_vec *ret_pushes, rd_err *err)
{
	RD_AUTO(rd_pushed_list_done) rd_vec found = RD_VEC_INIT(rd_pushed);
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(rd_local_of(r)->db, false, &tx, err);

	if (!rc)
		rc = rd_local_each(tx, add_push, &found, err,
			"SELECT seq, app, source, trigger, build, deploy, submodules, schemes, sha "
			"FROM pushes JOIN hooks USING (app) ORDER BY app, seq",
			"");
	if (rc)
		return rc;
	*ret_pushes = rd_vec_take(&found);
	return RD_OK;
}

rd_code rd_local_push_begun(rd_tx *tx, int64_t seq, const char *build, rd_err *err)
{
	int changes = 0;
	rd_code rc = rd_local_exec(tx, &changes, err, "UPDATE pushes SET build = ? WHERE seq = ?",
		"ti", build, seq);

	return rc || changes
		       ? rc
		       : rd_err_set(err, RD_ECANCELED, "a newer push took the place of this one");
}

static rd_code end(rd_rack *r, int64_t seq, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(rd_local_of(r)->db, true, &tx, err);

	if (!rc)
		rc = rd_local_exec(tx, NULL, err, "DELETE FROM pushes WHERE seq = ?", "i", seq);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

static rd_code note(rd_rack *r, const char *app, const char *said, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(rd_local_of(r)->db, true, &tx, err);

	if (!rc)
		rc = note_in(tx, app, said, err);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

static rd_code claim(rd_rack *r, int *ret_fd, rd_err *err)
{
	RD_AUTOFREE char *path = rd_local_path(rd_local_of(r)->dir, "run", "pushes", ".claim");

	return path ? rd_lock_take(path, ret_fd, err) : rd_err_nomem(err);
}

const struct rd_rack_hooks rd_local_hooks = {
	.list = list,
	.set = set,
	.remove = remove_one,
	.receive = receive,
	.pushes = pushes,
	.end = end,
	.note = note,
	.claim = claim,
};

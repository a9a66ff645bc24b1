/* SPDX-License-Identifier: MIT */
/* Images go to a registry, as often as it takes. */
#include "core/build/to_registry.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define TRIES 6
#define WAIT_FIRST_MS 1000
#define WAIT_MAX_MS 30000

/* Anything up to a bound that doubles, so that many who failed together do not come back together; what
 * the registry asked for, if it did; never more than WAIT_MAX_MS. */
static int wait_ms(int tries, int64_t asked_ms)
{
	int bound_ms = WAIT_FIRST_MS << (tries - 1);
	unsigned random = 0;

	if (asked_ms > 0)
		return asked_ms < WAIT_MAX_MS ? (int)asked_ms : WAIT_MAX_MS;
	if (bound_ms > WAIT_MAX_MS)
		bound_ms = WAIT_MAX_MS;
	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return bound_ms;
	return (int)(random % (unsigned)bound_ms) + 1;
}

static rd_code wait_to_retry(const rd_to_registry *p, int tries, int64_t asked_ms,
	const rd_err *why, rd_err *err)
{
	int ms = wait_ms(tries, asked_ms);
	char reason[sizeof why->msg + sizeof why->ctx + 3];
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code code = RD_OK;

	rd_str_printf(&text, "%s: trying again in %d.%d s (%d of %d tries)",
		rd_err_text(why, reason, sizeof reason), ms / 1000, ms % 1000 / 100, tries, TRIES);
	if (p->on_retry)
		code = p->on_retry(p->arg, rd_str_get(&text), err);
	if (code)
		return code;
	return rd_cancel_pause(p->cancel, ms) ? RD_OK : rd_err_set(err, RD_ECANCELED, "canceled");
}

static rd_code ignore(void *arg RD_UNUSED, const rd_step_event *ev RD_UNUSED, rd_err *err RD_UNUSED)
{
	return RD_OK;
}

static rd_code try_often(const rd_to_registry *p, rd_engine_pushed *ret_pushed, rd_err *err)
{
	rd_code code = RD_OK;

	for (int tries = 1;; tries++) {
		rd_err why = {0};

		code = p->engine->ops->push(p->engine, p->remote, p->auth, p->fn ? p->fn : ignore,
			p->arg, p->cancel, ret_pushed, &why);
		if (!code)
			return RD_OK;
		if (ret_pushed->may_pass && tries < TRIES)
			code = wait_to_retry(p, tries, ret_pushed->wait_ms, &why, err);
		else if (err)
			*err = why;
		if (code && ret_pushed->may_pass && tries == TRIES)
			rd_err_wrap(err, "gave up after %d tries", TRIES);
		if (code)
			return code;
	}
}

/* Where the stream did not tell it: the digest under which the engine knows the image at that place. */
static rd_code find_digest(const rd_to_registry *p, rd_engine_pushed *pushed, rd_err *err)
{
	size_t n_repo = (size_t)(strrchr(p->remote, ':') - p->remote);
	rd_engine_image found = {0};
	rd_code code;

	if (pushed->digest[0])
		return RD_OK;
	code = p->engine->ops->inspect(p->engine, p->remote, &found, err);
	for (size_t i = 0; !code && i < found.digests.len; i++) {
		const char *digest = found.digests.items[i];

		if (!strncmp(digest, p->remote, n_repo) && digest[n_repo] == '@')
			snprintf(pushed->digest, sizeof(pushed->digest), "%s", digest + n_repo + 1);
	}
	rd_engine_image_done(&found);
	return code;
}

rd_code rd_to_registry_push(const rd_to_registry *p, char ret_digest[80], rd_err *err)
{
	rd_engine_pushed pushed = {0};
	rd_code code = try_often(p, &pushed, err);

	if (!code)
		code = find_digest(p, &pushed, err);
	if (!code)
		memcpy(ret_digest, pushed.digest, sizeof(pushed.digest));
	return code;
}

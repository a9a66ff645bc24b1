/* SPDX-License-Identifier: MIT */
/* Whether a release may become active. */
#include "core/build/promote.h"

#include "core/formats/env.h"
#include "core/formats/manifest.h"
#include "core/formats/redact.h"

static bool is_blank(const char *text)
{
	return !text[strspn(text, " \t\r\n")];
}

/* A value of the environment may stand in what is said of the manifest: a secret one is masked. */
static rd_code mask(const rd_kvs *env, rd_err *err)
{
	RD_STR_AUTO rd_str safe = RD_STR_INIT(0);
	rd_redact *redact = NULL;
	rd_code code = rd_redact_new(&redact, NULL);

	if (!code)
		code = rd_redact_add_env(redact, env, NULL);
	if (!code)
		rd_redact_text(redact, err->msg, strlen(err->msg), &safe);
	rd_redact_free(redact);
	if (code || !rd_str_ok(&safe))
		return rd_err_nomem(err);
	snprintf(err->msg, sizeof err->msg, "%s", rd_str_get(&safe));
	return err->code;
}

static rd_code check_manifest(const rd_promote_case *c, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs env = {0};
	RD_AUTO(rd_problems_done) rd_problems problems = {0};
	rd_manifest *m = NULL;
	rd_code code;

	rd_problems_init(&problems);
	code = rd_env_parse(c->env, &env, err);
	if (!code)
		code = rd_manifest_load(c->manifest, strlen(c->manifest), &env, &problems, &m, err);
	if (!code)
		code = rd_manifest_check_env(m, &env, err);
	rd_manifest_free(m);
	return code && err ? mask(&env, err) : code;
}

rd_code rd_promote_check(const rd_promote_case *c, rd_err *err)
{
	if (strcmp(c->app_status, "running") != 0 && !c->force)
		return rd_err_set(err, RD_EBUSY, "app is currently updating");
	if (is_blank(c->manifest))
		return rd_err_set(err, RD_EINVAL,
			"can not promote a release with an empty manifest");
	if (c->created_us < c->active_created_us)
		return rd_err_set(err, RD_EINVAL, "can not promote an older release, try rollback");
	return check_manifest(c, err);
}

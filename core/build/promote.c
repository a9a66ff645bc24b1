/* SPDX-License-Identifier: MIT */
/* Whether a release may become active. */
#include "core/build/promote.h"

#include "core/formats/env.h"
#include "core/formats/manifest.h"

static bool is_blank(const char *text)
{
	return !text[strspn(text, " \t\r\n")];
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
	return code;
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

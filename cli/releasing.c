/* SPDX-License-Identifier: MIT */
/* Releases, as several commands need them. */
#include "cli/releasing.h"

#include "core/formats/env.h"

rd_code rd_release_latest(rd_rack *rack, const char *app, rd_release *ret_release, rd_err *err)
{
	RD_AUTO(rd_releases_done) rd_vec newest = RD_VEC_INIT(rd_release);
	rd_code code = rack->releases->list(rack, app, 1, NULL, &newest, err);

	if (code != RD_OK)
		return code;
	if (newest.len == 0) {
		*ret_release = (rd_release){0};
		return RD_OK;
	}
	/* Entries of a list carry no environment. */
	return rack->releases->get(rack, app, ((const rd_release *)rd_vec_at(&newest, 0))->id,
		ret_release, err);
}

rd_code rd_release_env(rd_rack *rack, const char *app, rd_kvs *ret_env, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release latest = {0};
	rd_kvs env = {0};
	rd_code code = rd_release_latest(rack, app, &latest, err);

	if (code == RD_OK)
		code = rd_env_parse(rd_or_empty(latest.env), &env, err);
	if (code != RD_OK) {
		rd_kvs_done(&env);
		return code;
	}
	rd_kvs_sort(&env);
	*ret_env = env;
	return RD_OK;
}

rd_code rd_release_promote(rd_rack *rack, const char *app, const char *id, bool force, rd_say *say,
	rd_err *err)
{
	rd_code code;

	rd_say_start(say, "Promoting %s", id);
	code = rack->releases->promote(rack, app, id, force, NULL, err);
	if (code == RD_OK)
		rd_say_ok(say, NULL);
	return code;
}

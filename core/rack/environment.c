/* SPDX-License-Identifier: MIT */
/* Releases made of earlier ones. */
#include "core/rack/environment.h"

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

rd_code rd_release_env_change(rd_rack *rack, const char *app, const rd_kvs *set,
	const rd_strs *gone, rd_release *ret_release, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs env = {0};
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code code = rd_release_env(rack, app, &env, err);

	for (size_t i = 0; gone && i < gone->len; i++)
		rd_kvs_unset(&env, gone->items[i]);
	if (code == RD_OK && set && !rd_kvs_merge(&env, set))
		code = rd_err_nomem(err);
	if (code != RD_OK)
		return code;
	rd_env_format(&env, &text);
	code = rd_str_check(&text, "the environment", err);
	return code != RD_OK ? code
			     : rack->releases->create(rack, app, NULL, rd_str_get(&text), NULL,
				       ret_release, err);
}

rd_code rd_release_copy(rd_rack *rack, const char *app, const char *id, rd_release *ret_release,
	rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release old = {0};
	rd_code code = rack->releases->get(rack, app, id, &old, err);

	return code ? code
		    : rack->releases->create(rack, app, old.build[0] ? old.build : NULL, old.env,
			      NULL, ret_release, err);
}

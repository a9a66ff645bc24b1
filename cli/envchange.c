/* SPDX-License-Identifier: MIT */
/* A change of the environment. */
#include "cli/envchange.h"

#include "cli/flags.h"
#include "cli/releasing.h"
#include "core/formats/env.h"

const rd_flag rd_flag_replace = {"replace", 0, NULL, "drop all variables that are not given"};

const rd_flag *const rd_flags_env_set[] = {&rd_flag_app, &rd_flag_id, &rd_flag_promote,
	&rd_flag_insecure, &rd_flag_rack, &rd_flag_replace, NULL};
const rd_flag *const rd_flags_env_unset[] = {
	&rd_flag_app, &rd_flag_id, &rd_flag_promote, &rd_flag_insecure, &rd_flag_rack, NULL};

rd_code rd_env_change(rd_cli *c, const char *verb, const rd_kvs *names, const rd_kvs *env,
	rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release release = {0};
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_STR_AUTO rd_str list = RD_STR_INIT(0);
	rd_say *say = rd_cli_has(c, &rd_flag_id) ? &c->log : &c->out;
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code != RD_OK)
		return code;
	for (size_t i = 0; i < names->len; i++)
		rd_str_printf(&list, "%s%s", i > 0 ? ", " : "", names->items[i].key);
	rd_env_format(env, &text);
	code = rd_str_check(&text, "the environment", err);
	if (code != RD_OK)
		return code;
	rd_say_start(say, "%s %s", verb, rd_str_get(&list));
	code = rack->releases->create(rack, app, NULL, rd_str_get(&text), NULL, &release, err);
	if (code != RD_OK)
		return code;
	rd_say_ok(say, NULL);
	rd_say_line(say, "Release: ", release.id);
	if (rd_cli_has(c, &rd_flag_promote))
		code = rd_release_promote(rack, app, release.id, &(rd_promotion){0}, say, err);
	if (code == RD_OK && rd_cli_has(c, &rd_flag_id))
		rd_say_text(&c->out, release.id);
	return code;
}

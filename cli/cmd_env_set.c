/* SPDX-License-Identifier: MIT */
/* rackdeck env set */
#include <string.h>
#include <unistd.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/envchange.h"
#include "cli/flags.h"
#include "core/formats/env.h"
#include "core/rack/environment.h"

#define STDIN_MAX_BYTES (16 * 1024 * 1024)

static rd_code add_words(const rd_cli *c, rd_kvs *out, rd_err *err)
{
	rd_code code = RD_OK;

	for (size_t i = 0; rd_cli_word(c, i) != NULL && code == RD_OK; i++) {
		const char *pair = rd_cli_word(c, i);

		/* One variable is one line of the environment's text. */
		if (strchr(pair, '\n') != NULL)
			return rd_err_set(err, RD_EINVAL,
				"the value of '%.*s' holds a newline: a value is one line",
				(int)strcspn(pair, "=\n"), pair);
		code = rd_env_pair(pair, out, err);
	}
	return code;
}

/* NAME=VALUE lines, where stdin is no terminal. */
static rd_code add_stdin(rd_kvs *out, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(STDIN_MAX_BYTES);
	char chunk[4096];
	size_t n;

	if (isatty(STDIN_FILENO) == 1)
		return RD_OK;
	while ((n = fread(chunk, 1, sizeof(chunk), stdin)) > 0)
		rd_str_putn(&text, chunk, n);
	if (!rd_str_ok(&text))
		return rd_str_check(&text, "the environment on stdin", err);
	return rd_env_parse(rd_str_get(&text), out, err);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs given = {0};
	RD_AUTO(rd_kvs_done) rd_kvs env = {0};
	rd_rack *rack;
	const char *app;
	rd_code code = add_words(c, &given, err);

	if (code == RD_OK)
		code = add_stdin(&given, err);
	if (code == RD_OK)
		code = rd_env_check(&given, err);
	if (code == RD_OK && given.len == 0)
		code = rd_err_set(err, RD_EINVAL,
			"no variables given: name them as 'rackdeck env set NAME=VALUE'");
	if (code == RD_OK)
		code = rd_cli_app(c, NULL, &rack, &app, err);
	if (code == RD_OK && !rd_cli_has(c, &rd_flag_replace))
		code = rd_release_env(rack, app, &env, err);
	if (code != RD_OK)
		return code;
	rd_kvs_sort(&given);
	if (!rd_kvs_merge(&env, &given))
		return rd_err_nomem(err);
	return rd_env_change(c, "Setting", &given, &env, err);
}

const rd_command rd_cmd_env_set = {
	.name = "env set",
	.words = "[NAME=VALUE]...",
	.max_words = -1,
	.summary = "make a release with variables set",
	.details = "Lines NAME=VALUE are also read from stdin if that is no terminal.",
	.example = "env set CURRENCY=EUR -a shop --promote",
	.flags = rd_flags_env_set,
	.run = run,
};

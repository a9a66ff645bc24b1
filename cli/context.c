/* SPDX-License-Identifier: MIT */
/* What the function of a command works with. */
#include "cli/context.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/flags.h"
#include "core/rack/select.h"

#define LIMIT_DEFAULT 10
#define ANSWER_MAX_BYTES 256

void rd_cli_init(rd_cli *c, const rd_command *cmd, rd_args args)
{
	*c = (rd_cli){.cmd = cmd, .args = args};
	rd_say_init(&c->out, stdout);
	rd_say_init(&c->log, stderr);
}

void rd_cli_done(rd_cli *c)
{
	rd_rack_close(c->rack);
	free(c->app);
	rd_say_done(&c->out);
	rd_say_done(&c->log);
	rd_args_done(&c->args);
}

const char *rd_cli_word(const rd_cli *c, size_t i)
{
	return rd_args_word(&c->args, i);
}

bool rd_cli_has(const rd_cli *c, const rd_flag *flag)
{
	return rd_args_has(&c->args, flag);
}

static rd_code ask_key(void *arg, const char *base, const char *key, rd_err *err)
{
	rd_cli *c = arg;
	RD_STR_AUTO rd_str typed = RD_STR_INIT(ANSWER_MAX_BYTES);
	int byte;

	rd_say_line(&c->log, "No authority known here signed the certificate of ", base);
	rd_say_line(&c->log, "It shows the key ", key);
	rd_say_printf(&c->log, "Type 'yes' if that is its key, to remember it: ");
	fflush(c->log.file);
	while ((byte = getchar()) != EOF && byte != '\n')
		rd_str_putc(&typed, (char)byte);
	if (strcmp(rd_str_get(&typed), "yes") != 0)
		return rd_err_set(err, RD_ECANCELED,
			"the key of %s was not taken: nothing was sent", base);
	return RD_OK;
}

rd_trust rd_cli_trust(rd_cli *c)
{
	bool can_ask = isatty(STDIN_FILENO) == 1 && c->log.is_tty;

	return (rd_trust){.insecure = rd_cli_has(c, &rd_flag_insecure),
		.ask = can_ask ? ask_key : NULL,
		.arg = c};
}

rd_code rd_cli_rack(rd_cli *c, rd_rack **ret_rack, rd_err *err)
{
	if (c->rack == NULL) {
		rd_trust trust = rd_cli_trust(c);
		rd_code code = rd_rack_open_asking(rd_args_text(&c->args, &rd_flag_rack), &trust,
			&c->rack, err);

		if (code != RD_OK)
			return code;
	}
	*ret_rack = c->rack;
	return RD_OK;
}

rd_code rd_cli_app(rd_cli *c, const char *word, rd_rack **ret_rack, const char **ret_app,
	rd_err *err)
{
	const char *name = word != NULL ? word : rd_args_text(&c->args, &rd_flag_app);

	if (c->app == NULL) {
		rd_code code = rd_app_select(name, NULL, &c->app, err);

		if (code != RD_OK)
			return code;
	}
	*ret_app = c->app;
	return rd_cli_rack(c, ret_rack, err);
}

rd_code rd_cli_list(rd_cli *c, rd_rack **ret_rack, const char **ret_app, int *ret_limit,
	rd_err *err)
{
	const char *text = rd_args_text(&c->args, &rd_flag_limit);
	unsigned long long limit = LIMIT_DEFAULT;

	if (text != NULL && (rd_parse_u64(text, &limit, NULL) != RD_OK || limit > INT_MAX))
		return rd_err_set(err, RD_EINVAL, "'%s' is no limit: give a number, 0 for all",
			text);
	*ret_limit = (int)limit;
	return rd_cli_app(c, NULL, ret_rack, ret_app, err);
}

rd_code rd_cli_json(rd_cli *c, rd_code made, const rd_str *json, rd_err *err)
{
	rd_code code = made != RD_OK ? made : rd_str_check(json, "the JSON", err);

	if (code == RD_OK)
		rd_say_lines(&c->out, rd_str_get(json));
	return code;
}

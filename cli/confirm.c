/* SPDX-License-Identifier: MIT */
/* Asking before something is removed. */
#include "cli/confirm.h"

#include <string.h>
#include <unistd.h>

#define ANSWER_MAX_BYTES 256

const rd_flag rd_flag_yes = {"yes", 'y', NULL, "do not ask"};

/* What the user types, without its newline. */
static rd_code read_answer(rd_str *out, rd_err *err)
{
	int byte;

	while ((byte = getchar()) != EOF && byte != '\n')
		rd_str_putc(out, (char)byte);
	return rd_str_check(out, "the answer", err);
}

rd_code rd_confirm(rd_cli *c, const char *question, const char *answer, const char *what,
	rd_err *err)
{
	RD_STR_AUTO rd_str typed = RD_STR_INIT(ANSWER_MAX_BYTES);
	rd_code code;

	if (rd_cli_has(c, &rd_flag_yes))
		return RD_OK;
	if (isatty(STDIN_FILENO) != 1 || !c->log.is_tty)
		return rd_err_set(err, RD_EINVAL,
			"%s has to be confirmed: add --yes where there is no terminal", what);
	rd_say_text(&c->log, question);
	fflush(c->log.file);
	code = read_answer(&typed, err);
	if (code == RD_OK && strcmp(rd_str_get(&typed), answer) != 0)
		code = rd_err_set(err, RD_ECANCELED, "%s was not confirmed: nothing was done",
			what);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* rackdeck registries add */
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"

#define PASSWORD_MAX_BYTES (64 * 1024)

/* Bytes of stdin up to a newline (@line) or its end. @returns the byte that ended it, or EOF. */
static int read_stdin(rd_str *out, bool line, int interrupt)
{
	int byte;

	while ((byte = getchar()) != EOF && byte != interrupt && !(line && byte == '\n'))
		rd_str_putc(out, (char)byte);
	return byte;
}

/* Asks without showing what is typed. Ctrl-C comes as a byte that ends the line, so that the terminal
 * is never left without its echo. */
static rd_code ask(rd_cli *c, rd_str *out, rd_err *err)
{
	struct termios before, quiet;
	int end;

	if (tcgetattr(STDIN_FILENO, &before))
		return rd_err_set(err, RD_EIO, "the terminal cannot be asked for a password");
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	quiet.c_cc[VEOL] = before.c_cc[VINTR];
	rd_say_printf(&c->log, "Password: ");
	fflush(c->log.file);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
	end = read_stdin(out, true, before.c_cc[VINTR]);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	rd_say_printf(&c->log, "\n");
	return end == before.c_cc[VINTR] ? rd_err_set(err, RD_ECANCELED, "no registry was added")
					 : RD_OK;
}

/* The third word, else what is typed, else all of stdin: a key may have several lines. */
static rd_code read_password(rd_cli *c, rd_str *out, rd_err *err)
{
	rd_code code = RD_OK;

	if (rd_cli_word(c, 2) != NULL)
		rd_str_put(out, rd_cli_word(c, 2));
	else if (isatty(STDIN_FILENO) == 1)
		code = ask(c, out, err);
	else
		read_stdin(out, false, EOF);
	if (code != RD_OK)
		return code;
	if (rd_cli_word(c, 2) == NULL && out->len > 0 && out->data[out->len - 1] == '\n')
		rd_str_cut(out, out->len - 1);
	if (rd_str_ok(out) && out->len == 0)
		return rd_err_set(err, RD_EINVAL,
			"no password given: type it when asked, or give it on stdin");
	if (memchr(rd_str_get(out), '\0', out->len) != NULL)
		return rd_err_set(err, RD_EINVAL, "the password holds a NUL byte");
	return rd_str_check(out, "the password", err);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_STR_AUTO rd_str password = RD_STR_INIT(PASSWORD_MAX_BYTES);
	rd_rack *rack;
	rd_code code = rd_cli_rack(c, &rack, err);

	if (code == RD_OK)
		code = read_password(c, &password, err);
	if (code != RD_OK)
		return code;
	rd_say_start(&c->out, "Adding registry");
	code = rack->registries->add(rack, rd_cli_word(c, 0), rd_cli_word(c, 1),
		rd_str_get(&password), err);
	explicit_bzero(password.data, password.len);
	if (code == RD_OK)
		rd_say_ok(&c->out, NULL);
	return code;
}

const rd_command rd_cmd_registries_add = {
	.name = "registries add",
	.words = "SERVER USER [PASSWORD]",
	.min_words = 2,
	.max_words = 3,
	.summary = "keep a login of a registry, with which builds pull and push",
	.details = "Without PASSWORD it is asked for on a terminal, else read from stdin: other "
		   "users of "
		   "this machine can see arguments.",
	.example = "registries add registry.example.com ci <token.txt",
	.flags = rd_flags_rack,
	.run = run,
};

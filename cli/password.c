/* SPDX-License-Identifier: MIT */
/* A password that a command needs. */
#include "cli/password.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Bytes of stdin up to a newline (@line) or its end. @returns the byte that ended it, or EOF. */
static int read_stdin(rd_str *out, bool line, int interrupt)
{
	int byte;

	while ((byte = getchar()) != EOF && byte != interrupt && !(line && byte == '\n'))
		rd_str_putc(out, (char)byte);
	return byte;
}

/* Ctrl-C comes as a byte that ends the line, so that the terminal is never left without its echo. */
static rd_code ask(rd_cli *c, const char *what, rd_str *out, rd_err *err)
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
	return end == before.c_cc[VINTR] ? rd_err_set(err, RD_ECANCELED, "%s", what) : RD_OK;
}

rd_code rd_password_check(const rd_str *password, rd_err *err)
{
	if (rd_str_ok(password) && password->len == 0)
		return rd_err_set(err, RD_EINVAL,
			"no password given: type it when asked, or give it on stdin");
	if (memchr(rd_str_get(password), '\0', password->len) != NULL)
		return rd_err_set(err, RD_EINVAL, "the password holds a NUL byte");
	return rd_str_check(password, "the password", err);
}

rd_code rd_password_read(rd_cli *c, const char *what, rd_str *out, rd_err *err)
{
	rd_code code = RD_OK;

	if (isatty(STDIN_FILENO) == 1)
		code = ask(c, what, out, err);
	else
		read_stdin(out, false, EOF);
	if (code != RD_OK)
		return code;
	if (out->len > 0 && out->data[out->len - 1] == '\n')
		rd_str_cut(out, out->len - 1);
	return rd_password_check(out, err);
}

/* SPDX-License-Identifier: MIT */
/* What doctor says about the terminal. */
#include "cli/termcheck.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/str.h"

#define COLUMNS_WANTED 80
#define LINES_WANTED 24

rd_code rd_check_add(rd_vec *checks, rd_health health, const char *name, const char *text,
	const char *mend, rd_err *err)
{
	rd_check *check = rd_vec_push(checks);

	if (check == NULL)
		return rd_err_nomem(err);
	check->health = health;
	check->name = rd_strdup(name);
	check->text = rd_strdup(text);
	check->mend = rd_strdup(mend);
	if (check->name == NULL || check->text == NULL || check->mend == NULL)
		return rd_err_nomem(err);
	return RD_OK;
}

/* Whether folder holds the description of terminal `name`.
 * Source: terminfo(5), the layout of the directory tree. */
static bool has_terminfo(const char *folder, const char *name)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(4096);

	if (folder == NULL || folder[0] == '\0')
		return false;
	rd_str_printf(&path, "%s/%c/%s", folder, name[0], name);
	return rd_str_ok(&path) && rd_file_exists(rd_str_get(&path));
}

static bool is_known_terminal(const char *name)
{
	const char *home = getenv("HOME");
	RD_STR_AUTO rd_str own = RD_STR_INIT(4096);

	if (strchr(name, '/') != NULL)
		return false;
	rd_str_printf(&own, "%s/.terminfo", rd_or_empty(home));
	return has_terminfo(getenv("TERMINFO"), name) || has_terminfo(rd_str_get(&own), name) ||
	       has_terminfo("/etc/terminfo", name) || has_terminfo("/lib/terminfo", name) ||
	       has_terminfo("/usr/share/terminfo", name);
}

static rd_code check_type(rd_vec *checks, rd_err *err)
{
	const char *term = getenv("TERM");
	RD_STR_AUTO rd_str text = RD_STR_INIT(512);

	if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0)
		return rd_check_add(checks, RD_HEALTH_WARN, "terminal",
			"TERM does not name a terminal: the console cannot be opened",
			"run the console in a terminal, or export TERM=xterm-256color", err);
	if (!is_known_terminal(term)) {
		rd_str_printf(&text, "no description of terminal '%.100s' is installed", term);
		return rd_check_add(checks, RD_HEALTH_WARN, "terminal", rd_str_get(&text),
			"install the package ncurses-term, or export TERM=xterm-256color", err);
	}
	rd_str_printf(&text, "%.100s", term);
	return rd_check_add(checks, RD_HEALTH_OK, "terminal", rd_str_get(&text), "", err);
}

static bool window_size(struct winsize *ret_size)
{
	for (int fd = 0; fd <= 2; fd++)
		if (ioctl(fd, TIOCGWINSZ, ret_size) == 0 && ret_size->ws_col > 0)
			return true;
	return false;
}

static rd_code check_size(rd_vec *checks, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(100);
	struct winsize size = {0};

	if (!window_size(&size))
		return RD_OK;
	rd_str_printf(&text, "%dx%d", size.ws_col, size.ws_row);
	if (size.ws_col >= COLUMNS_WANTED && size.ws_row >= LINES_WANTED)
		return rd_check_add(checks, RD_HEALTH_OK, "size", rd_str_get(&text), "", err);
	return rd_check_add(checks, RD_HEALTH_WARN, "size", rd_str_get(&text),
		"make the window 80x24 or larger", err);
}

static rd_code check_charset(rd_vec *checks, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(100);
	const char *charset;

	setlocale(LC_CTYPE, "");
	charset = nl_langinfo(CODESET);
	rd_str_printf(&text, "%.40s", charset);
	if (strcmp(charset, "UTF-8") == 0)
		return rd_check_add(checks, RD_HEALTH_OK, "charset", rd_str_get(&text), "", err);
	return rd_check_add(checks, RD_HEALTH_WARN, "charset", rd_str_get(&text),
		"export LC_ALL=C.UTF-8", err);
}

rd_code rd_termcheck(rd_vec *checks, rd_err *err)
{
	rd_code code = check_type(checks, err);

	if (code == RD_OK)
		code = check_size(checks, err);
	if (code == RD_OK)
		code = check_charset(checks, err);
	return code;
}

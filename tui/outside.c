/* SPDX-License-Identifier: MIT */
/* Giving the terminal to a program of the user. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tui/shell.h"

/* Programs that take "+LINE"; the first word of the command, without its folder. */
static bool takes_line(const char *command)
{
	static const char *const names[] = {"less", "more", "most", "vi", "vim", "nvim", "view",
		"nano", "emacs", "ne", "joe", "micro", "kak", "hx"};
	size_t n = strcspn(command, " ");

	for (size_t i = n; i > 0; i--)
		if (command[i - 1] == '/') {
			command += i;
			n -= i;
			break;
		}
	for (size_t i = 0; i < RD_LEN(names); i++)
		if (strlen(names[i]) == n && !memcmp(names[i], command, n))
			return true;
	return false;
}

const char *rd_console_editor(void)
{
	const char *names[] = {getenv("VISUAL"), getenv("EDITOR")};

	for (size_t i = 0; i < RD_LEN(names); i++)
		if (names[i] && names[i][0])
			return names[i];
	return "vi";
}

void rd_console_give_terminal(rd_console *c, const char *command, uint64_t line, const char *path)
{
	RD_STR_AUTO
	rd_str script = RD_STR_INIT(0);
	char at[32];
	const char *argv[] = {"/bin/sh", "-c", NULL, "rackdeck", at, path, NULL};
	rd_err err = {0};
	int status = 0;

	snprintf(at, sizeof(at), "+%" PRIu64, line);
	rd_str_printf(&script, "exec %s \"$@\"", command);
	argv[2] = rd_str_get(&script);
	if (!line || !takes_line(command)) {
		argv[4] = path;
		argv[5] = NULL;
	}
	if (rd_str_check(&script, "the command", &err) ||
		c->term->ops->run(c->term, argv, &status, &err))
		rd_console_toast_err(c, &err);
	else if (status == 126 || status == 127)
		rd_console_toast(c, RD_ROLE_WARN, "'%s' cannot be run: set another one", command);
	rd_console_take_size(c);
}

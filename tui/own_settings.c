/* SPDX-License-Identifier: MIT */
/* The user's settings, changed in an editor and in force at once. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "tui/shell.h"
#include "tui/theming.h"

/* What the editor shows where there is no file yet; left as it is, there is none after it either. */
static const char sample[] =
	"# Settings of the console: rackdeck-config(5). Take away the '#' of what you want.\n"
	"#theme: slate-dark\n"
	"#confirm:\n"
	"#  prod-east: type\n"
	"#  staging: y\n"
	"#highlight:\n"
	"#  '\\bdeprecated\\b': warn\n"
	"#notify:\n"
	"#  after: 60\n"
	"#  bell: true\n"
	"#  osc: 9\n"
	"#  command: notify-send rackdeck \"$1\"\n";

static rd_code find_file(char **ret_path, bool *ret_is_new, rd_err *err)
{
	RD_AUTOFREE char *dir = NULL;
	rd_code code = rd_xdg_config(&dir, err);

	if (!code)
		code = rd_mkdirs(dir, err);
	if (code)
		return code;
	*ret_path = rd_path_join(dir, "config.yml");
	if (!*ret_path)
		return rd_err_nomem(err);
	*ret_is_new = !rd_file_exists(*ret_path);
	return *ret_is_new ? rd_file_write(*ret_path, sample, strlen(sample), err) : RD_OK;
}

static void drop_sample(const char *path)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	if (!rd_file_read(path, sizeof(sample), &text, NULL) && !strcmp(rd_str_get(&text), sample))
		unlink(path);
}

static rd_code take_theme(rd_console *c, const char *name, rd_err *err)
{
	rd_theme *theme = NULL;
	rd_code code = rd_theme_load(name, &theme, err);

	c->keeps_theme = false;
	if (code)
		return code;
	rd_console_take_theme(c, name, theme);
	rd_console_toast(c, RD_ROLE_TEXT, "theme %s from now on", name);
	return RD_OK;
}

/* All but a theme: that may have been chosen for this run. */
static void take(rd_console *c, rd_settings *s)
{
	free(c->notify.command);
	c->notify = s->notify;
	s->notify.command = NULL;
	rd_highlights_done(&c->highlights);
	c->highlights = rd_vec_take(&s->highlights);
	rd_vec_init(&s->highlights, sizeof(rd_highlight));
	c->is_protected = rd_settings_protect(s, c->rack->name);
}

void rd_console_edit_settings(rd_console *c)
{
	RD_AUTO(rd_settings_done) rd_settings before = {.theme = NULL};
	RD_AUTO(rd_settings_done) rd_settings after = {.theme = NULL};
	RD_AUTOFREE char *path = NULL;
	bool is_new = false;
	rd_err err = {0};
	rd_code code = find_file(&path, &is_new, &err);

	if (code) {
		rd_console_toast_err(c, &err);
		return;
	}
	rd_settings_load(path, &before, NULL);
	rd_console_toast(c, RD_ROLE_TEXT, "the settings are those of %s", path);
	rd_console_give_terminal(c, rd_console_editor(), 0, path);
	if (is_new)
		drop_sample(path);
	code = rd_settings_load(path, &after, &err);
	take(c, &after);
	if (after.theme && strcmp(after.theme, rd_or_empty(before.theme)) != 0 && !code)
		code = take_theme(c, after.theme, &err);
	if (code)
		rd_console_toast_err(c, &err);
	rd_console_send_all(c, RD_EV_RESIZE);
}

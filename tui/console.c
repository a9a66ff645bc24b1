/* SPDX-License-Identifier: MIT */
/* The console's entry: settings, theme and keys of the user, the terminal, the loop. */
#include "tui/console.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "tui/plain.h"
#include "tui/settings.h"
#include "tui/theming.h"
#include "tui/shell.h"
#include "tui/tty.h"

#define GUARD_US 150000
#define DOUBLE_US 400000
#define TOAST_US 6000000
#define FRAME_US 33000
#define FRAME_SSH_US 100000 /* over a network: fewer frames, sooner keys */

/* A file in the user's configuration folder. @ret heap; NULL without a home. */
static char *config_path(const char *name)
{
	RD_AUTOFREE char *dir = NULL;

	return rd_xdg_config(&dir, NULL) ? NULL : rd_path_join(dir, name);
}

/* Terminals that say what their background is (COLORFGBG "15;0") choose; the others are dark. */
static const char *default_theme(void)
{
	const char *colors = getenv("COLORFGBG");
	const char *background = colors ? strrchr(colors, ';') : NULL;
	bool is_light = background && (!strcmp(background, ";7") || !strcmp(background, ";15"));

	return is_light ? "paper-light" : "slate-dark";
}

/* What is wrong with the user's files is shown once the console is up; it never keeps it down. */
static rd_code choose_theme(const char *asked, const char *configured, rd_console_setup *setup,
	char **ret_path, rd_err *trouble, rd_err *err)
{
	char kept[256] = "";
	const char *from_env = getenv("RACKDECK_THEME");
	const char *name = asked ? asked : from_env && *from_env ? from_env : configured;
	rd_err not_loaded = {0};
	rd_code code;

	setup->keeps_theme = !name;
	if (!name)
		name = rd_theme_kept(kept, sizeof(kept)) ? kept : default_theme();
	code = rd_theme_find(name, ret_path, &not_loaded);
	if (!code && *ret_path)
		code = rd_theme_read(*ret_path, &setup->theme, &not_loaded);
	setup->theme_path = *ret_path;
	if (code)
		*trouble = not_loaded;
	return setup->theme ? RD_OK : rd_theme_new(&setup->theme, err);
}

static void load_settings(rd_settings *ret_settings, rd_err *trouble)
{
	RD_AUTOFREE char *path = config_path("config.yml");

	rd_err not_read = {0};

	*ret_settings = (rd_settings){.theme = NULL};
	if (path && rd_settings_load(path, ret_settings, &not_read))
		*trouble = not_read;
}

static rd_code load_keys(rd_keymap **ret_map, rd_err *trouble, rd_err *err)
{
	RD_AUTOFREE char *path = config_path("keys.yml");
	rd_code code = rd_keymap_new(ret_map, err);
	rd_err not_read = {0};

	if (!code && path && rd_keymap_load(*ret_map, path, &not_read))
		*trouble = not_read;
	return code;
}

static rd_code make(rd_rack *rack, const char *app, const rd_console_opts *opts,
	rd_console **ret_console, rd_err *err)
{
	/* whole, so that the build dialog says which folder it is; an odd one is told when it is built */
	RD_AUTOFREE char *dir = realpath(opts->dir ? opts->dir : ".", NULL);
	rd_console_setup setup = {.rack = rack,
		.app = app,
		.dir = dir ? dir : opts->dir,
		.is_read_only = opts->is_read_only,
		.guard_us = GUARD_US,
		.double_us = DOUBLE_US,
		.toast_us = TOAST_US,
		.frame_us = getenv("SSH_CONNECTION") ? FRAME_SSH_US : FRAME_US};
	RD_AUTOFREE char *theme_path = NULL;
	RD_AUTO(rd_settings_done)
	rd_settings settings = {.theme = NULL};
	rd_err trouble = {0}, theme_trouble = {0}, keys_trouble = {0};
	rd_code code = rd_tty_new(&setup.term, err);

	if (code)
		return code;
	load_settings(&settings, &trouble);
	setup.notify = settings.notify;
	setup.highlights = rd_vec_take(&settings.highlights);
	setup.is_protected = rd_settings_protect(&settings, rack->name);
	code = choose_theme(opts->theme, settings.theme, &setup, &theme_path, &theme_trouble, err);
	if (!code)
		code = load_keys(&setup.keymap, &keys_trouble, err);
	if (code) {
		setup.term->ops->close(setup.term);
		rd_theme_free(setup.theme);
		rd_highlights_done(&setup.highlights);
		return code;
	}
	code = rd_console_new(&setup, ret_console, err);
	if (!code)
		code = rd_console_open_dashboard(*ret_console, opts->build, err);
	if (!code)
		rd_console_restore_layout(*ret_console);
	if (theme_trouble.code)
		trouble = theme_trouble;
	else if (keys_trouble.code && !trouble.code)
		trouble = keys_trouble;
	if (!code && trouble.code)
		rd_console_toast_err(*ret_console, &trouble);
	return code;
}

static int be_plain(rd_rack *rack, const char *app, const rd_console_opts *opts)
{
	rd_plain_opts plain = {.build = opts->build, .is_read_only = opts->is_read_only};
	RD_AUTO(rd_settings_done)
	rd_settings settings = {.theme = NULL};
	rd_err trouble = {0};
	char text[sizeof(trouble.msg) + sizeof(trouble.ctx) + 8];

	load_settings(&settings, &trouble);
	if (trouble.code)
		fprintf(stderr, "WARNING: %s\n", rd_err_text(&trouble, text, sizeof(text)));
	plain.is_protected = rd_settings_protect(&settings, rack->name);
	return rd_plain_main(rack, app, &plain);
}

int rd_console_main(rd_rack *rack, const char *app, const rd_console_opts *opts)
{
	const rd_console_opts none = {.theme = NULL};
	rd_console *c = NULL;
	rd_err err = {0};
	char text[sizeof(err.msg) + sizeof(err.ctx) + 8];
	bool goes_on = true;
	int signo = 0;
	rd_code code;

	setlocale(LC_CTYPE, "");
	if (!opts)
		opts = &none;
	if (opts->is_plain || !rd_tty_is_usable())
		return be_plain(rack, app, opts);
	code = make(rack, app, opts, &c, &err);
	while (!code && goes_on)
		code = rd_console_turn(c, -1, &goes_on, &err);
	if (c)
		signo = c->signo;
	if (c && !code)
		rd_console_keep_layout(c);
	rd_console_free(c);
	if (code) {
		fprintf(stderr, "ERROR: %s\n", rd_err_text(&err, text, sizeof(text)));
		return 1;
	}
	return signo ? 128 + signo : 0;
}

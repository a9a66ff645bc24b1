/* SPDX-License-Identifier: MIT */
/* The console's entry: settings, theme and keys of the user, the terminal, the loop. */
#include "tui/console.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/formats/yaml.h"
#include "tui/shell.h"
#include "tui/tty.h"

#define CONFIG_MAX_BYTES (64 * 1024)
#define GUARD_US 150000
#define TOAST_US 6000000
#define FRAME_US 33000
#define FRAME_SSH_US 100000 /* over a network: fewer frames, sooner keys */

/* A file in the user's configuration folder. @ret heap; NULL without a home. */
static char *config_path(const char *name)
{
	RD_AUTOFREE char *dir = NULL;

	return rd_xdg_config(&dir, NULL) ? NULL : rd_path_join(dir, name);
}

/* `theme:` of config.yml; nothing if it is not there. */
static rd_code configured_theme(char **ret_name, rd_err *err)
{
	RD_AUTOFREE char *path = config_path("config.yml");
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(CONFIG_MAX_BYTES);
	rd_yaml_mark mark = {0, 0};
	rd_yaml *doc = NULL;
	const rd_yaml_node *theme;
	rd_code code;

	if (!path || !rd_file_exists(path))
		return RD_OK;
	code = rd_file_read(path, CONFIG_MAX_BYTES, &text, err);
	if (code)
		return code;
	code = rd_yaml_parse(rd_str_get(&text), text.len, &doc, &mark, err);
	if (code)
		return rd_err_wrap(err, "%s:%d:%d", path, mark.line, mark.column);
	theme = rd_yaml_get(rd_yaml_root(doc), "theme");
	if (theme)
		*ret_name = rd_strdup(rd_yaml_text(theme));
	rd_yaml_free(doc);
	return RD_OK;
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
static rd_code choose_theme(const char *asked, rd_theme **ret_theme, rd_err *trouble, rd_err *err)
{
	RD_AUTOFREE char *configured = NULL;
	const char *from_env = getenv("RACKDECK_THEME");
	const char *name = asked ? asked : from_env && *from_env ? from_env : NULL;
	rd_err not_loaded = {0};

	if (!name)
		configured_theme(&configured, trouble);
	if (!name)
		name = configured ? configured : default_theme();
	if (!rd_theme_load(name, ret_theme, &not_loaded))
		return RD_OK;
	*trouble = not_loaded;
	return rd_theme_new(ret_theme, err);
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
		.guard_us = GUARD_US,
		.toast_us = TOAST_US,
		.frame_us = getenv("SSH_CONNECTION") ? FRAME_SSH_US : FRAME_US};
	rd_err theme_trouble = {0}, keys_trouble = {0};
	rd_code code = rd_tty_new(&setup.term, err);

	if (code)
		return code;
	code = choose_theme(opts->theme, &setup.theme, &theme_trouble, err);
	if (!code)
		code = load_keys(&setup.keymap, &keys_trouble, err);
	if (code) {
		setup.term->ops->close(setup.term);
		rd_theme_free(setup.theme);
		return code;
	}
	code = rd_console_new(&setup, ret_console, err);
	if (!code)
		code = rd_console_open_dashboard(*ret_console, opts->build, err);
	if (!code && theme_trouble.code)
		rd_console_toast_err(*ret_console, &theme_trouble);
	else if (!code && keys_trouble.code)
		rd_console_toast_err(*ret_console, &keys_trouble);
	return code;
}

int rd_console_main(rd_rack *rack, const char *app, const rd_console_opts *opts)
{
	const rd_console_opts none = {NULL, NULL, NULL};
	rd_console *c = NULL;
	rd_err err = {0};
	char text[sizeof(err.msg) + sizeof(err.ctx) + 8];
	bool goes_on = true;
	int signo = 0;
	rd_code code;

	setlocale(LC_CTYPE, "");
	code = make(rack, app, opts ? opts : &none, &c, &err);
	while (!code && goes_on)
		code = rd_console_turn(c, -1, &goes_on, &err);
	if (c)
		signo = c->signo;
	rd_console_free(c);
	if (code) {
		fprintf(stderr, "ERROR: %s\n", rd_err_text(&err, text, sizeof(text)));
		return 1;
	}
	return signo ? 128 + signo : 0;
}

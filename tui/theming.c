/* SPDX-License-Identifier: MIT */
/* Which theme the console shows: chosen, looked at, or edited while it runs. */
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "tui/shell.h"
#include "tui/theming.h"

#define NAME_MAX_BYTES 256

static void draw_anew(rd_console *c)
{
	c->term->ops->redraw(c->term);
	c->is_old = c->is_urgent = true;
}

static void replace(rd_console *c, rd_theme *theme)
{
	rd_theme_free(c->theme);
	c->theme = theme;
	draw_anew(c);
}

/* ---- edited while it runs ---- */

static void reload(rd_console *c)
{
	rd_theme *theme = NULL;
	rd_err err = {0};

	if (rd_theme_read(c->theme_path, &theme, &err)) {
		rd_console_toast_err(c, &err);
		return;
	}
	replace(c, theme);
	rd_console_toast(c, RD_ROLE_TEXT, "theme %s read anew", rd_path_base(c->theme_path));
}

static void on_edit(void *arg, int fd, uint32_t epoll_events RD_UNUSED)
{
	rd_console *c = arg;
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool is_ours = false;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *ev = (const void *)(buf + at);

			is_ours |= ev->len && !strcmp(ev->name, rd_path_base(c->theme_path));
			at += (ssize_t)(sizeof(*ev) + ev->len);
		}
	if (is_ours)
		reload(c);
}

static void unwatch(rd_console *c)
{
	c->theme_watch = rd_loop_remove(c->loop, c->theme_watch);
	if (c->theme_fd >= 0)
		close(c->theme_fd);
	c->theme_fd = -1;
}

/* Editors write a new file in the place of the old one: the folder is watched. Without it, the theme
 * is right, but not read anew. */
static void watch(rd_console *c)
{
	char folder[PATH_MAX];

	unwatch(c);
	if (!c->theme_path || strlen(c->theme_path) >= sizeof(folder))
		return;
	snprintf(folder, sizeof(folder), "%s", c->theme_path);
	*strrchr(folder, '/') = '\0';
	c->theme_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (c->theme_fd < 0)
		return;
	if (inotify_add_watch(c->theme_fd, folder, IN_CLOSE_WRITE | IN_MOVED_TO) < 0 ||
		rd_loop_fd(c->loop, c->theme_fd, EPOLLIN, on_edit, c, &c->theme_watch, NULL))
		unwatch(c);
}

void rd_console_watch_theme(rd_console *c, const char *path)
{
	char *copy = path ? rd_strdup(path) : NULL;

	free(c->theme_path);
	c->theme_path = copy;
	watch(c);
}

void rd_console_end_theme(rd_console *c)
{
	unwatch(c);
	rd_theme_free(c->theme);
	free(c->theme_path);
}

/* ---- chosen ---- */

/* The file that holds the name. */
static char *kept_path(void)
{
	RD_AUTOFREE char *dir = NULL;

	return rd_xdg_data(&dir, NULL) || rd_mkdirs(dir, NULL) ? NULL
							       : rd_path_join(dir, "console-theme");
}

bool rd_theme_kept(char *buf, size_t cap)
{
	RD_AUTOFREE char *path = kept_path();
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(NAME_MAX_BYTES);

	if (!path || rd_file_read(path, NAME_MAX_BYTES, &text, NULL) || !text.len)
		return false;
	snprintf(buf, cap, "%.*s", (int)strcspn(rd_str_get(&text), "\n"), rd_str_get(&text));
	return buf[0] != '\0';
}

static rd_code keep(void *arg, rd_rack *rack RD_UNUSED, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	RD_AUTOFREE char *path = kept_path();

	if (!path)
		return rd_err_set(err, RD_EIO,
			"the theme is for this run: there is no folder for data");
	return rd_file_write(path, arg, strlen(arg), err);
}

static rd_react kept(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	if (code)
		rd_console_toast_err(c, err);
	else
		rd_console_toast(c, RD_ROLE_TEXT, "theme %s, from now on", (const char *)arg);
	return RD_REACT_REDRAW;
}

void rd_console_take_theme(rd_console *c, const char *name, rd_theme *theme)
{
	RD_AUTOFREE char *path = NULL;
	const rd_task task = {.work = keep, .done = kept, .discard = free, .arg = rd_strdup(name)};

	replace(c, theme);
	rd_theme_find(name, &path, NULL);
	rd_console_watch_theme(c, path);
	if (!c->keeps_theme) {
		rd_console_toast(c, RD_ROLE_TEXT,
			"theme %s until the end: the settings name another", name);
		free(task.arg);
		return;
	}
	if (task.arg)
		rd_console_run(c, &task, NULL);
}

void rd_console_show_theme(rd_console *c, const rd_theme *theme)
{
	c->shown_theme = theme;
	draw_anew(c);
}

const rd_theme *rd_console_theme(const rd_console *c)
{
	return c->theme;
}

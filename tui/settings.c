/* SPDX-License-Identifier: MIT */
/* The user's settings. */
#include "tui/settings.h"

#include <fnmatch.h>

#include "core/base/fs.h"
#include "core/formats/yaml.h"

#define MAX_AFTER_S (24 * 3600)
#define NOTIFY_AFTER_US 60000000
#define SETTINGS_MAX_BYTES (64 * 1024)
#define MAX_HIGHLIGHTS 64 /* each is looked for in each line that is seen */

/* What is being read, and the first mistake in it. */
typedef struct source {
	const char *path;
	rd_settings *settings;
	rd_code code;
	rd_err *err;
} source;

static void mistake(source *src, const rd_yaml_node *n, const char *key, const char *what)
{
	rd_yaml_mark at = rd_yaml_where(n);

	if (!src->code)
		src->code = rd_err_set(src->err, RD_EINVAL, "%s:%d:%d: %s: %s", src->path, at.line,
			at.column, key, what);
}

static void read_theme(source *src, const rd_yaml_node *key, const rd_yaml_node *value)
{
	if (rd_yaml_kind_of(value) != RD_YAML_SCALAR)
		mistake(src, key, "theme", "this is the name of a theme");
	else if (!rd_str_replace(&src->settings->theme, rd_yaml_text(value)))
		src->code = rd_err_nomem(src->err);
}

static void read_confirm(source *src, const rd_yaml_node *key, const rd_yaml_node *value)
{
	if (rd_yaml_kind_of(value) != RD_YAML_MAP)
		mistake(src, key, "confirm", "this is a map from racks to 'type' or 'y'");
	for (size_t i = 0; i < rd_yaml_len(value); i++) {
		const char *rack = rd_yaml_text(rd_yaml_key(value, i));
		const char *how = rd_yaml_text(rd_yaml_at(value, i));

		if (strcmp(how, "type") != 0 && strcmp(how, "y") != 0)
			mistake(src, rd_yaml_key(value, i), rack, "this is 'type' or 'y'");
		else if (!rd_kvs_set(&src->settings->confirm, rack, how))
			src->code = rd_err_nomem(src->err);
	}
}

static bool role_named(const char *name, rd_role *ret_role)
{
	for (int role = 0; role < RD_ROLE_MAX_; role++) {
		*ret_role = (rd_role)role;
		if (!strcmp(rd_role_name(*ret_role), name))
			return true;
	}
	return false;
}

static void read_rule(source *src, const rd_yaml_node *key, const rd_yaml_node *value)
{
	rd_highlight rule = {NULL, RD_ROLE_TEXT}, *slot;
	rd_err err = {0};

	if (!role_named(rd_yaml_text(value), &rule.role)) {
		mistake(src, value, "highlight",
			"this is a role of rackdeck-theme(5), such as 'warn'");
		return;
	}
	if (rd_log_search_new(rd_yaml_text(key), &rule.search, &err)) {
		mistake(src, key, "highlight", err.msg);
		return;
	}
	slot = rd_vec_push(&src->settings->highlights);
	if (slot) {
		*slot = rule;
		return;
	}
	rd_log_search_free(rule.search);
	src->code = rd_err_nomem(src->err);
}

static void read_highlight(source *src, const rd_yaml_node *key, const rd_yaml_node *value)
{
	if (rd_yaml_kind_of(value) != RD_YAML_MAP)
		mistake(src, key, "highlight", "this is a map from patterns to roles");
	for (size_t i = 0; rd_yaml_kind_of(value) == RD_YAML_MAP && i < rd_yaml_len(value); i++) {
		if (i == MAX_HIGHLIGHTS) {
			mistake(src, rd_yaml_key(value, i), "highlight", "these are more than 64");
			return;
		}
		read_rule(src, rd_yaml_key(value, i), rd_yaml_at(value, i));
	}
}

static void read_notify_key(source *src, const rd_yaml_node *key, const rd_yaml_node *value)
{
	rd_notify *to = &src->settings->notify;
	const char *name = rd_yaml_text(key);
	long long n = 0;

	if (!strcmp(name, "after")) {
		if (!rd_yaml_int(value, &n) || n < 0 || n > MAX_AFTER_S)
			mistake(src, key, "notify.after", "these are seconds, at most a day");
		else
			to->after_us = n * 1000000;
	} else if (!strcmp(name, "bell")) {
		if (!rd_yaml_bool(value, &to->bell))
			mistake(src, key, "notify.bell", "this is true or false");
	} else if (!strcmp(name, "osc")) {
		if (!rd_yaml_int(value, &n) || (n != 9 && n != 777))
			mistake(src, key, "notify.osc", "this is 9 or 777");
		else
			to->osc = (int)n;
	} else if (!strcmp(name, "command")) {
		if (rd_yaml_kind_of(value) != RD_YAML_SCALAR)
			mistake(src, key, "notify.command", "this is a line for the shell");
		else if (!rd_str_replace(&to->command, rd_yaml_text(value)))
			src->code = rd_err_nomem(src->err);
	} else {
		mistake(src, key, name, "notify has after, bell, osc and command");
	}
}

static void read_notify(source *src, const rd_yaml_node *key, const rd_yaml_node *value)
{
	if (rd_yaml_kind_of(value) != RD_YAML_MAP)
		mistake(src, key, "notify", "this is a map with after, bell, osc and command");
	for (size_t i = 0; rd_yaml_kind_of(value) == RD_YAML_MAP && i < rd_yaml_len(value); i++)
		read_notify_key(src, rd_yaml_key(value, i), rd_yaml_at(value, i));
}

static void read_all(source *src, const rd_yaml_node *root)
{
	static const struct {
		const char *key;
		void (*read)(source *src, const rd_yaml_node *key, const rd_yaml_node *value);
	} readers[] = {{"theme", read_theme}, {"confirm", read_confirm},
		{"highlight", read_highlight}, {"notify", read_notify}};

	if (rd_yaml_kind_of(root) != RD_YAML_MAP && rd_yaml_kind_of(root) != RD_YAML_NULL)
		mistake(src, root, "settings", "these are written as 'name: value'");
	for (size_t i = 0; i < rd_yaml_len(root); i++) {
		const rd_yaml_node *key = rd_yaml_key(root, i);
		size_t k = 0;

		while (k < RD_LEN(readers) && strcmp(rd_yaml_text(key), readers[k].key))
			k++;
		if (k < RD_LEN(readers))
			readers[k].read(src, key, rd_yaml_at(root, i));
		else
			mistake(src, key, rd_yaml_text(key), "there is no such setting");
	}
}

rd_code rd_settings_load(const char *path, rd_settings *ret_settings, rd_err *err)
{
	source src = {.path = path, .settings = ret_settings, .err = err};
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(SETTINGS_MAX_BYTES);
	rd_yaml_mark mark = {0, 0};
	rd_yaml *doc = NULL;
	rd_code code = rd_file_read(path, SETTINGS_MAX_BYTES, &text, err);

	*ret_settings = (rd_settings){.notify = {.after_us = NOTIFY_AFTER_US}};
	rd_vec_init(&ret_settings->highlights, sizeof(rd_highlight));
	if (code)
		return code == RD_ENOENT ? RD_OK : code;
	code = rd_yaml_parse(rd_str_get(&text), text.len, &doc, &mark, err);
	if (code)
		return rd_err_wrap(err, "%s:%d:%d", path, mark.line, mark.column);
	read_all(&src, rd_yaml_root(doc));
	rd_yaml_free(doc);
	return src.code;
}

void rd_highlights_done(rd_vec *highlights)
{
	for (size_t i = 0; i < highlights->len; i++)
		rd_log_search_free(((rd_highlight *)rd_vec_at(highlights, i))->search);
	rd_vec_done(highlights);
}

void rd_settings_done(rd_settings *s)
{
	rd_highlights_done(&s->highlights);
	free(s->theme);
	free(s->notify.command);
	rd_kvs_done(&s->confirm);
	*s = (rd_settings){.theme = NULL};
}

bool rd_settings_protect(const rd_settings *s, const char *rack)
{
	for (size_t i = 0; i < s->confirm.len; i++)
		if (!fnmatch(s->confirm.items[i].key, rack, 0))
			return !strcmp(s->confirm.items[i].value, "type");
	return rd_starts_with(rack, "prod") || rd_starts_with(rack, "live");
}

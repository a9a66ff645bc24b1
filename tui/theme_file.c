/* SPDX-License-Identifier: MIT */
/* Themes from YAML files, and where to find them. */
#include <dirent.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/spawn.h"
#include "core/formats/yaml.h"
#include "tui/theme_spec.h"

#define THEME_MAX_BYTES (64 * 1024)

/* What is being read, for messages: "roles.failed.fg" in a file. */
typedef struct source {
	const char *where;
	const char *section, *role, *key;
	rd_err *err;
} source;

static rd_code bad(const source *src, const rd_yaml_node *n, const char *what)
{
	rd_yaml_mark at = rd_yaml_where(n);

	return rd_err_set(src->err, RD_EPARSE, "theme %s:%d:%d: %s%s%s%s%s%s%s", src->where,
		at.line, at.column, rd_or_empty(src->section), src->role ? "." : "",
		rd_or_empty(src->role), src->key ? "." : "", rd_or_empty(src->key),
		src->section ? ": " : "", what);
}

static const char *const color_names[] = {"black", "red", "green", "yellow", "blue", "magenta",
	"cyan", "white", "bright-black", "bright-red", "bright-green", "bright-yellow",
	"bright-blue", "bright-magenta", "bright-cyan", "bright-white"};

static bool named_color(const char *text, int32_t *ret_color)
{
	for (size_t i = 0; i < RD_LEN(color_names); i++)
		if (!strcmp(text, color_names[i])) {
			*ret_color = (int32_t)i;
			return true;
		}
	return false;
}

static bool rgb_color(const char *text, int32_t *ret_color)
{
	char *end = NULL;
	long value;

	if (text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
		return false;
	value = strtol(text + 1, &end, 16);
	*ret_color = RD_COLOR_RGB | (int32_t)value;
	return true;
}

static rd_code read_color(const source *src, const rd_yaml_node *n, int32_t out[3])
{
	long long index = -1;

	if (rd_yaml_kind_of(n) == RD_YAML_SCALAR && !strcmp(rd_yaml_text(n), "default")) {
		out[0] = out[1] = out[2] = RD_COLOR_DEFAULT;
		return RD_OK;
	}
	if (rd_yaml_kind_of(n) != RD_YAML_LIST || rd_yaml_len(n) != 3)
		return bad(src, n, "a colour is default or a list: [red, 203, \"#ff6b6b\"]");
	if (!strcmp(rd_yaml_text(rd_yaml_at(n, 0)), "default"))
		out[0] = RD_COLOR_DEFAULT;
	else if (!named_color(rd_yaml_text(rd_yaml_at(n, 0)), &out[0]))
		return bad(src, rd_yaml_at(n, 0),
			"this is none of the 16 colours: black, red, … bright-white");
	if (!rd_yaml_int(rd_yaml_at(n, 1), &index) || index < 0 || index > 255)
		return bad(src, rd_yaml_at(n, 1), "the second value is a number from 0 to 255");
	out[1] = (int32_t)index;
	if (!rgb_color(rd_yaml_text(rd_yaml_at(n, 2)), &out[2]))
		return bad(src, rd_yaml_at(n, 2), "the third value is a colour like \"#ff6b6b\"");
	return RD_OK;
}

static rd_code read_attrs(const source *src, const rd_yaml_node *n, uint32_t *out)
{
	static const char *const names[] = {
		"bold", "dim", "italic", "underline", "reverse", "strike"};

	if (rd_yaml_kind_of(n) != RD_YAML_LIST)
		return bad(src, n, "attrs is a list: [bold, underline]");
	for (size_t i = 0; i < rd_yaml_len(n); i++) {
		size_t k = 0;

		while (k < RD_LEN(names) && strcmp(rd_yaml_text(rd_yaml_at(n, i)), names[k]))
			k++;
		if (k == RD_LEN(names))
			return bad(src, rd_yaml_at(n, i),
				"attrs are bold, dim, italic, underline, reverse and strike");
		*out |= 1U << k;
	}
	return RD_OK;
}

static rd_code read_role(source *src, const rd_yaml_node *n, rd_role_spec *out)
{
	rd_code code = RD_OK;

	if (rd_yaml_kind_of(n) != RD_YAML_MAP)
		return bad(src, n, "a role is a map with fg, bg and attrs");
	out->is_given = true;
	for (size_t i = 0; i < rd_yaml_len(n) && !code; i++) {
		const char *key = rd_yaml_text(rd_yaml_key(n, i));
		const rd_yaml_node *value = rd_yaml_at(n, i);

		src->key = key;
		if (!strcmp(key, "fg"))
			code = read_color(src, value, out->fg);
		else if (!strcmp(key, "bg"))
			code = read_color(src, value, out->bg);
		else if (!strcmp(key, "attrs"))
			code = read_attrs(src, value, &out->attrs);
		else
			code = bad(src, rd_yaml_key(n, i), "a role has fg, bg and attrs");
	}
	src->key = NULL;
	return code;
}

static bool role_named(const char *name, rd_role *ret_role)
{
	for (int i = 0; i < RD_ROLE_MAX_; i++)
		if (!strcmp(name, rd_role_name((rd_role)i))) {
			*ret_role = (rd_role)i;
			return true;
		}
	return false;
}

static rd_code read_roles(source *src, const rd_yaml_node *n, rd_theme *t)
{
	rd_code code = RD_OK;

	if (rd_yaml_kind_of(n) != RD_YAML_MAP)
		return bad(src, n, "roles is a map from a role's name to its look");
	for (size_t i = 0; i < rd_yaml_len(n) && !code; i++) {
		rd_role role;

		src->role = rd_yaml_text(rd_yaml_key(n, i));
		if (!role_named(rd_yaml_text(rd_yaml_key(n, i)), &role))
			code = bad(src, rd_yaml_key(n, i), "there is no such role");
		else
			code = read_role(src, rd_yaml_at(n, i), &t->roles[role]);
	}
	src->role = NULL;
	return code;
}

static rd_code read_backgrounds(const source *src, const rd_yaml_node *n, rd_theme *t)
{
	if (rd_yaml_kind_of(n) != RD_YAML_LIST || rd_yaml_len(n) != 2)
		return bad(src, n, "these are two colours: [\"#000000\", \"#1e222a\"]");
	for (size_t i = 0; i < 2; i++)
		if (!rgb_color(rd_yaml_text(rd_yaml_at(n, i)), &t->backgrounds[i]))
			return bad(src, rd_yaml_at(n, i),
				"a background is a colour like \"#1e222a\"");
	return RD_OK;
}

static rd_code read_theme(source *src, const rd_yaml_node *root, rd_theme *t)
{
	rd_code code = RD_OK;

	if (rd_yaml_kind_of(root) != RD_YAML_MAP)
		return bad(src, root, "a theme is a map with name, about, backgrounds and roles");
	for (size_t i = 0; i < rd_yaml_len(root) && !code; i++) {
		const char *key = rd_yaml_text(rd_yaml_key(root, i));
		const rd_yaml_node *value = rd_yaml_at(root, i);

		src->section = key;
		if (!strcmp(key, "name") || !strcmp(key, "about"))
			code = rd_str_replace(key[0] == 'n' ? &t->name : &t->about,
				       rd_yaml_text(value))
				       ? RD_OK
				       : rd_err_nomem(src->err);
		else if (!strcmp(key, "roles"))
			code = read_roles(src, value, t);
		else if (!strcmp(key, "backgrounds"))
			code = read_backgrounds(src, value, t);
		else
			code = bad(src, rd_yaml_key(root, i),
				"a theme has name, about, backgrounds and roles");
	}
	return code;
}

static void clear_roles(rd_theme *t)
{
	for (int i = 0; i < RD_ROLE_MAX_; i++) {
		rd_role_spec *spec = &t->roles[i];

		*spec = (rd_role_spec){.attrs = 0};
		for (int k = 0; k < 3; k++)
			spec->fg[k] = spec->bg[k] = RD_COLOR_UNSET;
	}
}

static void autofree_theme(rd_theme **t)
{
	rd_theme_free(*t);
}

static void autofree_yaml(rd_yaml **doc)
{
	rd_yaml_free(*doc);
}

rd_code rd_theme_parse(const char *text, size_t n, const char *where, rd_theme **ret_theme,
	rd_err *err)
{
	source src = {.where = where, .err = err};
	rd_yaml_mark mark = {0, 0};
	RD_AUTO(autofree_yaml)
	rd_yaml *doc = NULL;
	RD_AUTO(autofree_theme)
	rd_theme *t = NULL;
	rd_code code = rd_yaml_parse(text, n, &doc, &mark, err);

	if (code)
		return rd_err_wrap(err, "theme %s:%d:%d", where, mark.line, mark.column);
	code = rd_theme_new(&t, err);
	if (code)
		return code;
	clear_roles(t);
	code = read_theme(&src, rd_yaml_root(doc), t);
	if (!code)
		*ret_theme = RD_TAKE(t);
	return code;
}

/* ---- where themes are ---- */

/* The folder "themes" beside our binary: there it is in a build tree. */
static char *beside_binary(void)
{
	RD_AUTOFREE char *exe = NULL;
	char *slash;

	if (rd_self_exe(&exe, NULL))
		return NULL;
	slash = strrchr(exe, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	return rd_path_join(exe, "themes");
}

static char *of_user(void)
{
	RD_AUTOFREE char *config = NULL;

	return rd_xdg_config(&config, NULL) ? NULL : rd_path_join(config, "themes");
}

/* The folders, first the one that wins. Those that cannot be are left out. */
static rd_code folders(rd_strs *out, rd_err *err)
{
	const char *from_env = getenv("RACKDECK_THEMEDIR");
	char *found[] = {of_user(), from_env && *from_env ? rd_strdup(from_env) : NULL,
		beside_binary(), rd_strdup(RD_THEMEDIR)};
	bool is_ok = true;

	for (size_t i = 0; i < RD_LEN(found); i++)
		if (found[i])
			is_ok = rd_strs_take(out, found[i]) && is_ok;
	return is_ok ? RD_OK : rd_err_nomem(err);
}

static bool is_name(const char *name)
{
	return *name && name[0] != '.' && !strchr(name, '/');
}

rd_code rd_theme_read(const char *path, rd_theme **ret_theme, rd_err *err)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(THEME_MAX_BYTES);
	rd_code code = rd_file_read(path, THEME_MAX_BYTES, &text, err);

	if (code)
		return code;
	return rd_theme_parse(rd_str_get(&text), text.len, path, ret_theme, err);
}

static rd_code not_found(const char *name, rd_err *err)
{
	RD_AUTO(rd_strs_done)
	rd_strs names = {0};
	RD_STR_AUTO
	rd_str list = RD_STR_INIT(512);

	if (!rd_theme_list(&names, NULL))
		for (size_t i = 0; i < names.len; i++)
			rd_str_printf(&list, "%s%s", i ? ", " : "", names.items[i]);
	return rd_err_set(err, RD_ENOENT, "no theme '%s': there are %s", name, rd_str_get(&list));
}

rd_code rd_theme_find(const char *name, char **ret_path, rd_err *err)
{
	RD_AUTO(rd_strs_done)
	rd_strs dirs = {0};
	RD_STR_AUTO
	rd_str file = RD_STR_INIT(256);
	rd_code code = folders(&dirs, err);

	if (code)
		return code;
	rd_str_printf(&file, "%s.yml", name);
	for (size_t i = 0; i < dirs.len && is_name(name) && rd_str_ok(&file); i++) {
		RD_AUTOFREE char *path = rd_path_join(dirs.items[i], rd_str_get(&file));

		if (!path)
			return rd_err_nomem(err);
		if (!rd_file_exists(path))
			continue;
		*ret_path = RD_TAKE(path);
		return RD_OK;
	}
	*ret_path = NULL;
	return strcmp(name, "mono") ? not_found(name, err) : RD_OK;
}

rd_code rd_theme_load(const char *name, rd_theme **ret_theme, rd_err *err)
{
	RD_AUTOFREE char *path = NULL;
	rd_code code = rd_theme_find(name, &path, err);

	if (code)
		return code;
	return path ? rd_theme_read(path, ret_theme, err) : rd_theme_new(ret_theme, err);
}

static rd_code list_folder(const char *folder, rd_strs *names, rd_err *err)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	rd_code code = RD_OK;

	while (dir && !code && (entry = readdir(dir))) {
		RD_AUTOFREE char *name = NULL;

		if (!is_name(entry->d_name) || !rd_ends_with(entry->d_name, ".yml"))
			continue;
		name = strndup(entry->d_name, strlen(entry->d_name) - strlen(".yml"));
		if (!name || (!rd_strs_has(names, name) && !rd_strs_add(names, name)))
			code = rd_err_nomem(err);
	}
	if (dir)
		closedir(dir);
	return code;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

rd_code rd_theme_list(rd_strs *ret_names, rd_err *err)
{
	RD_AUTO(rd_strs_done)
	rd_strs dirs = {0};
	RD_AUTO(rd_strs_done)
	rd_strs names = {0};
	rd_code code = folders(&dirs, err);

	if (!code && !rd_strs_add(&names, "mono"))
		code = rd_err_nomem(err);
	for (size_t i = 0; i < dirs.len && !code; i++)
		code = list_folder(dirs.items[i], &names, err);
	if (code)
		return code;
	qsort(names.items, names.len, sizeof(*names.items), by_name);
	*ret_names = names;
	names = (rd_strs){0};
	return RD_OK;
}

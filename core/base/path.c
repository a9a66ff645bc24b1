/* SPDX-License-Identifier: MIT */
/* Paths as text, and the places of the XDG rules. */
#include "core/base/fs.h"

char *rd_path_join(const char *a, const char *b)
{
	rd_str s = RD_STR_INIT(0);

	rd_str_put(&s, a);
	if (*a && !rd_ends_with(a, "/") && *b != '/')
		rd_str_putc(&s, '/');
	rd_str_put(&s, b + (rd_ends_with(a, "/") && *b == '/'));
	return rd_str_take(&s);
}

const char *rd_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Takes the last part off a cleaned head of *n bytes; a ".." there stays and gets company. */
static void climb(char *head, size_t *n, bool rooted)
{
	size_t start = *n;

	while (start && head[start - 1] != '/')
		start--;
	if (*n > start && !(*n - start == 2 && head[start] == '.' && head[start + 1] == '.')) {
		*n = start > 1 ? start - 1 : start;
		return;
	}
	if (rooted)
		return;
	if (*n)
		head[(*n)++] = '/';
	head[(*n)++] = '.';
	head[(*n)++] = '.';
}

char *rd_path_clean(const char *path)
{
	char *out = malloc(strlen(path) + 2);
	bool rooted = *path == '/';
	size_t n = 0;

	if (!out)
		return NULL;
	if (rooted)
		out[n++] = '/';
	while (*path) {
		size_t part = strcspn(path, "/");

		if (part == 2 && path[0] == '.' && path[1] == '.') {
			climb(out, &n, rooted);
		} else if (part && !(part == 1 && *path == '.')) {
			if (n && out[n - 1] != '/')
				out[n++] = '/';
			memcpy(out + n, path, part);
			n += part;
		}
		path += part + (path[part] == '/');
	}
	if (!n)
		out[n++] = '.';
	out[n] = '\0';
	return out;
}

/* $var/rackdeck, else $HOME/fallback/rackdeck. Relative values do not count (XDG's rule). */
static rd_code xdg(const char *var, const char *fallback, char **ret_path, rd_err *err)
{
	const char *dir = getenv(var), *home = getenv("HOME");
	rd_str s = RD_STR_INIT(0);

	if (dir && *dir == '/')
		rd_str_printf(&s, "%s/rackdeck", dir);
	else if (home && *home == '/')
		rd_str_printf(&s, "%s/%s/rackdeck", home, fallback);
	else
		return rd_err_set(err, RD_EINVAL, "HOME is not set: set HOME, or %s", var);
	*ret_path = rd_str_take(&s);
	return *ret_path ? RD_OK : rd_err_nomem(err);
}

rd_code rd_xdg_data(char **ret_path, rd_err *err)
{
	return xdg("XDG_DATA_HOME", ".local/share", ret_path, err);
}

rd_code rd_xdg_config(char **ret_path, rd_err *err)
{
	return xdg("XDG_CONFIG_HOME", ".config", ret_path, err);
}

rd_code rd_xdg_cache(char **ret_path, rd_err *err)
{
	return xdg("XDG_CACHE_HOME", ".cache", ret_path, err);
}

/* SPDX-License-Identifier: MIT */
/* The logins that the CLIs of convox keep. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "core/base/fs.h"
#include "core/rack/remotes.h"

#define FILE_MAX_BYTES ((size_t)1 << 20)
#define CONSOLE_V3 "console.convox.com"

/* One folder of settings. */
typedef struct settings {
	const char *dir;
	const char *origin;
	rd_vec *remotes;
} settings;

/* Of several things that are wrong the first is told. */
static void note(rd_code *first, rd_err *err, rd_code rc, const rd_err *why)
{
	if (!rc || *first)
		return;
	*first = rc;
	if (err)
		*err = *why;
}

/* One that is not whole goes. */
static rd_code drop_last(const settings *s, rd_code rc)
{
	rd_remote_done(rd_vec_at(s->remotes, s->remotes->len - 1));
	rd_vec_remove(s->remotes, s->remotes->len - 1);
	return rc;
}

/* A file's text without blanks around it; "" where there is no such file. */
static rd_code read_text(const settings *s, const char *name, char **ret_text, rd_err *err)
{
	RD_AUTOFREE char *path = rd_path_join(s->dir, name);
	RD_STR_AUTO rd_str text = RD_STR_INIT(FILE_MAX_BYTES);
	struct stat st;
	const char *p;
	size_t n;
	rd_code rc = RD_OK;

	if (!path)
		return rd_err_nomem(err);
	/* Not there, or a folder: convox v3 has a folder 'racks' where v2 has a file. */
	if (!stat(path, &st) && S_ISREG(st.st_mode))
		rc = rd_file_read(path, FILE_MAX_BYTES, &text, err);
	if (rc)
		return rc;
	p = rd_str_get(&text);
	p += strspn(p, " \t\r\n");
	for (n = strlen(p); n && strchr(" \t\r\n", p[n - 1]); n--)
		;
	*ret_text = strndup(p, n);
	if (text.data)
		explicit_bzero(text.data, text.len);
	return *ret_text ? RD_OK : rd_err_nomem(err);
}

/* @ret_json an object, NULL where there is no such file. */
static rd_code read_object(const settings *s, const char *name, json_t **ret_json, rd_err *err)
{
	char *text = NULL;
	json_error_t why;
	json_t *json = NULL;
	rd_code rc = read_text(s, name, &text, err);

	if (!rc && *text) {
		json = json_loads(text, 0, &why);
		if (!json_is_object(json))
			rc = rd_err_set(err, RD_EPARSE, "convox's settings '%s/%s' are damaged",
				s->dir, name);
	}
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	if (rc)
		json_decref(json);
	else
		*ret_json = json;
	return rc;
}

/* Adds "https://convox:PASSWORD@HOST" under that name. */
static rd_code add_host(const settings *s, const char *name, const char *host, const char *password,
	rd_remote **ret_remote, rd_err *err)
{
	RD_STR_AUTO rd_str url = RD_STR_INIT(0);
	rd_remote *r = rd_vec_push(s->remotes);
	rd_code rc;

	if (!r)
		return rd_err_nomem(err);
	r->origin = s->origin;
	rd_str_printf(&url, "https://convox@%s", host);
	rc = rd_address_parse(rd_str_get(&url), "a host in convox's settings", &r->address, err);
	if (!rc && (!rd_str_replace(&r->name, name) ||
			   !rd_str_replace(&r->address.password, password)))
		rc = rd_err_nomem(err);
	if (rc)
		return drop_last(s, rc);
	*ret_remote = r;
	return RD_OK;
}

/* A login, and the rack that was chosen there. */
static rd_code add_login(const settings *s, const char *host, const char *password,
	const char *chosen, bool is_console, rd_err *err)
{
	rd_remote *r = NULL;
	rd_code rc = add_host(s, host, host, password, &r, err);

	if (rc)
		return rc;
	r->is_console = is_console;
	if (!chosen || !*chosen)
		return RD_OK;
	rc = add_host(s, chosen, host, password, &r, err);
	if (!rc && !rd_str_replace(&r->rack, chosen))
		rc = rd_err_nomem(err);
	return rc;
}

static rd_code add_logins(const settings *s, json_t *auth, const json_t *chosen,
	const char *console, const char *current, rd_err *err)
{
	const char *host;
	json_t *password;
	rd_code rc = RD_OK;

	json_object_foreach(auth, host, password)
	{
		bool is_v3_console = !strcmp(host, console);
		const char *rack = is_v3_console && *current
					   ? current
					   : json_string_value(json_object_get(chosen, host));

		if (!rc && json_is_string(password))
			rc = add_login(s, host, json_string_value(password), rack,
				is_v3_console || rack, err);
	}
	return rc;
}

/* convox v3 keeps a rack as "racks/NAME", a file with its URL, or a folder of terraform. */
static rd_code add_entry(const settings *s, const char *name, rd_err *err)
{
	RD_STR_AUTO rd_str file = RD_STR_INIT(0);
	char *url = NULL;
	RD_STR_AUTO rd_str what = RD_STR_INIT(0);
	rd_remote *r;
	rd_code rc;

	rd_str_printf(&file, "racks/%s", name);
	rd_str_printf(&what, "'%s/racks/%s'", s->dir, name);
	rc = rd_str_check(&file, "path", err);
	if (!rc)
		rc = read_text(s, rd_str_get(&file), &url, err);
	if (rc)
		return rc;
	r = rd_vec_push(s->remotes);
	if (r)
		r->origin = s->origin;
	if (!r || !rd_str_replace(&r->name, name))
		rc = rd_err_nomem(err);
	if (!rc && *url)
		rc = rd_address_parse(url, rd_str_get(&what), &r->address, err);
	explicit_bzero(url, strlen(url));
	free(url);
	return r && rc ? drop_last(s, rc) : rc;
}

static rd_code add_entries(const settings *s, rd_err *err)
{
	RD_AUTOFREE char *path = rd_path_join(s->dir, "racks");
	struct dirent **entries = NULL;
	int n = path ? scandir(path, &entries, NULL, alphasort) : 0;
	rd_code rc = path ? RD_OK : rd_err_nomem(err);

	for (int i = 0; i < n; i++) {
		rd_err why = {0};

		if (entries[i]->d_name[0] != '.')
			note(&rc, err, add_entry(s, entries[i]->d_name, &why), &why);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

static rd_code add_folder(const settings *s, rd_err *err)
{
	RD_AUTOFREE char *console = NULL;
	json_t *auth = NULL, *chosen = NULL, *current = NULL;
	const json_t *type;
	rd_err why = {0};
	rd_code rc = read_object(s, "auth", &auth, err);

	if (!rc)
		rc = read_object(s, "racks", &chosen, err);
	if (!rc)
		rc = read_object(s, "current", &current, err);
	if (!rc)
		rc = read_text(s, "console", &console, err);
	type = json_object_get(current, "type");
	if (!rc)
		rc = add_logins(s, auth, chosen, *console ? console : CONSOLE_V3,
			!strcmp(rd_or_empty(json_string_value(type)), "console")
				? rd_or_empty(json_string_value(json_object_get(current, "name")))
				: "",
			err);
	note(&rc, err, add_entries(s, &why), &why);
	json_decref(auth);
	json_decref(chosen);
	json_decref(current);
	return rc;
}

/* $XDG_CONFIG_HOME/NAME, in the home if it begins with a dot. @ret heap. */
static rd_code folder_path(const char *name, char **ret_dir, rd_err *err)
{
	RD_AUTOFREE char *ours = NULL;
	const char *home = getenv("HOME");
	rd_code rc = rd_xdg_config(&ours, err);

	if (rc)
		return rc;
	*strrchr(ours, '/') = '\0';
	*ret_dir = rd_path_join(*name == '.' ? rd_or_empty(home) : ours, name);
	return *ret_dir ? RD_OK : rd_err_nomem(err);
}

rd_code rd_remotes_of_convox(rd_vec *remotes, rd_err *err)
{
	static const char *const folders[][2] = {{"convox2", "convox v2"}, {"convox", "convox v3"},
		/* v2 before December 2022. */
		{".convox", "convox v2"}};
	const char *given = getenv("CONVOX_CONFIG");
	rd_code rc = RD_OK;

	if (given && *given)
		return add_folder(&(settings){given, "convox", remotes}, err);
	for (size_t i = 0; i < RD_LEN(folders); i++) {
		RD_AUTOFREE char *dir = NULL;
		rd_err why = {0};
		rd_code one = folder_path(folders[i][0], &dir, &why);

		if (!one)
			one = add_folder(&(settings){dir, folders[i][1], remotes}, &why);
		note(&rc, err, one, &why);
	}
	return rc;
}

rd_code rd_remotes_of_env(const char *rack, rd_remote *ret_remote, rd_err *err)
{
	RD_AUTO(rd_remotes_done) rd_vec remotes = RD_VEC_INIT(rd_remote);
	const char *host = getenv("CONVOX_HOST"), *password = getenv("CONVOX_PASSWORD");
	rd_remote *found = NULL;
	rd_err problem = {0};
	rd_code rc;

	if (!host || !*host)
		return rd_err_set(err, RD_ENOENT, "CONVOX_HOST is not set");
	if (password && *password) {
		rc = add_host(&(settings){"", "CONVOX_HOST", &remotes}, host, host, password,
			&found, err);
		if (rc)
			return rc;
	} else {
		rc = rd_remotes_list(&remotes, &problem, err);
		for (size_t i = 0; !rc && !found && i < remotes.len; i++) {
			rd_remote *r = rd_vec_at(&remotes, i);

			if (!r->rack && r->address.base && rd_ends_with(r->address.base, host) &&
				strlen(r->address.base) == strlen("https://") + strlen(host))
				found = r;
		}
		if (!found)
			note(&rc, err, problem.code, &problem);
		if (!rc && !found)
			rc = rd_err_set(err, RD_EINVAL,
				"CONVOX_HOST names '%s', for which there is no login: set "
				"CONVOX_PASSWORD, or use 'rackdeck login'",
				host);
		if (rc)
			return rc;
	}
	if (rack && (!rd_str_replace(&found->rack, rack) || !rd_str_replace(&found->name, rack)))
		return rd_err_nomem(err);
	*ret_remote = *found;
	*found = (rd_remote){0};
	return RD_OK;
}

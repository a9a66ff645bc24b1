/* SPDX-License-Identifier: MIT */
/* Which rack and which app a command means. */
#include "core/rack/select.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/ids.h"
#include "core/rack/local.h"
#include "core/rack/logins.h"
#include "core/rack/remotes.h"

#define LOCAL "local"
#define CHOICE_MAX_BYTES 4096
#define RACK_NAME_MAX 63
#define APP_NAME_MAX 30

/* The first line of dir/folder/what without blanks around it; NULL if there is none. @ret heap. */
static rd_code read_line(const char *dir, const char *folder, const char *what, char **ret_text,
	rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str text = RD_STR_INIT(CHOICE_MAX_BYTES);
	const char *p;
	size_t n;
	rd_code rc;

	rd_str_printf(&path, "%s/%s/%s", dir, folder, what);
	rc = rd_str_check(&path, "path", err);
	*ret_text = NULL;
	/* Not there, or a folder stands in the way: nothing was chosen. */
	if (rc || !rd_file_exists(rd_str_get(&path)))
		return rc;
	rc = rd_file_read(rd_str_get(&path), CHOICE_MAX_BYTES, &text, err);
	if (rc)
		return rc;
	p = rd_str_get(&text);
	p += strspn(p, " \t\r\n");
	n = strcspn(p, "\r\n");
	while (n && isspace((unsigned char)p[n - 1]))
		n--;
	if (!n)
		return RD_OK;
	*ret_text = strndup(p, n);
	return *ret_text ? RD_OK : rd_err_nomem(err);
}

/* What a folder chooses, as convox v3 (and old v2) or v2 keeps it. */
static rd_code read_choice(const char *dir, const char *what, char **ret_text, rd_err *err)
{
	rd_code rc = read_line(dir, ".convox", what, ret_text, err);

	return rc || *ret_text ? rc : read_line(dir, ".convox2", what, ret_text, err);
}

/* ---- racks ---- */

static bool is_lawful(const char *name)
{
	return *name && *name != '-' && strlen(name) <= RACK_NAME_MAX &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

/* A login whose name is so near that it may be meant: as part of it. @ret heap, NULL: none. */
static char *near_login(const char *name)
{
	RD_AUTO(rd_remotes_done) rd_vec remotes = RD_VEC_INIT(rd_remote);
	rd_err problem;

	if (rd_remotes_list(&remotes, &problem, NULL))
		return NULL;
	for (size_t i = 0; i < remotes.len; i++) {
		const rd_remote *r = rd_vec_at(&remotes, i);

		if (strlen(name) > 2 && strstr(r->name, name))
			return rd_strdup(r->name);
	}
	return NULL;
}

/* -r with a name that neither a local rack nor a login has. */
static rd_code open_new(const char *name, rd_rack **ret_rack, rd_err *err)
{
	RD_AUTOFREE char *near = NULL;

	if (!is_lawful(name))
		return rd_err_set(err, RD_EINVAL,
			"'%s' is no name for a rack: use at most %d lower case letters, digits and "
			"hyphens",
			name, RACK_NAME_MAX);
	near = near_login(name);
	if (near)
		return rd_err_set(err, RD_ENOENT, "no such rack '%s': did you mean '%s'?", name,
			near);
	return rd_local_open(name, ret_rack, err);
}

static bool is_local(const char *name)
{
	return !strcmp(name, LOCAL) || (is_lawful(name) && rd_local_exists(name));
}

static rd_code open_remote(const char *name, const rd_trust *trust, rd_rack **ret_rack, rd_err *err)
{
	RD_AUTO(rd_remote_done) rd_remote remote = {0};
	rd_code rc;

	if (strstr(name, "://") && strchr(name, '@'))
		return rd_err_set(err, RD_EINVAL,
			"a login is no name of a rack, and others can see it there: use 'rackdeck "
			"login', "
			"or RACK_URL");
	rc = rd_remotes_find(name, trust, &remote, err);
	/* CONVOX_HOST names the console of racks that no login knows. */
	if (rc == RD_ENOENT) {
		rd_code of_env = rd_remotes_of_env(name, &remote, NULL);

		rc = of_env ? rc : RD_OK;
	}
	return rc ? rc : rd_remote_open(&remote, trust, ret_rack, err);
}

/* @origin what names it; NULL: -r. */
static rd_code open_named(const char *name, const char *origin, const rd_trust *trust,
	rd_rack **ret_rack, rd_err *err)
{
	rd_code rc;

	if (is_local(name))
		return rd_local_open(name, ret_rack, err);
	if (!*name)
		return open_new(name, ret_rack, err);
	rc = open_remote(name, trust, ret_rack, err);
	if (rc != RD_ENOENT)
		return rc;
	if (!origin)
		return strpbrk(name, "/:.@") ? rc : open_new(name, ret_rack, err);
	/* A user of convox may have a remote rack's name there: no empty local one is made of it. */
	return rd_err_set(err, RD_ENOENT,
		"%s names '%s', and there is no such rack: see 'rackdeck racks', or 'rackdeck "
		"login "
		"HOST' for a new one",
		origin, name);
}

static rd_code open_url(const char *url, const rd_trust *trust, rd_rack **ret_rack, rd_err *err)
{
	RD_AUTO(rd_remote_done) rd_remote remote = {0};
	rd_code rc = rd_address_parse(url, "RACK_URL", &remote.address, err);

	return rc ? rc : rd_remote_open(&remote, trust, ret_rack, err);
}

/* The rack of RACK_URL is shown by its host: as that, too, it can be named. */
static bool is_named_by(const char *url, const char *name)
{
	rd_address a = {0};
	bool is_named;

	if (!url || is_local(name) || rd_address_parse(url, "RACK_URL", &a, NULL))
		return false;
	is_named = !strcmp(strstr(a.base, "://") + 3, name);
	rd_address_done(&a);
	return is_named;
}

static rd_code open_host(const rd_trust *trust, rd_rack **ret_rack, rd_err *err)
{
	RD_AUTO(rd_remote_done) rd_remote remote = {0};
	rd_code rc = rd_remotes_of_env(NULL, &remote, err);

	return rc ? rc : rd_remote_open(&remote, trust, ret_rack, err);
}

rd_code rd_rack_current(char **ret_name, const char **ret_origin, rd_err *err)
{
	const char *env = getenv("CONVOX_RACK");
	RD_AUTO(rd_logins_done) rd_logins logins = {.lock_fd = -1};
	RD_AUTOFREE char *name = NULL;
	rd_code rc = RD_OK;

	*ret_origin = "CONVOX_RACK";
	name = env && *env ? rd_strdup(env) : NULL;
	if (!name) {
		*ret_origin = "'.convox/rack'";
		rc = read_choice(".", "rack", &name, err);
	}
	if (!rc && !name) {
		*ret_origin = "'rackdeck switch'";
		rc = rd_logins_read(&logins, err);
		name = RD_TAKE(logins.current);
	}
	if (rc)
		return rc;
	if (!name) {
		*ret_origin = NULL;
		name = rd_strdup(LOCAL);
	}
	*ret_name = RD_TAKE(name);
	return *ret_name ? RD_OK : rd_err_nomem(err);
}

rd_code rd_rack_open_asking(const char *name, const rd_trust *trust, rd_rack **ret_rack,
	rd_err *err)
{
	const char *url = getenv("RACK_URL"), *host = getenv("CONVOX_HOST");
	RD_AUTOFREE char *current = NULL;
	const char *origin;
	rd_code rc;

	if (name && !is_named_by(url, name))
		return open_named(name, NULL, trust, ret_rack, err);
	if (url && *url)
		return open_url(url, trust, ret_rack, err);
	rc = rd_rack_current(&current, &origin, err);
	if (rc)
		return rc;
	if (!origin && host && *host)
		return open_host(trust, ret_rack, err);
	return open_named(current, origin, trust, ret_rack, err);
}

rd_code rd_rack_open(const char *name, rd_rack **ret_rack, rd_err *err)
{
	return rd_rack_open_asking(name, NULL, ret_rack, err);
}

/* ---- apps ---- */

/* The folder's name, made lawful. @ret heap, NULL if out of memory. */
static char *lawful_name(const char *base)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	for (const char *p = base; *p && s.len < APP_NAME_MAX; p++) {
		unsigned char c = (unsigned char)*p;

		if (isascii(c) && isalnum(c))
			rd_str_putc(&s, (char)tolower(c));
		else if (s.len && s.data[s.len - 1] != '-')
			rd_str_putc(&s, '-');
	}
	while (s.len && s.data[s.len - 1] == '-')
		rd_str_cut(&s, s.len - 1);
	return rd_str_take(&s);
}

rd_code rd_app_select(const char *name, const char *dir, char **ret_app, rd_err *err)
{
	RD_AUTOFREE char *full = NULL;
	RD_AUTOFREE char *app = NULL;
	rd_code rc;

	if (name) {
		*ret_app = rd_strdup(name);
		return *ret_app ? RD_OK : rd_err_nomem(err);
	}
	full = realpath(dir ? dir : ".", NULL);
	if (!full)
		return rd_err_os(err, errno, "can not use folder '%s'", dir ? dir : ".");
	rc = read_choice(full, "app", &app, err);
	if (rc)
		return rc;
	if (!app) {
		app = lawful_name(rd_path_base(full));
		if (!app)
			return rd_err_nomem(err);
		if (rd_app_name_check(app, NULL))
			return rd_err_set(err, RD_EINVAL,
				"no app name can be made of folder '%s': name the app with -a",
				full);
	}
	*ret_app = RD_TAKE(app);
	return RD_OK;
}

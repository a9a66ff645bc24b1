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
#include "core/rack/convox.h"
#include "core/rack/local.h"

#define CHOICE_MAX_BYTES 4096
#define RACK_NAME_MAX 63
#define APP_NAME_MAX 30

/* The first line of dir/.convox/what without blanks around it; NULL if there is none. @ret heap. */
static rd_code read_choice(const char *dir, const char *what, char **ret_text, rd_err *err)
{
	RD_AUTOFREE char *folder = rd_path_join(dir, ".convox");
	RD_AUTOFREE char *path = folder ? rd_path_join(folder, what) : NULL;
	RD_STR_AUTO rd_str text = RD_STR_INIT(CHOICE_MAX_BYTES);
	const char *p;
	size_t n;
	rd_code rc;

	if (!path)
		return rd_err_nomem(err);
	*ret_text = NULL;
	/* Not there, or a folder stands in the way: nothing was chosen. */
	if (!rd_file_exists(path))
		return RD_OK;
	rc = rd_file_read(path, CHOICE_MAX_BYTES, &text, err);
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

/* Where the name of a rack comes from. */
typedef struct choice {
	const char *name;
	const char *origin; /* "-r", "CONVOX_RACK" */
	bool may_create;
} choice;

static rd_code open_chosen(const choice *c, rd_rack **ret_rack, rd_err *err)
{
	/* Remote racks are named by URL, host or organization/name. */
	if (strpbrk(c->name, "/:.@"))
		return rd_err_set(err, RD_EUNSUPPORTED,
			"%s names a remote rack: this version drives local racks only, such as "
			"'-r local'",
			c->origin);
	if (!*c->name || *c->name == '-' || strlen(c->name) > RACK_NAME_MAX ||
		c->name[strspn(c->name, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return rd_err_set(err, RD_EINVAL,
			"'%s' is no name for a rack: use at most %d lower case letters, digits and "
			"hyphens",
			c->name, RACK_NAME_MAX);
	/* A user of convox may have a remote rack's name there: no empty local one is made of it. */
	if (!c->may_create && strcmp(c->name, "local") && !rd_local_exists(c->name))
		return rd_err_set(err, RD_EUNSUPPORTED,
			"%s names '%s', which is no local rack, and this version drives local "
			"racks only: use '-r local', or '-r %s' to make one",
			c->origin, c->name, c->name);
	return rd_local_open(c->name, ret_rack, err);
}

static rd_code open_url(const char *url, rd_rack **ret_rack, rd_err *err)
{
	RD_AUTO(rd_address_done) rd_address address = {0};
	rd_code rc = rd_address_parse(url, "RACK_URL", &address, err);

	return rc ? rc : rd_convox_open(&(rd_convox_opts){.address = &address}, ret_rack, err);
}

rd_code rd_rack_open(const char *name, rd_rack **ret_rack, rd_err *err)
{
	const char *url = getenv("RACK_URL");
	const char *env = getenv("CONVOX_RACK");
	RD_AUTOFREE char *of_dir = NULL;
	rd_code rc;

	if (name)
		return open_chosen(&(choice){name, "-r", true}, ret_rack, err);
	if (url && *url)
		return open_url(url, ret_rack, err);
	if (env && *env)
		return open_chosen(&(choice){env, "CONVOX_RACK", false}, ret_rack, err);
	rc = read_choice(".", "rack", &of_dir, err);
	if (rc)
		return rc;
	if (of_dir)
		return open_chosen(&(choice){of_dir, "'.convox/rack'", false}, ret_rack, err);
	return rd_local_open("local", ret_rack, err);
}

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

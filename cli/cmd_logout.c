/* SPDX-License-Identifier: MIT */
/* rackdeck logout */
#include <stdlib.h>
#include <string.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/logins.h"
#include "core/rack/remotes.h"

/* Forgets the login of that name; *ret_base: its address, heap. @returns whether there was one. */
static bool forget_login(rd_logins *logins, const char *name, char **ret_base)
{
	const rd_login *login = rd_logins_find(logins, name);
	rd_address a = {0};

	if (login == NULL)
		return false;
	if (rd_address_parse(login->url, "a login", &a, NULL) == RD_OK)
		*ret_base = rd_strdup(a.base);
	rd_address_done(&a);
	return rd_logins_remove(logins, name);
}

/* The key of a server is forgotten with its login, or by its address alone. */
static bool forget_key(rd_logins *logins, const char *name, const char *base)
{
	RD_STR_AUTO rd_str guess = RD_STR_INIT(0);

	if (base != NULL)
		return rd_kvs_unset(&logins->keys, base);
	rd_str_printf(&guess, "%s%s", strstr(name, "://") != NULL ? "" : "https://", name);
	return rd_kvs_unset(&logins->keys, rd_str_get(&guess));
}

static rd_code not_logged_in(const char *name, rd_err *err)
{
	RD_AUTO(rd_remote_done) rd_remote remote = {0};

	if (rd_remotes_find(name, NULL, &remote, NULL) == RD_OK)
		return rd_err_set(err, RD_EINVAL,
			"the login of '%s' is that of %s, which keeps it: remove it there", name,
			remote.origin);
	return rd_err_set(err, RD_ENOENT, "not logged in to '%s': see 'rackdeck racks'", name);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_logins_done) rd_logins logins;
	RD_AUTOFREE char *base = NULL;
	const char *name = rd_cli_word(c, 0);
	bool had_login, had_key;
	rd_code code = rd_logins_edit(&logins, err);

	if (code != RD_OK)
		return code;
	had_login = forget_login(&logins, name, &base);
	had_key = forget_key(&logins, name, base);
	if (!had_login && !had_key)
		return not_logged_in(name, err);
	if (logins.current != NULL && strcmp(logins.current, name) == 0)
		rd_str_replace(&logins.current, NULL);
	rd_say_start(&c->out, had_login ? "Logging out of %s" : "Forgetting the key of %s", name);
	code = rd_logins_save(&logins, err);
	if (code == RD_OK)
		rd_say_ok(&c->out, NULL);
	return code;
}

const rd_command rd_cmd_logout = {
	.name = "logout",
	.words = "RACK",
	.min_words = 1,
	.max_words = 1,
	.summary = "forget the login of a rack, and the key of its certificate",
	.example = "logout prod",
	.flags = rd_flags_none,
	.run = run,
};

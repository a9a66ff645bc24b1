/* SPDX-License-Identifier: MIT */
/* rackdeck login */
#include <stdlib.h>
#include <string.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/password.h"
#include "core/rack/convox.h"
#include "core/rack/local.h"
#include "core/rack/logins.h"
#include "core/rack/remotes.h"

#define NAME_MAX_BYTES 100
#define KEY_BYTES 52 /* "sha256//" and 44 of base64 */

static const rd_flag flag_key = {"key", 0, "KEY",
	"the key of its certificate, 'sha256//...', which is not asked about then"};
static const rd_flag flag_name = {"name", 0, "NAME", "what to call it (HOST)"};

/* HOST as an address with a user; its password is not in it. */
static rd_code read_host(rd_cli *c, rd_address *ret_address, rd_err *err)
{
	RD_STR_AUTO rd_str url = RD_STR_INIT(0);
	char *word = rd_args_word(&c->args, 0);
	RD_AUTO(rd_address_done) rd_address a = {0};
	rd_code code;

	rd_str_printf(&url, "%s%s", strstr(word, "://") != NULL ? "" : "https://", word);
	code = rd_str_check(&url, "HOST", err);
	if (code == RD_OK && rd_address_parse(rd_str_get(&url), "HOST", &a, NULL) != RD_OK)
		code = rd_err_set(err, RD_EINVAL,
			"HOST is no address of a rack: write it as HOST[:PORT] or "
			"https://HOST[:PORT][/PREFIX]");
	if (code == RD_OK && a.password != NULL && a.password[0] != '\0')
		code = rd_err_set(err, RD_EINVAL,
			"leave the password out of HOST, where others can see it: it is asked for, "
			"or "
			"read from stdin");
	if (code == RD_OK && a.user == NULL && !rd_str_replace(&a.user, "convox"))
		code = rd_err_nomem(err);
	if (code != RD_OK)
		return code;
	*ret_address = a;
	a = (rd_address){0};
	return RD_OK;
}

/* The password would go as it is. */
static rd_code check_plain(const rd_cli *c, const rd_address *a, rd_err *err)
{
	if (!rd_starts_with(a->base, "http://") || rd_cli_has(c, &rd_flag_insecure) ||
		rd_address_is_local(strstr(a->base, "://") + 3))
		return RD_OK;
	return rd_err_set(err, RD_EINVAL,
		"without TLS everyone on the way can read the password: use https://, or "
		"--insecure if you mean it");
}

static rd_code check_name(const char *name, rd_err *err)
{
	static const char lawful[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:/[]";

	if (name[0] == '\0' || name[0] == '-' || strlen(name) > NAME_MAX_BYTES ||
		name[strspn(name, lawful)] != '\0')
		return rd_err_set(err, RD_EINVAL,
			"'%s' is no name for a rack: use letters, digits, '.', '_' and '-'", name);
	if (strcmp(name, "local") == 0 || rd_local_exists(name))
		return rd_err_set(err, RD_EEXIST,
			"'%s' is a local rack: choose another name with --name", name);
	return RD_OK;
}

static rd_code find_name(const rd_cli *c, const rd_address *a, rd_str *out, rd_err *err)
{
	const char *given = rd_args_text(&c->args, &flag_name);

	if (given != NULL)
		rd_str_put(out, given);
	else
		rd_str_printf(out, "%s%s", strstr(a->base, "://") + 3, a->prefix);
	return rd_str_ok(out) ? check_name(rd_str_get(out), err) : rd_err_nomem(err);
}

/* Who the server is, before anything is asked for or sent. */
static rd_code meet(rd_cli *c, const rd_address *a, rd_err *err)
{
	RD_AUTOFREE char *pin = NULL;
	rd_trust trust = rd_cli_trust(c);

	trust.key = rd_args_text(&c->args, &flag_key);
	if (trust.key != NULL &&
		(strlen(trust.key) != KEY_BYTES || !rd_starts_with(trust.key, "sha256//")))
		return rd_err_set(err, RD_EINVAL,
			"--key is no key: write it as 'rackdeck serve' prints it, sha256//...");
	return rd_trust_server(a->base, &trust, &pin, err);
}

static rd_code try_login(rd_cli *c, rd_remote *remote, rd_strs *ret_behind, rd_err *err)
{
	rd_trust trust = rd_cli_trust(c);
	rd_rack *rack = NULL;
	rd_code code = rd_remote_open(remote, &trust, &rack, err);

	if (code == RD_OK)
		code = rd_convox_greet(rack, err);
	/* A rack need not know the question. */
	if (code == RD_OK)
		(void)rd_convox_behind(rack, ret_behind, NULL);
	rd_rack_close(rack);
	return code;
}

static rd_code keep(const rd_remote *remote, bool is_console, rd_err *err)
{
	RD_AUTO(rd_logins_done) rd_logins logins;
	const rd_address *a = &remote->address;
	RD_STR_AUTO rd_str url = RD_STR_INIT(0);
	const char *host = strstr(a->base, "://") + 3;
	rd_login *login;
	rd_code code = rd_logins_edit(&logins, err);

	if (code != RD_OK)
		return code;
	rd_str_printf(&url, "%.*s%s@%s%s", (int)(host - a->base), a->base, a->user, host,
		a->prefix);
	login = rd_logins_put(&logins, remote->name);
	if (login == NULL)
		return rd_err_nomem(err);
	login->url = rd_str_take(&url);
	login->password = rd_strdup(a->password);
	login->is_console = is_console;
	login->is_insecure = remote->is_insecure;
	return login->url != NULL && login->password != NULL ? rd_logins_save(&logins, err)
							     : rd_err_nomem(err);
}

static void tell_use(rd_cli *c, const char *name, const rd_strs *behind)
{
	if (behind->len == 0) {
		rd_say_printf(&c->out,
			"Use it as '-r %s', or from now on with 'rackdeck switch %s'\n", name,
			name);
		return;
	}
	rd_say_printf(&c->out, "Racks there, for -r and 'rackdeck switch':\n");
	for (size_t i = 0; i < behind->len; i++)
		rd_say_line(&c->out, "  ", behind->items[i]);
}

static rd_code log_in(rd_cli *c, rd_remote *remote, rd_err *err)
{
	RD_STR_AUTO rd_str password = RD_STR_INIT(RD_PASSWORD_MAX_BYTES);
	rd_strs behind = {0};
	rd_code code = rd_password_read(c, "not logged in", &password, err);

	if (code == RD_OK && !rd_str_replace(&remote->address.password, rd_str_get(&password)))
		code = rd_err_nomem(err);
	if (password.data != NULL)
		explicit_bzero(password.data, password.len);
	if (code != RD_OK)
		return code;
	rd_say_start(&c->out, "Logging in to %s", remote->name);
	code = try_login(c, remote, &behind, err);
	if (code == RD_OK)
		code = keep(remote, behind.len > 0, err);
	if (code == RD_OK) {
		rd_say_ok(&c->out, NULL);
		tell_use(c, remote->name, &behind);
	}
	rd_strs_done(&behind);
	return code;
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_remote_done)
	rd_remote remote = {.origin = "rackdeck", .is_insecure = rd_cli_has(c, &rd_flag_insecure)};
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	rd_code code = read_host(c, &remote.address, err);

	if (code == RD_OK)
		code = check_plain(c, &remote.address, err);
	if (code == RD_OK)
		code = find_name(c, &remote.address, &name, err);
	if (code == RD_OK && !rd_str_replace(&remote.name, rd_str_get(&name)))
		code = rd_err_nomem(err);
	if (code == RD_OK)
		code = meet(c, &remote.address, err);
	return code == RD_OK ? log_in(c, &remote, err) : code;
}

static const rd_flag *const flags[] = {&rd_flag_insecure, &flag_key, &flag_name, NULL};

const rd_command rd_cmd_login = {
	.name = "login",
	.words = "HOST",
	.min_words = 1,
	.max_words = 1,
	.summary = "keep a login of a rack of Convox, of its console, or of 'rackdeck serve'",
	.details =
		"HOST is HOST[:PORT], or a URL. The password is asked for on a terminal, else read "
		"from stdin. A "
		"certificate that no authority signed is asked about once, by its key.",
	.example = "login rack.example.com:5443 --name prod",
	.flags = flags,
	.run = run,
};

/* SPDX-License-Identifier: MIT */
/* The racks elsewhere that this user has a login for. */
#include "core/rack/remotes.h"

#include <stdlib.h>
#include <string.h>

#include "core/rack/convox.h"
#include "core/rack/logins.h"

void rd_remote_done(rd_remote *r)
{
	free(r->name);
	free(r->rack);
	rd_address_done(&r->address);
	*r = (rd_remote){0};
}

void rd_remotes_done(rd_vec *remotes)
{
	for (size_t i = 0; i < remotes->len; i++)
		rd_remote_done(rd_vec_at(remotes, i));
	rd_vec_done(remotes);
}

static rd_code add_login(const rd_login *login, rd_vec *remotes, rd_err *err)
{
	rd_remote *r = rd_vec_push(remotes);
	rd_code rc;

	if (!r)
		return rd_err_nomem(err);
	r->origin = "rackdeck";
	r->is_console = login->is_console;
	r->is_insecure = login->is_insecure;
	rc = rd_address_parse(login->url, "a login in 'racks.json'", &r->address, err);
	if (!rc && (!rd_str_replace(&r->name, login->name) ||
			   !rd_str_replace(&r->address.password, login->password)))
		rc = rd_err_nomem(err);
	return rc;
}

/* Of several with one name the first counts. */
static void drop_hidden(rd_vec *remotes)
{
	for (size_t i = 0; i < remotes->len; i++)
		for (size_t k = remotes->len; k-- > i + 1;) {
			rd_remote *first = rd_vec_at(remotes, i), *other = rd_vec_at(remotes, k);

			if (strcmp(first->name, other->name))
				continue;
			rd_remote_done(other);
			rd_vec_remove(remotes, k);
		}
}

rd_code rd_remotes_list(rd_vec *ret_remotes, rd_err *ret_problem, rd_err *err)
{
	RD_AUTO(rd_logins_done) rd_logins logins;
	RD_AUTO(rd_remotes_done) rd_vec remotes = RD_VEC_INIT(rd_remote);
	rd_err problem = {0};
	rd_code rc = rd_logins_read(&logins, err);

	for (size_t i = 0; !rc && i < logins.racks.len; i++)
		rc = add_login(rd_vec_at(&logins.racks, i), &remotes, err);
	if (!rc && rd_remotes_of_convox(&remotes, &problem) == RD_ENOMEM)
		rc = rd_err_nomem(err);
	if (rc)
		return rc;
	drop_hidden(&remotes);
	*ret_problem = problem;
	*ret_remotes = remotes;
	remotes = (rd_vec)RD_VEC_INIT(rd_remote);
	return RD_OK;
}

rd_code rd_remote_open(const rd_remote *remote, const rd_trust *trust, rd_rack **ret_rack,
	rd_err *err)
{
	RD_AUTOFREE char *pin = NULL;
	rd_convox_opts opts = {.address = &remote->address,
		.name = remote->name,
		.rack = remote->rack,
		.insecure = remote->is_insecure || (trust && trust->insecure)};
	rd_code rc = RD_OK;

	if (!remote->address.base)
		return rd_err_set(err, RD_EUNSUPPORTED,
			"rack '%s' was made by convox with terraform, which alone knows its "
			"address: set "
			"RACK_URL to the output 'api' of its terraform",
			remote->name);
	if (!opts.insecure)
		rc = rd_trust_server(remote->address.base, trust, &pin, err);
	opts.pin = pin;
	return rc ? rc : rd_convox_open(&opts, ret_rack, err);
}

rd_code rd_remotes_ask(const rd_remote *console, const rd_trust *trust, rd_strs *ret_names,
	rd_err *err)
{
	rd_rack *rack = NULL;
	rd_code rc = rd_remote_open(console, trust, &rack, err);

	if (!rc)
		rc = rd_convox_behind(rack, ret_names, err);
	rd_rack_close(rack);
	return rc;
}

/* ---- finding one ---- */

/* Whether the rack of that name is behind that console, as far as the console tells. */
static bool has(const rd_remote *console, const char *name, const rd_trust *trust)
{
	rd_strs names = {0};
	bool found = !rd_remotes_ask(console, trust, &names, NULL) && rd_strs_has(&names, name);

	rd_strs_done(&names);
	return found;
}

/* The console behind which the rack of that name is; NULL: none. */
static rd_remote *console_of(const rd_vec *remotes, const char *name, const rd_trust *trust)
{
	rd_remote *only = NULL;
	size_t n = 0;

	for (size_t i = 0; i < remotes->len; i++) {
		rd_remote *r = rd_vec_at(remotes, i);

		if (r->is_console && ++n)
			only = r;
	}
	if (n < 2)
		return only;
	for (size_t i = 0; i < remotes->len; i++) {
		rd_remote *r = rd_vec_at(remotes, i);

		if (r->is_console && has(r, name, trust))
			return r;
	}
	return NULL;
}

static void take(rd_remote *from, rd_remote *ret_remote)
{
	*ret_remote = *from;
	*from = (rd_remote){0};
}

rd_code rd_remotes_find(const char *name, const rd_trust *trust, rd_remote *ret_remote, rd_err *err)
{
	RD_AUTO(rd_remotes_done) rd_vec remotes = RD_VEC_INIT(rd_remote);
	rd_remote *console;
	rd_err problem = {0};
	rd_code rc = rd_remotes_list(&remotes, &problem, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < remotes.len; i++) {
		rd_remote *r = rd_vec_at(&remotes, i);

		if (!strcmp(r->name, name) ||
			(r->address.base && !r->rack && !strcmp(r->address.base, name))) {
			take(r, ret_remote);
			return RD_OK;
		}
	}
	console = strchr(name, '/') && !strstr(name, "://") ? console_of(&remotes, name, trust)
							    : NULL;
	if (!console && problem.code) {
		if (err)
			*err = problem;
		return problem.code;
	}
	if (!console)
		return rd_err_set(err, RD_ENOENT,
			"no such rack '%s': see 'rackdeck racks', or 'rackdeck login HOST' for a "
			"new one",
			name);
	if (!rd_str_replace(&console->name, name) || !rd_str_replace(&console->rack, name))
		return rd_err_nomem(err);
	console->is_console = false;
	take(console, ret_remote);
	return RD_OK;
}

/* SPDX-License-Identifier: MIT */
/* All racks that can be named. */
#include "core/rack/known.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/rack/local.h"
#include "core/rack/remotes.h"
#include "core/rack/select.h"

void rd_known_done(rd_vec *known)
{
	for (size_t i = 0; i < known->len; i++) {
		rd_known *k = rd_vec_at(known, i);

		free(k->name);
		free(k->place);
	}
	rd_vec_done(known);
}

static const rd_known *find(const rd_vec *known, const char *name)
{
	for (size_t i = 0; i < known->len; i++) {
		const rd_known *k = rd_vec_at(known, i);

		if (!strcmp(k->name, name))
			return k;
	}
	return NULL;
}

static rd_code add(rd_vec *known, const char *name, const char *place, const rd_remote *remote,
	rd_err *err)
{
	rd_known *k;

	if (find(known, name))
		return RD_OK;
	k = rd_vec_push(known);
	if (!k || !rd_str_replace(&k->name, name) || !rd_str_replace(&k->place, place))
		return rd_err_nomem(err);
	k->login = remote ? remote->origin : NULL;
	k->is_insecure = remote && remote->is_insecure;
	return RD_OK;
}

static rd_code add_local(rd_vec *known, rd_err *err)
{
	rd_strs names = {0};
	rd_code rc = rd_local_names(&names, err);

	if (!rc && !rd_strs_add(&names, "local"))
		rc = rd_err_nomem(err);
	for (size_t i = 0; !rc && i < names.len; i++) {
		RD_AUTOFREE char *dir = NULL;

		rc = rd_local_dir(names.items[i], &dir, err);
		if (!rc)
			rc = add(known, names.items[i], dir, NULL, err);
	}
	rd_strs_done(&names);
	return rc;
}

static rd_code add_behind(const rd_remote *console, const rd_trust *trust, rd_vec *known,
	rd_strs *missed, rd_err *err)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);
	char text[sizeof(err->msg) + sizeof(err->ctx) + 4];
	rd_strs names = {0};
	rd_err why = {0};
	rd_code rc = RD_OK;

	if (rd_remotes_ask(console, trust, &names, &why)) {
		rd_str_printf(&line, "racks of '%s' are not listed: %s", console->name,
			rd_err_text(&why, text, sizeof(text)));
		return rd_strs_take(missed, rd_str_take(&line)) ? RD_OK : rd_err_nomem(err);
	}
	for (size_t i = 0; !rc && i < names.len; i++)
		rc = add(known, names.items[i], console->address.base, console, err);
	rd_strs_done(&names);
	return rc;
}

static rd_code add_remote(const rd_remote *r, const rd_trust *trust, rd_vec *known, rd_strs *missed,
	rd_err *err)
{
	RD_STR_AUTO rd_str place = RD_STR_INIT(0);

	if (r->is_console)
		return add_behind(r, trust, known, missed, err);
	rd_str_printf(&place, "%s%s", r->address.base ? r->address.base : "(terraform)",
		rd_or_empty(r->address.prefix));
	return add(known, r->name, rd_str_get(&place), r, err);
}

static rd_code mark_current(rd_vec *known, rd_err *err)
{
	RD_AUTOFREE char *current = NULL;
	const char *origin;
	rd_code rc = rd_rack_current(&current, &origin, err);

	for (size_t i = 0; !rc && i < known->len; i++) {
		rd_known *k = rd_vec_at(known, i);

		k->is_current = !strcmp(k->name, current);
	}
	return rc;
}

rd_code rd_known_list(const rd_trust *trust, rd_vec *ret_known, rd_strs *ret_missed, rd_err *err)
{
	RD_AUTO(rd_known_done) rd_vec known = RD_VEC_INIT(rd_known);
	RD_AUTO(rd_remotes_done) rd_vec remotes = RD_VEC_INIT(rd_remote);
	char text[sizeof(err->msg) + sizeof(err->ctx) + 3];
	rd_err problem = {0};
	rd_code rc = add_local(&known, err);

	if (!rc)
		rc = rd_remotes_list(&remotes, &problem, err);
	if (!rc && problem.code &&
		!rd_strs_add(ret_missed, rd_err_text(&problem, text, sizeof(text))))
		rc = rd_err_nomem(err);
	for (size_t i = 0; !rc && i < remotes.len; i++)
		rc = add_remote(rd_vec_at(&remotes, i), trust, &known, ret_missed, err);
	if (!rc)
		rc = mark_current(&known, err);
	if (rc)
		return rc;
	*ret_known = known;
	known = (rd_vec)RD_VEC_INIT(rd_known);
	return RD_OK;
}

rd_code rd_known_find(const rd_vec *known, const char *name, const rd_known **ret_one, rd_err *err)
{
	const rd_known *one = find(known, name);

	for (size_t i = 0; !one && *name && i < known->len; i++) {
		const rd_known *k = rd_vec_at(known, i);

		if (!strstr(k->name, name))
			continue;
		for (size_t other = i + 1; other < known->len; other++)
			if (strstr(((rd_known *)rd_vec_at(known, other))->name, name))
				return rd_err_set(err, RD_EINVAL,
					"ambiguous rack name: %s: see 'rackdeck racks'", name);
		one = k;
	}
	if (!one)
		return rd_err_set(err, RD_ENOENT,
			"could not find rack: %s: see 'rackdeck racks', or 'rackdeck login HOST' "
			"for a "
			"new one",
			name);
	*ret_one = one;
	return RD_OK;
}

rd_code rd_known_json(const rd_vec *known, rd_str *out, rd_err *err)
{
	json_t *list = json_array();
	char *text = NULL;
	bool ok = list;

	for (size_t i = 0; ok && i < known->len; i++) {
		const rd_known *k = rd_vec_at(known, i);

		ok = !json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:b, s:b}", "name", k->name, "place", k->place,
				"login", k->login ? k->login : "", "current", k->is_current,
				"insecure", k->is_insecure));
	}
	text = ok ? json_dumps(list, JSON_INDENT(2)) : NULL;
	json_decref(list);
	if (!text)
		return rd_err_nomem(err);
	rd_str_printf(out, "%s\n", text);
	free(text);
	return RD_OK;
}

/* SPDX-License-Identifier: MIT */
/* Logins of registries, kept in the rack's database. */
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/engine/engine.h"
#include "core/rack/local_impl.h"

static rd_code add_registry(rd_stmt *s, void *registries, rd_err *err)
{
	rd_registry *r = rd_vec_push(registries);

	return r && rd_local_col(s, 0, &r->server) && rd_local_col(s, 1, &r->username)
		       ? RD_OK
		       : rd_err_nomem(err);
}

static rd_code list(rd_rack *r, rd_vec *ret_registries, rd_err *err)
{
	RD_AUTO(rd_registries_done) rd_vec registries = RD_VEC_INIT(rd_registry);
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(rd_local_of(r)->db, false, &tx, err);

	if (!rc)
		rc = rd_local_each(tx, add_registry, &registries, err,
			"SELECT server, username FROM registries ORDER BY server", "");
	if (rc)
		return rc;
	*ret_registries = rd_vec_take(&registries);
	return RD_OK;
}

/* What travels as "user:password" in JSON. */
static rd_code check_login(const char *username, const char *password, rd_err *err)
{
	if (!*username || strchr(username, ':') || !rd_utf8_valid(username, strlen(username)))
		return rd_err_set(err, RD_EINVAL,
			"'%s' is no user name of a registry: it may not be empty nor hold a ':'",
			username);
	if (!*password || !rd_utf8_valid(password, strlen(password)))
		return rd_err_set(err, RD_EINVAL, "the password is %s",
			*password ? "not UTF-8" : "empty: give one");
	return RD_OK;
}

static rd_code add(rd_rack *r, const char *server, const char *username, const char *password,
	rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTOFREE char *name = NULL;
	rd_code rc = rd_engine_registry(server, &name, err);

	if (!rc)
		rc = check_login(username, password, err);
	if (!rc)
		rc = rd_db_begin(rd_local_of(r)->db, true, &tx, err);
	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"INSERT INTO registries (server, username, password) VALUES (?, ?, ?) "
			"ON CONFLICT (server) DO UPDATE SET username = excluded.username, "
			"password = excluded.password",
			"ttt", name, username, password);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

static rd_code remove_one(rd_rack *r, const char *server, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTOFREE char *name = NULL;
	int changes = 0;
	rd_code rc = rd_engine_registry(server, &name, err);

	if (!rc)
		rc = rd_db_begin(rd_local_of(r)->db, true, &tx, err);
	if (!rc)
		rc = rd_local_exec(tx, &changes, err, "DELETE FROM registries WHERE server = ?",
			"t", name);
	if (!rc && !changes)
		rc = rd_err_set(err, RD_ENOENT, "no such registry '%s': see 'rackdeck registries'",
			name);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

rd_code rd_local_logins(rd_tx *tx, rd_kvs *out, rd_err *err)
{
	return rd_local_each(tx, rd_local_put_pair, out, err,
		"SELECT server, username || ':' || password FROM registries", "");
}

const struct rd_rack_registries rd_local_registries = {
	.list = list,
	.add = add,
	.remove = remove_one,
};

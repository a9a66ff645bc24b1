/* SPDX-License-Identifier: MIT */
/* Which engines the builds of a local rack use. */
#include "core/rack/local_engines.h"

#include "core/base/fs.h"
#include "core/rack/places.h"

void rd_local_engines_done(rd_local_engines *e)
{
	rd_engine_place_done(&e->builder);
	rd_engine_place_done(&e->home);
}

rd_code rd_local_engines_find(const rd_kvs *params, rd_local_engines *ret_engines, rd_err *err)
{
	const char *instance = rd_kvs_get(params, "BuildInstance");
	RD_AUTO(rd_local_engines_done) rd_local_engines e = {0};
	rd_code rc =
		rd_engine_find(instance, rd_kvs_get(params, "BuildInstanceCerts"), &e.builder, err);

	e.is_instance = instance && *instance;
	if (!rc && e.is_instance) {
		rc = rd_engine_find(NULL, NULL, &e.home, err);
		/* A machine without an engine may still have builds. */
		if (rc == RD_EUNAVAIL)
			rc = RD_OK;
		if (!rc && e.home.endpoint && !strcmp(e.home.endpoint, e.builder.endpoint))
			rd_engine_place_done(&e.home);
	}
	if (rc)
		return rc;
	*ret_engines = e;
	e = (rd_local_engines){0};
	return RD_OK;
}

const rd_engine_place *rd_local_engines_home(const rd_local_engines *e)
{
	return e->home.endpoint ? &e->home : &e->builder;
}

rd_code rd_local_engines_put(const rd_local_engines *e, char **json, rd_err *err)
{
	rd_code rc = rd_place_add(json, "engine", rd_local_engines_home(e), err);

	if (!rc && e->home.endpoint)
		rc = rd_place_add(json, "builder", &e->builder, err);
	return rc;
}

static rd_code check_certs(const char *folder, rd_err *err)
{
	RD_AUTOFREE char *ca = rd_path_join(folder, "ca.pem");
	RD_AUTOFREE char *cert = rd_path_join(folder, "cert.pem");

	if (!ca || !cert)
		return rd_err_nomem(err);
	if (*folder == '/' && (rd_file_exists(ca) || rd_file_exists(cert)))
		return RD_OK;
	return rd_err_set(err, RD_EINVAL,
		"parameter BuildInstanceCerts is '%s': the absolute path of a folder with ca.pem, "
		"cert.pem and key.pem is expected",
		folder);
}

rd_code rd_local_engines_check(const char *name, const char *value, rd_err *err)
{
	rd_code rc;

	if (!strcmp(name, "BuildInstanceCerts"))
		return check_certs(value, err);
	rc = rd_engine_check(value, err);
	return rc ? rd_err_wrap(err, "parameter BuildInstance") : RD_OK;
}

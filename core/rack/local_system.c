/* SPDX-License-Identifier: MIT */
/* The local rack as a whole: what it is, its parameters. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/engine/engine.h"
#include "core/formats/imageref.h"
#include "core/rack/buildrack.h"
#include "core/rack/doctor.h"
#include "core/rack/local_cache.h"
#include "core/rack/local_engines.h"
#include "core/rack/local_impl.h"

#define NUMBER_MAX 1000000

static const char *const known_params[] = {"BuildConcurrency", "BuildCpu", "BuildInstance",
	"BuildInstanceCerts", "BuildMemory", "BuildRack", "Cache", "CacheSize", "Registry", NULL};

/* ---- parameters ---- */

rd_code rd_local_params(rd_tx *tx, const char *scope, rd_kvs *out, rd_err *err)
{
	return rd_local_each(tx, rd_local_put_pair, out, err,
		"SELECT name, value FROM params WHERE scope = ? ORDER BY name", "t", scope);
}

int64_t rd_local_param_number(const rd_kvs *params, const char *name, int64_t otherwise)
{
	const char *text = rd_kvs_get(params, name);
	long long value;

	if (!text || rd_parse_i64(text, &value, NULL) || value < 1)
		return otherwise;
	return value;
}

/* What all images go to must be the beginning of their names. */
static rd_code check_registry(const char *value, rd_err *err)
{
	RD_AUTO(rd_imageref_done) rd_imageref ref = {0};
	RD_STR_AUTO rd_str image = RD_STR_INIT(0);
	RD_AUTOFREE char *name = NULL;
	rd_err why = {0};

	rd_str_printf(&image, "%s/app:service.build", value);
	if (!strstr(value, "://") && !rd_engine_registry(value, &name, NULL) &&
		!rd_imageref_parse(rd_str_get(&image), &ref, &why) &&
		(ref.host || strchr(value, '/')))
		return RD_OK;
	return rd_err_set(err, RD_EINVAL,
		"parameter Registry is '%s': HOST[:PORT]/PREFIX is expected, such as "
		"registry.example.com/team",
		value);
}

static const char *unit_of(const char *param)
{
	static const char *const units[][2] = {{"BuildMemory", " of MB"}, {"CacheSize", " of MB"},
		{"BuildCpu", " of CPU units (1024 is one core)"}};

	for (size_t i = 0; i < RD_LEN(units); i++)
		if (!strcmp(units[i][0], param))
			return units[i][1];
	return "";
}

static rd_code check_param(const rd_local *l, const rd_kv *kv, const char *const *known,
	rd_err *err)
{
	RD_STR_AUTO rd_str names = RD_STR_INIT(0);
	bool is_known = false;
	long long value;

	for (size_t i = 0; known[i]; i++) {
		is_known = is_known || !strcmp(known[i], kv->key);
		rd_str_printf(&names, "%s%s", i ? ", " : "", known[i]);
	}
	if (!is_known)
		return rd_err_set(err, RD_EINVAL, "no such parameter '%s': there are %s", kv->key,
			rd_str_get(&names));
	if (*kv->value && !strcmp(kv->key, "Registry"))
		return check_registry(kv->value, err);
	if (*kv->value && !strcmp(kv->key, "Cache"))
		return rd_local_cache_check(kv->value, err);
	if (!*kv->value)
		return RD_OK;
	if (!strcmp(kv->key, "BuildInstance") || !strcmp(kv->key, "BuildInstanceCerts"))
		return rd_local_engines_check(kv->key, kv->value, err);
	if (!strcmp(kv->key, "BuildRack"))
		return rd_buildrack_check(kv->value, l->name, err);
	/* All others are numbers. */
	if (rd_parse_i64(kv->value, &value, NULL) || value < 1 || value > NUMBER_MAX)
		return rd_err_set(err, RD_EINVAL,
			"parameter %s is '%s': a number%s from 1 to %d is expected", kv->key,
			kv->value, unit_of(kv->key), NUMBER_MAX);
	return RD_OK;
}

rd_code rd_local_params_store(const rd_local *l, rd_tx *tx, const char *scope, const rd_kvs *params,
	const char *const *known, rd_err *err)
{
	rd_code rc = RD_OK;

	for (size_t i = 0; !rc && i < params->len; i++) {
		const rd_kv *kv = &params->items[i];

		rc = check_param(l, kv, known, err);
		if (!rc && !*kv->value)
			rc = rd_local_exec(tx, NULL, err,
				"DELETE FROM params WHERE scope = ? AND name = ?", "tt", scope,
				kv->key);
		else if (!rc)
			rc = rd_local_exec(tx, NULL, err,
				"INSERT INTO params (scope, name, value) VALUES (?, ?, ?) "
				"ON CONFLICT (scope, name) DO UPDATE SET value = excluded.value",
				"ttt", scope, kv->key, kv->value);
	}
	return rc;
}

rd_code rd_local_concurrency(rd_tx *tx, int *ret_builds, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	rd_code rc = rd_local_params(tx, "", &params, err);

	if (!rc)
		*ret_builds = (int)rd_local_param_number(&params, "BuildConcurrency",
			cores > 0 ? cores : 1);
	return rc;
}

/* ---- the table ---- */

/* All known parameters: what is set, the number of slots in use, the others empty. */
static rd_code fill_params(rd_tx *tx, rd_kvs *out, rd_err *err)
{
	char slots[24];
	int builds;
	rd_code rc = rd_local_concurrency(tx, &builds, err);

	if (rc)
		return rc;
	snprintf(slots, sizeof(slots), "%d", builds);
	for (size_t i = 0; known_params[i]; i++)
		if (!rd_kvs_set(out, known_params[i],
			    strcmp(known_params[i], "BuildConcurrency") ? "" : slots))
			return rd_err_nomem(err);
	return rd_local_params(tx, "", out, err);
}

static rd_code get(rd_rack *r, rd_system *ret_system, rd_err *err)
{
	RD_AUTO(rd_system_done) rd_system s = {0};
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(rd_local_of(r)->db, false, &tx, err);

	if (!rc)
		rc = fill_params(tx, &s.parameters, err);
	if (rc)
		return rc;
	s.name = rd_strdup(r->name);
	s.provider = rd_strdup("local");
	s.region = rd_strdup("");
	s.domain = rd_strdup("");
	s.status = rd_strdup("running");
	s.type = rd_strdup("");
	s.version = rd_strdup(PACKAGE_VERSION);
	s.count = 1;
	if (!s.name || !s.provider || !s.region || !s.domain || !s.status || !s.type || !s.version)
		return rd_err_nomem(err);
	*ret_system = s;
	s = (rd_system){0};
	return RD_OK;
}

static rd_code set_params(rd_rack *r, const rd_kvs *params, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(rd_local_of(r)->db, true, &tx, err);

	if (!rc)
		rc = rd_local_params_store(rd_local_of(r), tx, "", params, known_params, err);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

const struct rd_rack_system rd_local_system = {
	.get = get,
	.set_params = set_params,
	.doctor = rd_local_doctor,
};

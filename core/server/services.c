/* SPDX-License-Identifier: MIT */
/* The services of an app: those of the manifest of its active release. */
#include <stdlib.h>
#include <string.h>

#include "core/formats/env.h"
#include "core/formats/manifest.h"
#include "core/rack/json.h"
#include "core/server/server_impl.h"

static rd_code load(const rd_release *r, rd_manifest **ret_manifest, rd_err *err)
{
	RD_AUTO(rd_problems_done) rd_problems problems = {0};
	RD_AUTO(rd_kvs_done) rd_kvs env = {0};
	rd_code rc = rd_env_parse(r->env, &env, err);

	rd_problems_init(&problems);
	return rc ? rc
		  : rd_manifest_load(r->manifest, strlen(r->manifest), &env, &problems,
			    ret_manifest, err);
}

rd_code rd_services_get(rd_rack *rack, const char *app, rd_str *out, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app a = {0};
	RD_AUTO(rd_release_done) rd_release r = {0};
	rd_manifest *m = NULL;
	rd_code rc = rack->apps->get(rack, app, &a, err);

	if (rc)
		return rc;
	if (!*a.release) {
		rd_str_put(out, "[]\n");
		return rd_str_check(out, "answer", err);
	}
	rc = rack->releases->get(rack, app, a.release, &r, err);
	if (!rc)
		rc = load(&r, &m, err);
	if (!rc)
		rc = rd_json_services(&m->services, out, err);
	rd_manifest_free(m);
	return rc;
}

/* SPDX-License-Identifier: MIT */
/* The services of an app: those of the manifest of its active release. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/formats/env.h"
#include "core/formats/manifest.h"
#include "core/server/server_impl.h"

/* A port is reached by 80 and 443 of the rack's balancer, if it is not only for other services. */
static json_t *ports_of(const rd_service *s)
{
	long long port = 0;

	if (!s->port || s->internal || rd_parse_i64(s->port, &port, NULL))
		return json_array();
	return json_pack("[{si ss sI} {si ss sI}]", "balancer", 80, "certificate", "", "container",
		(json_int_t)port, "balancer", 443, "certificate", "", "container",
		(json_int_t)port);
}

static json_t *service_json(const rd_service *s)
{
	return json_pack("{ss si si si ss so}", "name", s->name, "count", s->scale_min, "cpu",
		s->scale_cpu, "memory", s->scale_memory, "domain", rd_or_empty(s->domain), "ports",
		ports_of(s));
}

static rd_code put_all(const rd_manifest *m, rd_str *out, rd_err *err)
{
	json_t *list = json_array();
	char *text;

	for (size_t i = 0; i < m->services.len; i++)
		json_array_append_new(list, service_json(rd_vec_at(&m->services, i)));
	text = json_dumps(list, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	json_decref(list);
	if (!text)
		return rd_err_nomem(err);
	rd_str_printf(out, "%s\n", text);
	free(text);
	return rd_str_check(out, "answer", err);
}

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
		rc = put_all(m, out, err);
	rd_manifest_free(m);
	return rc;
}

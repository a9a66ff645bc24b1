/* SPDX-License-Identifier: MIT */
/* convox.yml from any bytes: a load gives a sound model or problems with places, never both. */
#include "core/formats/manifest.h"
#include "tests/fuzz/fuzz.h"

static void check_service(const rd_service *s)
{
	FUZZ_CHECK(s->name && *s->name && s->line >= 1);
	FUZZ_CHECK((s->build_path == NULL) != (s->image == NULL));
	FUZZ_CHECK((s->build_path == NULL) == (s->build_manifest == NULL));
	FUZZ_CHECK(!s->build_path || (*s->build_path != '/' && strcmp(s->build_path, "..") != 0 &&
					     !rd_starts_with(s->build_path, "../")));
	FUZZ_CHECK((s->port == NULL) || s->port_scheme);
	FUZZ_CHECK(s->health_path && s->health_interval >= 0 && s->health_grace >= 0 &&
		   s->health_timeout >= 0);
	FUZZ_CHECK(s->scale_min >= 0 && s->scale_min <= s->scale_max);
	FUZZ_CHECK(s->scale_cpu >= 0 && s->scale_memory >= 0 && s->drain >= 0);
	FUZZ_CHECK(s->deploy_min >= 0 && s->deploy_min <= 100);
	FUZZ_CHECK(s->deploy_max >= 100 && s->deploy_max <= 200);
}

static void check_problems(const rd_problems *problems)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	for (size_t i = 0; i < problems->items.len; i++) {
		const rd_problem *p = rd_vec_at(&problems->items, i);

		FUZZ_CHECK(p->line >= 1 && p->column >= 1 && p->text && *p->text && p->source);
	}
	rd_problems_format(problems, "convox.yml", &text);
	for (const char *c = rd_str_get(&text); *c; c++)
		FUZZ_CHECK((unsigned char)*c >= ' ' || *c == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	rd_kvs env = {0};
	rd_problems problems;
	rd_manifest *m = NULL;
	rd_err err = {0};
	rd_code code;

	rd_kvs_set(&env, "A", "value");
	rd_kvs_set(&env, "B", "x: [y]\n'\"");
	rd_kvs_set(&env, "N", "3");
	rd_problems_init(&problems);
	code = rd_manifest_load((const char *)bytes, n, &env, &problems, &m, &err);
	FUZZ_CHECK(code == RD_OK || code == RD_EPARSE || code == RD_ELIMIT || code == RD_ENOMEM);
	FUZZ_CHECK((code == RD_OK) == (m != NULL));
	FUZZ_CHECK((code == RD_EPARSE) <= rd_problems_fatal(&problems));
	FUZZ_CHECK(code != RD_OK || !rd_problems_fatal(&problems));
	FUZZ_CHECK(code == RD_OK || err.msg[0]);
	check_problems(&problems);
	for (size_t i = 0; m && i < m->services.len; i++)
		check_service(rd_vec_at(&m->services, i));
	if (m)
		rd_manifest_check_env(m, &env, &err);
	rd_problems_done(&problems);
	rd_manifest_free(m);
	rd_kvs_done(&env);
	return 0;
}

bool fuzz_seed(int i, rd_str *out)
{
	static const char *const seeds[] = {
		"environment:\n  - TOP\n  - A=${A}\nservices:\n  web:\n    build: {path: ., args: "
		"[X=1]}\n"
		"    command: run ${N} '${B}'\n    port: https:3000\n    scale: {count: 1-${N}, "
		"cpu: 9}\n"
		"    health: {path: /h, interval: 7}\n    resources: [db]\nresources:\n  db: "
		"{type: pg}\n"
		"timers:\n  t: {command: x, schedule: 0 3 * * *, service: web}\n",
		"services:\n  a: &a {image: 'redis:${N}', deployment: {minimum: 10, maximum: "
		"120}}\n"
		"  b: {<<: *a, domain: [a.io, ${A}.io], agent: yes, drain: 5, volumes: [/x]}\n"
		"  c: {build: api, port: {port: 80, scheme: tcp}, scale: 2, internal: on}\n"
		"balancers:\n  x: {service: a, ports: {80: 80}, whitelist: [10.0.0.0/8]}\n",
		"services: {Web: {build: ../x, port: [1], image: 5, ${A}: y}, \"${B}\": ~, 日本: "
		"{}}\n",
	};

	if (i >= (int)RD_LEN(seeds))
		return false;
	rd_str_put(out, seeds[i]);
	return true;
}

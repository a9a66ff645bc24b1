/* SPDX-License-Identifier: MIT */
/* rd_manifest: the forms of convox.yml, defaults, variables, and every problem with its place. */
#include "tests/unit/unit.h"

#include "core/formats/manifest.h"

static rd_kvs env_of(const char *const *pairs)
{
	rd_kvs env = {0};

	for (; *pairs; pairs += 2)
		rd_kvs_set(&env, pairs[0], pairs[1]);
	return env;
}

/* Asserts that it loads, and gives the hints as text if asked. */
static rd_manifest *loaded(const char *text, const rd_kvs *env, rd_str *hints)
{
	rd_manifest *m = NULL;
	rd_problems problems;
	rd_err err = {0};

	rd_problems_init(&problems);
	if (rd_manifest_load(text, strlen(text), env, &problems, &m, &err) != RD_OK)
		fail_msg("%s", err.msg);
	assert_false(rd_problems_fatal(&problems));
	if (hints)
		rd_problems_format(&problems, "convox.yml", hints);
	rd_problems_done(&problems);
	return m;
}

static const rd_service *service_at(const rd_manifest *m, size_t i)
{
	assert_true(i < m->services.len);
	return rd_vec_at(&m->services, i);
}

static void assert_strs(const rd_strs *l, const char *joined)
{
	rd_str s = RD_STR_INIT(0);

	for (size_t i = 0; i < l->len; i++)
		rd_str_printf(&s, "%s%s", i ? "|" : "", l->items[i]);
	assert_string_equal(rd_str_get(&s), joined);
	rd_str_done(&s);
}

static void load__bare_service_has_all_defaults(void **state RD_UNUSED)
{
	rd_manifest *m = loaded("services:\n  web:\n", NULL, NULL);
	const rd_service *s = service_at(m, 0);

	assert_int_equal(m->services.len, 1);
	assert_string_equal(s->name, "web");
	assert_int_equal(s->line, 2);
	assert_string_equal(s->build_path, ".");
	assert_string_equal(s->build_manifest, "Dockerfile");
	assert_null(s->image);
	assert_null(s->port);
	assert_null(s->port_scheme);
	assert_null(s->domain);
	assert_string_equal(s->health_path, "/");
	assert_int_equal(s->health_interval, 5);
	assert_int_equal(s->health_grace, 5);
	assert_int_equal(s->health_timeout, 4);
	assert_int_equal(s->scale_min, 1);
	assert_int_equal(s->scale_max, 1);
	assert_int_equal(s->scale_cpu, 256);
	assert_int_equal(s->scale_memory, 512);
	assert_int_equal(s->deploy_min, 50);
	assert_int_equal(s->deploy_max, 200);
	assert_int_equal(s->drain, 30);
	assert_true(s->sticky);
	assert_false(s->internal || s->privileged || s->singleton || s->agent);
	rd_manifest_free(m);
}

static void load__keeps_the_order_of_services(void **state RD_UNUSED)
{
	rd_manifest *m = loaded("services: {zeta: {}, alpha: {}, mid: {image: redis}}", NULL, NULL);

	assert_string_equal(service_at(m, 0)->name, "zeta");
	assert_string_equal(service_at(m, 1)->name, "alpha");
	assert_string_equal(service_at(m, 2)->name, "mid");
	assert_ptr_equal(rd_manifest_service(m, "mid"), service_at(m, 2));
	assert_null(rd_manifest_service(m, "none"));
	rd_manifest_free(m);
}

static void load__build_in_its_forms(void **state RD_UNUSED)
{
	rd_manifest *m =
		loaded("services:\n"
		       "  a: {build: ./api/}\n"
		       "  b: {build: {path: x//y, manifest: docker/Dockerfile.b, args: [A=1, B]}}\n"
		       "  c: {build: {manifest: Other}}\n"
		       "  d: {image: 'redis:7'}\n"
		       "  e: {build: /lib}\n"
		       "  f: {image: '', build: ~}\n",
			NULL, NULL);

	assert_string_equal(service_at(m, 0)->build_path, "api");
	assert_string_equal(service_at(m, 0)->build_manifest, "Dockerfile");
	assert_string_equal(service_at(m, 1)->build_path, "x/y");
	assert_string_equal(service_at(m, 1)->build_manifest, "docker/Dockerfile.b");
	assert_strs(&service_at(m, 1)->build_args, "A=1|B");
	assert_string_equal(service_at(m, 2)->build_path, ".");
	assert_string_equal(service_at(m, 2)->build_manifest, "Other");
	assert_string_equal(service_at(m, 3)->image, "redis:7");
	assert_null(service_at(m, 3)->build_path);
	assert_null(service_at(m, 3)->build_manifest);
	assert_string_equal(service_at(m, 4)->build_path, "lib");
	assert_null(service_at(m, 5)->image);
	assert_string_equal(service_at(m, 5)->build_path, ".");
	rd_manifest_free(m);
}

static void load__command_port_health_domain_in_their_forms(void **state RD_UNUSED)
{
	rd_manifest *m = loaded(
		"services:\n"
		"  a: {command: bin/web -p 1, port: 3000, health: /up, domain: 'a.io,b.io'}\n"
		"  b: {command: [bin/web, -p, 1], port: 'https:8443', domain: [a.io, b.io]}\n"
		"  c: {port: {port: 80, scheme: tcp}, health: {path: /h, interval: 9}}\n"
		"  d: {port: '8080', health: {interval: 7, grace: 60, timeout: 2}}\n"
		"  e: {port: 0}\n",
		NULL, NULL);

	assert_strs(&service_at(m, 0)->command, "sh|-c|bin/web -p 1");
	assert_string_equal(service_at(m, 0)->port, "3000");
	assert_string_equal(service_at(m, 0)->port_scheme, "http");
	assert_string_equal(service_at(m, 0)->health_path, "/up");
	assert_string_equal(service_at(m, 0)->domain, "a.io,b.io");
	assert_strs(&service_at(m, 1)->command, "bin/web|-p|1");
	assert_string_equal(service_at(m, 1)->port, "8443");
	assert_string_equal(service_at(m, 1)->port_scheme, "https");
	assert_string_equal(service_at(m, 1)->domain, "a.io,b.io");
	assert_string_equal(service_at(m, 2)->port, "80");
	assert_string_equal(service_at(m, 2)->port_scheme, "tcp");
	assert_string_equal(service_at(m, 2)->health_path, "/h");
	assert_int_equal(service_at(m, 2)->health_grace, 9);
	assert_int_equal(service_at(m, 2)->health_timeout, 8);
	assert_string_equal(service_at(m, 3)->port, "8080");
	assert_int_equal(service_at(m, 3)->health_grace, 60);
	assert_int_equal(service_at(m, 3)->health_timeout, 2);
	assert_null(service_at(m, 4)->port);
	rd_manifest_free(m);
}

static void load__scale_and_deployment_in_their_forms(void **state RD_UNUSED)
{
	static const struct {
		const char *scale;
		int min, max, cpu, memory;
	} cases[] = {
		{"3", 3, 3, 256, 512},
		{"'2'", 2, 2, 256, 512},
		{"010", 8, 8, 256, 512},
		{"2-10", 2, 10, 256, 512},
		{"0", 0, 0, 256, 512},
		{"{cpu: 128}", 1, 1, 128, 512},
		{"{count: 2, memory: 1024}", 2, 2, 256, 1024},
		{"{count: 1-4}", 1, 4, 256, 512},
		{"{count: '1', cpu: '64', memory: \"1024\"}", 1, 1, 64, 1024},
		{"{count: {min: 2, max: 5}, cooldown: 30, targets: {cpu: 50}}", 2, 5, 256, 512},
		{"{count: {min: 3}}", 3, 3, 256, 512},
		{"~", 1, 1, 256, 512},
	};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		rd_str text = RD_STR_INIT(0);
		rd_manifest *m;
		const rd_service *s;

		rd_str_printf(&text, "services: {web: {scale: %s}}", cases[i].scale);
		m = loaded(rd_str_get(&text), NULL, NULL);
		s = service_at(m, 0);
		assert_int_equal(s->scale_min, cases[i].min);
		assert_int_equal(s->scale_max, cases[i].max);
		assert_int_equal(s->scale_cpu, cases[i].cpu);
		assert_int_equal(s->scale_memory, cases[i].memory);
		rd_manifest_free(m);
		rd_str_done(&text);
	}
}

static void load__lone_services_are_replaced_not_doubled(void **state RD_UNUSED)
{
	rd_manifest *m = loaded("services:\n  a: {agent: yes}\n  b: {singleton: on}\n"
				"  c: {agent: {enabled: true}, deployment: {minimum: 25}}\n"
				"  d: {agent: {enabled: no}, sticky: off}\n",
		NULL, NULL);

	assert_int_equal(service_at(m, 0)->deploy_min, 0);
	assert_int_equal(service_at(m, 0)->deploy_max, 100);
	assert_true(service_at(m, 1)->singleton);
	assert_int_equal(service_at(m, 1)->deploy_max, 100);
	assert_int_equal(service_at(m, 2)->deploy_min, 25);
	assert_int_equal(service_at(m, 2)->deploy_max, 100);
	assert_false(service_at(m, 3)->agent);
	assert_false(service_at(m, 3)->sticky);
	rd_manifest_free(m);
}

static void load__top_environment_comes_first_and_lists_are_flat(void **state RD_UNUSED)
{
	rd_manifest *m = loaded("environment: [TOP, [A=1, ['*']]]\n"
				"services:\n  web: {environment: [OWN=x=y]}\n  job: {}\n",
		NULL, NULL);

	assert_strs(&m->environment, "TOP|A=1|*");
	assert_strs(&service_at(m, 0)->environment, "TOP|A=1|*|OWN=x=y");
	assert_strs(&service_at(m, 1)->environment, "TOP|A=1|*");
	rd_manifest_free(m);
}

static void load__reads_resources_timers_and_anchors(void **state RD_UNUSED)
{
	rd_manifest *m =
		loaded("resources:\n  db: {type: postgres, options: {storage: 20, durable: yes}}\n"
		       "services:\n  web: &web\n    resources: [db]\n    links: [api]\n"
		       "    volumes: [/data]\n    internal: true\n    test: make test\n"
		       "  api:\n    <<: *web\n    resources: ['db:DB_URL']\n    internal: false\n"
		       "timers:\n  nightly: {command: bin/clean, schedule: 0 3 * * ?, service: "
		       "api}\n",
			NULL, NULL);
	const rd_resource *db = rd_vec_at(&m->resources, 0);
	const rd_timer *timer = rd_vec_at(&m->timers, 0);
	const rd_service *api = service_at(m, 1);

	assert_string_equal(db->name, "db");
	assert_string_equal(db->type, "postgres");
	assert_string_equal(rd_kvs_get(&db->options, "storage"), "20");
	assert_string_equal(rd_kvs_get(&db->options, "durable"), "yes");
	assert_string_equal(timer->name, "nightly");
	assert_string_equal(timer->schedule, "0 3 * * ?");
	assert_string_equal(timer->service, "api");
	assert_string_equal(timer->command, "bin/clean");
	assert_true(service_at(m, 0)->internal);
	assert_false(api->internal);
	assert_strs(&api->resources, "db:DB_URL");
	assert_strs(&api->links, "api");
	assert_strs(&api->volumes, "/data");
	assert_string_equal(api->test, "make test");
	rd_manifest_free(m);
}

/* ---- variables ---- */

static void load__reads_the_first_of_several_documents(void **state RD_UNUSED)
{
	rd_str hints = RD_STR_INIT(0);
	rd_manifest *m =
		loaded("---\nservices: {web: {}}\n---\nservices: {b: {}, c: *x\n", NULL, &hints);

	assert_int_equal(m->services.len, 1);
	assert_string_equal(rd_str_get(&hints), "convox.yml:3:1: hint: a second document begins "
						"here: it is left aside\n    ---\n    ^\n");
	rd_manifest_free(m);
	rd_str_done(&hints);
}

static void vars__are_put_into_scalars_of_any_kind(void **state RD_UNUSED)
{
	static const char *const pairs[] = {"IMAGE", "redis", "TAG", "7", "N", "3", "NAME", "web",
		"FLAG", "yes", "EMPTY", "", NULL};
	rd_kvs env = env_of(pairs);
	rd_manifest *m =
		loaded("services:\n"
		       "  ${NAME}: {image: \"${IMAGE}:${TAG}\", scale: ${N}, internal: ${FLAG}}\n"
		       "  b: {image: ${IMAGE}, domain: [x${EMPTY}.io, ${NAME}.io]}\n"
		       "  c:\n    command: run ${EMPTY}\n    port: ${EMPTY}\n    # ${NAME}: {\n"
		       "  d:\n    command: 'a ${EMPTY} ${N}'\n    test: |\n      x ${N}\n",
			&env, NULL);

	assert_string_equal(service_at(m, 0)->name, "web");
	assert_string_equal(service_at(m, 0)->image, "redis:7");
	assert_int_equal(service_at(m, 0)->scale_min, 3);
	assert_true(service_at(m, 0)->internal);
	assert_string_equal(service_at(m, 1)->image, "redis");
	assert_string_equal(service_at(m, 1)->domain, "x.io,web.io");
	assert_strs(&service_at(m, 2)->command, "sh|-c|run");
	assert_null(service_at(m, 2)->port);
	assert_strs(&service_at(m, 3)->command, "sh|-c|a  3");
	assert_string_equal(service_at(m, 3)->test, "x 3\n");
	rd_manifest_free(m);
	rd_kvs_done(&env);
}

static void vars__cannot_add_yaml(void **state RD_UNUSED)
{
	static const char *const pairs[] = {"CMD", "a: b # c", "LIST", "[1, 2]", "QUOTE",
		"a'b\"c\\n", "LINES", "x\n  evil:\n    image: bad", "STAR", "*x", NULL};
	rd_kvs env = env_of(pairs);
	rd_str hints = RD_STR_INIT(0);
	rd_manifest *m =
		loaded("services:\n  web:\n    command: ${CMD}\n    test: '${QUOTE}'\n"
		       "    domain: ${LIST}\n    health: ${LINES}\n    volumes: [\"${STAR}\"]\n",
			&env, &hints);
	const rd_service *s = service_at(m, 0);

	assert_int_equal(m->services.len, 1);
	assert_strs(&s->command, "sh|-c|a: b # c");
	assert_string_equal(s->test, "a'b\"c\\n");
	assert_string_equal(s->domain, "[1, 2]");
	assert_string_equal(s->health_path, "x\n  evil:\n    image: bad");
	assert_strs(&s->volumes, "*x");
	assert_non_null(strstr(rd_str_get(&hints), "convox.yml:3:14: hint: the value of 'CMD' is "
						   "taken as text; a Convox rack would read "
						   "YAML in it"));
	assert_non_null(strstr(rd_str_get(&hints), "'QUOTE' is taken as text"));
	assert_non_null(strstr(rd_str_get(&hints), "'LIST' is taken as text"));
	assert_non_null(strstr(rd_str_get(&hints), "'LINES' is taken as text"));
	assert_null(strstr(rd_str_get(&hints), "'STAR'"));
	rd_manifest_free(m);
	rd_kvs_done(&env);
	rd_str_done(&hints);
}

static void vars__of_plain_values_give_no_hint(void **state RD_UNUSED)
{
	static const char *const pairs[] = {
		"URL", "https://x.io:80/a?b=c#d", "DASH", "-x", "COLON", "a:b", NULL};
	rd_kvs env = env_of(pairs);
	rd_str hints = RD_STR_INIT(0);
	rd_manifest *m =
		loaded("services:\n  web:\n    environment:\n      - A=${URL}\n      - ${URL}\n"
		       "      - ${DASH}\n      - x ${COLON} y\n",
			&env, &hints);

	assert_string_equal(rd_str_get(&hints), "");
	assert_strs(&service_at(m, 0)->environment,
		"A=https://x.io:80/a?b=c#d|https://x.io:80/a?b=c#d|-x|x a:b y");
	rd_manifest_free(m);
	rd_kvs_done(&env);
	rd_str_done(&hints);
}

static void vars__unknown_ones_are_empty_with_a_hint(void **state RD_UNUSED)
{
	static const char *const pairs[] = {NULL};
	rd_kvs env = env_of(pairs);
	rd_str hints = RD_STR_INIT(0);
	rd_manifest *m =
		loaded("services: {web: {command: 'a${NOPE}b${}c', test: $X}}\n", &env, &hints);

	assert_strs(&service_at(m, 0)->command, "sh|-c|abc");
	assert_string_equal(service_at(m, 0)->test, "$X");
	assert_string_equal(rd_str_get(&hints),
		"convox.yml:1:27: hint: the environment has no '': it is taken as empty\n"
		"    services: {web: {command: 'a${NOPE}b${}c', test: $X}}\n"
		"                              ^\n"
		"convox.yml:1:27: hint: the environment has no 'NOPE': it is taken as empty\n"
		"    services: {web: {command: 'a${NOPE}b${}c', test: $X}}\n"
		"                              ^\n");
	rd_manifest_free(m);
	rd_kvs_done(&env);
	rd_str_done(&hints);
}

/* ---- problems ---- */

/* Asserts what is wrong: the formatted text without the quoted lines. */
static void assert_problems(const char *text, const char *want)
{
	rd_manifest *m = NULL;
	rd_problems problems;
	rd_str got = RD_STR_INIT(0);
	rd_err err = {0};

	rd_problems_init(&problems);
	assert_int_equal(rd_manifest_load(text, strlen(text), NULL, &problems, &m, &err),
		RD_EPARSE);
	assert_null(m);
	assert_true(rd_problems_fatal(&problems));
	for (size_t i = 0; i < problems.items.len; i++) {
		const rd_problem *p = rd_vec_at(&problems.items, i);

		rd_str_printf(&got, "%d:%d: %s%s\n", p->line, p->column, p->hint ? "hint: " : "",
			p->text);
	}
	assert_string_equal(rd_str_get(&got), want);
	rd_str_done(&got);
	rd_problems_done(&problems);
}

static void problems__all_are_listed_in_the_order_of_the_file(void **state RD_UNUSED)
{
	assert_problems("environment: {A: 1}\n"
			"services:\n"
			"  Web:\n"
			"    build: [x]\n"
			"    prot: 80\n"
			"  api:\n"
			"    build: {path: ../x, dockerfile: y}\n"
			"    resources: [db, cache]\n"
			"    deployment: {minimum: 101, maximum: 99}\n"
			"    internal: 'yes'\n"
			"    internalRouter: yes\n"
			"resources:\n"
			"  cache: {}\n"
			"timers:\n"
			"  T: {service: nope, schedule: 1 2}\n"
			"balancers:\n"
			"  b: {service: api, ports: {80: 80}, whitelist: [10.0.0.0/8, fd00::/129, "
			"x]}\n"
			"  c: {}\n",
		"1:14: unknown type for service environment: map\n"
		"3:3: service name 'Web' invalid, must contain only lowercase alphanumeric and "
		"dashes\n"
		"4:12: unknown type for service build: list\n"
		"5:5: hint: unknown key 'prot' in service 'Web': it is left aside\n"
		"7:19: 'build.path' of service 'api' leads out of its folder: '../x'\n"
		"7:37: hint: 'dockerfile' has no meaning here: write 'manifest'\n"
		"8:16: service 'api' references a resource that does not exist: 'db'\n"
		"9:27: service 'api' deployment minimum can not be greater than 100\n"
		"9:41: service 'api' deployment maximum can not be less than 100\n"
		"10:15: 'internal' of service 'api' must be true or false, not 'yes'\n"
		"13:3: resource 'cache': resource type can not be blank\n"
		"15:3: timer name 'T' invalid, must contain only lowercase alphanumeric and "
		"dashes\n"
		"15:16: timer 'T' references a service that does not exist: 'nope'\n"
		"15:32: timer 'T': invalid schedule expression: '1 2'\n"
		"17:62: balancer 'b' whitelist 'fd00::/129' is not a valid cidr range\n"
		"17:74: balancer 'b' whitelist 'x' is not a valid cidr range\n"
		"18:3: balancer 'c' has blank service\n"
		"18:3: balancer 'c' has no ports\n");
}

static void problems__each_wrong_type_says_what_it_must_be(void **state RD_UNUSED)
{
	static const struct {
		const char *service, *want;
	} cases[] = {
		{"5", "1:17: service 'web' must be a map, not a number\n"},
		{"{build: 5}", "1:25: unknown type for service build: number\n"},
		{"{build: {args: {A: 1}}}",
			"1:32: 'build.args' of service 'web' must be a list, not a map\n"},
		{"{build: {manifest: ../D}}", "1:36: 'build.manifest' of service 'web' leads out "
					      "of its folder: '../D'\n"},
		{"{image: [a]}", "1:25: 'image' of service 'web' must be a text, not a list\n"},
		{"{image: 'A b'}", "1:25: service 'web': 'A b' is not an image reference: its name "
				   "must be lower "
				   "case\n"},
		{"{command: {a: b}}",
			"1:27: 'command' of service 'web' must be a text or a list of texts, not a "
			"map\n"},
		{"{environment: A=1}", "1:31: unknown type for service environment: text\n"},
		{"{environment: [{A: 1}]}", "1:32: unknown type for service environment: map\n"},
		{"{port: 70000}", "1:24: 'port' of service 'web' must be a port such as 3000 or "
				  "https:3000, not "
				  "'70000'\n"},
		{"{port: 80:90:100}", "1:24: 'port' of service 'web' must be a port such as 3000 "
				      "or https:3000, not "
				      "'80:90:100'\n"},
		{"{port: [80]}", "1:24: 'port' of service 'web' must be a port such as 3000 or "
				 "https:3000, or "
				 "a map, not a list\n"},
		{"{health: [x]}", "1:26: 'health' of service 'web' must be a map, not a list\n"},
		{"{scale: 2+}", "1:25: 'scale' of service 'web' must be a number such as 2 or a "
				"range such as "
				"2-10, not '2+'\n"},
		{"{scale: 5-2}", "1:25: 'scale' of service 'web' must be a number such as 2 or a "
				 "range such as "
				 "2-10, not '5-2'\n"},
		{"{scale: {count: {min: 5, max: 2}}}",
			"1:25: service 'web' scale minimum can not be greater than its maximum\n"},
		{"{scale: {cpu: 1.5}}",
			"1:31: 'scale.cpu' of service 'web' must be a whole number, not '1.5'\n"},
		{"{scale: {cpu: 'x'}}",
			"1:31: 'scale.cpu' of service 'web' must be a whole number, not 'x'\n"},
		{"{drain: -1}",
			"1:25: 'drain' of service 'web' must be from 0 to 2147483647, not -1\n"},
		{"{links: a}", "1:25: 'links' of service 'web' must be a list, not a text\n"},
		{"{volumes: [[a]]}",
			"1:28: 'volumes' of service 'web': an entry must be a text, not a list\n"},
		{"{internal: yes, internalRouter: yes}",
			"1:49: service 'web' can not have both internal and internalRouter set as "
			"true\n"},
	};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		rd_str text = RD_STR_INIT(0);

		rd_str_printf(&text, "services: {web: %s}", cases[i].service);
		assert_problems(rd_str_get(&text), cases[i].want);
		rd_str_done(&text);
	}
}

static void problems__of_the_whole_file(void **state RD_UNUSED)
{
	assert_problems("", "1:1: the manifest is empty: name a service below 'services:'\n");
	assert_problems("# nothing\n",
		"1:1: the manifest is empty: name a service below 'services:'\n");
	assert_problems("- a\n", "1:1: the manifest must be a map, not a list\n");
	assert_problems("versions: 2\n",
		"1:1: the manifest has no services: name one below 'services:'\n"
		"1:1: hint: unknown key 'versions' in the manifest: it is left aside\n");
	assert_problems("services:\n  []\n", "2:3: 'services' must be a map, not a list\n");
	assert_problems("services: {}\n",
		"1:11: the manifest has no services: name one below 'services:'\n");
	assert_problems("services:\n  web: {}\n  web: {}\n", "3:3: the key 'web' is there twice\n");
	assert_problems("services:\n\tweb: {}\n", "2:1: found character that cannot start any "
						  "token while scanning for the next token\n");
	assert_problems("services: {web: {test: '\xf4\x80\x80\x80'}}",
		"1:25: a character of the private plane has no place here\n");
	assert_problems("services: {web: {test: \"${A}\\U00100007\"}}",
		"1:24: a character of the private plane has no place here\n");
}

static void problems__names_made_equal_by_variables_are_told(void **state RD_UNUSED)
{
	static const char *const pairs[] = {"A", "web", NULL};
	rd_kvs env = env_of(pairs);
	rd_manifest *m = NULL;
	rd_problems problems;
	const char *text = "services:\n  web: {}\n  ${A}: {}\n";
	rd_err err = {0};

	rd_problems_init(&problems);
	assert_int_equal(rd_manifest_load(text, strlen(text), &env, &problems, &m, &err),
		RD_EPARSE);
	assert_string_equal(err.msg, "line 3, column 3: service 'web' is there twice");
	rd_problems_done(&problems);
	rd_kvs_done(&env);
}

static void problems__format_shows_the_line_and_a_caret(void **state RD_UNUSED)
{
	const char *text =
		"services:\n  web:\n    domain: ü日本 # \x1b[31m\n    scale: {cpu: \tx}\r\n";
	rd_str bad = RD_STR_INIT(0);
	rd_manifest *m = NULL;
	rd_problems problems;
	rd_err err = {0};

	/* the escape itself is refused; without it the line is quoted as it is */
	rd_problems_init(&problems);
	assert_int_equal(rd_manifest_load(text, strlen(text), NULL, &problems, &m, &err),
		RD_EPARSE);
	rd_problems_format(&problems, "app/convox.yml", &bad);
	assert_null(strchr(rd_str_get(&bad), '\x1b'));
	assert_true(rd_starts_with(rd_str_get(&bad), "app/convox.yml:3:19: not UTF-8 text: "));
	rd_problems_done(&problems);
	rd_str_clear(&bad);
	text = "services:\n  web: {domain: 日本, drain: x}\r\n";
	assert_int_equal(rd_manifest_load(text, strlen(text), NULL, &problems, &m, &err),
		RD_EPARSE);
	rd_problems_format(&problems, "convox.yml", &bad);
	assert_string_equal(rd_str_get(&bad),
		"convox.yml:2:28: 'drain' of service 'web' must be a whole number, not 'x'\n"
		"      web: {domain: 日本, drain: x}\n"
		"                                 ^\n");
	rd_problems_done(&problems);
	rd_str_done(&bad);
}

static void problems__first_one_and_the_number_of_others_are_the_error(void **state RD_UNUSED)
{
	const char *text = "services:\n  web: {drain: x, links: y, nope: z}\n";
	rd_problems problems;
	rd_manifest *m = NULL;
	rd_err err = {0};

	rd_problems_init(&problems);
	assert_int_equal(rd_manifest_load(text, strlen(text), NULL, &problems, &m, &err),
		RD_EPARSE);
	assert_string_equal(err.msg, "line 2, column 16: 'drain' of service 'web' must be a whole "
				     "number, not 'x' (and 1 "
				     "more)");
	rd_problems_done(&problems);
}

/* ---- limits ---- */

static rd_code load_repeated(const char *head, const char *fmt_a, const char *fmt_b, int times)
{
	rd_str s = RD_STR_INIT(0);
	rd_problems problems;
	rd_manifest *m = NULL;
	rd_err err = {0};
	rd_code code;

	rd_str_put(&s, head);
	for (int i = 0; i < times; i++)
		rd_str_printf(&s, "%s%d%s", fmt_a, i, fmt_b);
	rd_problems_init(&problems);
	code = rd_manifest_load(rd_str_get(&s), s.len, NULL, &problems, &m, &err);
	rd_problems_done(&problems);
	rd_manifest_free(m);
	rd_str_done(&s);
	return code;
}

static void load__keeps_its_caps(void **state RD_UNUSED)
{
	rd_str s = RD_STR_INIT(0);
	rd_problems problems;
	rd_manifest *m = NULL;
	rd_err err = {0};

	assert_int_equal(load_repeated("services:\n", "  s", ": {}\n", 256), RD_OK);
	assert_int_equal(load_repeated("services:\n", "  s", ": {}\n", 257), RD_ELIMIT);
	assert_int_equal(load_repeated("services: {a: {environment: [x]}}\nenvironment:\n", "  - E",
				 "\n", 1999),
		RD_OK);
	assert_int_equal(load_repeated("services: {a: {environment: [x]}}\nenvironment:\n", "  - E",
				 "\n", 2000),
		RD_EPARSE);
	assert_int_equal(load_repeated("services: {a: {}}\n", "# ${V", "}\n", 10000), RD_OK);
	assert_int_equal(load_repeated("services: {a: {}}\n", "# ${V", "}\n", 10001), RD_ELIMIT);
	rd_str_put(&s, "services: {a: {test: '");
	for (int i = 0; i < 64 * 1024; i++)
		rd_str_putc(&s, 'x');
	rd_str_put(&s, "'}}");
	rd_problems_init(&problems);
	assert_int_equal(rd_manifest_load(rd_str_get(&s), s.len, NULL, &problems, &m, &err), RD_OK);
	m = rd_manifest_free(m);
	rd_str_cut(&s, s.len - 3);
	rd_str_put(&s, "x'}}");
	assert_int_equal(rd_manifest_load(rd_str_get(&s), s.len, NULL, &problems, &m, &err),
		RD_EPARSE);
	rd_problems_done(&problems);
	rd_str_clear(&s);
	while (s.len <= RD_MANIFEST_MAX_BYTES)
		rd_str_put(&s, "# comment\n");
	rd_problems_init(&problems);
	assert_int_equal(rd_manifest_load(rd_str_get(&s), s.len, NULL, &problems, &m, &err),
		RD_ELIMIT);
	assert_string_equal(err.msg, "the manifest is larger than 1048576 bytes");
	rd_problems_done(&problems);
	rd_str_done(&s);
}

static void load__hints_do_not_crowd_out_what_is_wrong(void **state RD_UNUSED)
{
	rd_str s = RD_STR_INIT(0);
	rd_problems problems;
	rd_manifest *m = NULL;
	rd_err err = {0};

	rd_str_put(&s, "services:\n  web:\n");
	for (int i = 0; i < 500; i++)
		rd_str_printf(&s, "    k%d: x\n", i);
	rd_str_put(&s, "    drain: x\n");
	rd_problems_init(&problems);
	assert_int_equal(rd_manifest_load(rd_str_get(&s), s.len, NULL, &problems, &m, &err),
		RD_EPARSE);
	assert_true(rd_problems_fatal(&problems));
	rd_problems_done(&problems);
	rd_str_done(&s);
}

static void check_env__names_what_the_first_service_lacks(void **state RD_UNUSED)
{
	static const char *const pairs[] = {"B", "", "HAS", "1", NULL};
	rd_kvs env = env_of(pairs);
	rd_manifest *m =
		loaded("environment: [HAS, DEF=1, '*']\n"
		       "services:\n  ok: {environment: [B]}\n  bad: {environment: [Z, A, Z, B]}\n"
		       "  worse: {environment: [Q]}\n",
			NULL, NULL);
	rd_err err = {0};

	assert_int_equal(rd_manifest_check_env(m, &env, &err), RD_EINVAL);
	assert_string_equal(err.msg, "required env: A, Z");
	rd_kvs_set(&env, "A", "");
	rd_kvs_set(&env, "Z", "");
	rd_kvs_set(&env, "Q", "");
	assert_int_equal(rd_manifest_check_env(m, &env, &err), RD_OK);
	assert_int_equal(rd_manifest_check_env(m, NULL, &err), RD_EINVAL);
	assert_string_equal(err.msg, "required env: B, HAS");
	rd_manifest_free(m);
	rd_kvs_done(&env);
}

static void load__keys_of_v3_in_their_forms(void **state RD_UNUSED)
{
	rd_manifest *m =
		loaded("labels: {team: a}\nparams: {Size: 3}\n"
		       "services:\n  web:\n    scale: {count: 1-3, cooldown: 9, gpu: 1,\n"
		       "      targets: {cpu: 50, memory: 60, requests: 100, custom: [{a: b}]}}\n"
		       "    termination: {grace: 7}\n    timeout: 90\n    init: false\n"
		       "    tls: {redirect: no}\n    certificate: {duration: 90d, id: x}\n"
		       "    ports: [5000, '5001/udp', 5002/tcp]\n    internalRouter: true\n"
		       "    labels: {a: b}\n    annotations: [a=b]\n    whitelist: 10.0.0.0/8\n"
		       "  job:\n    scale: {cooldown: {up: 1, down: 2}, gpu: {count: 2, vendor: "
		       "x}}\n"
		       "  plain:\n"
		       "balancers:\n  lb: {service: web, ports: {443: 3000, 80: 3001}, "
		       "whitelist: [10.0.0.0/8]}\n"
		       "timers:\n  t: {service: job, command: x, schedule: '*/5 1-2 ? * MON,L'}\n"
		       "  d: {service: job, command: x, schedule: '@daily'}\n",
			NULL, NULL);
	const rd_service *s = service_at(m, 0);
	const rd_balancer *b = rd_vec_at(&m->balancers, 0);

	assert_int_equal(s->scale_cooldown_up, 9);
	assert_int_equal(s->scale_cooldown_down, 9);
	assert_int_equal(s->termination_grace, 7);
	assert_int_equal(s->timeout, 90);
	assert_false(s->init || s->tls_redirect);
	s = service_at(m, 1);
	assert_int_equal(s->scale_cooldown_up, 1);
	assert_int_equal(s->scale_cooldown_down, 2);
	s = service_at(m, 2);
	assert_int_equal(s->scale_cooldown_up, 60);
	assert_int_equal(s->scale_cooldown_down, 60);
	assert_int_equal(s->termination_grace, 30);
	assert_int_equal(s->timeout, 60);
	assert_true(s->init && s->tls_redirect);
	assert_string_equal(b->name, "lb");
	assert_string_equal(b->service, "web");
	assert_string_equal(rd_kvs_get(&b->ports, "443"), "3000");
	assert_string_equal(rd_kvs_get(&b->ports, "80"), "3001");
	assert_strs(&b->whitelist, "10.0.0.0/8");
	assert_string_equal(rd_kvs_get(&m->labels, "team"), "a");
	assert_string_equal(rd_kvs_get(&m->params, "Size"), "3");
	rd_manifest_free(m);
}

static void problems__of_keys_of_v3(void **state RD_UNUSED)
{
	assert_problems(
		"services:\n  web:\n    scale: {cooldown: x, gpu: y, targets: {cpu: z, q: 1}}\n"
		"    termination: 5\n    timeout: never\n    init: maybe\n"
		"    tls: {redirect: 3, r: 1}\n    certificate: [a]\n    ports: [0x, 5/icmp]\n"
		"    agent: {ports: [1]}\n    labels: 1\n"
		"labels: 3\nparams: []\n"
		"resources: {db: {type: pg, size: 1}}\n"
		"timers: {t: {service: web, schedule: '* * * * $', cmd: x}}\n"
		"balancers: 1\n",
		"3:23: 'scale.cooldown' of service 'web' must be a whole number, not 'x'\n"
		"3:31: 'scale.gpu' of service 'web' must be a whole number, not 'y'\n"
		"3:49: 'scale.targets.cpu' of service 'web' must be a whole number, not 'z'\n"
		"3:52: hint: unknown key 'q' in 'scale.targets' of service 'web': it is left "
		"aside\n"
		"4:18: 'termination' of service 'web' must be a map, not a number\n"
		"5:14: 'timeout' of service 'web' must be a whole number, not 'never'\n"
		"6:11: 'init' of service 'web' must be true or false, not 'maybe'\n"
		"7:21: 'tls.redirect' of service 'web' must be true or false, not '3'\n"
		"7:24: hint: unknown key 'r' in 'tls' of service 'web': it is left aside\n"
		"8:18: 'certificate' of service 'web' must be a map, not a list\n"
		"9:13: 'ports' of service 'web' must be ports such as 5000 or 5000/udp, not '0x'\n"
		"9:17: 'ports' of service 'web' must be ports such as 5000 or 5000/udp, not "
		"'5/icmp'\n"
		"10:20: hint: agent ports are now specified at the service level: Convox v3 "
		"refuses "
		"them here\n"
		"11:13: 'labels' of service 'web' must be a map, not a number\n"
		"12:9: 'labels' must be a map, not a number\n"
		"13:9: 'params' must be a map, not a list\n"
		"14:28: hint: unknown key 'size' in a resource: it is left aside\n"
		"15:38: timer 't': invalid schedule expression: '* * * * $'\n"
		"15:51: hint: unknown key 'cmd' in a timer: it is left aside\n"
		"16:12: 'balancers' must be a map, not a number\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load__bare_service_has_all_defaults),
		cmocka_unit_test(load__keeps_the_order_of_services),
		cmocka_unit_test(load__build_in_its_forms),
		cmocka_unit_test(load__command_port_health_domain_in_their_forms),
		cmocka_unit_test(load__scale_and_deployment_in_their_forms),
		cmocka_unit_test(load__lone_services_are_replaced_not_doubled),
		cmocka_unit_test(load__top_environment_comes_first_and_lists_are_flat),
		cmocka_unit_test(load__reads_resources_timers_and_anchors),
		cmocka_unit_test(load__reads_the_first_of_several_documents),
		cmocka_unit_test(vars__are_put_into_scalars_of_any_kind),
		cmocka_unit_test(vars__cannot_add_yaml),
		cmocka_unit_test(vars__of_plain_values_give_no_hint),
		cmocka_unit_test(vars__unknown_ones_are_empty_with_a_hint),
		cmocka_unit_test(problems__all_are_listed_in_the_order_of_the_file),
		cmocka_unit_test(problems__each_wrong_type_says_what_it_must_be),
		cmocka_unit_test(problems__of_the_whole_file),
		cmocka_unit_test(problems__names_made_equal_by_variables_are_told),
		cmocka_unit_test(problems__format_shows_the_line_and_a_caret),
		cmocka_unit_test(problems__first_one_and_the_number_of_others_are_the_error),
		cmocka_unit_test(load__keeps_its_caps),
		cmocka_unit_test(load__hints_do_not_crowd_out_what_is_wrong),
		cmocka_unit_test(load__keys_of_v3_in_their_forms),
		cmocka_unit_test(problems__of_keys_of_v3),
		cmocka_unit_test(check_env__names_what_the_first_service_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

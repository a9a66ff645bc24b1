/* SPDX-License-Identifier: MIT */
/* Manifests: the load from text to services, and what is asked of them later. */
#include "core/formats/manifest.h"

#include "core/formats/manifest_vars.h"

/*
 * DESIGN: the load goes in the order of Convox: variables, YAML, values with their presence, defaults,
 * the top-level environment, checks. Nothing ends it early but what leaves no tree to look at (broken
 * YAML, a cap), so that all problems are told at once. manifest_vars.c handles ${NAME},
 * manifest_service.c one service, manifest_check.c what spans several parts, compose.c generation 1.
 */

/* The scalars of a map. */
static void read_pairs(rd_manifest_reader *r, const rd_yaml_node *map, const char *what,
	rd_kvs *out)
{
	if (!rd_manifest_is_map(r, map, what))
		return;
	for (size_t i = 0; i < rd_yaml_len(map); i++) {
		const rd_yaml_node *value = rd_yaml_at(map, i);

		if (rd_yaml_kind_of(value) == RD_YAML_SCALAR)
			rd_manifest_note(r, rd_kvs_set(out, rd_yaml_text(rd_yaml_key(map, i)),
						    rd_yaml_text(value)));
	}
}

static void read_resource(rd_manifest_reader *r, const rd_yaml_node *key, const rd_yaml_node *value)
{
	static const char *const known[] = {"type", "options", "image", "provider", NULL};
	rd_resource *resource = rd_vec_push(&r->manifest->resources);

	if (!rd_manifest_note(r, resource != NULL))
		return;
	resource->name = rd_strdup(rd_yaml_text(key));
	rd_manifest_note(r, resource->name != NULL);
	if (!rd_manifest_is_map(r, value, "a resource"))
		return;
	rd_manifest_check_keys(r, value, "a resource", known);
	rd_manifest_read_text(r, rd_yaml_get(value, "type"), "'type' of a resource",
		&resource->type);
	read_pairs(r, rd_yaml_get(value, "options"), "'options' of a resource", &resource->options);
}

static void read_timer(rd_manifest_reader *r, const rd_yaml_node *key, const rd_yaml_node *value)
{
	static const char *const known[] = {"command", "schedule", "service", "annotations",
		"concurrency", "parallelCount", NULL};
	rd_timer *timer = rd_vec_push(&r->manifest->timers);

	if (!rd_manifest_note(r, timer != NULL))
		return;
	timer->name = rd_strdup(rd_yaml_text(key));
	rd_manifest_note(r, timer->name != NULL);
	if (!rd_manifest_is_map(r, value, "a timer"))
		return;
	rd_manifest_check_keys(r, value, "a timer", known);
	rd_manifest_read_text(r, rd_yaml_get(value, "command"), "'command' of a timer",
		&timer->command);
	rd_manifest_read_text(r, rd_yaml_get(value, "schedule"), "'schedule' of a timer",
		&timer->schedule);
	rd_manifest_read_text(r, rd_yaml_get(value, "service"), "'service' of a timer",
		&timer->service);
}

/* What is wrong with it is told by the validation. */
static void read_balancer(rd_manifest_reader *r, const rd_yaml_node *key, const rd_yaml_node *value)
{
	static const char *const known[] = {"service", "ports", "whitelist", "annotations", NULL};
	rd_balancer *balancer = rd_vec_push(&r->manifest->balancers);

	if (!rd_manifest_note(r, balancer != NULL))
		return;
	balancer->name = rd_strdup(rd_yaml_text(key));
	rd_manifest_note(r, balancer->name != NULL);
	rd_manifest_check_keys(r, value, "a balancer", known);
	rd_manifest_read_text(r, rd_yaml_get(value, "service"), "'service' of a balancer",
		&balancer->service);
	read_pairs(r, rd_yaml_get(value, "ports"), "'ports' of a balancer", &balancer->ports);
	rd_manifest_read_strs(r, rd_yaml_get(value, "whitelist"), "'whitelist' of a balancer",
		&balancer->whitelist);
}

static void read_map(rd_manifest_reader *r, const rd_yaml_node *map, const char *what,
	void (*read)(rd_manifest_reader *, const rd_yaml_node *, const rd_yaml_node *))
{
	if (!rd_manifest_is_map(r, map, what))
		return;
	for (size_t i = 0; i < rd_yaml_len(map); i++)
		read(r, rd_yaml_key(map, i), rd_yaml_at(map, i));
}

static rd_code read_root(rd_manifest_reader *r, const rd_yaml_node *root, rd_err *err)
{
	static const char *const known[] = {"environment", "services", "resources", "timers",
		"params", "balancers", "labels", "configs", "appSettings", "budget", NULL};

	if (rd_yaml_kind_of(root) == RD_YAML_NULL) {
		rd_manifest_problem(r, root,
			"the manifest is empty: name a service below 'services:'");
		return RD_OK;
	}
	if (!rd_manifest_is_map(r, root, "the manifest"))
		return RD_OK;
	if (rd_yaml_len(rd_yaml_get(root, "services")) > RD_MANIFEST_MAX_SERVICES)
		return rd_err_set(err, RD_ELIMIT, "more than %d services",
			RD_MANIFEST_MAX_SERVICES);
	rd_manifest_check_keys(r, root, "the manifest", known);
	rd_manifest_read_environment(r, rd_yaml_get(root, "environment"),
		&r->manifest->environment);
	read_map(r, rd_yaml_get(root, "services"), "'services'", rd_manifest_read_service);
	read_map(r, rd_yaml_get(root, "resources"), "'resources'", read_resource);
	read_map(r, rd_yaml_get(root, "timers"), "'timers'", read_timer);
	read_map(r, rd_yaml_get(root, "balancers"), "'balancers'", read_balancer);
	read_pairs(r, rd_yaml_get(root, "params"), "'params'", &r->manifest->params);
	read_pairs(r, rd_yaml_get(root, "labels"), "'labels'", &r->manifest->labels);
	rd_manifest_validate(r, root);
	return RD_OK;
}

/* The error of a load with problems: the first that is more than a hint, and how many others. */
static rd_code first_problem(const rd_problems *problems, rd_err *err)
{
	const rd_problem *first = NULL;
	int more = -1;

	for (size_t i = problems->items.len; i-- > 0;) {
		const rd_problem *p = rd_vec_at(&problems->items, i);

		if (p->hint)
			continue;
		first = p;
		more++;
	}
	if (!first)
		return RD_OK;
	if (more == 0)
		return rd_err_set(err, RD_EPARSE, "line %d, column %d: %s", first->line,
			first->column, first->text);
	return rd_err_set(err, RD_EPARSE, "line %d, column %d: %s (and %d more)", first->line,
		first->column, first->text, more);
}

/* What leaves no tree to read is one problem; its code stays that of the error. */
static rd_code broken(rd_manifest_reader *r, rd_yaml_mark where, rd_err *err)
{
	rd_code code = err->code;

	rd_manifest_problem_at(r, where, err->msg);
	first_problem(r->problems, err);
	return err->code = code;
}

/* The tree with its variables hidden. */
static rd_code parse_hidden(rd_manifest_reader *r, rd_manifest_vars *vars, rd_yaml **ret_doc,
	rd_yaml_mark *ret_where, rd_yaml_mark *ret_second, rd_err *err)
{
	rd_code code = rd_manifest_vars_hide(vars, r->text, r->n, ret_where, err);

	if (code == RD_OK)
		code = rd_yaml_parse_first(rd_str_get(&vars->hidden), vars->hidden.len, ret_doc,
			ret_where, ret_second, err);
	return code;
}

static rd_code parse(rd_manifest_reader *r, const rd_kvs *env, rd_err *err)
{
	rd_manifest_vars vars = {0};
	rd_yaml_mark where = {0, 0}, second = {0, 0};
	rd_yaml *doc = NULL;
	rd_code code = parse_hidden(r, &vars, &doc, &where, &second, err);

	if (code == RD_OK && rd_compose_is(rd_yaml_root(doc))) {
		r->manifest->generation = 1;
		doc = rd_yaml_free(doc);
		rd_manifest_vars_done(&vars);
		vars.is_compose = true;
		code = parse_hidden(r, &vars, &doc, &where, &second, err);
	}
	if (code == RD_OK && second.line)
		rd_manifest_hint_at(r, second, "a second document begins here: it is left aside");
	if (code == RD_OK)
		code = rd_manifest_vars_put(&vars, doc, env, r, err);
	if (code == RD_OK)
		code = r->manifest->generation == 1 ? rd_compose_read(r, rd_yaml_root(doc), err)
						    : read_root(r, rd_yaml_root(doc), err);
	rd_manifest_vars_done(&vars);
	rd_yaml_free(doc);
	if (code == RD_ENOMEM || r->out_of_memory)
		return rd_err_nomem(err);
	if (code != RD_OK)
		return broken(r, where, err);
	rd_problems_sort(r->problems);
	return first_problem(r->problems, err);
}

rd_code rd_manifest_load(const char *text, size_t n, const rd_kvs *env, rd_problems *problems,
	rd_manifest **ret_manifest, rd_err *err)
{
	rd_manifest *m = calloc(1, sizeof *m);
	rd_manifest_reader r = {text, n, problems, m, false};
	rd_err local;
	rd_code code;

	if (!m)
		return rd_err_nomem(err);
	m->generation = 2;
	rd_vec_init(&m->services, sizeof(rd_service));
	rd_vec_init(&m->resources, sizeof(rd_resource));
	rd_vec_init(&m->timers, sizeof(rd_timer));
	rd_vec_init(&m->balancers, sizeof(rd_balancer));
	if (n > RD_MANIFEST_MAX_BYTES)
		code = rd_err_set(err, RD_ELIMIT, "the manifest is larger than %d bytes",
			RD_MANIFEST_MAX_BYTES);
	else
		code = parse(&r, env, err ? err : &local);
	if (code == RD_OK)
		*ret_manifest = m;
	else
		rd_manifest_free(m);
	return code;
}

rd_manifest *rd_manifest_free(rd_manifest *m)
{
	if (!m)
		return NULL;
	for (size_t i = 0; i < m->services.len; i++)
		rd_service_done(rd_vec_at(&m->services, i));
	for (size_t i = 0; i < m->resources.len; i++) {
		rd_resource *resource = rd_vec_at(&m->resources, i);

		free(resource->name);
		free(resource->type);
		rd_kvs_done(&resource->options);
	}
	for (size_t i = 0; i < m->timers.len; i++) {
		rd_timer *timer = rd_vec_at(&m->timers, i);

		free(timer->name);
		free(timer->command);
		free(timer->schedule);
		free(timer->service);
	}
	for (size_t i = 0; i < m->balancers.len; i++) {
		rd_balancer *balancer = rd_vec_at(&m->balancers, i);

		free(balancer->name);
		free(balancer->service);
		rd_kvs_done(&balancer->ports);
		rd_strs_done(&balancer->whitelist);
	}
	rd_vec_done(&m->balancers);
	rd_kvs_done(&m->params);
	rd_kvs_done(&m->labels);
	rd_strs_done(&m->environment);
	rd_vec_done(&m->services);
	rd_vec_done(&m->resources);
	rd_vec_done(&m->timers);
	free(m);
	return NULL;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names that the service needs and env lacks. @returns false if out of memory. */
static bool missing_env(const rd_service *s, const rd_kvs *env, rd_strs *missing)
{
	for (size_t i = 0; i < s->environment.len; i++) {
		const char *name = s->environment.items[i];

		if (strchr(name, '=') || strcmp(name, "*") == 0 || rd_strs_has(missing, name))
			continue;
		if (!(env && rd_kvs_get(env, name)) && !rd_strs_add(missing, name))
			return false;
	}
	return true;
}

static rd_code required_env(rd_strs *missing, rd_err *err)
{
	RD_STR_AUTO rd_str names = RD_STR_INIT(0);

	qsort(missing->items, missing->len, sizeof *missing->items, by_text);
	for (size_t i = 0; i < missing->len; i++)
		rd_str_printf(&names, "%s%s", i ? ", " : "", missing->items[i]);
	return rd_err_set(err, RD_EINVAL, "required env: %s", rd_str_get(&names));
}

rd_code rd_manifest_check_env(const rd_manifest *m, const rd_kvs *env, rd_err *err)
{
	rd_strs missing = {0};
	rd_code code = RD_OK;

	for (size_t i = 0; m->generation > 1 && code == RD_OK && i < m->services.len; i++) {
		if (!missing_env(rd_vec_at(&m->services, i), env, &missing))
			code = rd_err_nomem(err);
		else if (missing.len > 0)
			code = required_env(&missing, err);
	}
	rd_strs_done(&missing);
	return code;
}

const rd_service *rd_manifest_service(const rd_manifest *m, const char *name)
{
	for (size_t i = 0; i < m->services.len; i++) {
		const rd_service *s = rd_vec_at(&m->services, i);

		if (strcmp(s->name, name) == 0)
			return s;
	}
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/* Checks of the manifest that look at names, ranges and what refers to what. */
#include <arpa/inet.h>

#include "core/formats/imageref.h"
#include "core/formats/manifest_read.h"

#define NAME_RULE "must contain only lowercase alphanumeric and dashes"

bool rd_manifest_is_name(const char *name)
{
	const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789-";

	return *name >= 'a' && *name <= 'z' && name[strspn(name, letters)] == 0;
}

static bool has_resource(const rd_manifest *m, const char *name)
{
	for (size_t i = 0; i < m->resources.len; i++) {
		if (strcmp(((const rd_resource *)rd_vec_at(&m->resources, i))->name, name) == 0)
			return true;
	}
	return false;
}

static void check_resources_of(rd_manifest_reader *r, const rd_service *s, const rd_yaml_node *map)
{
	const rd_yaml_node *list = rd_yaml_get(map, "resources");

	for (size_t i = 0; i < s->resources.len; i++) {
		RD_AUTOFREE char *name = NULL;

		/* "name" or "name:VARIABLE" */
		name = strndup(s->resources.items[i], strcspn(s->resources.items[i], ":"));
		if (rd_manifest_note(r, name != NULL) && !has_resource(r->manifest, name))
			rd_manifest_problem(r, list,
				"service '%s' references a resource that does not exist: '%s'",
				s->name, name);
	}
}

static void check_deployment(rd_manifest_reader *r, const rd_service *s, const rd_yaml_node *map)
{
	const rd_yaml_node *deployment = rd_yaml_get(map, "deployment");

	if (s->deploy_min > 100)
		rd_manifest_problem(r, rd_yaml_get(deployment, "minimum"),
			"service '%s' deployment minimum can not be greater than 100", s->name);
	if (s->deploy_max < 100)
		rd_manifest_problem(r, rd_yaml_get(deployment, "maximum"),
			"service '%s' deployment maximum can not be less than 100", s->name);
	if (s->deploy_max > 200)
		rd_manifest_problem(r, rd_yaml_get(deployment, "maximum"),
			"service '%s' deployment maximum can not be greater than 200", s->name);
}

void rd_service_check_image(rd_manifest_reader *r, const rd_service *s, const rd_yaml_node *map)
{
	rd_imageref ref = {0};
	rd_err err;

	if (!s->image)
		return;
	if (rd_imageref_parse(s->image, &ref, &err) == RD_OK)
		rd_imageref_done(&ref);
	else
		rd_manifest_problem(r, rd_yaml_get(map, "image"), "service '%s': %s", s->name,
			err.msg);
}

static void check_service(rd_manifest_reader *r, size_t i, const rd_yaml_node *key,
	const rd_yaml_node *map)
{
	const rd_service *s = rd_vec_at(&r->manifest->services, i);
	bool has_router = false;

	if (!rd_manifest_is_name(s->name))
		rd_manifest_problem(r, key, "service name '%s' invalid, " NAME_RULE, s->name);
	/* two names that variables made equal */
	if (rd_manifest_service(r->manifest, s->name) != s)
		rd_manifest_problem(r, key, "service '%s' is there twice", s->name);
	rd_service_check_image(r, s, map);
	check_deployment(r, s, map);
	if (s->scale_min > s->scale_max)
		rd_manifest_problem(r, rd_yaml_get(map, "scale"),
			"service '%s' scale minimum can not be greater than its maximum", s->name);
	if (rd_yaml_bool(rd_yaml_get(map, "internalRouter"), &has_router) && has_router &&
		s->internal)
		rd_manifest_problem(r, rd_yaml_get(map, "internalRouter"),
			"service '%s' can not have both internal and internalRouter set as true",
			s->name);
	check_resources_of(r, s, map);
}

static void check_services(rd_manifest_reader *r, const rd_yaml_node *root)
{
	const rd_yaml_node *services = rd_yaml_get(root, "services");

	/* another kind than a map was told before */
	if (rd_yaml_kind_of(services) == RD_YAML_NULL ||
		(rd_yaml_kind_of(services) == RD_YAML_MAP && rd_yaml_len(services) == 0))
		rd_manifest_problem(r, services ? services : root,
			"the manifest has no services: name one below 'services:'");
	for (size_t i = 0; i < r->manifest->services.len; i++)
		check_service(r, i, rd_yaml_key(services, i), rd_yaml_at(services, i));
}

static void check_resources(rd_manifest_reader *r, const rd_yaml_node *resources)
{
	for (size_t i = 0; i < r->manifest->resources.len; i++) {
		const rd_resource *resource = rd_vec_at(&r->manifest->resources, i);
		const rd_yaml_node *key = rd_yaml_key(resources, i);

		if (!rd_manifest_is_name(resource->name))
			rd_manifest_problem(r, key, "resource name '%s' invalid, " NAME_RULE,
				resource->name);
		if (!resource->type || !*resource->type)
			rd_manifest_problem(r, key, "resource '%s': resource type can not be blank",
				resource->name);
	}
}

/* What Kubernetes takes by a name; else five fields, or six with seconds (Kubernetes) or a year (AWS). */
static bool is_schedule(const char *schedule)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789*/,-?#";
	static const char *const macros[] = {
		"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"};
	size_t fields = 0;

	for (size_t i = 0; i < RD_LEN(macros); i++) {
		if (strcmp(schedule, macros[i]) == 0)
			return true;
	}
	while (*(schedule += strspn(schedule, " \t"))) {
		fields++;
		schedule += strspn(schedule, letters);
		if (*schedule && !strchr(" \t", *schedule))
			return false;
	}
	return fields == 5 || fields == 6;
}

static void check_timers(rd_manifest_reader *r, const rd_yaml_node *timers)
{
	for (size_t i = 0; i < r->manifest->timers.len; i++) {
		const rd_timer *timer = rd_vec_at(&r->manifest->timers, i);
		const rd_yaml_node *key = rd_yaml_key(timers, i), *map = rd_yaml_at(timers, i);
		const char *service = rd_or_empty(timer->service);

		if (!rd_manifest_is_name(timer->name))
			rd_manifest_problem(r, key, "timer name '%s' invalid, " NAME_RULE,
				timer->name);
		if (!rd_manifest_service(r->manifest, service))
			rd_manifest_problem(r, timer->service ? rd_yaml_get(map, "service") : key,
				"timer '%s' references a service that does not exist: '%s'",
				timer->name, service);
		if (!is_schedule(rd_or_empty(timer->schedule)))
			rd_manifest_problem(r, timer->schedule ? rd_yaml_get(map, "schedule") : key,
				"timer '%s': invalid schedule expression: '%s'", timer->name,
				rd_or_empty(timer->schedule));
	}
}

/* "10.0.0.0/8", "fd00::/8" */
static bool is_cidr(const char *text)
{
	RD_AUTOFREE char *address = NULL;
	const char *slash = strchr(text, '/');
	unsigned char bytes[16];
	unsigned long long bits;

	if (!slash || rd_parse_u64(slash + 1, &bits, NULL) != RD_OK)
		return false;
	address = strndup(text, (size_t)(slash - text));
	if (!address)
		return false;
	if (inet_pton(AF_INET, address, bytes) == 1)
		return bits <= 32;
	return inet_pton(AF_INET6, address, bytes) == 1 && bits <= 128;
}

static void check_whitelist(rd_manifest_reader *r, const char *name, const rd_yaml_node *list)
{
	for (size_t i = 0; i < rd_yaml_len(list); i++) {
		const rd_yaml_node *entry = rd_yaml_at(list, i);

		if (!is_cidr(rd_yaml_text(entry)))
			rd_manifest_problem(r, entry,
				"balancer '%s' whitelist '%s' is not a valid cidr range", name,
				rd_yaml_text(entry));
	}
}

static void check_balancer(rd_manifest_reader *r, const rd_yaml_node *key, const rd_yaml_node *map)
{
	const char *name = rd_yaml_text(key);
	const rd_yaml_node *service = rd_yaml_get(map, "service");

	if (!rd_manifest_is_map(r, map, "a balancer"))
		return;
	if (rd_yaml_len(rd_yaml_get(map, "ports")) == 0)
		rd_manifest_problem(r, key, "balancer '%s' has no ports", name);
	if (*rd_yaml_text(service) == 0)
		rd_manifest_problem(r, key, "balancer '%s' has blank service", name);
	else if (!rd_manifest_service(r->manifest, rd_yaml_text(service)))
		rd_manifest_problem(r, service, "balancer '%s' refers to unknown service '%s'",
			name, rd_yaml_text(service));
	check_whitelist(r, name, rd_yaml_get(map, "whitelist"));
}

void rd_manifest_validate(rd_manifest_reader *r, const rd_yaml_node *root)
{
	const rd_yaml_node *balancers = rd_yaml_get(root, "balancers");

	if (r->out_of_memory)
		return;
	check_services(r, root);
	check_resources(r, rd_yaml_get(root, "resources"));
	check_timers(r, rd_yaml_get(root, "timers"));
	for (size_t i = 0; i < rd_yaml_len(balancers); i++)
		check_balancer(r, rd_yaml_key(balancers, i), rd_yaml_at(balancers, i));
}

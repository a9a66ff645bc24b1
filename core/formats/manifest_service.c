/* SPDX-License-Identifier: MIT */
/* A service of the manifest: its keys in all their forms, and their defaults. */
#include "core/formats/manifest_service.h"

#include <limits.h>

#define UNSET (-1)

typedef void read_fn(rd_service_reader *sr, const rd_yaml_node *n);

const char *rd_service_at(rd_service_reader *sr, const char *key)
{
	snprintf(sr->what, sizeof sr->what, "'%s' of service '%s'", key, sr->s->name);
	return sr->what;
}

void rd_service_wrong(rd_service_reader *sr, const rd_yaml_node *n, const char *want)
{
	char shown[RD_MANIFEST_SHOWN];

	rd_manifest_problem(sr->r, n, "%s must be %s, not %s", sr->what, want,
		rd_manifest_shown(n, shown));
}

/* ---- build, image, command ---- */

static void read_build(rd_service_reader *sr, const rd_yaml_node *n)
{
	static const char *const known[] = {
		"path", "manifest", "args", "context", "dockerfile", NULL};
	const rd_yaml_node *context = rd_yaml_get(n, "context");
	const rd_yaml_node *dockerfile = rd_yaml_get(n, "dockerfile");

	if (rd_yaml_kind_of(n) == RD_YAML_NULL)
		return;
	if (strcmp(rd_yaml_kind_name(n), "text") == 0) {
		rd_manifest_read_path(sr->r, n, rd_service_at(sr, "build"), &sr->s->build_path);
		return;
	}
	if (rd_yaml_kind_of(n) != RD_YAML_MAP) {
		rd_manifest_problem(sr->r, n, "unknown type for service build: %s",
			rd_yaml_kind_name(n));
		return;
	}
	rd_manifest_read_path(sr->r, rd_yaml_get(n, "path"), rd_service_at(sr, "build.path"),
		&sr->s->build_path);
	rd_manifest_read_path(sr->r, rd_yaml_get(n, "manifest"),
		rd_service_at(sr, "build.manifest"), &sr->s->build_manifest);
	rd_manifest_read_strs(sr->r, rd_yaml_get(n, "args"), rd_service_at(sr, "build.args"),
		&sr->s->build_args);
	if (context)
		rd_manifest_hint(sr->r, context, "'context' has no meaning here: write 'path'");
	if (dockerfile)
		rd_manifest_hint(sr->r, dockerfile,
			"'dockerfile' has no meaning here: write 'manifest'");
	rd_manifest_check_keys(sr->r, n, rd_service_at(sr, "build"), known);
}

static void read_image(rd_service_reader *sr, const rd_yaml_node *n)
{
	/* an empty one is none */
	if (*rd_yaml_text(n) || rd_yaml_kind_of(n) != RD_YAML_SCALAR)
		rd_manifest_read_text(sr->r, n, sr->what, &sr->s->image);
}

static void read_command(rd_service_reader *sr, const rd_yaml_node *n)
{
	rd_strs *command = &sr->s->command;

	if (rd_yaml_kind_of(n) == RD_YAML_LIST)
		rd_manifest_read_strs(sr->r, n, sr->what, command);
	else if (rd_yaml_kind_of(n) == RD_YAML_SCALAR)
		rd_manifest_note(sr->r, rd_strs_add(command, "sh") && rd_strs_add(command, "-c") &&
						rd_strs_add(command, rd_yaml_text(n)));
	else if (rd_yaml_kind_of(n) != RD_YAML_NULL)
		rd_service_wrong(sr, n, "a text or a list of texts");
}

static void read_environment(rd_service_reader *sr, const rd_yaml_node *n)
{
	rd_manifest_read_environment(sr->r, n, &sr->s->environment);
}

/* ---- port, health, domain ---- */

static bool port_number(const char *text, unsigned long long *ret_port)
{
	return rd_parse_u64(text, ret_port, NULL) == RD_OK && *ret_port <= 65535;
}

/* "8080" or "https:8443"; 0 is none. */
static void read_port_text(rd_service_reader *sr, const rd_yaml_node *n)
{
	const char *text = rd_yaml_text(n), *colon = strchr(text, ':');
	unsigned long long port;
	char digits[8];

	if (!port_number(colon ? colon + 1 : text, &port)) {
		rd_service_wrong(sr, n, "a port such as 3000 or https:3000");
		return;
	}
	if (colon) {
		free(sr->s->port_scheme);
		sr->s->port_scheme = strndup(text, (size_t)(colon - text));
		rd_manifest_note(sr->r, sr->s->port_scheme != NULL);
	}
	snprintf(digits, sizeof digits, "%llu", port);
	if (port > 0)
		rd_manifest_note(sr->r, rd_str_replace(&sr->s->port, digits));
}

static void read_port(rd_service_reader *sr, const rd_yaml_node *n)
{
	static const char *const known[] = {"port", "scheme", NULL};
	const rd_yaml_node *port = rd_yaml_get(n, "port");

	if (rd_yaml_kind_of(n) == RD_YAML_SCALAR) {
		read_port_text(sr, n);
	} else if (rd_yaml_kind_of(n) == RD_YAML_MAP) {
		rd_manifest_read_text(sr->r, rd_yaml_get(n, "scheme"),
			rd_service_at(sr, "port.scheme"), &sr->s->port_scheme);
		rd_manifest_check_keys(sr->r, n, rd_service_at(sr, "port"), known);
		rd_service_at(sr, "port.port");
		if (rd_yaml_kind_of(port) == RD_YAML_SCALAR)
			read_port_text(sr, port);
		else if (rd_yaml_kind_of(port) != RD_YAML_NULL)
			rd_service_wrong(sr, port, "a port such as 3000");
	} else if (rd_yaml_kind_of(n) != RD_YAML_NULL) {
		rd_service_wrong(sr, n, "a port such as 3000 or https:3000, or a map");
	}
}

/* Convox takes whole numbers here and silently leaves aside all else. */
static void read_health_seconds(rd_service_reader *sr, const rd_yaml_node *map, const char *key,
	int *slot)
{
	const rd_yaml_node *n = rd_yaml_get(map, key);
	long long value;

	if (rd_yaml_kind_of(n) == RD_YAML_NULL)
		return;
	if (rd_yaml_int(n, &value) && value >= 0 && value <= INT_MAX)
		*slot = (int)value;
	else
		rd_manifest_hint(sr->r, n,
			"health.%s of service '%s' is no number of seconds: it is left aside", key,
			sr->s->name);
}

static void read_health(rd_service_reader *sr, const rd_yaml_node *n)
{
	static const char *const known[] = {
		"path", "interval", "timeout", "grace", "disable", NULL};
	rd_service *s = sr->s;

	if (rd_yaml_kind_of(n) == RD_YAML_SCALAR) {
		rd_manifest_read_text(sr->r, n, sr->what, &s->health_path);
	} else if (rd_manifest_is_map(sr->r, n, sr->what)) {
		rd_manifest_read_text(sr->r, rd_yaml_get(n, "path"),
			rd_service_at(sr, "health.path"), &s->health_path);
		read_health_seconds(sr, n, "interval", &s->health_interval);
		read_health_seconds(sr, n, "timeout", &s->health_timeout);
		read_health_seconds(sr, n, "grace", &s->health_grace);
		rd_manifest_check_keys(sr->r, n, rd_service_at(sr, "health"), known);
	}
}

static void read_domain(rd_service_reader *sr, const rd_yaml_node *n)
{
	RD_STR_AUTO rd_str joined = RD_STR_INIT(0);
	rd_strs list = {0};

	if (rd_yaml_kind_of(n) == RD_YAML_SCALAR)
		rd_str_put(&joined, rd_yaml_text(n));
	else
		rd_manifest_read_strs(sr->r, n, sr->what, &list);
	for (size_t i = 0; i < list.len; i++)
		rd_str_printf(&joined, "%s%s", i ? "," : "", list.items[i]);
	rd_strs_done(&list);
	if (joined.len > 0)
		rd_manifest_note(sr->r, rd_str_replace(&sr->s->domain, rd_str_get(&joined)));
}

/* ---- the others ---- */

static void read_agent(rd_service_reader *sr, const rd_yaml_node *n)
{
	if (rd_yaml_kind_of(n) != RD_YAML_MAP) {
		rd_manifest_read_bool(sr->r, n, sr->what, &sr->s->agent);
		return;
	}
	/* a map is an agent unless it says otherwise */
	sr->s->agent = true;
	if (rd_yaml_get(n, "ports"))
		rd_manifest_hint(sr->r, rd_yaml_get(n, "ports"),
			"agent ports are now specified at the service level: Convox v3 refuses "
			"them "
			"here");
	rd_manifest_read_bool(sr->r, rd_yaml_get(n, "enabled"), rd_service_at(sr, "agent.enabled"),
		&sr->s->agent);
}

static void read_termination(rd_service_reader *sr, const rd_yaml_node *n)
{
	static const char *const known[] = {"grace", NULL};

	if (!rd_manifest_is_map(sr->r, n, sr->what))
		return;
	rd_manifest_check_keys(sr->r, n, sr->what, known);
	rd_manifest_read_int(sr->r, rd_yaml_get(n, "grace"), rd_service_at(sr, "termination.grace"),
		&sr->s->termination_grace);
}

static void read_tls(rd_service_reader *sr, const rd_yaml_node *n)
{
	static const char *const known[] = {"redirect", NULL};

	if (!rd_manifest_is_map(sr->r, n, sr->what))
		return;
	rd_manifest_check_keys(sr->r, n, sr->what, known);
	rd_manifest_read_bool(sr->r, rd_yaml_get(n, "redirect"), rd_service_at(sr, "tls.redirect"),
		&sr->s->tls_redirect);
}

static void check_certificate(rd_service_reader *sr, const rd_yaml_node *n)
{
	static const char *const known[] = {"duration", "id", NULL};

	if (rd_manifest_is_map(sr->r, n, sr->what))
		rd_manifest_check_keys(sr->r, n, sr->what, known);
}

/* "5000", "5000/udp" */
static void check_ports(rd_service_reader *sr, const rd_yaml_node *n)
{
	for (size_t i = 0; i < rd_yaml_len(n); i++) {
		const rd_yaml_node *port = rd_yaml_at(n, i);
		const char *text = rd_yaml_text(port), *slash = strchr(text, '/');
		RD_AUTOFREE char *number = NULL;
		unsigned long long value;

		if (rd_yaml_kind_of(port) != RD_YAML_SCALAR)
			continue;
		number = strndup(text, slash ? (size_t)(slash - text) : strlen(text));
		if (rd_manifest_note(sr->r, number != NULL) &&
			(!port_number(number, &value) || (slash && strcmp(slash, "/tcp") != 0 &&
								 strcmp(slash, "/udp") != 0)))
			rd_service_wrong(sr, port, "ports such as 5000 or 5000/udp");
	}
	if (rd_yaml_kind_of(n) != RD_YAML_LIST && rd_yaml_kind_of(n) != RD_YAML_NULL)
		rd_service_wrong(sr, n, "a list of ports");
}

static void check_bool(rd_service_reader *sr, const rd_yaml_node *n)
{
	bool unused;

	rd_manifest_read_bool(sr->r, n, sr->what, &unused);
}

static void check_map(rd_service_reader *sr, const rd_yaml_node *n)
{
	rd_manifest_is_map(sr->r, n, sr->what);
}

/* ---- values that are just stored; the table says where ---- */

static void *member(const rd_service_reader *sr)
{
	return (char *)sr->s + sr->place;
}

static void read_int(rd_service_reader *sr, const rd_yaml_node *n)
{
	rd_manifest_read_int(sr->r, n, sr->what, member(sr));
}

static void read_bool(rd_service_reader *sr, const rd_yaml_node *n)
{
	rd_manifest_read_bool(sr->r, n, sr->what, member(sr));
}

static void read_list(rd_service_reader *sr, const rd_yaml_node *n)
{
	rd_manifest_read_strs(sr->r, n, sr->what, member(sr));
}

static void read_text(rd_service_reader *sr, const rd_yaml_node *n)
{
	rd_manifest_read_text(sr->r, n, sr->what, member(sr));
}

/* Known to some rack, without meaning for a build or a release of ours. */
static void read_nothing(rd_service_reader *sr RD_UNUSED, const rd_yaml_node *n RD_UNUSED) {}

static const struct {
	const char *key;
	read_fn *read;
	size_t place; /* of those that just store a value */
} keys[] = {
	{"build", read_build, 0},
	{"image", read_image, 0},
	{"command", read_command, 0},
	{"environment", read_environment, 0},
	{"port", read_port, 0},
	{"health", read_health, 0},
	{"scale", rd_service_read_scale, 0},
	{"deployment", rd_service_read_deployment, 0},
	{"domain", read_domain, 0},
	{"drain", read_int, offsetof(rd_service, drain)},
	{"internal", read_bool, offsetof(rd_service, internal)},
	{"privileged", read_bool, offsetof(rd_service, privileged)},
	{"singleton", read_bool, offsetof(rd_service, singleton)},
	{"sticky", read_bool, offsetof(rd_service, sticky)},
	{"agent", read_agent, 0},
	{"links", read_list, offsetof(rd_service, links)},
	{"resources", read_list, offsetof(rd_service, resources)},
	{"volumes", read_list, offsetof(rd_service, volumes)},
	{"test", read_text, offsetof(rd_service, test)},
	{"accessControl", read_nothing, 0},
	{"annotations", read_nothing, 0},
	{"certificate", check_certificate, 0},
	{"configMounts", read_nothing, 0},
	{"dnsConfig", read_nothing, 0},
	{"grpcHealthEnabled", read_nothing, 0},
	{"imagePullSecrets", read_nothing, 0},
	{"ingressAnnotations", read_nothing, 0},
	{"init", read_bool, offsetof(rd_service, init)},
	{"initContainer", read_nothing, 0},
	{"internalRouter", check_bool, 0},
	{"labels", check_map, 0},
	{"lifecycle", read_nothing, 0},
	{"liveness", read_nothing, 0},
	{"nodeAffinityLabels", read_nothing, 0},
	{"nodeSelectorLabels", read_nothing, 0},
	{"ports", check_ports, 0},
	{"securityContext", read_nothing, 0},
	{"startupProbe", read_nothing, 0},
	{"termination", read_termination, 0},
	{"timeout", read_int, offsetof(rd_service, timeout)},
	{"tls", read_tls, 0},
	{"volumeOptions", read_nothing, 0},
	{"whitelist", read_nothing, 0},
};

static void read_key(rd_service_reader *sr, const rd_yaml_node *key, const rd_yaml_node *value)
{
	const char *name = rd_yaml_text(key);

	for (size_t i = 0; i < RD_LEN(keys); i++) {
		if (strcmp(keys[i].key, name) != 0)
			continue;
		rd_service_at(sr, name);
		sr->place = keys[i].place;
		keys[i].read(sr, value);
		return;
	}
	rd_manifest_hint(sr->r, key, "unknown key '%s' in service '%s': it is left aside", name,
		sr->s->name);
}

static void set_default(int *slot, int value)
{
	if (*slot == UNSET)
		*slot = value;
}

static void set_text(rd_manifest_reader *r, char **slot, const char *value)
{
	if (!*slot)
		rd_manifest_note(r, rd_str_replace(slot, value));
}

/* Defaults depend on what is there, not on what is zero. */
void rd_service_set_defaults(rd_manifest_reader *r, rd_service *s)
{
	bool is_alone = s->agent || s->singleton;

	if (s->image) {
		free(s->build_path);
		free(s->build_manifest);
		s->build_path = s->build_manifest = NULL;
	} else {
		set_text(r, &s->build_path, ".");
		set_text(r, &s->build_manifest, "Dockerfile");
	}
	if (s->port)
		set_text(r, &s->port_scheme, "http");
	set_text(r, &s->health_path, "/");
	set_default(&s->health_interval, 5);
	set_default(&s->health_grace, s->health_interval);
	set_default(&s->health_timeout, s->health_interval > 0 ? s->health_interval - 1 : 0);
	if (s->scale_min == UNSET)
		s->scale_min = s->scale_max == 0 ? 0 : 1;
	set_default(&s->scale_max, s->scale_min > 1 ? s->scale_min : 1);
	set_default(&s->scale_cpu, 256);
	set_default(&s->scale_memory, 512);
	set_default(&s->deploy_min, is_alone ? 0 : 50);
	set_default(&s->deploy_max, is_alone ? 100 : 200);
	set_default(&s->drain, 30);
	set_default(&s->termination_grace, 30);
	set_default(&s->timeout, 60);
	set_default(&s->scale_cooldown_up, 60);
	set_default(&s->scale_cooldown_down, 60);
}

static bool init(rd_service *s, const rd_yaml_node *key, const rd_strs *environment)
{
	s->line = rd_yaml_where(key).line;
	s->column = rd_yaml_where(key).column;
	s->health_interval = s->health_grace = s->health_timeout = UNSET;
	s->scale_min = s->scale_max = s->scale_cpu = s->scale_memory = UNSET;
	s->deploy_min = s->deploy_max = s->drain = UNSET;
	s->termination_grace = s->timeout = UNSET;
	s->scale_cooldown_up = s->scale_cooldown_down = UNSET;
	s->sticky = s->init = s->tls_redirect = true;
	s->name = rd_strdup(rd_yaml_text(key));
	for (size_t i = 0; i < environment->len; i++) {
		if (!rd_strs_add(&s->environment, environment->items[i]))
			return false;
	}
	return s->name != NULL;
}

rd_service *rd_service_add(rd_manifest_reader *r, const rd_yaml_node *key)
{
	rd_service *s = rd_vec_push(&r->manifest->services);

	if (!rd_manifest_note(r, s != NULL) ||
		!rd_manifest_note(r, init(s, key, &r->manifest->environment)))
		return NULL;
	return s;
}

void rd_manifest_read_service(rd_manifest_reader *r, const rd_yaml_node *key,
	const rd_yaml_node *value)
{
	rd_service_reader sr = {.r = r, .s = rd_service_add(r, key)};

	if (!sr.s)
		return;
	snprintf(sr.what, sizeof sr.what, "service '%s'", sr.s->name);
	if (rd_manifest_is_map(r, value, sr.what)) {
		for (size_t i = 0; i < rd_yaml_len(value); i++)
			read_key(&sr, rd_yaml_key(value, i), rd_yaml_at(value, i));
	}
	if (sr.s->image && (sr.s->build_path || sr.s->build_manifest))
		rd_manifest_hint(r, key, "service '%s' has 'image' and 'build': the image is used",
			sr.s->name);
	rd_service_set_defaults(r, sr.s);
}

void rd_service_done(rd_service *s)
{
	free(s->name);
	free(s->build_path);
	free(s->build_manifest);
	free(s->image);
	free(s->port);
	free(s->port_scheme);
	free(s->domain);
	free(s->health_path);
	free(s->test);
	rd_strs_done(&s->build_args);
	rd_kvs_done(&s->args);
	rd_strs_done(&s->command);
	rd_strs_done(&s->environment);
	rd_strs_done(&s->links);
	rd_strs_done(&s->resources);
	rd_strs_done(&s->volumes);
}

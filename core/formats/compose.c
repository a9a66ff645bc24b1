/* SPDX-License-Identifier: MIT */
/* docker-compose.yml, generation 1: what a build needs of it. */
#include "core/formats/manifest_read.h"

#define WHAT_BYTES 160

/*
 * DESIGN: which generation a file is, is told by what it holds, never by its name, because a stored
 * release has only the text. A version, services at the root, or a service with what only Compose
 * knows makes it generation 1, unless something in it is known only to convox.yml. What is left reads
 * the same either way.
 */

static bool has_any(const rd_yaml_node *map, const char *const *keys)
{
	for (; *keys; keys++) {
		if (rd_yaml_get(map, *keys))
			return true;
	}
	return false;
}

/* A service as no convox.yml has it. */
static bool is_compose_service(const rd_yaml_node *service)
{
	static const char *const own[] = {"dockerfile", "entrypoint", "depends_on", "env_file",
		"container_name", "mem_limit", "expose", "networks", "restart", NULL};
	static const char *const of_build[] = {"context", "dockerfile", NULL};

	return has_any(service, own) ||
	       rd_yaml_kind_of(rd_yaml_get(service, "environment")) == RD_YAML_MAP ||
	       has_any(rd_yaml_get(service, "build"), of_build);
}

/* A service as no docker-compose.yml has it. */
static bool is_convox_service(const rd_yaml_node *service)
{
	static const char *const own[] = {"port", "health", "scale", "domain", "deployment",
		"resources", "internal", "singleton", "drain", NULL};
	static const char *const of_build[] = {"path", "manifest", NULL};

	return has_any(service, own) || has_any(rd_yaml_get(service, "build"), of_build);
}

static bool any_service(const rd_yaml_node *services, bool (*is)(const rd_yaml_node *))
{
	for (size_t i = 0; i < rd_yaml_len(services); i++) {
		if (is(rd_yaml_at(services, i)))
			return true;
	}
	return false;
}

static bool is_built_or_pulled(const rd_yaml_node *service)
{
	static const char *const keys[] = {"build", "image", NULL};

	return has_any(service, keys);
}

bool rd_compose_is(const rd_yaml_node *root)
{
	static const char *const convox[] = {
		"environment", "resources", "timers", "params", "balancers", "labels", NULL};
	const rd_yaml_node *services = rd_yaml_get(root, "services");

	if (rd_yaml_kind_of(root) != RD_YAML_MAP || has_any(root, convox) ||
		any_service(services, is_convox_service))
		return false;
	if (rd_yaml_get(root, "version"))
		return true;
	return services ? any_service(services, is_compose_service)
			: any_service(root, is_built_or_pulled);
}

/* ---- one service ---- */

typedef struct compose_reader {
	rd_manifest_reader *r;
	rd_service *s;
	char what[WHAT_BYTES];
} compose_reader;

static const char *at(compose_reader *c, const char *key)
{
	snprintf(c->what, sizeof c->what, "'%s' of service '%s'", key, c->s->name);
	return c->what;
}

/* "NAME=value", or "NAME" whose value the environment has. */
static void take_arg(compose_reader *c, const char *text)
{
	RD_AUTOFREE char *name = NULL;
	const char *equals = strchr(text, '=');

	rd_manifest_note(c->r, rd_strs_add(&c->s->build_args, text));
	if (!equals)
		return;
	name = strndup(text, (size_t)(equals - text));
	rd_manifest_note(c->r, name && rd_kvs_set(&c->s->args, name, equals + 1));
}

/* A list "NAME=value" or a map NAME: value, as list. */
static void read_pairs(compose_reader *c, const rd_yaml_node *n, rd_strs *out)
{
	if (rd_yaml_kind_of(n) != RD_YAML_MAP) {
		rd_manifest_read_strs(c->r, n, c->what, out);
		return;
	}
	for (size_t i = 0; i < rd_yaml_len(n); i++) {
		const rd_yaml_node *key = rd_yaml_key(n, i), *value = rd_yaml_at(n, i);
		RD_STR_AUTO rd_str pair = RD_STR_INIT(0);

		rd_str_put(&pair, rd_yaml_text(key));
		if (rd_yaml_kind_of(value) == RD_YAML_SCALAR)
			rd_str_printf(&pair, "=%s", rd_yaml_text(value));
		else if (rd_yaml_kind_of(value) != RD_YAML_NULL)
			rd_manifest_problem(c->r, value,
				"%s: the value of '%s' must be a text, not a %s", c->what,
				rd_yaml_text(key), rd_yaml_kind_name(value));
		rd_manifest_note(c->r, rd_str_ok(&pair) && rd_strs_add(out, pair.data));
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, so that the order in the file makes no other image. */
static void read_args(compose_reader *c, const rd_yaml_node *n)
{
	RD_AUTO(rd_strs_done) rd_strs args = {0};

	at(c, "build.args");
	read_pairs(c, n, &args);
	if (args.len > 1)
		qsort(args.items, args.len, sizeof *args.items, by_text);
	for (size_t i = 0; i < args.len; i++)
		take_arg(c, args.items[i]);
}

static void read_context(compose_reader *c, const rd_yaml_node *n, const char *key)
{
	if (strstr(rd_yaml_text(n), "://") || rd_starts_with(rd_yaml_text(n), "git@"))
		rd_manifest_problem(c->r, n, "%s is an address: name a folder of the source",
			at(c, key));
	else
		rd_manifest_read_path(c->r, n, at(c, key), &c->s->build_path);
}

static void read_build(compose_reader *c, const rd_yaml_node *n, const rd_yaml_node *dockerfile)
{
	static const char *const known[] = {"context", "dockerfile", "args", NULL};
	const rd_yaml_node *inner = rd_yaml_get(n, "dockerfile");

	if (rd_yaml_kind_of(n) == RD_YAML_SCALAR) {
		read_context(c, n, "build");
	} else if (rd_manifest_is_map(c->r, n, at(c, "build"))) {
		rd_manifest_check_keys(c->r, n, c->what, known);
		read_context(c, rd_yaml_get(n, "context"), "build.context");
		read_args(c, rd_yaml_get(n, "args"));
	}
	if (inner && dockerfile)
		rd_manifest_problem(c->r, dockerfile, "%s is there twice: also within 'build'",
			at(c, "dockerfile"));
	rd_manifest_read_path(c->r, inner ? inner : dockerfile, at(c, "dockerfile"),
		&c->s->build_manifest);
}

static void read_command(compose_reader *c, const rd_yaml_node *n)
{
	rd_strs *command = &c->s->command;

	at(c, "command");
	if (rd_yaml_kind_of(n) == RD_YAML_SCALAR)
		rd_manifest_note(c->r, rd_strs_add(command, "sh") && rd_strs_add(command, "-c") &&
					       rd_strs_add(command, rd_yaml_text(n)));
	else
		rd_manifest_read_strs(c->r, n, c->what, command);
}

static void check_keys(compose_reader *c, const rd_yaml_node *map)
{
	static const char *const known[] = {"build", "command", "cpu_shares", "dockerfile",
		"entrypoint", "environment", "image", "labels", "links", "mem_limit", "ports",
		"privileged", "volumes", "cap_add", "container_name", "depends_on", "env_file",
		"expose", "extra_hosts", "logging", "networks", "network_mode", "restart",
		"stdin_open", "tty", "ulimits", "user", "working_dir", NULL};
	char what[WHAT_BYTES];

	snprintf(what, sizeof what, "service '%s'", c->s->name);
	rd_manifest_check_keys(c->r, map, what, known);
}

static void read_service(rd_manifest_reader *r, const rd_yaml_node *key, const rd_yaml_node *map)
{
	compose_reader c = {.r = r, .s = rd_service_add(r, key)};
	const rd_yaml_node *image = rd_yaml_get(map, "image");

	if (!c.s)
		return;
	if (!rd_manifest_is_name(c.s->name))
		rd_manifest_problem(r, key,
			"service name '%s' invalid, must contain only lowercase alphanumeric and "
			"dashes",
			c.s->name);
	if (rd_manifest_service(r->manifest, c.s->name) != c.s)
		rd_manifest_problem(r, key, "service '%s' is there twice", c.s->name);
	snprintf(c.what, sizeof c.what, "service '%s'", c.s->name);
	if (rd_manifest_is_map(r, map, c.what)) {
		check_keys(&c, map);
		read_build(&c, rd_yaml_get(map, "build"), rd_yaml_get(map, "dockerfile"));
		if (*rd_yaml_text(image) || rd_yaml_kind_of(image) != RD_YAML_SCALAR)
			rd_manifest_read_text(r, image, at(&c, "image"), &c.s->image);
		read_command(&c, rd_yaml_get(map, "command"));
		at(&c, "environment");
		read_pairs(&c, rd_yaml_get(map, "environment"), &c.s->environment);
	}
	if (c.s->image && (c.s->build_path || c.s->build_manifest))
		rd_manifest_hint(r, key, "service '%s' has 'image' and 'build': the image is used",
			c.s->name);
	rd_service_check_image(r, c.s, map);
	rd_service_set_defaults(r, c.s);
}

/* ---- the whole ---- */

/* Whether services stand at the root. */
static bool check_version(rd_manifest_reader *r, const rd_yaml_node *root)
{
	static const char *const known[] = {"2", "2.0", "2.1", "2.2", NULL};
	const rd_yaml_node *version = rd_yaml_get(root, "version");
	const char *text = rd_yaml_text(version);

	if (!version)
		return !rd_yaml_get(root, "services");
	if (strcmp(text, "1") == 0)
		return true;
	for (const char *const *k = known; *k; k++) {
		if (strcmp(*k, text) == 0)
			return false;
	}
	rd_manifest_problem(r, version,
		"version '%s' is not known: versions 1 and 2 to 2.2 are; for newer ones write a "
		"convox.yml",
		text);
	return false;
}

rd_code rd_compose_read(rd_manifest_reader *r, const rd_yaml_node *root, rd_err *err)
{
	bool at_root = check_version(r, root);
	const rd_yaml_node *services = at_root ? root : rd_yaml_get(root, "services");
	static const char *const known[] = {"version", "services", "networks", "volumes", NULL};

	if (rd_yaml_len(services) > RD_MANIFEST_MAX_SERVICES)
		return rd_err_set(err, RD_ELIMIT, "more than %d services",
			RD_MANIFEST_MAX_SERVICES);
	if (!at_root)
		rd_manifest_check_keys(r, root, "the manifest", known);
	if (!rd_manifest_is_map(r, services, "'services'")) {
		if (rd_yaml_kind_of(services) == RD_YAML_NULL)
			rd_manifest_problem(r, root, "the manifest has no services");
		return RD_OK;
	}
	for (size_t i = 0; i < rd_yaml_len(services); i++) {
		const rd_yaml_node *key = rd_yaml_key(services, i);

		if (!at_root || strcmp(rd_yaml_text(key), "version") != 0)
			read_service(r, key, rd_yaml_at(services, i));
	}
	if (r->manifest->services.len == 0)
		rd_manifest_problem(r, root, "the manifest has no services");
	return RD_OK;
}

/* SPDX-License-Identifier: MIT */
/* Which engine to use. Source of the rules: docker's own command line (context, DOCKER_* variables). */
#include "core/engine/docker.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/base/fs.h"

#define CONFIG_MAX_BYTES ((size_t)4 << 20)

void rd_engine_place_done(rd_engine_place *p)
{
	free(p->endpoint);
	free(p->ca);
	free(p->cert);
	free(p->key);
	*p = (rd_engine_place){0};
}

char *rd_docker_config_path(const char *name)
{
	const char *dir = getenv("DOCKER_CONFIG");
	const char *home = getenv("HOME");
	char *docker = NULL;
	char *path = NULL;

	if (dir && *dir)
		return rd_path_join(dir, name);
	if (home && *home)
		docker = rd_path_join(home, ".docker");
	if (docker)
		path = rd_path_join(docker, name);
	free(docker);
	return path;
}

/* ca.pem, cert.pem and key.pem of a folder, as far as they are there. */
static rd_code take_certs(const char *dir, rd_engine_place *p, rd_err *err)
{
	static const char *const names[] = {"ca.pem", "cert.pem", "key.pem"};
	char **slots[] = {&p->ca, &p->cert, &p->key};

	for (size_t i = 0; i < RD_LEN(names); i++) {
		char *path = rd_path_join(dir, names[i]);

		if (!path)
			return rd_err_nomem(err);
		if (!rd_file_exists(path)) {
			free(path);
			continue;
		}
		free(*slots[i]);
		*slots[i] = path;
	}
	return RD_OK;
}

static rd_code take_endpoint(const char *endpoint, rd_engine_place *p, rd_err *err)
{
	if (!rd_str_replace(&p->endpoint, endpoint))
		return rd_err_nomem(err);
	return RD_OK;
}

/* An endpoint that the environment or the rack's owner named. @certs NULL: as the environment says. */
static rd_code take_named(const char *endpoint, const char *certs, rd_engine_place *p, rd_err *err)
{
	const char *verify = getenv("DOCKER_TLS_VERIFY");
	const char *source = "the rack parameter BuildInstanceCerts";
	RD_AUTOFREE char *own = NULL;
	rd_code code = take_endpoint(endpoint, p, err);

	if (code || rd_starts_with(endpoint, "unix://") ||
		rd_starts_with(endpoint, RD_TUNNEL_SCHEME))
		return code;
	if (!certs || !*certs) {
		if (!verify || !*verify)
			return RD_OK;
		certs = getenv("DOCKER_CERT_PATH");
		source = "DOCKER_CERT_PATH";
	}
	if (!certs || !*certs)
		certs = own = rd_docker_config_path("");
	code = certs ? take_certs(certs, p, err) : RD_OK;
	if (code == RD_OK && !p->ca && !p->cert)
		return rd_err_set(err, RD_EINVAL,
			"there are no certificates (ca.pem, cert.pem, key.pem) for '%s': name "
			"their "
			"folder in %s",
			endpoint, source);
	return code;
}

/* A socket may be named by its path alone. @ret heap. */
static char *endpoint_of(const char *wish)
{
	RD_STR_AUTO rd_str endpoint = RD_STR_INIT(0);

	rd_str_printf(&endpoint, "%s%s", *wish == '/' ? "unix://" : "", wish);
	return rd_str_ok(&endpoint) ? rd_str_take(&endpoint) : NULL;
}

static rd_code take_wish(const char *wish, const char *certs, rd_engine_place *p, rd_err *err)
{
	RD_AUTOFREE char *endpoint = endpoint_of(wish);

	return endpoint ? take_named(endpoint, certs, p, err) : rd_err_nomem(err);
}

rd_code rd_engine_check(const char *wish, rd_err *err)
{
	RD_AUTO(rd_engine_place_done) rd_engine_place p = {.endpoint = endpoint_of(wish)};
	rd_engine *e = NULL;
	rd_code code = p.endpoint ? rd_engine_open(&p, &e, err) : rd_err_nomem(err);

	rd_engine_close(e);
	return code;
}

/* ---- docker contexts ---- */

static rd_code read_json(const char *path, json_t **ret_json, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code code = rd_file_read(path, CONFIG_MAX_BYTES, &text, err);

	if (code)
		return code;
	*ret_json = json_loadb(rd_str_get(&text), text.len, 0, NULL);
	if (!*ret_json)
		return rd_err_set(err, RD_EPARSE,
			"'%s' is not valid JSON: mend it, or move it away", path);
	return RD_OK;
}

/* The name of the context in use. @ret heap or NULL: the default one. */
static rd_code current_context(char **ret_name, rd_err *err)
{
	const char *name = getenv("DOCKER_CONTEXT");
	RD_AUTOFREE char *path = rd_docker_config_path("config.json");
	json_t *o = NULL;
	rd_code code = RD_OK;

	*ret_name = NULL;
	if (!name || !*name) {
		code = path ? read_json(path, &o, err) : RD_ENOENT;
		if (code)
			return code == RD_ENOENT ? RD_OK : code;
		name = json_string_value(json_object_get(o, "currentContext"));
	}
	if (name && *name && strcmp(name, "default") != 0) {
		*ret_name = rd_strdup(name);
		if (!*ret_name)
			code = rd_err_nomem(err);
	}
	json_decref(o);
	return code;
}

static rd_code take_context(const char *name, rd_engine_place *p, rd_err *err)
{
	uint8_t sum[RD_SHA256_BYTES];
	char hex[RD_SHA256_HEX];
	RD_STR_AUTO rd_str part = RD_STR_INIT(0);
	const char *host;
	json_t *o = NULL;
	rd_code code;

	rd_sha256_of(name, strlen(name), sum);
	rd_hex(sum, sizeof(sum), hex);
	rd_str_printf(&part, "contexts/meta/%s/meta.json", hex);
	{
		RD_AUTOFREE char *path = rd_docker_config_path(rd_str_get(&part));

		code = path ? read_json(path, &o, err) : rd_err_nomem(err);
	}
	if (code == RD_ENOENT)
		return rd_err_set(err, RD_ENOENT,
			"no such docker context '%s': choose another with 'docker context use', or "
			"set "
			"DOCKER_HOST",
			name);
	if (code)
		return code;
	host = json_string_value(json_object_get(json_object_get(json_object_get(o, "Endpoints"),
							 "docker"),
		"Host"));
	code = host ? take_endpoint(host, p, err)
		    : rd_err_set(err, RD_EPARSE, "the docker context '%s' names no host", name);
	json_decref(o);
	rd_str_clear(&part);
	rd_str_printf(&part, "contexts/tls/%s/docker", hex);
	if (code == RD_OK && !rd_starts_with(p->endpoint, "unix://")) {
		RD_AUTOFREE char *path = rd_docker_config_path(rd_str_get(&part));

		code = path ? take_certs(path, p, err) : rd_err_nomem(err);
	}
	return code;
}

/* ---- the usual sockets ---- */

static bool answers(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	RD_AUTOCLOSE int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address));
}

static rd_code take_usual(rd_engine_place *p, rd_err *err)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	const char *const dirs[] = {"/var/run", runtime, "/run", runtime};
	const char *const names[] = {
		"docker.sock", "docker.sock", "podman/podman.sock", "podman/podman.sock"};
	RD_STR_AUTO rd_str endpoint = RD_STR_INIT(0);

	for (size_t i = 0; i < RD_LEN(dirs); i++) {
		if (!dirs[i] || !*dirs[i])
			continue;
		rd_str_clear(&endpoint);
		rd_str_printf(&endpoint, "unix://%s/%s", dirs[i], names[i]);
		if (rd_str_ok(&endpoint) && answers(rd_str_get(&endpoint) + 7))
			return take_endpoint(rd_str_get(&endpoint), p, err);
	}
	if (rd_file_exists("/var/run/docker.sock"))
		return take_endpoint("unix:///var/run/docker.sock", p, err);
	return rd_err_set(err, RD_EUNAVAIL,
		"no container engine found: install and start one (sudo apt install docker.io), or "
		"name "
		"one with DOCKER_HOST");
}

rd_code rd_engine_find(const char *wish, const char *certs, rd_engine_place *ret_place, rd_err *err)
{
	const char *host = getenv("DOCKER_HOST");
	rd_engine_place p = {0};
	RD_AUTOFREE char *context = NULL;
	rd_code code = RD_OK;

	if (wish && *wish)
		code = take_wish(wish, certs, &p, err);
	else if (host && *host)
		code = take_named(host, NULL, &p, err);
	else
		code = current_context(&context, err);
	if (code == RD_OK && !p.endpoint)
		code = context ? take_context(context, &p, err) : take_usual(&p, err);
	if (code) {
		rd_engine_place_done(&p);
		return code;
	}
	*ret_place = p;
	return RD_OK;
}

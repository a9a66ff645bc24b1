/* SPDX-License-Identifier: MIT */
/* Logins of registries: the user's docker configuration, and the headers that carry them. */
#include "core/engine/docker.h"

#include <ctype.h>

#include "core/base/fs.h"
#include "core/formats/imageref.h"

#define CONFIG_MAX_BYTES ((size_t)4 << 20)
#define TOKEN_USER "<token>" /* Docker's own mark for an identity token in place of a password */

/* The registry of an image as a key: "docker.io" for the Hub in all its names. Appends. */
static void put_registry_key(rd_str *out, const char *host)
{
	static const char *const hub[] = {
		"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"};
	size_t n;

	if (rd_starts_with(host, "https://"))
		host += 8;
	else if (rd_starts_with(host, "http://"))
		host += 7;
	n = strcspn(host, "/");
	for (size_t i = 0; i < RD_LEN(hub); i++)
		if (n == strlen(hub[i]) && !memcmp(host, hub[i], n)) {
			rd_str_put(out, "docker.io");
			return;
		}
	for (size_t i = 0; i < n; i++)
		rd_str_putc(out, (char)tolower((unsigned char)host[i]));
}

rd_code rd_engine_registry(const char *server, char **ret_name, rd_err *err)
{
	RD_AUTO(rd_imageref_done) rd_imageref ref = {0};
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	RD_STR_AUTO rd_str image = RD_STR_INIT(0);

	put_registry_key(&name, server);
	rd_str_printf(&image, "%s/x", rd_str_get(&name));
	if (rd_imageref_parse(rd_str_get(&image), &ref, NULL) ||
		(!ref.host && strcmp(rd_str_get(&name), "docker.io") != 0))
		return rd_err_set(err, RD_EINVAL,
			"'%s' is no registry: HOST or HOST:PORT is expected, such as "
			"registry.example.com",
			server);
	*ret_name = rd_str_take(&name);
	return *ret_name ? RD_OK : rd_err_nomem(err);
}

/* Base64 with the alphabet of URLs, as these headers want it. */
static void put_base64url(rd_str *out, const char *text, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const unsigned char *in = (const unsigned char *)text;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		unsigned bits = (unsigned)in[i] << 16 | (left > 1 ? (unsigned)in[i + 1] << 8 : 0) |
				(left > 2 ? in[i + 2] : 0);

		rd_str_putc(out, digits[bits >> 18]);
		rd_str_putc(out, digits[bits >> 12 & 63]);
		rd_str_putc(out, left > 1 ? digits[bits >> 6 & 63] : '=');
		rd_str_putc(out, left > 2 ? digits[bits & 63] : '=');
	}
}

/* "user:password" as the engine wants it. @returns NULL if out of memory or not of that form. */
static json_t *login_of(const char *host, const char *value)
{
	const char *colon = strchr(value, ':');
	const char *server = !strcmp(host, "docker.io") ? "https://index.docker.io/v1/" : host;

	if (!colon)
		return NULL;
	if ((size_t)(colon - value) == strlen(TOKEN_USER) &&
		!memcmp(value, TOKEN_USER, strlen(TOKEN_USER)))
		return json_pack("{s:s,s:s}", "identitytoken", colon + 1, "serveraddress", server);
	return json_pack("{s:s%,s:s,s:s}", "username", value, (size_t)(colon - value), "password",
		colon + 1, "serveraddress", server);
}

/* Adds "NAME: <base64 of o>". Takes o. */
static rd_code add_header(const char *name, json_t *o, rd_strs *headers, rd_err *err)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	bool added = false;

	if (text) {
		rd_str_printf(&line, "%s: ", name);
		put_base64url(&line, text, strlen(text));
		added = rd_str_ok(&line) && rd_strs_add(headers, rd_str_get(&line));
		explicit_bzero(text, strlen(text));
	}
	free(text);
	json_decref(o);
	return added ? RD_OK : rd_err_nomem(err);
}

rd_code rd_docker_auth_header(const rd_kvs *auth, const char *image, rd_strs *headers, rd_err *err)
{
	RD_AUTO(rd_imageref_done) rd_imageref ref = {0};
	RD_STR_AUTO rd_str want = RD_STR_INIT(0);
	rd_code code = rd_imageref_parse(image, &ref, err);

	if (code)
		return code;
	put_registry_key(&want, ref.host ? ref.host : "docker.io");
	for (size_t i = 0; auth && i < auth->len; i++) {
		RD_STR_AUTO rd_str key = RD_STR_INIT(0);

		put_registry_key(&key, auth->items[i].key);
		if (strcmp(rd_str_get(&key), rd_str_get(&want)) != 0)
			continue;
		return add_header("X-Registry-Auth",
			login_of(rd_str_get(&key), auth->items[i].value), headers, err);
	}
	return RD_OK;
}

rd_code rd_docker_config_header(const rd_kvs *auth, rd_strs *headers, rd_err *err)
{
	json_t *all;

	if (!auth || !auth->len)
		return RD_OK;
	all = json_object();
	for (size_t i = 0; all && i < auth->len; i++) {
		RD_STR_AUTO rd_str key = RD_STR_INIT(0);
		const char *name;
		json_t *login;

		put_registry_key(&key, auth->items[i].key);
		login = login_of(rd_str_get(&key), auth->items[i].value);
		name = !strcmp(rd_str_get(&key), "docker.io") ? "https://index.docker.io/v1/"
							      : rd_str_get(&key);
		if (login)
			json_object_set_new(all, name, login);
	}
	return add_header("X-Registry-Config", all, headers, err);
}

/* ---- the user's docker configuration ---- */

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

static bool put_decoded(rd_str *out, const char *base64)
{
	unsigned bits = 0;
	int n = 0;

	for (; *base64 && *base64 != '='; base64++) {
		int value = digit(*base64);

		if (value < 0)
			return false;
		bits = bits << 6 | (unsigned)value;
		n += 6;
		if (n >= 8) {
			n -= 8;
			rd_str_putc(out, (char)(bits >> n & 0xff));
		}
	}
	return true;
}

static rd_code take_login(const char *host, const json_t *o, rd_kvs *out, rd_err *err)
{
	const char *auth = json_string_value(json_object_get(o, "auth"));
	const char *token = json_string_value(json_object_get(o, "identitytoken"));
	const char *user = json_string_value(json_object_get(o, "username"));
	const char *password = json_string_value(json_object_get(o, "password"));
	RD_STR_AUTO rd_str key = RD_STR_INIT(0);
	RD_STR_AUTO rd_str value = RD_STR_INIT(0);

	put_registry_key(&key, host);
	if (token && *token)
		rd_str_printf(&value, "%s:%s", TOKEN_USER, token);
	else if (user && password)
		rd_str_printf(&value, "%s:%s", user, password);
	else if (!auth || !put_decoded(&value, auth))
		return RD_OK;
	if (!strchr(rd_str_get(&value), ':'))
		return RD_OK;
	/* Docker pads some with NUL bytes; the text ends there. */
	if (!rd_str_ok(&value) || !rd_kvs_set(out, rd_str_get(&key), rd_str_get(&value)))
		return rd_err_nomem(err);
	return RD_OK;
}

static rd_code take_helpers(json_t *config, rd_kvs *out, rd_err *err)
{
	const char *all = json_string_value(json_object_get(config, "credsStore"));
	const char *host;
	json_t *helper;

	if (all && *all && !rd_kvs_set(out, "*", all))
		return rd_err_nomem(err);
	json_object_foreach(json_object_get(config, "credHelpers"), host, helper)
	{
		RD_STR_AUTO rd_str key = RD_STR_INIT(0);

		put_registry_key(&key, host);
		if (!rd_str_ok(&key) ||
			!rd_kvs_set(out, rd_str_get(&key), rd_or_empty(json_string_value(helper))))
			return rd_err_nomem(err);
	}
	return RD_OK;
}

rd_code rd_engine_docker_logins(rd_kvs *out, rd_kvs *helpers, rd_err *err)
{
	RD_AUTOFREE char *path = rd_docker_config_path("config.json");
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	json_t *o;
	const char *host;
	json_t *login;
	rd_code code = RD_OK;

	if (!path)
		return RD_OK;
	code = rd_file_read(path, CONFIG_MAX_BYTES, &text, err);
	if (code)
		return code == RD_ENOENT ? RD_OK : code;
	o = json_loadb(rd_str_get(&text), text.len, 0, NULL);
	if (!json_is_object(o)) {
		json_decref(o);
		return rd_err_set(err, RD_EPARSE,
			"'%s' is not valid JSON: mend it, or move it away", path);
	}
	json_object_foreach(json_object_get(o, "auths"), host, login)
	{
		code = take_login(host, login, out, err);
		if (code)
			break;
	}
	if (!code && helpers)
		code = take_helpers(o, helpers, err);
	json_decref(o);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* Where a cache in S3 is, from its address, the environment and the files of the AWS tools. */
#include <ctype.h>

#include "core/base/fs.h"
#include "core/chunks/s3.h"

#define FILE_MAX_BYTES ((size_t)1 << 20)
#define DEFAULT_REGION "us-east-1"

static void wipe(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void rd_s3_place_done(rd_s3_place *p)
{
	free(p->bucket);
	free(p->prefix);
	free(p->endpoint);
	free(p->region);
	free(p->key_id);
	wipe(p->secret);
	wipe(p->token);
	*p = (rd_s3_place){0};
}

/* ---- the address ---- */

static bool bucket_ok(const char *bucket)
{
	size_t n = strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789.-");

	return n >= 3 && n <= 63 && !bucket[n] && isalnum((unsigned char)bucket[0]);
}

/* Parts that are not empty nor dots: servers and proxies clean others away. */
static bool prefix_ok(const char *prefix)
{
	if (strlen(prefix) > 512)
		return false;
	while (*prefix) {
		size_t n = strcspn(prefix, "/");

		if (!n || (n <= 2 && prefix[0] == '.' && prefix[n - 1] == '.'))
			return false;
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)prefix[i] <= ' ' || prefix[i] == 0x7f)
				return false;
		prefix += n;
		prefix += *prefix == '/';
	}
	return true;
}

static bool region_ok(const char *region)
{
	size_t n = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n && n <= 64 && !region[n];
}

static bool endpoint_ok(const char *endpoint)
{
	const char *host = strstr(endpoint, "://");

	if (!rd_starts_with(endpoint, "http://") && !rd_starts_with(endpoint, "https://"))
		return false;
	host += 3;
	return *host && !host[strcspn(host, "/?#@ \t\r\n")];
}

/* One "key=value" of the query; n bytes. */
static rd_code set_option(rd_s3_place *p, const char *option, size_t n, rd_err *err)
{
	bool is_endpoint = n > 9 && strncmp(option, "endpoint=", 9) == 0;
	char **slot = is_endpoint ? &p->endpoint : &p->region;
	size_t skip = is_endpoint ? 9 : 7;

	if (!is_endpoint && !(n > 7 && strncmp(option, "region=", 7) == 0))
		return rd_err_set(err, RD_EINVAL,
			"'%.*s' of an S3 address is unknown: 'endpoint=URL' and 'region=NAME' are",
			(int)strcspn(option, "=&"), option);
	if (*slot)
		return rd_err_set(err, RD_EINVAL, "an S3 address has '%.*s' twice", (int)skip,
			option);
	*slot = strndup(option + skip, n - skip);
	return *slot ? RD_OK : rd_err_nomem(err);
}

static rd_code check(const rd_s3_place *p, const char *url, rd_err *err)
{
	for (size_t n = p->endpoint ? strlen(p->endpoint) : 0; n && p->endpoint[n - 1] == '/'; n--)
		p->endpoint[n - 1] = '\0';
	if (!bucket_ok(p->bucket))
		return rd_err_set(err, RD_EINVAL,
			"'%.200s' names no bucket: write s3://BUCKET/PREFIX", url);
	if (!prefix_ok(p->prefix))
		return rd_err_set(err, RD_EINVAL,
			"the prefix in '%.200s' is not plain: write s3://BUCKET/A/B", url);
	if (p->endpoint && !endpoint_ok(p->endpoint))
		return rd_err_set(err, RD_EINVAL,
			"'%.200s' is no endpoint of S3: write http://HOST:PORT or https://HOST",
			p->endpoint);
	if (p->region && !region_ok(p->region))
		return rd_err_set(err, RD_EINVAL, "'%.100s' is no region of S3", p->region);
	return RD_OK;
}

rd_code rd_s3_parse(const char *url, rd_s3_place *ret_place, rd_err *err)
{
	rd_s3_place p = {0};
	const char *at, *query;
	size_t n;
	rd_code code = RD_OK;

	if (!rd_starts_with(url, "s3://"))
		return rd_err_set(err, RD_EINVAL,
			"'%.200s' is no address of S3: write s3://BUCKET/PREFIX", url);
	at = url + 5;
	query = at + strcspn(at, "?");
	n = strcspn(at, "/?");
	p.bucket = strndup(at, n);
	at += n;
	at += *at == '/';
	n = (size_t)(query > at ? query - at : 0);
	while (n && at[n - 1] == '/')
		n--;
	p.prefix = strndup(at, n);
	if (!p.bucket || !p.prefix)
		code = rd_err_nomem(err);
	while (!code && *query) {
		n = strcspn(++query, "&");
		code = set_option(&p, query, n, err);
		query += n;
	}
	if (!code)
		code = check(&p, url, err);
	if (code)
		rd_s3_place_done(&p);
	else
		*ret_place = p;
	return code;
}

/* ---- files of the AWS tools ---- */

/* Cuts white space off both ends, in place. */
static char *trim(char *text)
{
	size_t n;

	while (isspace((unsigned char)*text))
		text++;
	for (n = strlen(text); n && isspace((unsigned char)text[n - 1]); n--)
		text[n - 1] = '\0';
	return text;
}

/* Sets what a section says and what is not set yet. */
static bool take_setting(rd_s3_place *p, const char *key, const char *value)
{
	const struct {
		const char *key;
		char **slot;
	} settings[] = {{"aws_access_key_id", &p->key_id}, {"aws_secret_access_key", &p->secret},
		{"aws_session_token", &p->token}, {"region", &p->region},
		{"endpoint_url", &p->endpoint}};

	for (size_t i = 0; i < RD_LEN(settings); i++)
		if (strcmp(key, settings[i].key) == 0 && !*settings[i].slot && *value)
			return rd_str_replace(settings[i].slot, value);
	return true;
}

/* The section of a profile: "[NAME]", in the config file "[profile NAME]" unless it is the default. */
static bool is_section(const char *line, const char *profile)
{
	size_t n = strlen(line);
	const char *name = line + 1;

	if (n < 3 || line[n - 1] != ']')
		return false;
	n -= 2;
	if (n > 8 && strncmp(name, "profile ", 8) == 0) {
		n -= 8;
		name += 8;
	}
	return strlen(profile) == n && strncmp(name, profile, n) == 0;
}

static rd_code read_profile(rd_s3_place *p, const char *path, const char *profile, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code code = rd_file_read(path, FILE_MAX_BYTES, &text, err);
	bool is_ours = false;
	char *line, *rest = text.data;

	if (code == RD_ENOENT || !text.len)
		return code == RD_ENOENT ? RD_OK : code;
	while (!code && (line = strsep(&rest, "\n"))) {
		/* What is indented belongs to the setting above, and is none of those here. */
		bool is_nested = isspace((unsigned char)*line);
		char *value;

		line = trim(line);
		if (*line == '[')
			is_ours = is_section(line, profile);
		value = strchr(line, '=');
		if (!is_ours || is_nested || !value || *line == '#' || *line == ';')
			continue;
		*value++ = '\0';
		if (!take_setting(p, trim(line), trim(value)))
			code = rd_err_nomem(err);
	}
	explicit_bzero(text.data, text.len);
	return code;
}

static rd_code read_file(rd_s3_place *p, const char *variable, const char *name, rd_err *err)
{
	const char *path = getenv(variable), *home = getenv("HOME");
	const char *profile = getenv("AWS_PROFILE");
	RD_STR_AUTO rd_str own = RD_STR_INIT(0);

	if (!path || !*path) {
		if (!home || !*home)
			return RD_OK;
		rd_str_printf(&own, "%s/.aws/%s", home, name);
		path = rd_str_get(&own);
	}
	return read_profile(p, path, profile && *profile ? profile : "default", err);
}

/* ---- all of it ---- */

static bool take_env(char **slot, const char *variable)
{
	const char *value = getenv(variable);

	return *slot || !value || !*value || rd_str_replace(slot, value);
}

static rd_code read_env(rd_s3_place *p, rd_err *err)
{
	bool ok = take_env(&p->endpoint, "AWS_ENDPOINT_URL_S3") &&
		  take_env(&p->endpoint, "AWS_ENDPOINT_URL") &&
		  take_env(&p->region, "AWS_REGION") && take_env(&p->region, "AWS_DEFAULT_REGION");
	const char *id = getenv("AWS_ACCESS_KEY_ID");

	/* Of one source only: a token of another belongs to another key. */
	if (ok && id && *id)
		ok = take_env(&p->key_id, "AWS_ACCESS_KEY_ID") &&
		     take_env(&p->secret, "AWS_SECRET_ACCESS_KEY") &&
		     take_env(&p->token, "AWS_SESSION_TOKEN");
	return ok ? RD_OK : rd_err_nomem(err);
}

static rd_code read_files(rd_s3_place *p, rd_err *err)
{
	rd_s3_place file = {0};
	rd_code code = read_file(&file, "AWS_SHARED_CREDENTIALS_FILE", "credentials", err);
	bool ok = true;

	if (!code)
		code = read_file(&file, "AWS_CONFIG_FILE", "config", err);
	if (!code && !p->key_id)
		ok = rd_str_replace(&p->key_id, file.key_id) &&
		     rd_str_replace(&p->secret, file.secret) &&
		     rd_str_replace(&p->token, file.token);
	if (!code && !p->region)
		ok = ok && rd_str_replace(&p->region, file.region);
	if (!code && !p->endpoint)
		ok = ok && rd_str_replace(&p->endpoint, file.endpoint);
	rd_s3_place_done(&file);
	return ok ? code : rd_err_nomem(err);
}

static rd_code set_defaults(rd_s3_place *p, rd_err *err)
{
	RD_STR_AUTO rd_str amazon = RD_STR_INIT(0);

	if (!p->region && !rd_str_replace(&p->region, DEFAULT_REGION))
		return rd_err_nomem(err);
	rd_str_printf(&amazon, "https://s3.%s.amazonaws.com%s", p->region,
		rd_starts_with(p->region, "cn-") ? ".cn" : "");
	if (!p->endpoint && !rd_str_replace(&p->endpoint, rd_str_get(&amazon)))
		return rd_err_nomem(err);
	return rd_str_check(&amazon, "an address", err);
}

rd_code rd_s3_resolve(const char *url, rd_s3_place *ret_place, rd_err *err)
{
	rd_s3_place p = {0};
	rd_code code = rd_s3_parse(url, &p, err);

	if (!code)
		code = read_env(&p, err);
	if (!code)
		code = read_files(&p, err);
	if (!code)
		code = set_defaults(&p, err);
	if (!code)
		code = check(&p, url, err);
	if (!code && (!p.key_id || !p.secret))
		code = rd_err_set(err, RD_EPERM,
			"no credentials for '%.200s': set AWS_ACCESS_KEY_ID and "
			"AWS_SECRET_ACCESS_KEY, or "
			"write ~/.aws/credentials",
			url);
	if (code)
		rd_s3_place_done(&p);
	else
		*ret_place = p;
	return code;
}

/* SPDX-License-Identifier: MIT */
/* Opening and closing a Convox rack; the rack itself and its registries. */
#include "core/rack/convox.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/digest.h"
#include "core/base/fs.h"
#include "core/rack/convox_impl.h"

/* What Convox's CLIs say they are: racks look at it nowhere, consoles may. */
#define CLI_VERSION "20260421192651"
#define DIR_HEX 16

static void leave(rd_rack *r)
{
	rd_cancel_fire(rd_convox_of(r)->closing);
}

static void close_convox(rd_rack *r)
{
	rd_convox *c = rd_convox_of(r);

	rd_cancel_fire(c->closing);
	rd_convox_poll_stop(c);
	rd_convox_spool_stop(c);
	rd_http_close(c->http);
	for (size_t i = 0; i < c->headers.len; i++)
		explicit_bzero(c->headers.items[i], strlen(c->headers.items[i]));
	rd_strs_done(&c->headers);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	rd_cancel_free(c->closing);
	free(c->name);
	free(c->place);
	free(c->base);
	free(c->pin);
	free(c->prefix);
	free(c->logs_dir);
	free(c);
}

static void close_convoxp(rd_convox **c)
{
	if (*c)
		close_convox(&(*c)->rack);
}

/* "Authorization: Basic …" of a login. */
static rd_code put_login(const rd_address *a, rd_str *out, rd_err *err)
{
	RD_STR_AUTO rd_str pair = RD_STR_INIT(0);
	char *room;

	rd_str_printf(&pair, "%s:%s", a->user, a->password);
	rd_str_put(out, "Authorization: Basic ");
	room = rd_str_reserve(out, (pair.len + 2) / 3 * 4 + 1);
	if (!room || !rd_str_ok(&pair))
		return rd_err_nomem(err);
	rd_base64(rd_str_get(&pair), pair.len, room);
	rd_str_commit(out, strlen(room));
	explicit_bzero(pair.data, pair.len);
	return RD_OK;
}

static rd_code add_headers(rd_convox *c, const rd_convox_opts *opts, rd_err *err)
{
	RD_STR_AUTO rd_str login = RD_STR_INIT(0);
	RD_STR_AUTO rd_str rack = RD_STR_INIT(0);
	rd_code rc = opts->address->user ? put_login(opts->address, &login, err) : RD_OK;
	bool ok = rd_strs_add(&c->headers, "Version: " CLI_VERSION);

	if (rc)
		return rc;
	if (login.len)
		ok = ok && rd_strs_take(&c->headers, rd_str_take(&login));
	if (opts->rack) {
		rd_str_printf(&rack, "Rack: %s", opts->rack);
		ok = ok && rd_strs_take(&c->headers, rd_str_take(&rack));
	}
	return ok ? RD_OK : rd_err_nomem(err);
}

/* Logs of two racks never share a folder, whoever reads them. */
static rd_code set_logs_dir(rd_convox *c, const rd_convox_opts *opts, rd_err *err)
{
	RD_AUTOFREE char *cache = NULL;
	RD_STR_AUTO rd_str id = RD_STR_INIT(0);
	RD_STR_AUTO rd_str dir = RD_STR_INIT(0);
	uint8_t sum[RD_SHA256_BYTES];
	char hex[2 * RD_SHA256_BYTES + 1];
	rd_code rc = rd_xdg_cache(&cache, err);

	if (rc)
		return rc;
	rd_str_printf(&id, "%s%s\n%s", opts->address->base, opts->address->prefix,
		rd_or_empty(opts->rack));
	rd_sha256_of(rd_str_get(&id), id.len, sum);
	rd_hex(sum, sizeof(sum), hex);
	rd_str_printf(&dir, "%s/racks/%.*s", cache, DIR_HEX, hex);
	c->logs_dir = rd_str_take(&dir);
	return c->logs_dir ? RD_OK : rd_err_nomem(err);
}

static rd_code set_up(rd_convox *c, const rd_convox_opts *opts, rd_err *err)
{
	const rd_address *a = opts->address;
	const char *ca = getenv("SSL_CERT_FILE");
	rd_http_opts http = {.base = a->base,
		.ca = ca && *ca ? ca : NULL,
		.pin = opts->pin,
		.insecure = opts->insecure,
		.keep = true};
	RD_STR_AUTO rd_str place = RD_STR_INIT(0);
	rd_code rc = rd_http_open(&http, &c->http, err);

	if (!rc)
		rc = rd_cancel_new(&c->closing, err);
	if (!rc)
		rc = add_headers(c, opts, err);
	if (!rc)
		rc = set_logs_dir(c, opts, err);
	if (rc)
		return rc;
	rd_str_printf(&place, "%s%s", a->base, a->prefix);
	c->place = rd_str_take(&place);
	c->base = rd_strdup(a->base);
	c->pin = rd_strdup(opts->pin);
	c->prefix = rd_strdup(a->prefix);
	c->name = rd_strdup(opts->name ? opts->name : strstr(a->base, "://") + 3);
	return c->place && c->base && (c->pin || !opts->pin) && c->prefix && c->name
		       ? RD_OK
		       : rd_err_nomem(err);
}

rd_code rd_convox_open(const rd_convox_opts *opts, rd_rack **ret_rack, rd_err *err)
{
	RD_AUTO(close_convoxp) rd_convox *c = calloc(1, sizeof(*c));
	pthread_condattr_t monotonic;
	rd_code rc;

	if (!c)
		return rd_err_nomem(err);
	rd_convox_poll_init(c);
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&c->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	rc = set_up(c, opts, err);
	if (rc)
		return rc;
	c->rack = (rd_rack){
		.name = c->name,
		.place = c->place,
		.apps = &rd_convox_apps,
		.builds = &rd_convox_builds,
		.logs = &rd_convox_logs,
		.releases = &rd_convox_releases,
		.objects = &rd_convox_objects,
		.registries = &rd_convox_registries,
		.system = &rd_convox_system,
		.events = &rd_convox_events,
		.pulse = rd_convox_pulse,
		.leave = leave,
		.close = close_convox,
	};
	*ret_rack = &RD_TAKE(c)->rack;
	return RD_OK;
}

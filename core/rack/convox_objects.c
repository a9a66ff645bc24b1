/* SPDX-License-Identifier: MIT */
/* Sources on their way to a Convox rack: a gzipped tar in one raw body. */
#include <stdlib.h>
#include <string.h>

#include "core/base/ids.h"
#include "core/io/gzip.h"
#include "core/rack/convox_impl.h"
#include "core/rack/json_read.h"

#define KEY_BYTES 15 /* Convox's CLIs use 30 hex digits */
#define SILENCE_MS (5 * 60000)

static rd_code send_body(rd_convox *c, const char *path, rd_reader *body, rd_cancel *cancel,
	char **ret_url, rd_err *err)
{
	RD_STR_AUTO rd_str answer = RD_STR_INIT(0);
	rd_http_request rq = {.method = "POST",
		.body_stream = body,
		.silence_ms = SILENCE_MS,
		.cancel = cancel ? cancel : c->closing};
	rd_code rc = rd_convox_call(c, &rq, path, &answer, err);

	if (!rc)
		rc = rd_convox_parsed(c, rd_json_read_text(&answer, "url", ret_url, err), err);
	if (!rc && !**ret_url) {
		free(*ret_url);
		rc = rd_err_set(err, RD_EREMOTE, "rack '%s' does not tell where the source lies",
			c->name);
	}
	return rc;
}

static rd_code put_object(rd_rack *r, const char *app, rd_reader *tar,
	void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel, char **ret_url,
	rd_err *err)
{
	rd_convox *c = rd_convox_of(r);
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_AUTO(rd_reader_closep) rd_reader *gzip = NULL;
	rd_meter body;
	char key[2 * KEY_BYTES + 1];
	rd_code rc;

	rd_random_hex(key, KEY_BYTES);
	rd_convox_app_path(&path, app);
	rd_str_printf(&path, "/objects/tmp/%s.tgz", key);
	rc = rd_str_check(&path, "address", err);
	if (!rc)
		rc = rd_gzip_open(tar, &gzip, err);
	if (rc)
		return rc;
	rd_meter_init(&body, gzip);
	body.progress = progress;
	body.arg = arg;
	return send_body(c, rd_str_get(&path), &body.base, cancel, ret_url, err);
}

/* Racks of Convox take folders and files out of a source, and nothing else, without a word. */
static bool drops_links(rd_rack *r)
{
	return rd_convox_is_foreign(rd_convox_of(r));
}

const struct rd_rack_objects rd_convox_objects = {
	.wants_gzip = true, .drops_links = drops_links, .put = put_object};

/* SPDX-License-Identifier: MIT */
/* One question to a rack as the server would answer it, without a server. */
#include <stdlib.h>
#include <string.h>

#include "core/server/server_impl.h"

static rd_code read_all(rd_reader *in, rd_str *out, rd_err *err)
{
	char part[16384];
	size_t n = 0;
	rd_code rc = RD_OK;

	while (!rc && !(rc = rd_read(in, part, sizeof(part), &n, err)) && n) {
		rd_str_putn(out, part, n);
		rc = rd_str_check(out, "answer", err);
	}
	return rc;
}

static rd_code run(rd_request *rq, const char *query, rd_err *err)
{
	rd_code rc = RD_OK;

	rq->route = rd_route_find("GET", rq->path, rq->parts);
	if (!rq->route || rq->route->is_bulk)
		return rd_err_set(err, RD_ENOENT, "there is nothing to get at '%s'", rq->path);
	if (query)
		rc = rd_form_parse(query, strlen(query), &rq->form, err);
	if (!rc)
		rc = rq->route->run(rq, err);
	if (!rc && rq->out_stream)
		rc = read_all(rq->out_stream, &rq->out, err);
	return rc;
}

rd_code rd_server_query(rd_rack *rack, const char *path, rd_str *out, rd_err *err)
{
	rd_server s = {.opts = {.rack = rack}, .stop_fd = -1};
	rd_request rq = {.server = &s, .path = strndup(path, strcspn(path, "?"))};
	const char *query = strchr(path, '?');
	rd_code rc = rq.path ? RD_OK : rd_err_nomem(err);

	rd_str_init(&rq.out, 0);
	if (!rc)
		rc = run(&rq, query ? query + 1 : NULL, err);
	if (!rc) {
		rd_str_putn(out, rd_str_get(&rq.out), rq.out.len);
		rc = rd_str_check(out, "answer", err);
	}
	rd_request_done(&rq);
	return rc;
}

/* SPDX-License-Identifier: MIT */
/* Webhooks: POST /hooks/APP, as GitHub (Gitea, Forgejo) and GitLab send them. */
#include <stdlib.h>
#include <string.h>

#include "core/server/server_impl.h"

#define FORM_TYPE "application/x-www-form-urlencoded"

static const char *either(const char *a, const char *b)
{
	return a ? a : b;
}

rd_code rd_route_hook(rd_request *rq, rd_err *err)
{
	const struct rd_rack_hooks *hooks = rq->server->opts.rack->hooks;
	const char *type = rd_request_header(rq, "Content-Type");
	/* Source: the headers' names, the documentation of GitHub's and GitLab's webhooks. Of GitLab's
	 * Idempotency-Key is the same when a delivery is sent again; older ones send the event's id only. */
	const rd_delivery d = {
		.signature = rd_request_header(rq, "X-Hub-Signature-256"),
		.token = rd_request_header(rq, "X-Gitlab-Token"),
		.event = either(rd_request_header(rq, "X-GitHub-Event"),
			rd_request_header(rq, "X-Gitlab-Event")),
		.id = either(rd_request_header(rq, "X-GitHub-Delivery"),
			either(rd_request_header(rq, "Idempotency-Key"),
				rd_request_header(rq, "X-Gitlab-Event-UUID"))),
		.body = rd_str_get(&rq->body),
		.n = rq->body.len,
		/* What curl sends unless told otherwise says that it is a form. */
		.is_form = type && !strncasecmp(type, FORM_TYPE, strlen(FORM_TYPE)) &&
			   *rd_str_get(&rq->body) != '{',
	};
	RD_AUTOFREE char *said = NULL;
	bool is_queued = false;
	rd_code rc;

	if (!hooks)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack takes no hooks");
	rc = hooks->receive(rq->server->opts.rack, rq->parts[0], &d, &is_queued, &said, err);
	if (rc == RD_EPERM)
		rd_request_slow_down(rq->server);
	if (rc)
		return rc;
	if (is_queued)
		rd_hookrun_kick(rq->server->hooks);
	rq->status = is_queued ? 202 : 200;
	rq->type = "text/plain";
	rd_str_printf(&rq->out, "%s\n", said);
	return rd_str_check(&rq->out, "answer", err);
}

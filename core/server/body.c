/* SPDX-License-Identifier: MIT */
/* A request's body, which comes in pushes, as a reader for who takes it. */
#include <stdlib.h>

#include "core/base/conduit.h"
#include "core/server/server_impl.h"

#define BUFFER_BYTES ((size_t)1 << 20)

struct rd_body_in {
	rd_request *rq;
	pthread_t thread;
	rd_conduit *conduit;
	rd_code code;
	rd_err err;
};

static void *take(void *arg)
{
	rd_body_in *u = arg;

	u->code = u->rq->route->take(u->rq, rd_conduit_reader(u->conduit), &u->err);
	rd_conduit_stop(u->conduit);
	return NULL;
}

rd_code rd_body_in_start(rd_request *rq, rd_body_in **ret_upload, rd_err *err)
{
	rd_body_in *u = calloc(1, sizeof(*u));
	rd_code rc = u ? rd_conduit_new(BUFFER_BYTES, &u->conduit, err) : rd_err_nomem(err);
	int os;

	if (rc) {
		free(u);
		return rc;
	}
	u->rq = rq;
	os = pthread_create(&u->thread, NULL, take, u);
	if (os) {
		rd_conduit_free(u->conduit);
		free(u);
		return rd_err_os(err, os, "starting a thread");
	}
	*ret_upload = u;
	return RD_OK;
}

bool rd_body_in_push(rd_body_in *u, const char *bytes, size_t n)
{
	return rd_conduit_push(u->conduit, bytes, n);
}

rd_code rd_body_in_end(rd_body_in *u, bool is_whole, rd_err *err)
{
	rd_code code;

	rd_conduit_end(u->conduit, is_whole);
	pthread_join(u->thread, NULL);
	code = u->code;
	if (code && err)
		*err = u->err;
	rd_conduit_free(u->conduit);
	free(u);
	return code;
}

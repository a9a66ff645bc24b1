/* SPDX-License-Identifier: MIT */
/* Releases, as several commands need them. */
#include "cli/releasing.h"

#include <string.h>

/* As Convox's CLI: an app that is updating is waited for first. */
static rd_code wait_ready(rd_rack *rack, const char *app, rd_say *say, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app a = {0};
	rd_code code = rack->apps->get(rack, app, &a, err);

	if (code != RD_OK || strcmp(a.status, "running") == 0)
		return code;
	rd_say_start(say, "Waiting for app to be ready");
	code = rack->releases->settle(rack, app, NULL, NULL, NULL, NULL, err);
	if (code == RD_OK)
		rd_say_ok(say, NULL);
	return code;
}

static void print_line(void *arg, const char *text)
{
	rd_say *say = arg;

	rd_say_end_line(say);
	rd_say_line(say, "", text);
	fflush(say->file);
}

rd_code rd_release_promote(rd_rack *rack, const char *app, const char *id, const rd_promotion *how,
	rd_say *say, rd_err *err)
{
	bool can_wait = rack->releases->settle != NULL;
	rd_code code = RD_OK;

	if (can_wait && !how->force && !how->now)
		code = wait_ready(rack, app, say, err);
	if (code != RD_OK)
		return code;
	rd_say_start(say, "Promoting %s", id);
	code = rack->releases->promote(rack, app, id, how->force, NULL, err);
	if (code == RD_OK && can_wait && how->wait)
		code = rack->releases->settle(rack, app, id, print_line, say, NULL, err);
	if (code == RD_OK)
		rd_say_ok(say, NULL);
	return code;
}

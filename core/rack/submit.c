/* SPDX-License-Identifier: MIT */
/* Builds that nobody waits for. */
#include "core/rack/submit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Racks that make apps by their first build get an unknown one now. */
static rd_code make_app(rd_rack *rack, const char *app, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app a = {0};
	rd_code code = rack->apps->get(rack, app, &a, err);

	if (code != RD_ENOENT || !rack->apps->created_on_build)
		return code;
	code = rack->apps->create(rack, app, err);
	return code == RD_EEXIST ? RD_OK : code; /* another build was faster */
}

rd_code rd_submit(rd_rack *rack, const char *app, const rd_upload_opts *from,
	const rd_build_opts *wish, rd_strs *ret_warnings, rd_build *ret_build, rd_err *err)
{
	rd_build_opts opts = *wish;
	RD_AUTOFREE char *url = NULL;
	rd_upload *u = NULL;
	rd_code code = rack->builds->check ? rack->builds->check(rack, wish, err) : RD_OK;

	if (!code)
		code = rd_upload_open(from, &u, err);
	if (!code)
		code = make_app(rack, app, err);
	if (!code)
		code = rd_upload_send(u, rack, app, from->sent, from->arg, from->cancel, &url, err);
	if (!code) {
		const rd_strs *warnings = rd_upload_warnings(u);

		for (size_t i = 0; ret_warnings && i < warnings->len; i++)
			rd_strs_add(ret_warnings, warnings->items[i]);
		opts.url = url;
		opts.description = opts.description ? opts.description : rd_upload_description(u);
		opts.git_sha = opts.git_sha ? opts.git_sha : rd_upload_git_sha(u);
		code = rack->builds->create(rack, app, &opts, ret_build, err);
	}
	rd_upload_close(u);
	return code;
}

rd_code rd_submit_look(rd_rack *rack, const char *app, const char *id, bool is_newer,
	rd_submitted *ret_state, rd_build *ret_build, rd_err *err)
{
	rd_build b = {0};
	rd_code code = rack->builds->get(rack, app, id, &b, err);

	if (code && code != RD_ENOENT)
		return code;
	*ret_state = !code && rd_build_is_active(&b) ? RD_SUBMITTED_ACTIVE : RD_SUBMITTED_OVER;
	/* One that began to run meanwhile is stopped, too: what it makes is wanted no longer. */
	if (*ret_state == RD_SUBMITTED_ACTIVE && is_newer && !strcmp(b.status, "created") &&
		rack->builds->cancel && !rack->builds->cancel(rack, app, id, NULL))
		*ret_state = RD_SUBMITTED_REPLACED;
	*ret_build = b;
	return RD_OK;
}

rd_code rd_submit_wait_ready(rd_rack *rack, const char *app, rd_cancel *cancel, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app a = {0};
	rd_code code = rack->releases->settle ? rack->apps->get(rack, app, &a, err) : RD_OK;

	if (code || !rack->releases->settle || !strcmp(a.status, "running"))
		return code;
	return rack->releases->settle(rack, app, NULL, NULL, NULL, cancel, err);
}

rd_code rd_submit_promote(rd_rack *rack, const char *app, const char *release, rd_cancel *cancel,
	rd_err *err)
{
	rd_code code = rd_submit_wait_ready(rack, app, cancel, err);

	if (!code)
		code = rack->releases->promote(rack, app, release, false, cancel, err);
	if (code || !rack->releases->settle)
		return code;
	code = rack->releases->settle(rack, app, release, NULL, NULL, cancel, err);
	if (code == RD_EFAILED)
		return rd_err_set(err, code,
			"release %s did not come up: app '%s' fell back to the one before", release,
			app);
	return code;
}

int64_t rd_submit_jitter(int64_t us)
{
	uint32_t r = 0;

	if (getrandom(&r, sizeof r, 0) != sizeof r)
		return us;
	return us / 5 * 4 + (int64_t)((double)us * 2 / 5 * r / UINT32_MAX);
}

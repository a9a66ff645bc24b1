/* SPDX-License-Identifier: MIT */
/* Logins of the registries that a build needs. Those that only credential helpers know are asked for
 * now: a helper may take a second for each, and a configuration may name many. */
#include <stdlib.h>
#include <string.h>

#include "core/formats/imageref.h"
#include "core/rack/worker_impl.h"

/* Adds the registry of an image. What is no image is told by who pulls it. */
static rd_code add_registry(rd_strs *registries, const char *image, rd_err *err)
{
	RD_AUTO(rd_imageref_done) rd_imageref ref = {0};
	RD_AUTOFREE char *name = NULL;
	rd_code rc;

	if (rd_imageref_parse(image, &ref, NULL))
		return RD_OK;
	rc = rd_engine_registry(ref.host ? ref.host : "docker.io", &name, err);
	if (rc || rd_strs_has(registries, name))
		return rc;
	return rd_strs_add(registries, name) ? RD_OK : rd_err_nomem(err);
}

/* The one that images are pushed to. */
static rd_code add_pushed(rd_strs *registries, const char *registry, rd_err *err)
{
	RD_STR_AUTO rd_str image = RD_STR_INIT(0);

	rd_str_printf(&image, "%s/x", registry);
	return rd_str_ok(&image) ? add_registry(registries, rd_str_get(&image), err)
				 : rd_err_nomem(err);
}

static rd_code find_registries(const rd_plan *plan, rd_strs *out, rd_err *err)
{
	rd_code rc = RD_OK;

	for (size_t i = 0; !rc && i < plan->images.len; i++) {
		const rd_plan_image *image = rd_vec_at(&plan->images, i);

		if (image->image)
			rc = add_registry(out, image->image, err);
		if (!rc && image->syntax)
			rc = add_registry(out, image->syntax, err);
		for (size_t j = 0; !rc && j < image->bases.len; j++)
			rc = add_registry(out, image->bases.items[j], err);
	}
	return rc;
}

static rd_code take_login(rd_worker *w, const char *registry, const char *login, rd_err *err)
{
	const char *colon = strchr(login, ':');

	if (!rd_kvs_set(&w->auth, registry, login))
		return rd_err_nomem(err);
	return colon ? rd_record_hide(w->record, w->redact, colon + 1, err) : RD_OK;
}

static rd_code ask_helper(rd_worker *w, const char *registry, rd_err *err)
{
	const char *helper = rd_kvs_get(&w->job->helpers, registry);
	RD_AUTOFREE char *login = NULL;
	rd_err why = {0};
	char text[sizeof(why.msg) + sizeof(why.ctx) + 3];
	rd_code rc;

	if (!helper)
		helper = rd_kvs_get(&w->job->helpers, "*");
	if (!helper || !*helper)
		return RD_OK;
	rc = rd_engine_helper_login(helper, registry, w->cancel, &login, &why);
	if (rc == RD_ECANCELED)
		return rd_err_set(err, rc, "canceled");
	/* Images that need no login can still be pulled. */
	if (rc)
		return rd_record_line(w->record, NULL, err, "warning: %s",
			rd_err_text(&why, text, sizeof(text)));
	return login ? take_login(w, registry, login, err) : RD_OK;
}

rd_code rd_worker_logins(rd_worker *w, const rd_plan *plan, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs registries = {0};
	rd_code rc = RD_OK;

	if (!rd_kvs_merge(&w->auth, &w->job->auth))
		return rd_err_nomem(err);
	if (w->job->helpers.len)
		rc = find_registries(plan, &registries, err);
	if (!rc && w->job->helpers.len && w->job->registry)
		rc = add_pushed(&registries, w->job->registry, err);
	for (size_t i = 0; !rc && i < registries.len; i++)
		rc = ask_helper(w, registries.items[i], err);
	return rc;
}

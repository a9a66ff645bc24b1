/* SPDX-License-Identifier: MIT */
/*
 * What need not be built: an image whose inputs equal those of one that the engine still holds.
 *
 * DESIGN: inputs are the context as the builder would see it (which holds the Dockerfile), the place
 * of the Dockerfile in it, target, args with their values, platform, and the ids that bases and
 * frontend have in this engine. They are kept as one HMAC with a key of the rack: equal inputs are
 * found, but who sees the digest alone cannot try out which short secret an arg held.
 */
#include "core/base/digest.h"
#include "core/build/run_impl.h"

/* Changes when the meaning of what is summed does. */
#define INPUTS_FORM "rackdeck inputs 1"

/* Every part with its length before it: no two lists of parts are the same bytes. */
static void put_part(rd_str *out, const char *bytes, size_t n)
{
	rd_str_printf(out, "%zu:", n);
	rd_str_putn(out, bytes, n);
}

static void put_text(rd_str *out, const char *text)
{
	put_part(out, text, strlen(text));
}

static rd_code put_context(const struct run *r, const rd_plan_image *image, rd_str *out,
	rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs keep = {0};
	rd_dockerignore *ignore = NULL;
	uint8_t sum[RD_SHA256_BYTES];
	rd_code code = rd_run_context(r, image, &ignore, &keep, err);

	if (!code)
		code = rd_source_context_digest(r->opts->source, image->path, ignore, &keep, sum,
			err);
	if (!code)
		put_part(out, (const char *)sum, sizeof sum);
	rd_dockerignore_free(ignore);
	return code;
}

/* An image that it is made from. *ret_known false: the engine has none of that name. */
static rd_code put_base(struct run *r, const char *name, rd_str *out, bool *ret_known, rd_err *err)
{
	rd_engine *e = r->opts->engine;
	rd_engine_image found = {0};
	rd_code code = e->ops->inspect(e, name, &found, err);

	*ret_known = code == RD_OK;
	if (code)
		return code == RD_ENOENT ? RD_OK : code;
	put_text(out, name);
	put_text(out, found.id);
	rd_engine_image_done(&found);
	return RD_OK;
}

static rd_code put_bases(struct run *r, const rd_plan_image *image, rd_str *out, bool *ret_known,
	rd_err *err)
{
	rd_code code = RD_OK;
	bool known = true, has_frontend;

	for (size_t i = 0; !code && known && i < image->bases.len; i++)
		code = put_base(r, image->bases.items[i], out, &known, err);
	/* Without its frontend an image is made by the engine's own. */
	if (!code && known && image->syntax && !rd_run_is_classic(r->opts))
		code = put_base(r, image->syntax, out, &has_frontend, err);
	*ret_known = known;
	return code;
}

static void put_args(const rd_kvs *args, rd_str *out)
{
	put_text(out, "args");
	for (size_t i = 0; i < args->len; i++) {
		put_text(out, args->items[i].key);
		put_text(out, args->items[i].value);
	}
}

rd_code rd_run_inputs(struct run *r, const rd_plan_image *image, char ret_inputs[RD_SHA256_HEX],
	rd_err *err)
{
	const rd_engine_info *info = r->opts->info;
	RD_STR_AUTO rd_str parts = RD_STR_INIT(0);
	uint8_t sum[RD_SHA256_BYTES];
	bool known = false;
	rd_code code;

	ret_inputs[0] = '\0';
	if (!r->opts->known || !info || image->is_open)
		return RD_OK;
	put_text(&parts, INPUTS_FORM);
	put_text(&parts, info->os);
	put_text(&parts, info->arch);
	put_text(&parts, image->dockerfile);
	put_text(&parts, rd_or_empty(image->target));
	code = put_context(r, image, &parts, err);
	if (!code)
		code = put_bases(r, image, &parts, &known, err);
	if (code || !known)
		return code;
	put_args(&image->args, &parts);
	if (!rd_str_ok(&parts))
		return rd_err_nomem(err);
	rd_hmac_of(r->opts->inputs_key, parts.data, parts.len, sum);
	rd_hex(sum, sizeof sum, ret_inputs);
	return RD_OK;
}

rd_code rd_run_reuse(struct run *r, rd_record_group *g, const rd_plan_image *image,
	const char *inputs, char ret_image_id[80], rd_err *err)
{
	const rd_run_opts *o = r->opts;
	RD_AUTO(rd_kvs_done) rd_kvs images = {0};
	rd_code code;

	ret_image_id[0] = '\0';
	if (!*inputs || o->no_cache)
		return RD_OK;
	code = o->known(o->known_arg, inputs, &images, err);
	for (size_t i = 0; !code && i < images.len; i++) {
		const rd_kv *kv = &images.items[i];

		if (!rd_run_has(r, kv->key))
			continue;
		snprintf(ret_image_id, 80, "%s", kv->key);
		code = rd_record_line(o->record, g, err,
			"Unchanged: %s: using the image of build %s", image->path, kv->value);
		rd_record_group_cached(g);
		break;
	}
	return code;
}

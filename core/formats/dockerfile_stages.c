/* SPDX-License-Identifier: MIT */
/* Which stages of a Dockerfile a target needs, and the images that they stand on. */
#include "core/formats/dockerfile.h"
#include "core/formats/dockerfile_words.h"
#include "core/formats/platform.h"

/* The stages of one Dockerfile, for one set of arguments and one target. */
typedef struct resolver {
	const rd_dockerfile *d;
	rd_kvs args;     /* of the head, resolved */
	bool *is_needed; /* by stage */
} resolver;

static const rd_dockerfile_stage *stage_at(const resolver *r, size_t i)
{
	return rd_vec_at(&r->d->stages, i);
}

/* The values of the ARGs before the first FROM: given ones, else their defaults; those of the platform
 * need no ARG there. */
static rd_code resolve_args(resolver *r, const rd_kvs *given, rd_err *err)
{
	for (size_t i = 0; given && i < given->len; i++) {
		const rd_kv *kv = &given->items[i];

		if (rd_dockerfile_is_platform_arg(kv->key) &&
			!rd_kvs_set(&r->args, kv->key, kv->value))
			return rd_err_nomem(err);
	}
	for (size_t i = 0; i < r->d->global_args.len; i++) {
		const rd_kv *arg = &r->d->global_args.items[i];
		const char *value = given ? rd_kvs_get(given, arg->key) : NULL;
		RD_STR_AUTO rd_str text = RD_STR_INIT(0);
		bool is_clear = true;

		if (value)
			rd_str_put(&text, value);
		else
			rd_dockerfile_expand(arg->value, r->d->escape, &r->args, &text, &is_clear);
		if (!rd_str_ok(&text))
			return rd_err_nomem(err);
		/* an ARG of a platform without a default stays the engine's to set */
		if (is_clear && (value || *arg->value) &&
			!rd_kvs_set(&r->args, arg->key, rd_str_get(&text)))
			return rd_err_nomem(err);
	}
	return RD_OK;
}

/* The stage before `before` that the text names (or, by number, is); -1 if there is none. */
static long stage_named(const resolver *r, const char *text, size_t before, bool by_number)
{
	unsigned long long number;

	for (size_t i = before; i-- > 0;) {
		const char *name = stage_at(r, i)->name;

		if (name && strcasecmp(name, text) == 0)
			return (long)i;
	}
	if (by_number && rd_parse_u64(text, &number, NULL) == RD_OK && number < before)
		return (long)number;
	return -1;
}

/* The base of a stage. *ret_is_clear false: only the engine can resolve it. */
static rd_code base_of(resolver *r, size_t i, rd_str *out, bool *ret_is_clear, rd_err *err)
{
	rd_str_clear(out);
	rd_dockerfile_expand(stage_at(r, i)->base, r->d->escape, &r->args, out, ret_is_clear);
	return rd_str_check(out, "a base", err);
}

/* Marks the stages that stage i is made from. */
static rd_code mark_parents(resolver *r, size_t i, bool *ret_all, rd_err *err)
{
	RD_STR_AUTO rd_str base = RD_STR_INIT(0);
	const rd_dockerfile_stage *stage = stage_at(r, i);
	bool is_clear;
	rd_code code = base_of(r, i, &base, &is_clear, err);
	long parent;

	if (code != RD_OK)
		return code;
	if (is_clear && base.len == 0)
		return rd_err_set(err, RD_EINVAL,
			"line %d: the base '%s' is empty: give its ARG a default, or a value by "
			"--build-args",
			stage->line, stage->base);
	*ret_all |= !is_clear;
	parent = stage_named(r, rd_str_get(&base), i, false);
	if (parent >= 0)
		r->is_needed[parent] = true;
	for (size_t k = 0; k < stage->from.len; k++) {
		parent = stage_named(r, stage->from.items[k], i, true);
		if (parent >= 0)
			r->is_needed[parent] = true;
	}
	return RD_OK;
}

/* Marks what the target needs: a stage is only made from earlier ones. */
static rd_code mark_needed(resolver *r, const char *target, rd_err *err)
{
	size_t n = r->d->stages.len;
	long last = target ? stage_named(r, target, n, true) : (long)n - 1;
	bool all = false;
	rd_code code = RD_OK;

	if (last < 0)
		return rd_err_set(err, RD_ENOENT, "no stage '%s' in the Dockerfile", target);
	r->is_needed[last] = true;
	for (size_t i = (size_t)last + 1; code == RD_OK && i-- > 0;) {
		if (r->is_needed[i])
			code = mark_parents(r, i, &all, err);
	}
	for (size_t i = 0; all && i < n; i++)
		r->is_needed[i] = true;
	return code;
}

static void resolver_done(resolver *r)
{
	rd_kvs_done(&r->args);
	free(r->is_needed);
}

static rd_code resolver_init(resolver *r, const rd_dockerfile *d, const rd_kvs *args,
	const char *target, rd_err *err)
{
	rd_code code;

	*r = (resolver){.d = d, .is_needed = calloc(d->stages.len, sizeof *r->is_needed)};
	if (!r->is_needed)
		return rd_err_nomem(err);
	code = resolve_args(r, args, err);
	if (code == RD_OK)
		code = mark_needed(r, target, err);
	if (code != RD_OK)
		resolver_done(r);
	return code;
}

static rd_code add_image(rd_strs *out, const char *image, rd_err *err)
{
	if (*image == 0 || strcmp(image, "scratch") == 0 || rd_strs_has(out, image))
		return RD_OK;
	return rd_strs_add(out, image) ? RD_OK : rd_err_nomem(err);
}

/* The images that stage i names. */
static rd_code add_images(resolver *r, size_t i, rd_strs *out, rd_err *err)
{
	RD_STR_AUTO rd_str base = RD_STR_INIT(0);
	const rd_dockerfile_stage *stage = stage_at(r, i);
	bool is_clear;
	rd_code code = base_of(r, i, &base, &is_clear, err);

	if (code == RD_OK && is_clear && stage_named(r, rd_str_get(&base), i, false) < 0)
		code = add_image(out, rd_str_get(&base), err);
	for (size_t k = 0; code == RD_OK && k < stage->from.len; k++) {
		const char *from = stage->from.items[k];
		bool is_number = from[strspn(from, "0123456789")] == 0;

		if (!is_number && !strchr(from, '$') && stage_named(r, from, i, true) < 0)
			code = add_image(out, from, err);
	}
	return code;
}

rd_code rd_dockerfile_bases(const rd_dockerfile *d, const rd_kvs *args, const char *target,
	rd_strs *out, rd_err *err)
{
	resolver r;
	rd_code code = resolver_init(&r, d, args, target, err);

	if (code != RD_OK)
		return code;
	for (size_t i = 0; code == RD_OK && i < d->stages.len; i++) {
		if (r.is_needed[i])
			code = add_images(&r, i, out, err);
	}
	resolver_done(&r);
	return code;
}

/* Whether stage i stands on, or takes from, what is not known before the build. */
static rd_code look_open(resolver *r, size_t i, bool *ret_is_open, rd_err *err)
{
	RD_STR_AUTO rd_str base = RD_STR_INIT(0);
	const rd_dockerfile_stage *stage = stage_at(r, i);
	bool is_clear;
	rd_code code = base_of(r, i, &base, &is_clear, err);

	*ret_is_open |= !is_clear || stage->fetches;
	for (size_t k = 0; k < stage->from.len; k++)
		*ret_is_open |= strchr(stage->from.items[k], '$') != NULL;
	return code;
}

/* Whether stage i is made for another platform. */
static rd_code look_platform(resolver *r, size_t i, rd_dockerfile_needs *n, rd_err *err)
{
	RD_STR_AUTO rd_str wanted = RD_STR_INIT(0);
	const rd_dockerfile_stage *stage = stage_at(r, i);
	const char *have = rd_kvs_get(&r->args, "TARGETPLATFORM");
	bool is_clear = true;

	if (!have || !stage->platform || n->platform_line)
		return RD_OK;
	rd_dockerfile_expand(stage->platform, r->d->escape, &r->args, &wanted, &is_clear);
	if (!rd_str_ok(&wanted))
		return rd_err_nomem(err);
	if (!is_clear || !wanted.len || rd_platform_is(have, wanted.data))
		return RD_OK;
	n->platform_line = stage->line;
	snprintf(n->platform, sizeof n->platform, "%s", wanted.data);
	return RD_OK;
}

static void look_buildkit(const rd_dockerfile_stage *stage, rd_dockerfile_needs *n)
{
	bool has_variable = stage->platform && strchr(stage->platform, '$');

	if (n->buildkit_line || (!has_variable && !stage->mount_line))
		return;
	n->buildkit_line = has_variable ? stage->line : stage->mount_line;
	n->buildkit_what = has_variable ? "FROM --platform with a variable" : "RUN --mount";
}

rd_code rd_dockerfile_needs_of(const rd_dockerfile *d, const rd_kvs *args, const char *target,
	rd_dockerfile_needs *ret_needs, rd_err *err)
{
	resolver r;
	rd_dockerfile_needs n = {0};
	rd_code code = resolver_init(&r, d, args, target, err);

	if (code != RD_OK)
		return code;
	for (size_t i = 0; code == RD_OK && i < d->stages.len; i++) {
		const rd_dockerfile_stage *stage = stage_at(&r, i);

		if (!r.is_needed[i])
			continue;
		n.session_line = n.session_line ? n.session_line : stage->session_line;
		look_buildkit(stage, &n);
		code = look_open(&r, i, &n.is_open, err);
		if (code == RD_OK)
			code = look_platform(&r, i, &n, err);
	}
	resolver_done(&r);
	if (code == RD_OK)
		*ret_needs = n;
	return code;
}

static rd_code add_names(const rd_strs *names, rd_strs *out, rd_err *err)
{
	for (size_t i = 0; i < names->len; i++)
		if (!rd_strs_has(out, names->items[i]) && !rd_strs_add(out, names->items[i]))
			return rd_err_nomem(err);
	return RD_OK;
}

/* Of the stage that the target is, the one that it is FROM, and so on. */
static rd_code add_history_args(resolver *r, const char *target, rd_strs *out, rd_err *err)
{
	RD_STR_AUTO rd_str base = RD_STR_INIT(0);
	size_t n = r->d->stages.len;
	long i = target ? stage_named(r, target, n, true) : (long)n - 1;
	rd_code code = RD_OK;
	bool is_clear;

	while (code == RD_OK && i >= 0) {
		code = add_names(&stage_at(r, (size_t)i)->args, out, err);
		if (code == RD_OK)
			code = base_of(r, (size_t)i, &base, &is_clear, err);
		i = stage_named(r, rd_str_get(&base), (size_t)i, false);
	}
	return code;
}

static rd_code add_needed_args(resolver *r, rd_strs *out, rd_err *err)
{
	rd_code code = RD_OK;

	for (size_t i = 0; i < r->d->global_args.len; i++) {
		const char *name = r->d->global_args.items[i].key;

		if (!rd_strs_has(out, name) && !rd_strs_add(out, name))
			return rd_err_nomem(err);
	}
	for (size_t i = 0; code == RD_OK && i < r->d->stages.len; i++)
		if (r->is_needed[i])
			code = add_names(&stage_at(r, i)->args, out, err);
	return code;
}

rd_code rd_dockerfile_args_of(const rd_dockerfile *d, const rd_kvs *args, const char *target,
	bool in_history, rd_strs *out, rd_err *err)
{
	resolver r;
	rd_code code = resolver_init(&r, d, args, target, err);

	if (code != RD_OK)
		return code;
	code = in_history ? add_history_args(&r, target, out, err) : add_needed_args(&r, out, err);
	resolver_done(&r);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* The plan of a build: which images, for which services, from what. */
#include "core/build/plan.h"

#include <stdlib.h>
#include <strings.h>

#include "core/base/fs.h"
#include "core/formats/dockerfile.h"
#include "core/formats/redact.h"

/* Names of many services before each line of the log would leave no room for it. */
#define PREFIX_MAX 24

/* Arguments that every Dockerfile has without declaring them, if they are given on purpose.
 * Source: Docker's Dockerfile reference, "predefined ARGs". */
static bool is_predefined(const char *name)
{
	static const char *const names[] = {
		"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"};

	for (size_t i = 0; i < RD_LEN(names); i++)
		if (!strcasecmp(name, names[i]))
			return true;
	return false;
}

/* ---- one image ---- */

static void image_done(rd_plan_image *image)
{
	rd_strs_done(&image->services);
	free(image->image);
	free(image->path);
	free(image->dockerfile);
	free(image->target);
	rd_kvs_done(&image->args);
	rd_strs_done(&image->kept_args);
	rd_kvs_done(&image->platform_args);
	rd_strs_done(&image->declared);
	rd_strs_done(&image->cached);
	rd_strs_done(&image->bases);
	free(image->syntax);
	free(image->prefix);
}

static bool leads_out(const char *path)
{
	return path[0] == '/' || !strcmp(path, "..") || rd_starts_with(path, "../");
}

/* The file or folder of that path in opts->dir, links followed, but not out of it. @ret heap.
 * @errors RD_ENOENT. */
static rd_code find_in_dir(const rd_plan_opts *o, const char *path, char **ret_path, rd_err *err)
{
	RD_AUTOFREE char *joined = rd_path_join(o->dir, path);
	RD_AUTOFREE char *root = realpath(o->dir, NULL);
	RD_AUTOFREE char *real = joined ? realpath(joined, NULL) : NULL;
	size_t n = root ? strlen(root) : 0;

	if (!joined)
		return rd_err_nomem(err);
	if (!root || !real || strncmp(real, root, n) != 0 ||
		(n > 1 && real[n] != '/' && real[n] != '\0'))
		return rd_err_set(err, RD_ENOENT, "no such file: '%s'", path);
	*ret_path = RD_TAKE(real);
	return RD_OK;
}

static rd_code read_file(const rd_plan_opts *o, const char *path, rd_str *out, rd_err *err)
{
	RD_AUTOFREE char *real = NULL;
	rd_code code;

	if (o->source)
		return rd_source_read_file(o->source, path, RD_DOCKERFILE_MAX_BYTES, out, err);
	code = find_in_dir(o, path, &real, err);
	return code ? code : rd_file_read(real, RD_DOCKERFILE_MAX_BYTES, out, err);
}

/* Folders need no entry of their own. */
static bool has_folder(const rd_plan_opts *o, const char *path)
{
	const rd_source *source = o->source;
	size_t n = strlen(path);

	if (strcmp(path, ".") == 0)
		return true;
	if (!source) {
		RD_AUTOFREE char *real = NULL;

		return find_in_dir(o, path, &real, NULL) == RD_OK;
	}
	for (size_t i = 0; i < rd_source_count(source); i++) {
		const char *entry = rd_source_at(source, i)->path;

		if (strncmp(entry, path, n) == 0 && (entry[n] == '/' || !entry[n]))
			return true;
	}
	return false;
}

/* The first symlink on a path that leads to nothing: what keeps it from being found. @ret borrow. */
static const char *link_on(const rd_source *source, const char *path)
{
	const rd_source_entry *entry = NULL;
	RD_STR_AUTO rd_str head = RD_STR_INIT(0);

	for (const char *p = path; *p && !entry; p += strspn(p, "/")) {
		p += strcspn(p, "/");
		rd_str_clear(&head);
		rd_str_putn(&head, path, (size_t)(p - path));
		entry = rd_source_find(source, rd_str_get(&head));
		if (entry && entry->type != RD_SOURCE_SYMLINK)
			entry = NULL;
	}
	return entry ? entry->path : NULL;
}

/* @path where the Dockerfile is in the source. */
static rd_code read_dockerfile(const rd_plan_opts *o, const rd_service *svc,
	const rd_plan_image *image, const char *path, rd_dockerfile **ret_file, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code code = read_file(o, path, &text, err);
	const char *link = code == RD_ENOENT && o->source ? link_on(o->source, path) : NULL;

	if (link)
		return rd_err_set(err, RD_ENOENT,
			"no Dockerfile at '%s' (service '%s'): the link '%s' leads to none in the "
			"source, which holds links but not what lies outside",
			path, svc->name, link);
	if (code == RD_ENOENT && !has_folder(o, image->path))
		return rd_err_set(err, RD_ENOENT,
			"no folder '%s' in the source (build path of service '%s'): create it, or "
			"check .dockerignore",
			image->path, svc->name);
	if (code == RD_ENOENT)
		return rd_err_set(err, RD_ENOENT,
			"no Dockerfile at '%s' (service '%s'): create it, or name another with "
			"build.manifest",
			path, svc->name);
	return code ? code : rd_dockerfile_parse(rd_str_get(&text), text.len, ret_file, err);
}

/* Declared arguments get the value given for this build, else the manifest's, else the app's. */
static rd_code fill_args(const rd_plan_opts *o, const rd_service *svc, const rd_dockerfile *d,
	rd_kvs *args, rd_err *err)
{
	for (size_t i = 0; i < d->args.len; i++) {
		const char *name = d->args.items[i], *value = rd_kvs_get(o->args, name);

		if (!value)
			value = rd_kvs_get(&svc->args, name);
		if (!value)
			value = rd_kvs_get(o->env, name);
		if (value && !rd_kvs_set(args, name, value))
			return rd_err_nomem(err);
	}
	for (size_t i = 0; i < o->args->len; i++) {
		const rd_kv *kv = &o->args->items[i];

		if (is_predefined(kv->key) && !rd_kvs_set(args, kv->key, kv->value))
			return rd_err_nomem(err);
	}
	return RD_OK;
}

/* What BuildKit sets where an ARG asks for it. Source: Docker's Dockerfile reference, "automatic platform
 * ARGs in the global scope". */
static bool set_platform(const char *platform, rd_kvs *out)
{
	RD_AUTOFREE char *os = strndup(platform, strcspn(platform, "/"));
	const char *arch = platform + strcspn(platform, "/");

	arch += *arch == '/';
	return os && rd_kvs_set(out, "TARGETPLATFORM", platform) &&
	       rd_kvs_set(out, "BUILDPLATFORM", platform) && rd_kvs_set(out, "TARGETOS", os) &&
	       rd_kvs_set(out, "BUILDOS", os) && rd_kvs_set(out, "TARGETARCH", arch) &&
	       rd_kvs_set(out, "BUILDARCH", arch);
}

static rd_code fill_platform_args(const rd_dockerfile *d, const rd_kvs *all, rd_plan_image *image,
	rd_err *err)
{
	for (size_t i = 0; i < d->args.len; i++) {
		const char *name = d->args.items[i], *value = rd_kvs_get(all, name);

		if (value && rd_dockerfile_is_platform_arg(name) &&
			!rd_kvs_get(&image->args, name) &&
			!rd_kvs_set(&image->platform_args, name, value))
			return rd_err_nomem(err);
	}
	return RD_OK;
}

/* Leaves the arguments of the stages that are built. */
static rd_code settle_args(const rd_dockerfile *d, const rd_kvs *all, rd_plan_image *image,
	rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs used = {0};
	RD_AUTO(rd_strs_done) rd_strs kept = {0};
	rd_code code = rd_dockerfile_args_of(d, all, image->target, false, &used, err);

	if (!code)
		code = rd_dockerfile_args_of(d, all, image->target, true, &kept, err);
	for (size_t i = image->args.len; !code && i-- > 0;) {
		const char *name = image->args.items[i].key;

		if (rd_strs_has(&kept, name) && !rd_strs_add(&image->kept_args, name))
			code = rd_err_nomem(err);
		if (!rd_strs_has(&used, name) && !is_predefined(name))
			rd_kvs_unset(&image->args, name);
	}
	return code;
}

/* What the target needs of the engine. */
static rd_code fill_needs(const rd_plan_opts *o, const rd_dockerfile *d, rd_plan_image *image,
	rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs args = {0};
	rd_dockerfile_needs needs = {0};
	rd_code code;

	if (o->platform && *o->platform && !set_platform(o->platform, &args))
		return rd_err_nomem(err);
	if (!rd_kvs_merge(&args, &image->args))
		return rd_err_nomem(err);
	code = settle_args(d, &args, image, err);
	if (!code)
		code = fill_platform_args(d, &args, image, err);
	if (!code)
		code = rd_dockerfile_bases(d, &args, image->target, &image->bases, err);
	if (!code)
		code = rd_dockerfile_needs_of(d, &args, image->target, &needs, err);
	if (!code && needs.platform_line)
		code = rd_err_set(err, RD_EUNSUPPORTED,
			"line %d: the engine builds for %s and not for %s: remove '--platform', or "
			"set the rack's parameter BuildInstance to an engine of that platform",
			needs.platform_line, o->platform, needs.platform);
	image->session_line = needs.session_line;
	image->buildkit_line = needs.buildkit_line;
	image->buildkit_what = needs.buildkit_what;
	image->heredoc_line = d->heredoc_line;
	image->link_line = d->link_line;
	image->is_open = needs.is_open;
	image->syntax_at = d->syntax_at;
	if (!code && d->syntax && !(image->syntax = rd_strdup(d->syntax)))
		code = rd_err_nomem(err);
	return code;
}

static rd_code fill_built(const rd_plan_opts *o, const rd_service *svc, rd_plan_image *image,
	rd_strs *declared, rd_err *err)
{
	RD_AUTOFREE char *joined = rd_path_join(image->path, image->dockerfile);
	RD_AUTOFREE char *path = joined ? rd_path_clean(joined) : NULL;
	rd_dockerfile *d = NULL;
	rd_code code;

	if (!path)
		return rd_err_nomem(err);
	code = read_dockerfile(o, svc, image, path, &d, err);
	if (!code)
		code = fill_args(o, svc, d, &image->args, err);
	if (!code && o->development && rd_dockerfile_has_stage(d, "development") &&
		!rd_str_replace(&image->target, "development"))
		code = rd_err_nomem(err);
	if (!code)
		code = fill_needs(o, d, image, err);
	for (size_t i = 0; !code && i < d->args.len; i++)
		if (!rd_strs_add(declared, d->args.items[i]) ||
			!rd_strs_add(&image->declared, d->args.items[i]))
			code = rd_err_nomem(err);
	image->names_cache = d && d->names_cache;
	for (size_t i = 0; !code && i < d->cached.len; i++)
		if (!rd_strs_add(&image->cached, d->cached.items[i]))
			code = rd_err_nomem(err);
	if (code && code != RD_ENOENT)
		rd_err_wrap(err, "%s", path);
	rd_dockerfile_free(d);
	return code;
}

static rd_code init_built(const rd_service *svc, rd_plan_image *image, rd_err *err)
{
	image->path = rd_path_clean(svc->build_path);
	image->dockerfile = rd_path_clean(svc->build_manifest);
	if (!image->path || !image->dockerfile)
		return rd_err_nomem(err);
	if (leads_out(image->path))
		return rd_err_set(err, RD_EINVAL,
			"service '%s': build path '%s' leads out of the source", svc->name,
			svc->build_path);
	if (leads_out(image->dockerfile))
		return rd_err_set(err, RD_EINVAL,
			"service '%s': Dockerfile '%s' leads out of its build path '%s'", svc->name,
			svc->build_manifest, image->path);
	return RD_OK;
}

/* ---- which services share an image ---- */

/* What decides: path, Dockerfile and build.args, or the image's name. Source: Convox's build key. */
static char *key_of(const rd_service *svc, const rd_plan_image *image)
{
	rd_str key = RD_STR_INIT(0);

	if (image->image) {
		rd_str_printf(&key, "image\n%s", image->image);
	} else {
		rd_str_printf(&key, "build\n%s\n%s", image->path, image->dockerfile);
		for (size_t i = 0; i < svc->build_args.len; i++)
			rd_str_printf(&key, "\n%s", svc->build_args.items[i]);
	}
	return rd_str_take(&key);
}

static rd_code add_service(const rd_plan_opts *o, const rd_service *svc, rd_plan *plan,
	rd_strs *keys, rd_strs *declared, rd_err *err)
{
	rd_plan_image image = {.image = rd_strdup(svc->image)}, *slot;
	rd_code code = svc->image ? RD_OK : init_built(svc, &image, err);
	RD_AUTOFREE char *key = code ? NULL : key_of(svc, &image);

	if (!code && !key)
		code = rd_err_nomem(err);
	for (size_t i = 0; !code && i < keys->len; i++) {
		if (strcmp(keys->items[i], key) != 0)
			continue;
		image_done(&image);
		slot = rd_vec_at(&plan->images, i);
		return rd_strs_add(&slot->services, svc->name) ? RD_OK : rd_err_nomem(err);
	}
	if (!code && !svc->image)
		code = fill_built(o, svc, &image, declared, err);
	if (!code && (!rd_strs_add(&image.services, svc->name) || !rd_strs_add(keys, key)))
		code = rd_err_nomem(err);
	slot = code ? NULL : rd_vec_push(&plan->images);
	if (slot)
		*slot = image;
	else
		image_done(&image);
	return slot ? RD_OK : code ? code : rd_err_nomem(err);
}

/* ---- the whole ---- */

/* "web,worker", or "web+4" where the names are many. */
static void put_names(const rd_strs *services, rd_str *out)
{
	for (size_t i = 0; i < services->len; i++)
		rd_str_printf(out, "%s%s", i ? "," : "", services->items[i]);
	if (out->len <= PREFIX_MAX || services->len < 2)
		return;
	rd_str_clear(out);
	rd_str_printf(out, "%s+%zu", services->items[0], services->len - 1);
}

/* All prefixes have one width, so that the lines stand in a column. */
static rd_code fill_prefixes(rd_plan *plan, rd_err *err)
{
	size_t widest = 0;

	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < plan->images.len; i++) {
			rd_plan_image *image = rd_vec_at(&plan->images, i);
			RD_STR_AUTO rd_str names = RD_STR_INIT(0);

			put_names(&image->services, &names);
			widest = names.len > widest ? names.len : widest;
			if (pass == 0)
				continue;
			rd_str_printf(&names, "%*s | ", (int)(widest - names.len), "");
			if (!rd_str_ok(&names) || !rd_str_replace(&image->prefix,
							  plan->images.len > 1 ? names.data : ""))
				return rd_err_nomem(err);
		}
	}
	return RD_OK;
}

static rd_code warn_undeclared(const rd_kvs *args, const rd_strs *declared, rd_strs *warnings,
	rd_err *err)
{
	for (size_t i = 0; i < args->len; i++) {
		const char *name = args->items[i].key;
		RD_STR_AUTO rd_str text = RD_STR_INIT(0);

		if (rd_strs_has(declared, name) || is_predefined(name))
			continue;
		rd_str_printf(&text,
			"build argument '%s' is declared by no Dockerfile: add 'ARG %s' "
			"to use it",
			name, name);
		if (!rd_str_ok(&text) ||
			(!rd_strs_has(warnings, text.data) && !rd_strs_add(warnings, text.data)))
			return rd_err_nomem(err);
	}
	return RD_OK;
}

/* The engine writes the values of arguments into the history of the image. */
static rd_code warn_history(const rd_plan *plan, rd_strs *warnings, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs names = {0};
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	for (size_t i = 0; i < plan->images.len; i++) {
		const rd_plan_image *image = rd_vec_at(&plan->images, i);

		for (size_t k = 0; k < image->kept_args.len; k++) {
			const char *name = image->kept_args.items[k];

			if (rd_redact_name_is_secret(name) && !rd_strs_has(&names, name) &&
				!rd_strs_add(&names, name))
				return rd_err_nomem(err);
		}
	}
	for (size_t i = 0; i < names.len; i++)
		rd_str_printf(&text, "%s%s", i ? ", " : "", names.items[i]);
	if (!names.len)
		return RD_OK;
	rd_str_put(&text,
		": values of build arguments stay readable in the history of the image: use "
		"them in a stage that the last one only copies from");
	return rd_str_ok(&text) && rd_strs_add(warnings, text.data) ? RD_OK : rd_err_nomem(err);
}

/* Too short to be told from ordinary text. */
static rd_code warn_short(const rd_plan *plan, rd_strs *warnings, rd_err *err)
{
	for (size_t i = 0; i < plan->images.len; i++) {
		const rd_plan_image *image = rd_vec_at(&plan->images, i);

		for (size_t k = 0; k < image->args.len; k++) {
			const rd_kv *arg = &image->args.items[k];
			RD_STR_AUTO rd_str text = RD_STR_INIT(0);

			if (!*arg->value || strlen(arg->value) >= RD_REDACT_MIN ||
				!rd_redact_name_is_secret(arg->key))
				continue;
			rd_str_printf(&text,
				"%s: a value of less than %d bytes is hidden in the log only "
				"behind its name",
				arg->key, RD_REDACT_MIN);
			if (!rd_str_ok(&text) || (!rd_strs_has(warnings, text.data) &&
							 !rd_strs_add(warnings, text.data)))
				return rd_err_nomem(err);
		}
	}
	return RD_OK;
}

/* Of files that are missing all are named. */
static rd_code add_services(const rd_plan_opts *o, rd_plan *plan, rd_strs *declared, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs keys = {0};
	RD_STR_AUTO rd_str missing = RD_STR_INIT(0);

	for (size_t i = 0; i < o->manifest->services.len; i++) {
		const rd_service *svc = rd_vec_at(&o->manifest->services, i);
		rd_err one = {0};
		rd_code code = add_service(o, svc, plan, &keys, declared, &one);

		if (code && code != RD_ENOENT) {
			if (err)
				*err = one;
			return code;
		}
		if (code)
			rd_str_printf(&missing, "%s%s", missing.len ? "; " : "", one.msg);
	}
	return missing.len ? rd_err_set(err, RD_ENOENT, "%s", rd_str_get(&missing)) : RD_OK;
}

rd_code rd_plan_make(const rd_plan_opts *opts, rd_plan **ret_plan, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs declared = {0};
	rd_plan *plan = calloc(1, sizeof *plan);
	rd_code code;

	if (!plan)
		return rd_err_nomem(err);
	rd_vec_init(&plan->images, sizeof(rd_plan_image));
	code = add_services(opts, plan, &declared, err);
	if (!code)
		code = fill_prefixes(plan, err);
	if (!code)
		code = warn_undeclared(opts->args, &declared, &plan->warnings, err);
	for (size_t i = 0; i < opts->manifest->services.len && !code; i++) {
		const rd_service *svc = rd_vec_at(&opts->manifest->services, i);

		code = warn_undeclared(&svc->args, &declared, &plan->warnings, err);
	}
	if (!code)
		code = warn_history(plan, &plan->warnings, err);
	if (!code)
		code = warn_short(plan, &plan->warnings, err);
	if (code) {
		rd_plan_free(plan);
		return code;
	}
	*ret_plan = plan;
	return RD_OK;
}

rd_plan *rd_plan_free(rd_plan *p)
{
	if (!p)
		return NULL;
	for (size_t i = 0; i < p->images.len; i++)
		image_done(rd_vec_at(&p->images, i));
	rd_vec_done(&p->images);
	rd_strs_done(&p->warnings);
	free(p);
	return NULL;
}

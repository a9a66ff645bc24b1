/* SPDX-License-Identifier: MIT */
/* Sources for a rack: folders, with what git says of them, and what holds for all kinds. */
#include "core/rack/upload.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/formats/manifest.h"
#include "core/io/git.h"
#include "core/io/pack.h"
#include "core/rack/upload_impl.h"

#define SENDINGS 3
#define RESEND_MS 1000

/* The Dockerfile of a service, and the ignore files that a build of it reads; its own one, if it is built
 * from the whole source. */
static bool keep_service(const rd_service *s, rd_strs *keep, rd_strs *own_ignores)
{
	RD_AUTOFREE char *path = NULL;
	RD_AUTOFREE char *dockerfile = NULL;
	RD_STR_AUTO rd_str own_ignore = RD_STR_INIT(0);

	if (!s->build_path)
		return true;
	path = rd_path_clean(s->build_path);
	dockerfile = rd_path_join(s->build_path, s->build_manifest);
	if (!path || !dockerfile)
		return false;
	rd_str_printf(&own_ignore, "%s.dockerignore", dockerfile);
	if (strcmp(path, ".") == 0 &&
		(!rd_str_ok(&own_ignore) ||
			!rd_strs_take(own_ignores, rd_path_clean(own_ignore.data))))
		return false;
	return rd_strs_add(keep, dockerfile) && rd_str_ok(&own_ignore) &&
	       rd_strs_add(keep, own_ignore.data) &&
	       rd_strs_take(keep, rd_path_join(s->build_path, ".dockerignore"));
}

/* A manifest that is missing or broken adds none: the build will say what is wrong with it, in the rack's
 * words and with its log. */
rd_code rd_upload_keep(const char *manifest, const char *text, size_t n, rd_strs *keep,
	rd_strs *own_ignores, rd_err *err)
{
	rd_manifest *m = NULL;
	rd_problems problems;
	bool ok = rd_strs_add(keep, manifest) && rd_strs_add(keep, ".dockerignore");

	if (!ok)
		return rd_err_nomem(err);
	if (!text)
		return RD_OK;
	rd_problems_init(&problems);
	if (!rd_manifest_load(text, n, NULL, &problems, &m, NULL))
		for (size_t i = 0; ok && i < m->services.len; i++)
			ok = keep_service(rd_vec_at(&m->services, i), keep, own_ignores);
	rd_manifest_free(m);
	rd_problems_done(&problems);
	return ok ? RD_OK : rd_err_nomem(err);
}

static rd_code find_keep(const char *dir, const char *manifest, rd_strs *keep, rd_strs *own_ignores,
	rd_err *err)
{
	RD_AUTOFREE char *path = rd_path_join(dir, manifest);
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	bool found;

	if (!path)
		return rd_err_nomem(err);
	found = rd_file_read(path, RD_MANIFEST_MAX_BYTES, &text, NULL) == RD_OK;
	return rd_upload_keep(manifest, found ? rd_str_get(&text) : NULL, text.len, keep,
		own_ignores, err);
}

const char *rd_upload_manifest(const char *dir, const char *manifest)
{
	RD_AUTOFREE char *first = rd_path_join(dir, RD_MANIFEST_NAME);
	RD_AUTOFREE char *second = rd_path_join(dir, RD_MANIFEST_NAME_COMPOSE);

	if (manifest)
		return manifest;
	return first && second && !rd_file_exists(first) && rd_file_exists(second)
		       ? RD_MANIFEST_NAME_COMPOSE
		       : RD_MANIFEST_NAME;
}

rd_code rd_upload_rules(const char *dir, const char *manifest, rd_strs *keep, rd_strs *own_ignores,
	rd_err *err)
{
	return find_keep(dir, rd_upload_manifest(dir, manifest), keep, own_ignores, err);
}

rd_code rd_upload_dir(const char *dir, const char *manifest, rd_upload **ret_upload, rd_err *err)
{
	rd_upload *u = calloc(1, sizeof *u);
	rd_pack_opts opts;
	rd_code code;

	if (!u)
		return rd_err_nomem(err);
	u->warnings = rd_pack_warnings;
	u->dir = rd_strdup(dir);
	opts = (rd_pack_opts){dir, &u->keep, &u->own_ignores, false};
	code = u->dir ? rd_upload_rules(dir, manifest, &u->keep, &u->own_ignores, err)
		      : rd_err_nomem(err);
	if (!code)
		code = rd_pack_open(&opts, &u->reader, err);
	if (!code)
		code = rd_git_look(dir, &u->git, err);
	if (code)
		rd_upload_close(u);
	else
		*ret_upload = u;
	return code;
}

bool rd_upload_is_dir(const char *source)
{
	struct stat st;

	if (strcmp(source, "-") == 0 || rd_giturl_is(source))
		return false;
	return stat(source, &st) < 0 || S_ISDIR(st.st_mode);
}

bool rd_upload_is_git(const char *source)
{
	return rd_giturl_is(source);
}

rd_code rd_upload_open(const rd_upload_opts *opts, rd_upload **ret_upload, rd_err *err)
{
	struct stat st;

	if (rd_upload_is_dir(opts->source) && stat(opts->source, &st) < 0 && errno == ENOENT)
		return rd_err_set(err, RD_ENOENT, "there is no folder or archive '%s'",
			opts->source);
	if (rd_upload_is_dir(opts->source)) {
		rd_code code = rd_upload_dir(opts->source, opts->manifest, ret_upload, err);

		if (!code)
			(*ret_upload)->anew = opts->no_pack_cache;
		return code;
	}
	if (rd_upload_is_git(opts->source))
		return rd_upload_git(opts, ret_upload, err);
	return rd_upload_archive(opts, ret_upload, err);
}

rd_upload *rd_upload_close(rd_upload *u)
{
	if (!u)
		return NULL;
	rd_reader_close(u->reader);
	rd_git_source_close(u->repository);
	rd_git_info_done(&u->git);
	free(u->name);
	free(u->dir);
	rd_strs_done(&u->keep);
	rd_strs_done(&u->own_ignores);
	rd_strs_done(&u->told);
	free(u);
	return NULL;
}

const char *rd_upload_description(const rd_upload *u)
{
	return u->git.description;
}

const char *rd_upload_git_sha(const rd_upload *u)
{
	return u->git.sha;
}

/* Asks the rack for a folder as it is now. *ret_url NULL: it does not know it. */
static rd_code find_known(rd_upload *u, rd_rack *rack, const char *app, char **ret_url, rd_err *err)
{
	const rd_pack_opts opts = {u->dir, &u->keep, &u->own_ignores, false};
	uint8_t key[RD_SHA256_BYTES];
	rd_code code;

	*ret_url = NULL;
	if (!u->dir || u->anew || !rack->objects->find)
		return RD_OK;
	code = rd_pack_look(&opts, key, &u->told, err);
	if (!code)
		code = rack->objects->find(rack, app, key, ret_url, err);
	u->known = *ret_url != NULL;
	return code;
}

/* It is stored: that it is not remembered only costs time. */
static void remember(const rd_upload *u, rd_rack *rack, const char *url)
{
	uint8_t key[RD_SHA256_BYTES];

	if (u->dir && rack->objects->remember && !rack->objects->wants_gzip &&
		rd_pack_key(u->reader, key))
		rack->objects->remember(rack, url, key, NULL);
}

/* Who hears of a sending, and may end it. */
typedef struct sending {
	void (*progress)(void *arg, uint64_t bytes);
	void *arg;
	rd_cancel *cancel;
} sending;

/* A folder that goes over a network is packed as gzip, with what is kept of the last times. */
static rd_code pack_gzip(rd_upload *u, bool drops_links, rd_err *err)
{
	const rd_pack_opts opts = {u->dir, &u->keep, &u->own_ignores, drops_links};
	RD_AUTOFREE char *caches = NULL;
	RD_AUTOFREE char *cache = NULL;
	rd_reader *gzip = NULL;
	rd_code code;

	if (!u->anew && !rd_xdg_cache(&caches, NULL))
		cache = rd_path_join(caches, "pack");
	code = rd_pack_gzip_open(&opts, cache, &gzip, err);
	if (code)
		return code;
	rd_reader_close(u->reader);
	u->reader = gzip;
	u->warnings = rd_pack_gzip_warnings;
	return RD_OK;
}

/* Sends once what the reader gives, which is a new one for a folder that goes over a network. */
static rd_code send_once(rd_upload *u, rd_rack *rack, const char *app, const sending *s,
	char **ret_url, rd_err *err)
{
	bool is_packed = u->dir && rack->objects->wants_gzip;
	bool drops_links = rack->objects->drops_links && rack->objects->drops_links(rack);
	rd_code code = is_packed ? pack_gzip(u, drops_links, err) : RD_OK;

	if (!code)
		code = rack->objects->put(rack, app, u->reader, s->progress, s->arg, s->cancel,
			ret_url, err);
	return code;
}

/* What is cut on its way is sent again, if it can be read again. */
static rd_code send_hard(rd_upload *u, rd_rack *rack, const char *app, const sending *s,
	char **ret_url, rd_err *err)
{
	bool can_repeat = u->dir && rack->objects->wants_gzip;
	int wait_ms = RESEND_MS;
	rd_err why = {0};
	rd_code code;

	for (int i = 1; (code = send_once(u, rack, app, s, ret_url, &why)); i++, wait_ms *= 2) {
		/* Who refused, or could not be reached, said so. */
		bool is_cut = code == RD_EUNAVAIL && !why.os;

		if (is_cut && can_repeat && i < SENDINGS && rd_cancel_pause(s->cancel, wait_ms))
			continue;
		if (is_cut)
			rd_err_wrap(&why, "the source was cut on its way");
		if (err)
			*err = why;
		return rd_cancel_fired(s->cancel) ? rd_err_set(err, RD_ECANCELED, "canceled")
						  : code;
	}
	return RD_OK;
}

rd_code rd_upload_send(rd_upload *u, rd_rack *rack, const char *app,
	void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel, char **ret_url,
	rd_err *err)
{
	char *url = NULL;
	rd_code code;

	if (u->sent)
		return rd_err_set(err, RD_EBUG, "an upload is sent once");
	if (!rack->objects || !rack->objects->put)
		return rd_err_set(err, RD_EUNSUPPORTED, "the rack '%s' does not take sources",
			rack->name);
	u->sent = true;
	code = find_known(u, rack, app, &url, err);
	if (code)
		return code;
	if (!url) {
		code = send_hard(u, rack, app, &(sending){progress, arg, cancel}, &url, err);
		if (!code)
			remember(u, rack, url);
	}
	if (!code)
		*ret_url = url;
	/* Names and bytes within it are what it was made of. */
	if (u->name && (code == RD_EPARSE || code == RD_ELIMIT))
		rd_err_wrap(err, "'%s'", u->name);
	return code;
}

const rd_strs *rd_upload_warnings(const rd_upload *u)
{
	return u->known ? &u->told : u->warnings(u->reader);
}

/* SPDX-License-Identifier: MIT */
/* Packs a folder for a rack, with what git says of it. */
#include "core/rack/upload.h"

#include "core/base/fs.h"
#include "core/formats/manifest.h"
#include "core/io/git.h"
#include "core/io/pack.h"

struct rd_upload {
	rd_reader *pack;
	rd_git_info git;
	bool sent;
};

/* The Dockerfile of a service, and the ignore files that a build of it reads. */
static bool keep_service(const rd_service *s, rd_strs *keep)
{
	RD_AUTOFREE char *dockerfile = NULL;
	RD_STR_AUTO rd_str own_ignore = RD_STR_INIT(0);

	if (!s->build_path)
		return true;
	dockerfile = rd_path_join(s->build_path, s->build_manifest);
	if (!dockerfile)
		return false;
	rd_str_printf(&own_ignore, "%s.dockerignore", dockerfile);
	return rd_strs_add(keep, dockerfile) && rd_str_ok(&own_ignore) &&
	       rd_strs_add(keep, own_ignore.data) &&
	       rd_strs_take(keep, rd_path_join(s->build_path, ".dockerignore"));
}

/*
 * Names that no pattern may leave out. A manifest that is missing or broken adds none: the build will
 * say what is wrong with it, in the rack's words and with its log.
 */
static rd_code find_keep(const char *dir, const char *manifest, rd_strs *keep, rd_err *err)
{
	RD_AUTOFREE char *path = rd_path_join(dir, manifest);
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_manifest *m = NULL;
	rd_problems problems;
	bool ok = path && rd_strs_add(keep, manifest) && rd_strs_add(keep, ".dockerignore");

	if (!ok)
		return rd_err_nomem(err);
	if (rd_file_read(path, RD_MANIFEST_MAX_BYTES, &text, NULL))
		return RD_OK;
	rd_problems_init(&problems);
	if (!rd_manifest_load(rd_str_get(&text), text.len, NULL, &problems, &m, NULL))
		for (size_t i = 0; ok && i < m->services.len; i++)
			ok = keep_service(rd_vec_at(&m->services, i), keep);
	rd_manifest_free(m);
	rd_problems_done(&problems);
	return ok ? RD_OK : rd_err_nomem(err);
}

rd_code rd_upload_dir(const char *dir, const char *manifest, rd_upload **ret_upload, rd_err *err)
{
	rd_upload *u = calloc(1, sizeof *u);
	rd_strs keep = {0};
	const rd_pack_opts opts = {dir, &keep};
	rd_code code;

	if (!u)
		return rd_err_nomem(err);
	code = find_keep(dir, manifest ? manifest : "convox.yml", &keep, err);
	if (!code)
		code = rd_pack_open(&opts, &u->pack, err);
	if (!code)
		code = rd_git_look(dir, &u->git, err);
	rd_strs_done(&keep);
	if (code)
		rd_upload_close(u);
	else
		*ret_upload = u;
	return code;
}

rd_upload *rd_upload_close(rd_upload *u)
{
	if (!u)
		return NULL;
	rd_reader_close(u->pack);
	rd_git_info_done(&u->git);
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

rd_code rd_upload_send(rd_upload *u, rd_rack *rack, const char *app,
	void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel, char **ret_url,
	rd_err *err)
{
	if (u->sent)
		return rd_err_set(err, RD_EBUG, "an upload is sent once");
	if (!rack->objects || !rack->objects->put)
		return rd_err_set(err, RD_EUNSUPPORTED, "the rack '%s' does not take sources",
			rack->name);
	u->sent = true;
	return rack->objects->put(rack, app, u->pack, progress, arg, cancel, ret_url, err);
}

const rd_strs *rd_upload_warnings(const rd_upload *u)
{
	return rd_pack_warnings(u->pack);
}

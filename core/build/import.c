/* SPDX-License-Identifier: MIT */
/* Reads an archive of a build. */
#include "core/build/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "core/base/digest.h"
#include "core/base/fs.h"
#include "core/build/export.h"
#include "core/build/import_impl.h"
#include "core/formats/manifest.h"
#include "core/io/gunzip.h"
#include "core/io/tar.h"

#define PART_BYTES ((size_t)256 << 10)
#define SMALL_MAX_BYTES ((size_t)4 << 20)
#define LOG_MAX_BYTES ((uint64_t)4 << 30)
#define ENTRIES_MAX 1024
/* Nothing but a bomb of gzip is that much smaller than its content. */
#define RATIO_MAX 500
#define RATIO_AFTER ((uint64_t)4 << 30)

typedef struct importer {
	const rd_import *im;
	rd_import_result *result;
	rd_tar *in;
	char *part;                 /* PART_BYTES */
	rd_str build, images, sums; /* the small entries */
	rd_kvs hex;                 /* entry -> its digest */
	bool is_known;              /* the engine has all images of `images` */
} importer;

void rd_import_tag(const rd_import *im, const char *service, rd_str *out)
{
	rd_str_printf(out, "%s/%s:%s.%s", im->rack, im->app, service, im->build);
}

void rd_import_result_done(rd_import_result *r)
{
	free(r->manifest);
	free(r->description);
	free(r->entrypoint);
	free(r->git_sha);
	rd_kvs_done(&r->images);
	*r = (rd_import_result){0};
}

/* ---- reading ---- */

static rd_code name_archive(rd_code rc, rd_err *err)
{
	if (rc == RD_EPARSE)
		rd_err_wrap(err, "the archive is damaged, export the build again");
	return rc;
}

static rd_code no_archive(rd_err *err)
{
	return rd_err_set(err, RD_EPARSE,
		"this is no archive of a build, or cut short: 'rackdeck builds export' makes one");
}

static rd_code read_part(rd_tar *in, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	rd_code rc = rd_tar_data(in, buf, cap, ret_n, err);

	if (!rc && rd_tar_is_inflated(in))
		return rd_err_set(err, RD_EPARSE,
			"the archive holds a sparse file, as no rack "
			"writes it");
	return name_archive(rc, err);
}

/* ---- small entries ---- */

/* Reads the entry into out, or into a file (fd >= 0), and notes its digest. */
static rd_code take_content(importer *m, const char *name, rd_str *out, int fd, rd_err *err)
{
	uint8_t sum[RD_SHA256_BYTES];
	char hex[RD_SHA256_HEX];
	rd_sha256 *sha = NULL;
	size_t n = 0;
	rd_code rc = rd_sha256_new(&sha, err);

	while (!rc && !(rc = read_part(m->in, m->part, PART_BYTES, &n, err)) && n) {
		rd_sha256_add(sha, m->part, n);
		if (fd >= 0) {
			rc = rd_write_all(fd, m->part, n, err);
		} else {
			rd_str_putn(out, m->part, n);
			rc = rd_str_check(out, name, err);
		}
	}
	if (!rc) {
		rd_sha256_end(sha, sum);
		rd_hex(sum, sizeof(sum), hex);
		if (!rd_kvs_set(&m->hex, name, hex))
			rc = rd_err_nomem(err);
	}
	rd_sha256_free(sha);
	return rc;
}

static rd_code take_file(importer *m, const char *name, const char *path, uint64_t size,
	rd_err *err)
{
	RD_AUTOCLOSE int fd = -1;
	rd_code rc;

	if (size > LOG_MAX_BYTES)
		return rd_err_set(err, RD_ELIMIT, "'%s' in the archive is larger than 4 GiB", name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return rd_err_os(err, errno, "making '%s'", path);
	rc = take_content(m, name, NULL, fd, err);
	if (rc == RD_ENOSPC)
		rd_err_wrap(err, "'%s'", path);
	if (!rc && fdatasync(fd))
		rc = rd_err_os(err, errno, "writing '%s'", path);
	return rc;
}

/* Whether the engine has all images that the archive names: then none is sent. */
static rd_code look_for_images(importer *m, rd_err *err)
{
	json_t *o = rd_import_json(rd_str_get(&m->images));
	json_t *images = json_object_get(o, "images");
	rd_engine *e = m->im->engine;
	const char *service;
	json_t *id;
	rd_code rc = RD_OK;

	m->is_known = json_object_size(images) > 0;
	json_object_foreach(images, service, id)
	{
		rd_engine_image found = {0};

		if (!m->is_known || rc)
			break;
		rc = e->ops->inspect(e, rd_or_empty(json_string_value(id)), &found, err);
		if (rc && rc != RD_EUNAVAIL && rc != RD_ECANCELED && rc != RD_ETIMEOUT) {
			m->is_known = false;
			rc = RD_OK;
		}
		rd_engine_image_done(&found);
	}
	json_decref(o);
	return rc;
}

/* ---- images ---- */

typedef struct inner {
	rd_reader base;
	rd_tar *tar;
} inner;

static rd_code read_inner(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	return read_part(((inner *)r)->tar, buf, cap, ret_n, err);
}

/* The engine has them all, by their ids: what the archive holds of them is not looked at. */
static rd_code take_known(importer *m, rd_err *err)
{
	json_t *o = rd_import_json(rd_str_get(&m->images));
	const char *service;
	json_t *id;
	bool ok = true;

	json_object_foreach(json_object_get(o, "images"), service, id)
	{
		ok = ok &&
		     rd_kvs_set(&m->result->images, service, rd_or_empty(json_string_value(id)));
	}
	json_decref(o);
	return ok ? name_archive(rd_tar_pass(m->in, err), err) : rd_err_nomem(err);
}

/* What the engine says of such layers is "invalid tar header". */
static rd_code tell_zstd(const char *name, rd_err *err)
{
	rd_err why = err ? *err : (rd_err){0};

	return rd_err_set(err, RD_EFAILED,
		"%s: '%s' has layers in zstd, which Docker before 23 does not take: export it with "
		"layers in gzip, or use a newer engine",
		why.msg, name);
}

static rd_code take_images(importer *m, const char *name, rd_err *err)
{
	static const struct rd_reader_ops ops = {read_inner, NULL};
	inner in = {{&ops}, m->in};
	rd_image_tar_opts opts = {m->im, name, &m->result->images};
	rd_engine *e = m->im->engine;
	rd_reader *tar = NULL;
	rd_code rc = m->is_known ? take_known(m, err) : RD_OK;

	if (rc || m->is_known)
		return rc;
	rc = rd_image_tar_open(&opts, &in.base, &tar, err);
	if (rc == RD_EPARSE)
		rc = rd_err_set(err, rc, "'%s' in the archive is no tar of images", name);
	if (!rc)
		rc = e->ops->load(e, tar, m->im->cancel, err);
	if (rc == RD_EFAILED && rd_image_tar_has_zstd(tar))
		rc = tell_zstd(name, err);
	/* An engine that had enough before the end has not seen its tags. */
	if (!rc && !rd_image_tar_ended(tar))
		rc = rd_err_set(err, RD_EREMOTE, "the engine did not take all of '%s'", name);
	rd_reader_close(tar);
	return rc;
}

/* What the engine has under our tags is what was checked. */
static rd_code check_tag(importer *m, const rd_kv *image, rd_err *err)
{
	RD_STR_AUTO rd_str tag = RD_STR_INIT(0);
	rd_engine *e = m->im->engine;
	rd_engine_image found = {0};
	rd_code rc = RD_OK;

	rd_import_tag(m->im, image->key, &tag);
	if (!rd_str_ok(&tag))
		return rd_err_nomem(err);
	if (m->is_known)
		rc = m->im->on_tag(m->im->arg, rd_str_get(&tag), err);
	if (!rc && m->is_known)
		rc = e->ops->tag(e, image->value, rd_str_get(&tag), err);
	if (!rc)
		rc = e->ops->inspect(e, rd_str_get(&tag), &found, err);
	if (!rc && (!found.id[0] || !rd_ends_with(image->value, found.id)))
		rc = rd_err_set(err, RD_ECORRUPT,
			"the engine made another image of service '%s' than the archive holds",
			image->key);
	rd_engine_image_done(&found);
	return rc;
}

/* ---- the archive ---- */

static rd_code take_entry(importer *m, const rd_tar_entry *e, rd_err *err)
{
	RD_AUTOFREE char *name = rd_strdup(rd_starts_with(e->path, "./") ? e->path + 2 : e->path);

	if (!name)
		return rd_err_nomem(err);
	if (e->type != RD_TAR_FILE)
		return RD_OK;
	if (rd_kvs_get(&m->hex, name))
		return rd_err_set(err, RD_EPARSE, "the archive holds '%s' twice", name);
	if (!strcmp(name, RD_MOVE_BUILD))
		return take_content(m, name, &m->build, -1, err);
	if (!strcmp(name, RD_MOVE_SUMS))
		return take_content(m, name, &m->sums, -1, err);
	if (!strcmp(name, RD_MOVE_LOG))
		return take_file(m, name, m->im->log_path, e->size, err);
	if (!strcmp(name, RD_MOVE_STEPS))
		return take_file(m, name, m->im->steps_path, e->size, err);
	if (!strcmp(name, RD_MOVE_IMAGES)) {
		rd_code rc = take_content(m, name, &m->images, -1, err);

		return rc ? rc : look_for_images(m, err);
	}
	if (!rd_ends_with(name, ".tar"))
		return RD_OK;
	if (!rd_kvs_set(&m->hex, name, ""))
		return rd_err_nomem(err);
	return take_images(m, name, err);
}

static rd_code take_entries(importer *m, rd_err *err)
{
	const rd_tar_entry *e = NULL;
	int n = 0;
	rd_code rc;

	while (!(rc = rd_tar_next(m->in, &e, err)) && e) {
		if (++n > ENTRIES_MAX)
			return rd_err_set(err, RD_ELIMIT, "the archive has more than %d entries",
				ENTRIES_MAX);
		rc = take_entry(m, e, err);
		if (rc)
			return rc;
		if (rd_cancel_fired(m->im->cancel))
			return rd_err_set(err, RD_ECANCELED, "canceled");
	}
	return rc == RD_EPARSE && !n ? no_archive(err) : name_archive(rc, err);
}

/* Each "HEX  NAME" must be what came. An archive of ours has them, others need none. */
static rd_code check_sums(const importer *m, rd_err *err)
{
	const char *p = rd_str_get(&m->sums);
	size_t n_lines = 0;

	for (; *p; p += strcspn(p, "\n") + 1, n_lines++) {
		size_t n = strcspn(p, "\n");
		RD_STR_AUTO rd_str name = RD_STR_INIT(0);
		const char *hex;

		if (n < 67 || p[n] != '\n')
			break;
		rd_str_putn(&name, p + 66, n - 66);
		hex = rd_kvs_get(&m->hex, rd_str_get(&name));
		if (!hex || strncmp(hex, p, 64) != 0)
			return rd_err_set(err, RD_ECORRUPT,
				"the archive is damaged: '%s' is missing or was changed: export "
				"the build again",
				rd_str_get(&name));
	}
	if (m->images.len && (!n_lines || *p))
		return rd_err_set(err, RD_ECORRUPT,
			"the archive is damaged: its '%s' is missing or was changed: export the "
			"build again",
			RD_MOVE_SUMS);
	return RD_OK;
}

static char *text_of(const json_t *o, const char *key)
{
	return rd_strdup(rd_or_empty(json_string_value(json_object_get(o, key))));
}

static rd_code read_build(importer *m, rd_err *err)
{
	rd_import_result *r = m->result;
	json_t *o;

	if (!m->build.len)
		return rd_err_set(err, RD_EPARSE, "this is no archive of a build: it has no '%s'",
			RD_MOVE_BUILD);
	o = rd_import_json(rd_str_get(&m->build));
	if (!json_is_object(o)) {
		json_decref(o);
		return rd_err_set(err, RD_EPARSE, "'%s' in the archive is no JSON of a build",
			RD_MOVE_BUILD);
	}
	r->manifest = text_of(o, "manifest");
	r->description = text_of(o, "description");
	r->entrypoint = text_of(o, "entrypoint");
	r->git_sha = text_of(o, "git-sha");
	json_decref(o);
	if (!r->manifest || !r->description || !r->entrypoint || !r->git_sha)
		return rd_err_nomem(err);
	return RD_OK;
}

/* Each service of the manifest has an image, and no other has one. */
static rd_code check_services(importer *m, rd_err *err)
{
	const rd_import_result *r = m->result;
	RD_AUTO(rd_problems_done) rd_problems problems = {0};
	rd_manifest *man = NULL;
	rd_code rc;

	rd_problems_init(&problems);
	rc = rd_manifest_load(r->manifest, strlen(r->manifest), NULL, &problems, &man, err);
	if (rc) {
		rd_err_wrap(err, "the manifest in the archive");
		return rc;
	}
	m->result->generation = man->generation;
	for (size_t i = 0; !rc && i < man->services.len; i++) {
		const rd_service *s = rd_vec_at(&man->services, i);

		if (!rd_kvs_get(&r->images, s->name))
			rc = rd_err_set(err, RD_EPARSE, "the archive has no image of service '%s'",
				s->name);
	}
	for (size_t i = 0; !rc && i < r->images.len; i++)
		if (!rd_manifest_service(man, r->images.items[i].key))
			rc = rd_err_set(err, RD_EPARSE,
				"the archive has an image of '%s', which its manifest does not "
				"name",
				r->images.items[i].key);
	rd_manifest_free(man);
	return rc;
}

static rd_code run(importer *m, rd_err *err)
{
	rd_code rc = take_entries(m, err);

	if (!rc)
		rc = check_sums(m, err);
	if (!rc)
		rc = read_build(m, err);
	if (!rc)
		rc = check_services(m, err);
	for (size_t i = 0; !rc && i < m->result->images.len; i++)
		rc = check_tag(m, &m->result->images.items[i], err);
	return rc;
}

rd_code rd_import_run(const rd_import *im, rd_reader *in, rd_import_result *ret_result, rd_err *err)
{
	importer m = {.im = im,
		.result = ret_result,
		.part = malloc(PART_BYTES),
		.build = RD_STR_INIT(SMALL_MAX_BYTES),
		.images = RD_STR_INIT(SMALL_MAX_BYTES),
		.sums = RD_STR_INIT(SMALL_MAX_BYTES)};
	rd_reader *plain = NULL;
	rd_code rc = m.part ? rd_gunzip_open(in, &(rd_gunzip_caps){0, RATIO_MAX, RATIO_AFTER},
				      &plain, err)
			    : rd_err_nomem(err);

	*ret_result = (rd_import_result){0};
	if (!rc)
		rc = rd_tar_open(plain, &m.in, err);
	if (rc == RD_EPARSE)
		rc = no_archive(err);
	if (!rc)
		rc = run(&m, err);
	rd_tar_close(m.in);
	rd_reader_close(plain);
	rd_str_done(&m.build);
	rd_str_done(&m.images);
	rd_str_done(&m.sums);
	rd_kvs_done(&m.hex);
	free(m.part);
	return rc;
}

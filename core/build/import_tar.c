/* SPDX-License-Identifier: MIT */
/* A tar of images from outside, made one that only we could have written. */
#include "core/build/import_impl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/base/digest.h"
#include "core/base/fs.h"
#include "core/io/tar.h"

#define ENTRIES_MAX 4096
#define JSON_MAX_BYTES ((size_t)4 << 20) /* of one entry that may be JSON */
#define JSON_ALL_BYTES ((size_t)64 << 20)
#define IMAGES_MAX 256
#define LAYERS_MAX 512
#define DIGEST "sha256:"

struct rd_image_tar {
	rd_reader base;
	rd_image_tar_opts o;
	rd_tar *in;
	rd_sha256 *sha;
	rd_kvs sums;  /* file -> hex digest, "" if it was not made */
	rd_kvs texts; /* file -> what may be JSON */
	rd_kvs links; /* symlink -> the file it means */
	size_t text_bytes;
	rd_str out;  /* what is to be given next */
	size_t at;   /* so much of it was given */
	rd_str text; /* of the entry under way */
	char *path;  /* of the entry under way; NULL: none */
	uint64_t size;
	bool is_kept;
	bool ended;
};

static rd_code hostile(const rd_image_tar *t, const char *what, const char *path, rd_err *err)
{
	return rd_err_set(err, RD_EPARSE, "'%s' in the archive %s: '%s'", t->o.name, what, path);
}

/* ---- entries ---- */

/* "./a/b/" as "a/b". @returns NULL if it leads elsewhere. */
static char *clean_path(const char *path)
{
	RD_AUTOFREE char *clean = *path ? rd_path_clean(path) : NULL;

	if (!clean || *clean == '/' || !strcmp(clean, "..") || rd_starts_with(clean, "../"))
		return NULL;
	return RD_TAKE(clean);
}

/* Docker's own archives link a layer that two images share: "../ID/layer.tar". */
static rd_code take_link(rd_image_tar *t, const rd_tar_entry *e, rd_err *err)
{
	RD_STR_AUTO rd_str target = RD_STR_INIT(0);
	RD_AUTOFREE char *clean = NULL;
	const char *slash = strrchr(t->path, '/');

	if (slash)
		rd_str_putn(&target, t->path, (size_t)(slash + 1 - t->path));
	rd_str_put(&target, e->link);
	clean = e->link[0] == '/' ? NULL : clean_path(rd_str_get(&target));
	if (!clean)
		return hostile(t, "links to elsewhere", t->path, err);
	return rd_kvs_set(&t->links, t->path, clean) ? RD_OK : rd_err_nomem(err);
}

static rd_code begin_file(rd_image_tar *t, const rd_tar_entry *e, rd_err *err)
{
	if (rd_kvs_get(&t->sums, t->path) || rd_kvs_get(&t->links, t->path))
		return hostile(t, "holds a file twice", t->path, err);
	if (t->sums.len + t->links.len >= ENTRIES_MAX)
		return rd_err_set(err, RD_ELIMIT, "'%s' in the archive has more than %d files",
			t->o.name, ENTRIES_MAX);
	if (e->type == RD_TAR_SYMLINK)
		return take_link(t, e, err);
	if (e->type != RD_TAR_FILE)
		return hostile(t, "holds what is no file", t->path, err);
	t->size = e->size;
	t->is_kept = e->size <= JSON_MAX_BYTES && t->text_bytes + e->size <= JSON_ALL_BYTES;
	rd_str_clear(&t->text);
	return rd_kvs_set(&t->sums, t->path, "") ? RD_OK : rd_err_nomem(err);
}

/* Docker's and OCI's lists are written anew at the end. */
static bool is_list(const char *path)
{
	return !strcmp(path, "manifest.json") || !strcmp(path, "repositories") ||
	       !strcmp(path, "index.json") || !strcmp(path, "oci-layout");
}

static rd_code begin_entry(rd_image_tar *t, const rd_tar_entry *e, rd_err *err)
{
	rd_tar_entry out = *e;
	rd_code rc;

	free(t->path);
	t->path = clean_path(e->path);
	if (!t->path)
		return hostile(t, "has a path to elsewhere", e->path, err);
	if (e->type == RD_TAR_DIR || !strcmp(t->path, ".")) {
		free(RD_TAKE(t->path));
		return RD_OK;
	}
	rc = begin_file(t, e, err);
	if (rc)
		return rc;
	out.path = t->path;
	out.mode = 0644;
	if (!is_list(t->path))
		rd_tar_put_head(&t->out, &out);
	if (e->type == RD_TAR_SYMLINK)
		free(RD_TAKE(t->path));
	return rd_str_check(&t->out, "the tar", err);
}

static rd_code end_entry(rd_image_tar *t, rd_err *err)
{
	uint8_t sum[RD_SHA256_BYTES];
	char hex[RD_SHA256_HEX];
	char *room;
	bool is_json = t->is_kept && t->text.len && (*t->text.data == '{' || *t->text.data == '[');

	rd_sha256_end(t->sha, sum);
	rd_hex(sum, sizeof(sum), hex);
	if (!rd_kvs_set(&t->sums, t->path, hex))
		return rd_err_nomem(err);
	if (is_json && strlen(t->text.data) == t->text.len) {
		t->text_bytes += t->text.len;
		if (!rd_kvs_set(&t->texts, t->path, t->text.data))
			return rd_err_nomem(err);
	}
	if (!is_list(t->path)) {
		room = rd_str_reserve(&t->out, rd_tar_pad(t->size));
		if (!room)
			return rd_err_nomem(err);
		memset(room, 0, rd_tar_pad(t->size));
		rd_str_commit(&t->out, rd_tar_pad(t->size));
	}
	free(RD_TAKE(t->path));
	return RD_OK;
}

/* ---- the end: which images there are ---- */

static const char *file_of(const rd_image_tar *t, const char *path)
{
	const char *target = rd_kvs_get(&t->links, path);

	return target ? target : path;
}

/* JSON of a file; NULL if there is none. */
static json_t *json_of(const rd_image_tar *t, const char *path)
{
	const char *text = path ? rd_kvs_get(&t->texts, file_of(t, path)) : NULL;

	return text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

/* Whether the name of a file is a digest and not that of its content. */
static bool is_misnamed(const char *path, const char *hex)
{
	const char *base = rd_path_base(path);

	return strspn(base, "0123456789abcdef") == 64 && (!base[64] || base[64] == '.') &&
	       strncmp(base, hex, 64) != 0;
}

static rd_code wrong_digest(const rd_image_tar *t, const char *path, rd_err *err)
{
	return rd_err_set(err, RD_ECORRUPT,
		"'%s' in the archive is damaged: '%s' has not the digest that it should have: "
		"export the build again",
		t->o.name, path);
}

static rd_code check_layer(const rd_image_tar *t, const char *path, const char *diff, rd_err *err)
{
	const char *file = file_of(t, path);
	const char *hex = rd_kvs_get(&t->sums, file);

	if (!hex)
		return hostile(t, "lacks a layer", path, err);
	/* Not made, as the engine has that layer. */
	if (!*hex)
		return RD_OK;
	/* A compressed one has the digest of its name, and the engine checks what is in it. */
	if (rd_starts_with(diff, DIGEST) && !strcmp(diff + strlen(DIGEST), hex))
		return RD_OK;
	return !strncmp(rd_path_base(file), hex, 64) ? RD_OK : wrong_digest(t, path, err);
}

/* Checks configuration and layers; the id is the digest of the configuration. */
static rd_code check_image(const rd_image_tar *t, const char *config, const json_t *layers,
	const char **ret_hex, rd_err *err)
{
	const char *hex = config ? rd_kvs_get(&t->sums, file_of(t, config)) : NULL;
	json_t *o = json_of(t, config);
	json_t *diffs = json_object_get(json_object_get(o, "rootfs"), "diff_ids");
	const json_t *layer;
	size_t i;
	rd_code rc = RD_OK;

	if (!hex || !o)
		rc = hostile(t, "lacks the configuration of an image", rd_or_empty(config), err);
	else if (is_misnamed(config, hex))
		rc = wrong_digest(t, config, err);
	else if (!json_is_array(layers) || json_array_size(layers) != json_array_size(diffs) ||
		 json_array_size(diffs) > LAYERS_MAX)
		rc = hostile(t, "lists other layers than the configuration", config, err);
	json_array_foreach(layers, i, layer)
	{
		const char *path = json_string_value(layer);
		const char *diff = json_string_value(json_array_get(diffs, i));

		if (!rc)
			rc = path && diff ? check_layer(t, path, diff, err)
					  : hostile(t, "lists no layer", config, err);
	}
	json_decref(o);
	*ret_hex = hex;
	return rc;
}

static bool is_service(const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!islower((unsigned char)name[i]) && !isdigit((unsigned char)name[i]) &&
			name[i] != '-')
			return false;
	return n > 0 && n < 100;
}

/* "REPO:SERVICE.BUILD", or "SERVICE:BUILD" as Convox's first racks on Kubernetes wrote. */
static void service_of_tag(const char *tag, rd_str *out)
{
	const char *slash = strrchr(tag, '/');
	const char *base = slash ? slash + 1 : tag;
	const char *colon = strchr(base, ':');
	const char *dot = colon ? strrchr(colon, '.') : NULL;

	if (dot)
		rd_str_putn(out, colon + 1, (size_t)(dot - colon - 1));
	else if (colon)
		rd_str_putn(out, base, (size_t)(colon - base));
}

static rd_code add_service(rd_image_tar *t, const char *service, const char *hex, json_t *tags,
	rd_err *err)
{
	RD_STR_AUTO rd_str tag = RD_STR_INIT(0);
	RD_STR_AUTO rd_str id = RD_STR_INIT(0);
	rd_code rc;

	if (!is_service(service, strlen(service)))
		return hostile(t, "has an image whose tag names no service", service, err);
	if (rd_kvs_get(t->o.images, service))
		return hostile(t, "has a second image of a service", service, err);
	if (t->o.images->len >= IMAGES_MAX)
		return rd_err_set(err, RD_ELIMIT, "the archive has more than %d images",
			IMAGES_MAX);
	rd_import_tag(t->o.import, service, &tag);
	rd_str_printf(&id, DIGEST "%s", hex);
	if (!rd_str_ok(&tag) || !rd_str_ok(&id) ||
		!rd_kvs_set(t->o.images, service, rd_str_get(&id)) ||
		json_array_append_new(tags, json_string(rd_str_get(&tag))))
		return rd_err_nomem(err);
	rc = t->o.import->on_tag(t->o.import->arg, rd_str_get(&tag), err);
	return rc;
}

/* Adds an image to the list for the engine. */
static rd_code add_image(rd_image_tar *t, const char *config, json_t *layers, json_t *names,
	json_t *list, rd_err *err)
{
	json_t *tags = json_array();
	const char *hex = NULL;
	const json_t *name;
	size_t i;
	rd_code rc = check_image(t, config, layers, &hex, err);

	json_array_foreach(names, i, name)
	{
		RD_STR_AUTO rd_str service = RD_STR_INIT(0);

		service_of_tag(rd_or_empty(json_string_value(name)), &service);
		if (!rc)
			rc = add_service(t, rd_str_get(&service), hex, tags, err);
	}
	if (!rc && !json_array_size(names)) {
		RD_STR_AUTO rd_str service = RD_STR_INIT(0);
		const char *base = rd_path_base(t->o.name);

		rd_str_putn(&service, base, strcspn(base, "."));
		rc = add_service(t, rd_str_get(&service), hex, tags, err);
	}
	if (!rc && json_array_append_new(list, json_pack("{ss, sO, sO}", "Config", config,
						       "RepoTags", tags, "Layers", layers)))
		rc = rd_err_nomem(err);
	json_decref(tags);
	return rc;
}

static rd_code list_docker(rd_image_tar *t, const json_t *manifest, json_t *list, rd_err *err)
{
	const json_t *item;
	size_t i;
	rd_code rc = RD_OK;

	json_array_foreach(manifest, i, item)
	{
		if (!rc)
			rc = add_image(t, json_string_value(json_object_get(item, "Config")),
				json_object_get(item, "Layers"), json_object_get(item, "RepoTags"),
				list, err);
	}
	return rc;
}

/* "blobs/sha256/HEX" of a descriptor; NULL if it has none. */
static json_t *blob_of(const json_t *descriptor)
{
	const char *digest = json_string_value(json_object_get(descriptor, "digest"));

	if (!digest || !rd_starts_with(digest, DIGEST) || strlen(digest) != strlen(DIGEST) + 64)
		return NULL;
	return json_sprintf("blobs/sha256/%s", digest + strlen(DIGEST));
}

/* An image of an OCI layout: its manifest lists descriptors. Source: OCI image-spec 1.0. */
static rd_code add_oci(rd_image_tar *t, const json_t *descriptor, json_t *list, rd_err *err)
{
	json_t *blob = blob_of(descriptor);
	const char *path = json_string_value(blob);
	json_t *m = json_of(t, path);
	json_t *config = blob_of(json_object_get(m, "config"));
	json_t *layers = json_array();
	const json_t *layer;
	size_t i;
	rd_code rc = RD_OK;

	if (!m || !config)
		rc = hostile(t, "lacks the manifest of an image", rd_or_empty(path), err);
	else if (is_misnamed(path, rd_kvs_get(&t->sums, path)))
		rc = wrong_digest(t, path, err);
	json_array_foreach(json_object_get(m, "layers"), i, layer)
	{
		json_t *one = blob_of(layer);

		if (!rc && !one)
			rc = hostile(t, "lists no layer", path, err);
		json_array_append_new(layers, one ? one : json_null());
	}
	if (!rc)
		rc = add_image(t, json_string_value(config), layers, NULL, list, err);
	json_decref(layers);
	json_decref(config);
	json_decref(m);
	json_decref(blob);
	return rc;
}

static rd_code make_list(rd_image_tar *t, json_t *list, rd_err *err)
{
	json_t *docker = json_of(t, "manifest.json");
	json_t *index = docker ? NULL : json_of(t, "index.json");
	const json_t *item;
	size_t i;
	rd_code rc = RD_OK;

	if (json_is_array(docker))
		rc = list_docker(t, docker, list, err);
	json_array_foreach(json_object_get(index, "manifests"), i, item)
	{
		if (!rc)
			rc = add_oci(t, item, list, err);
	}
	if (!rc && !json_array_size(list))
		rc = rd_err_set(err, RD_EPARSE,
			"'%s' in the archive holds no images: its manifest.json or index.json is "
			"missing",
			t->o.name);
	json_decref(index);
	json_decref(docker);
	return rc;
}

static rd_code finish(rd_image_tar *t, rd_err *err)
{
	json_t *list = json_array();
	RD_AUTOFREE char *text = NULL;
	rd_tar_entry e = {.path = "manifest.json", .type = RD_TAR_FILE, .mode = 0644};
	rd_code rc = make_list(t, list, err);

	if (!rc && !(text = json_dumps(list, JSON_COMPACT)))
		rc = rd_err_nomem(err);
	json_decref(list);
	if (rc)
		return rc;
	e.size = strlen(text);
	rd_tar_put_head(&t->out, &e);
	rd_str_put(&t->out, text);
	while (t->out.len % RD_TAR_BLOCK && rd_str_ok(&t->out))
		rd_str_putc(&t->out, '\0');
	rd_tar_put_end(&t->out);
	t->ended = true;
	return rd_str_check(&t->out, "the tar", err);
}

/* ---- the reader ---- */

static rd_code read_content(rd_image_tar *t, char *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	size_t n = 0;
	rd_code rc = rd_tar_data(t->in, buf, cap, &n, err);

	*ret_n = 0;
	if (rc)
		return rc;
	if (!n)
		return end_entry(t, err);
	rd_sha256_add(t->sha, buf, n);
	if (t->is_kept)
		rd_str_putn(&t->text, buf, n);
	*ret_n = is_list(t->path) ? 0 : n;
	return rd_str_check(&t->text, "the tar", err);
}

static rd_code step(rd_image_tar *t, char *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	const rd_tar_entry *e = NULL;
	rd_code rc;

	if (t->path)
		return read_content(t, buf, cap, ret_n, err);
	rc = rd_tar_next(t->in, &e, err);
	if (rc)
		return rc;
	return e ? begin_entry(t, e, err) : finish(t, err);
}

static rd_code read_tar(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	rd_image_tar *t = (rd_image_tar *)r;
	rd_code rc = RD_OK;
	size_t n = 0;

	while (!rc && !n && t->at == t->out.len && !t->ended) {
		rd_str_clear(&t->out);
		t->at = 0;
		rc = step(t, buf, cap, &n, err);
	}
	if (rc)
		return rc;
	if (!n) {
		n = t->out.len - t->at < cap ? t->out.len - t->at : cap;
		if (n)
			memcpy(buf, t->out.data + t->at, n);
		t->at += n;
	}
	*ret_n = n;
	return RD_OK;
}

static void close_tar(rd_reader *r)
{
	rd_image_tar *t = (rd_image_tar *)r;

	rd_tar_close(t->in);
	rd_sha256_free(t->sha);
	rd_kvs_done(&t->sums);
	rd_kvs_done(&t->texts);
	rd_kvs_done(&t->links);
	rd_str_done(&t->out);
	rd_str_done(&t->text);
	free(t->path);
	free(t);
}

bool rd_image_tar_ended(const rd_reader *tar)
{
	return ((const rd_image_tar *)tar)->ended;
}

rd_code rd_image_tar_open(const rd_image_tar_opts *opts, rd_reader *in, rd_reader **ret_tar,
	rd_err *err)
{
	static const struct rd_reader_ops ops = {read_tar, close_tar};
	rd_image_tar *t = calloc(1, sizeof(*t));
	rd_code rc;

	if (!t)
		return rd_err_nomem(err);
	t->base.ops = &ops;
	t->o = *opts;
	rc = rd_sha256_new(&t->sha, err);
	if (!rc)
		rc = rd_tar_open(in, &t->in, err);
	if (rc) {
		close_tar(&t->base);
		return rc;
	}
	*ret_tar = &t->base;
	return RD_OK;
}

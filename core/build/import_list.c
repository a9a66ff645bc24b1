/* SPDX-License-Identifier: MIT */
/* Which images a tar holds, in docker's layout or as OCI layout, and whether they are what they should be. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/build/import_impl.h"

#define IMAGES_MAX 256
#define LAYERS_MAX 512
#define DIGEST "sha256:"
#define HUB "docker.io/" /* whose tags "a/b:c" are; Podman would take them for those of localhost */
#define NESTED_MAX 4     /* lists in lists */

static const char *file_of(const rd_image_tar *t, const char *path)
{
	const char *target = rd_kvs_get(&t->links, path);

	return target ? target : path;
}

/* JSON of a file; NULL if there is none. */
static json_t *json_of(const rd_image_tar *t, const char *path)
{
	const char *text = path ? rd_kvs_get(&t->texts, file_of(t, path)) : NULL;

	return text ? rd_import_json(text) : NULL;
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
		return rd_image_tar_refuse(t, "lacks a layer", path, err);
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
		rc = rd_image_tar_refuse(t, "lacks the configuration of an image",
			rd_or_empty(config), err);
	else if (is_misnamed(config, hex))
		rc = wrong_digest(t, config, err);
	else if (!json_is_array(layers) || json_array_size(layers) != json_array_size(diffs) ||
		 json_array_size(diffs) > LAYERS_MAX)
		rc = rd_image_tar_refuse(t, "lists other layers than the configuration", config,
			err);
	json_array_foreach(layers, i, layer)
	{
		const char *path = json_string_value(layer);
		const char *diff = json_string_value(json_array_get(diffs, i));

		if (!rc)
			rc = path && diff ? check_layer(t, path, diff, err)
					  : rd_image_tar_refuse(t, "lists no layer", config, err);
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

	if (!is_service(service, strlen(service)))
		return rd_image_tar_refuse(t, "has an image whose tag names no service", service,
			err);
	if (rd_kvs_get(t->o.images, service))
		return rd_image_tar_refuse(t, "has a second image of a service", service, err);
	if (t->o.images->len >= IMAGES_MAX)
		return rd_err_set(err, RD_ELIMIT, "the archive has more than %d images",
			IMAGES_MAX);
	rd_import_tag(t->o.import, service, &tag);
	rd_str_printf(&id, DIGEST "%s", hex);
	if (!rd_str_ok(&tag) || !rd_str_ok(&id) ||
		!rd_kvs_set(t->o.images, service, rd_str_get(&id)) ||
		json_array_append_new(tags, json_sprintf(HUB "%s", rd_str_get(&tag))))
		return rd_err_nomem(err);
	return t->o.import->on_tag(t->o.import->arg, rd_str_get(&tag), err);
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

/* What BuildKit adds to an image that it describes. */
static bool is_about_another(const json_t *descriptor)
{
	return json_object_get(json_object_get(descriptor, "annotations"),
		       "vnd.docker.reference.type") != NULL;
}

/* The one image of a list; NULL if there is none or more. */
static const json_t *only_image(const json_t *manifests)
{
	const json_t *item, *found = NULL;
	size_t i;

	json_array_foreach(manifests, i, item)
	{
		if (is_about_another(item))
			continue;
		if (found)
			return NULL;
		found = item;
	}
	return found;
}

/* Reads the manifest of an image, through lists for platforms. *ret_path: its blob, on the heap. */
static rd_code read_oci(rd_image_tar *t, const json_t *descriptor, json_t **ret_manifest,
	char **ret_path, rd_err *err)
{
	json_t *list = NULL;
	rd_code rc = RD_OK;

	for (int depth = 0; !rc; depth++) {
		json_t *blob = blob_of(descriptor);
		RD_AUTOFREE char *path = rd_strdup(rd_or_empty(json_string_value(blob)));
		json_t *m = path ? json_of(t, path) : NULL;
		const json_t *manifests = json_object_get(m, "manifests");

		json_decref(blob);
		json_decref(list);
		list = m;
		if (!path)
			rc = rd_err_nomem(err);
		else if (!m)
			rc = rd_image_tar_refuse(t, "lacks the manifest of an image", path, err);
		else if (is_misnamed(path, rd_kvs_get(&t->sums, path)))
			rc = wrong_digest(t, path, err);
		else if (!manifests) {
			*ret_path = RD_TAKE(path);
			*ret_manifest = m;
			return RD_OK;
		} else if (depth == NESTED_MAX || !(descriptor = only_image(manifests)))
			rc = rd_image_tar_refuse(t, "holds an image for other than one platform",
				path, err);
	}
	json_decref(list);
	return rc;
}

/* An image of an OCI layout: its manifest lists descriptors. Source: OCI image-spec 1.0. @names: none, then
 * the tar's file names the service. */
static rd_code add_oci(rd_image_tar *t, const json_t *descriptor, json_t *names, json_t *list,
	rd_err *err)
{
	RD_AUTOFREE char *path = NULL;
	json_t *m = NULL;
	rd_code rc = read_oci(t, descriptor, &m, &path, err);
	json_t *config = blob_of(json_object_get(m, "config"));
	json_t *layers = json_array();
	const json_t *layer;
	size_t i;

	if (!rc && !config)
		rc = rd_image_tar_refuse(t, "lacks the configuration of an image", path, err);
	json_array_foreach(json_object_get(m, "layers"), i, layer)
	{
		json_t *one = blob_of(layer);

		if (!rc && !one)
			rc = rd_image_tar_refuse(t, "lists no layer", path, err);
		json_array_append_new(layers, one ? one : json_null());
	}
	if (!rc)
		rc = add_image(t, json_string_value(config), layers, names, list, err);
	json_decref(layers);
	json_decref(config);
	json_decref(m);
	return rc;
}

/* One image is named by the tar's file, as Convox does; several by their references, REPO:SERVICE.BUILD or
 * SERVICE.BUILD. */
static rd_code list_oci(rd_image_tar *t, const json_t *manifests, json_t *list, rd_err *err)
{
	bool is_one = only_image(manifests) != NULL;
	const json_t *item;
	size_t i;
	rd_code rc = RD_OK;

	json_array_foreach(manifests, i, item)
	{
		const char *ref =
			json_string_value(json_object_get(json_object_get(item, "annotations"),
				"org.opencontainers.image.ref.name"));
		json_t *names;

		if (rc || is_about_another(item))
			continue;
		names = is_one || !ref ? json_array()
				       : json_pack("[s+]", strchr(ref, ':') ? "" : ":", ref);
		rc = names ? add_oci(t, item, names, list, err) : rd_err_nomem(err);
		json_decref(names);
	}
	return rc;
}

rd_code rd_image_tar_list(rd_image_tar *t, json_t *list, rd_err *err)
{
	json_t *docker = json_of(t, "manifest.json");
	json_t *index = docker ? NULL : json_of(t, "index.json");
	rd_code rc = RD_OK;

	if (json_is_array(docker))
		rc = list_docker(t, docker, list, err);
	else
		rc = list_oci(t, json_object_get(index, "manifests"), list, err);
	if (!rc && !json_array_size(list))
		rc = rd_err_set(err, RD_EPARSE,
			"'%s' in the archive holds no images: its manifest.json or index.json is "
			"missing",
			t->o.name);
	json_decref(index);
	json_decref(docker);
	return rc;
}

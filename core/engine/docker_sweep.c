/* SPDX-License-Identifier: MIT */
/* Removes what is left of a build at the engine: step containers, untagged images. */
#include "core/engine/docker.h"

#include <dirent.h>
#include <unistd.h>

#define CONTAINERS_MAX 5000 /* looked at one by one */

/* "/WHAT?filters={"label":["rackdeck.build=ID"],MORE}" */
static rd_code filter_path(rd_str *path, const char *what, const char *build_id, const char *more,
	rd_err *err)
{
	RD_STR_AUTO rd_str filters = RD_STR_INIT(0);

	rd_str_printf(&filters, "{\"label\":[\"%s=%s\"]%s}", RD_ENGINE_LABEL, build_id, more);
	rd_str_put(path, what);
	rd_docker_param(path, "filters", rd_str_get(&filters));
	return rd_str_check(path, "request", err);
}

static rd_code remove_one(rd_docker *d, const char *kind, const char *id, const char *how,
	rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_code code;

	rd_str_printf(&path, "/%s/", kind);
	rd_http_escape(&path, id, ":");
	rd_str_put(&path, how);
	code = rd_str_check(&path, "request", err);
	if (code == RD_OK)
		code = rd_docker_call(d, "DELETE", rd_str_get(&path), NULL, err);
	/* Somebody else was faster, or is at it. */
	return code == RD_ENOENT || code == RD_EBUSY ? RD_OK : code;
}

/* Whether a container is a step of the build: the classic builder gives its steps no label, but the
 * cgroup that we asked for. */
static rd_code is_step(rd_docker *d, const char *id, const char *build_id, bool *ret_is,
	rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	const char *parent;
	json_t *o = NULL;
	rd_code code;

	*ret_is = false;
	rd_str_put(&path, "/containers/");
	rd_http_escape(&path, id, "");
	rd_str_put(&path, "/json");
	code = rd_str_check(&path, "request", err);
	if (code == RD_OK)
		code = rd_docker_call(d, "GET", rd_str_get(&path), &o, err);
	if (code)
		return code == RD_ENOENT ? RD_OK : code;
	parent = json_string_value(json_object_get(json_object_get(o, "HostConfig"),
		"CgroupParent"));
	rd_str_clear(&path);
	rd_str_printf(&path, RD_DOCKER_SLICE, build_id);
	*ret_is = parent && (!strcmp(parent, rd_str_get(&path)) ||
				    (rd_starts_with(parent, RD_DOCKER_CGROUP) &&
					    !strcmp(parent + strlen(RD_DOCKER_CGROUP), build_id)));
	json_decref(o);
	return RD_OK;
}

static rd_code sweep_containers(rd_docker *d, const char *build_id, rd_err *err)
{
	json_t *list = NULL;
	const json_t *container;
	size_t i;
	rd_code code = rd_docker_call(d, "GET", "/containers/json?all=1", &list, err);

	if (code)
		return code;
	json_array_foreach(list, i, container)
	{
		const char *id = json_string_value(json_object_get(container, "Id"));
		const char *label =
			json_string_value(json_object_get(json_object_get(container, "Labels"),
				RD_ENGINE_LABEL));
		bool ours = label && !strcmp(label, build_id);

		if (!id || i >= CONTAINERS_MAX)
			continue;
		if (!ours)
			code = is_step(d, id, build_id, &ours, err);
		if (code == RD_OK && ours)
			code = remove_one(d, "containers", id, "?force=1&v=1", err);
		if (code)
			break;
	}
	json_decref(list);
	return code;
}

static rd_code sweep_images(rd_docker *d, const char *build_id, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	json_t *list = NULL;
	const json_t *image;
	size_t i;
	rd_code code =
		filter_path(&path, "/images/json", build_id, ",\"dangling\":[\"true\"]", err);

	if (code == RD_OK)
		code = rd_docker_call(d, "GET", rd_str_get(&path), &list, err);
	if (code)
		return code;
	json_array_foreach(list, i, image)
	{
		const char *id = json_string_value(json_object_get(image, "Id"));

		if (id)
			code = remove_one(d, "images", id, "", err);
		if (code)
			break;
	}
	json_decref(list);
	return code;
}

/* The engine leaves the empty cgroups of its steps behind. They are ours to remove only where it runs
 * on this machine and as the same user; elsewhere nothing happens. */
static void remove_cgroups(const char *build_id)
{
	static const char root[] = "/sys/fs/cgroup";
	DIR *dir = opendir(root);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		RD_STR_AUTO rd_str path = RD_STR_INIT(4096);

		/* "." is the one tree of cgroup v2, the others are v1's. */
		if (!strcmp(entry->d_name, ".."))
			continue;
		rd_str_printf(&path, "%s/%s" RD_DOCKER_CGROUP "%s", root, entry->d_name, build_id);
		if (rd_str_ok(&path))
			rmdir(rd_str_get(&path));
	}
	closedir(dir);
}

rd_code rd_docker_sweep(rd_engine *e, const char *build_id, rd_err *err)
{
	rd_docker *d = (rd_docker *)e;
	rd_code code;

	/* It becomes part of paths. */
	if (!*build_id ||
		build_id[strspn(build_id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					  "0123456789-_")])
		return rd_err_set(err, RD_EINVAL, "'%s' is no id of a build", build_id);
	code = sweep_containers(d, build_id, err);
	if (code == RD_OK)
		code = rd_docker_steps_sweep(d, build_id, err);
	if (code == RD_OK)
		code = sweep_images(d, build_id, err);
	if (d->is_unix)
		remove_cgroups(build_id);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* Removes what is left of a build at the engine: step containers, tags, untagged images. */
#include "core/engine/docker.h"

#include <dirent.h>
#include <signal.h>
#include <sys/pidfd.h>
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

/* "…:SERVICE.ID", whatever stands before it: pulled images carry no label of ours. */
static rd_code sweep_tags(rd_docker *d, const char *build_id, rd_err *err)
{
	RD_STR_AUTO rd_str ending = RD_STR_INIT(0);
	json_t *list = NULL;
	const json_t *image, *tag;
	size_t i, k;
	rd_code code = rd_docker_call(d, "GET", "/images/json", &list, err);

	rd_str_printf(&ending, ".%s", build_id);
	if (code == RD_OK)
		code = rd_str_check(&ending, "tag", err);
	json_array_foreach(list, i, image)
	{
		json_array_foreach(json_object_get(image, "RepoTags"), k, tag)
		{
			const char *name = json_string_value(tag);

			if (code == RD_OK && name && rd_ends_with(name, rd_str_get(&ending)))
				code = rd_docker_remove(&d->base, name, err);
			if (code == RD_EBUSY) /* somebody runs it */
				code = RD_OK;
		}
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

/* Whether a process is in the cgroup that we asked the engine to put the build's steps into. */
static bool is_in_cgroup(const char *pid, const char *build_id)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str slice = RD_STR_INIT(0);
	char line[4096];
	bool found = false;
	FILE *f;

	rd_str_printf(&path, "/proc/%s/cgroup", pid);
	f = rd_str_ok(&path) ? fopen(rd_str_get(&path), "re") : NULL;
	if (!f)
		return false;
	rd_str_clear(&path);
	rd_str_printf(&path, ":" RD_DOCKER_CGROUP "%s", build_id);
	rd_str_printf(&slice, "/" RD_DOCKER_SLICE, build_id);
	while (!found && fgets(line, sizeof(line), f)) {
		const char *at = strstr(line, rd_str_get(&path));
		size_t n = path.len;

		if (!at) {
			at = strstr(line, rd_str_get(&slice));
			n = slice.len;
		}
		found = at && (at[n] == '\n' || at[n] == '/' || at[n] == '\0');
	}
	fclose(f);
	return found;
}

static void kill_if_step(const char *pid, const char *build_id)
{
	unsigned long long number;
	RD_AUTOCLOSE int fd = -1;

	if (rd_parse_u64(pid, &number, NULL))
		return;
	/* Held before it is looked at: so the number cannot come to mean another process. */
	fd = pidfd_open((pid_t)number, 0);
	if (fd >= 0 && is_in_cgroup(pid, build_id))
		pidfd_send_signal(fd, SIGKILL, NULL, 0);
}

void rd_docker_kill_steps(const rd_docker *d, const char *build_id)
{
	DIR *dir = d->is_unix ? opendir("/proc") : NULL;
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			kill_if_step(entry->d_name, build_id);
	closedir(dir);
}

/* "ROOT/TREE/rackdeck/ID", and "ROOT/TREE/rackdeck" with the last of them. */
static void remove_cgroup(const char *tree, const char *build_id)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	rd_str_printf(&path, "%s" RD_DOCKER_CGROUP "%s", tree, build_id);
	if (!rd_str_ok(&path) || rmdir(rd_str_get(&path)))
		return;
	rd_str_cut(&path, path.len - strlen(build_id) - 1);
	rmdir(rd_str_get(&path));
}

void rd_docker_remove_cgroups(const rd_docker *d, const char *build_id)
{
	static const char root[] = "/sys/fs/cgroup";
	DIR *dir = d->is_unix ? opendir(root) : NULL;
	struct dirent *entry;

	if (!dir)
		return;
	/* "." is the one tree of cgroup v2, the others are v1's. */
	while ((entry = readdir(dir))) {
		RD_STR_AUTO rd_str tree = RD_STR_INIT(0);

		rd_str_printf(&tree, "%s/%s", root, entry->d_name);
		if (rd_str_ok(&tree) && strcmp(entry->d_name, "..") != 0)
			remove_cgroup(rd_str_get(&tree), build_id);
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
	code = rd_docker_settle(d, err);
	/* Podman 4 goes on with a step when its client is gone, and lists no container for it. */
	if (code == RD_OK && d->podman)
		rd_docker_kill_steps(d, build_id);
	if (code == RD_OK)
		code = sweep_containers(d, build_id, err);
	if (code == RD_OK)
		code = rd_docker_steps_sweep(d, build_id, err);
	if (code == RD_OK)
		code = sweep_tags(d, build_id, err);
	if (code == RD_OK)
		code = sweep_images(d, build_id, err);
	rd_docker_remove_cgroups(d, build_id);
	return code;
}

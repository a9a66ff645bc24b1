/* SPDX-License-Identifier: MIT */
/* Opening and closing the local rack. */
#include "core/rack/local.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/rack/local_impl.h"

/* Kept for a disk that is full: a database that cannot write cannot be opened, and so nothing be pruned. */
#define RESERVE_BYTES (256 * 1024)

static void close_local(rd_rack *r)
{
	rd_local *l = rd_local_of(r);

	rd_db_close(l->db);
	free(l->name);
	free(l->dir);
	free(l);
}

static void close_localp(rd_local **l)
{
	if (*l)
		close_local(&(*l)->rack);
}

rd_code rd_local_dir(const char *name, char **ret_dir, rd_err *err)
{
	RD_AUTOFREE char *data = NULL;
	RD_AUTOFREE char *racks = NULL;
	rd_code rc = rd_xdg_data(&data, err);

	if (rc)
		return rc;
	racks = rd_path_join(data, "racks");
	*ret_dir = racks ? rd_path_join(racks, name) : NULL;
	return *ret_dir ? RD_OK : rd_err_nomem(err);
}

char *rd_local_path(const char *dir, const char *folder, const char *name, const char *ending)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	rd_str_printf(&s, "%s/%s/%s%s", dir, folder, name, ending);
	return rd_str_take(&s);
}

bool rd_local_exists(const char *name)
{
	RD_AUTOFREE char *dir = NULL;
	RD_AUTOFREE char *db = NULL;

	if (rd_local_dir(name, &dir, NULL))
		return false;
	db = rd_path_join(dir, "rack.db");
	return db && rd_file_exists(db);
}

rd_code rd_local_names(rd_strs *ret_names, rd_err *err)
{
	RD_AUTOFREE char *dir = NULL;
	struct dirent **entries = NULL;
	rd_strs names = {0};
	rd_code rc = rd_local_dir("", &dir, err);
	int n = rc ? 0 : scandir(dir, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (!rc && name[0] != '.' && rd_local_exists(name) && !rd_strs_add(&names, name))
			rc = rd_err_nomem(err);
		free(entries[i]);
	}
	free(entries);
	if (rc)
		rd_strs_done(&names);
	else
		*ret_names = names;
	return rc;
}

static rd_code make_dirs(const char *dir, rd_err *err)
{
	static const char *const folders[] = {"objects", "logs", "run"};

	for (size_t i = 0; i < RD_LEN(folders); i++) {
		RD_AUTOFREE char *path = rd_path_join(dir, folders[i]);
		rd_code rc = path ? rd_mkdirs(path, err) : rd_err_nomem(err);

		if (rc)
			return rc;
	}
	return RD_OK;
}

/* Best effort. */
static void make_reserve(const char *path)
{
	RD_AUTOCLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0 && posix_fallocate(fd, 0, RESERVE_BYTES))
		unlink(path);
}

static rd_code open_db(rd_local *l, rd_err *err)
{
	RD_AUTOFREE char *path = rd_path_join(l->dir, "rack.db");
	RD_AUTOFREE char *reserve = rd_path_join(l->dir, "reserve");
	rd_code rc;

	if (!path || !reserve)
		return rd_err_nomem(err);
	rc = rd_db_open(path, &l->db, err);
	if (!rc)
		make_reserve(reserve);
	else if (rc == RD_ENOSPC && !unlink(reserve))
		rc = rd_db_open(path, &l->db, err);
	return rc;
}

rd_code rd_local_open(const char *name, rd_rack **ret_rack, rd_err *err)
{
	RD_AUTO(close_localp) rd_local *l = calloc(1, sizeof(*l));
	rd_code rc;

	if (!l)
		return rd_err_nomem(err);
	l->name = rd_strdup(name);
	if (!l->name)
		return rd_err_nomem(err);
	rc = rd_local_dir(name, &l->dir, err);
	if (!rc)
		rc = make_dirs(l->dir, err);
	if (!rc)
		rc = open_db(l, err);
	if (rc) {
		rd_err_wrap(err, "opening rack '%s'", name);
		return rc;
	}
	l->rack = (rd_rack){
		.name = l->name,
		.place = l->dir,
		.apps = &rd_local_apps,
		.builds = &rd_local_builds,
		.logs = &rd_local_logs,
		.releases = &rd_local_releases,
		.objects = &rd_local_objects,
		.registries = &rd_local_registries,
		.hooks = &rd_local_hooks,
		.system = &rd_local_system,
		.cache = &rd_local_cache,
		.images = &rd_local_images,
		.care = &rd_local_care,
		.events = &rd_local_events,
		.close = close_local,
	};
	/* A rack whose disk is full can still be read; the next open tries again. */
	rd_local_recover(l, NULL);
	*ret_rack = &RD_TAKE(l)->rack;
	return RD_OK;
}

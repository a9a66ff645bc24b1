/* SPDX-License-Identifier: MIT */
/* What doctor looks at on a local rack. */
#include "core/rack/doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "core/base/fs.h"
#include "core/engine/engine.h"
#include "core/rack/buildrack.h"
#include "core/rack/local_engines.h"
#include "core/rack/local_impl.h"

#define GB (1024ULL * 1024 * 1024)
#define DISK_WARN_BYTES (2 * GB)
#define DISK_BAD_BYTES (GB / 5)
/* The oldest Engine API that has BuildKit for good: Docker 19.03. */
#define API_MIN_MINOR 40
/* An engine that says nothing for so long is a finding. */
#define PATIENCE_MS 5000

/* The findings so far; a lack of memory is remembered. */
typedef struct doctor {
	rd_local *local;
	rd_vec checks; /* rd_check */
	bool failed;
} doctor;

/* mend NULL: all is well. */
static void find(doctor *d, rd_health health, const char *name, const char *text, const char *mend)
{
	rd_check *c = rd_vec_push(&d->checks);

	if (!c) {
		d->failed = true;
		return;
	}
	c->health = health;
	c->name = rd_strdup(name);
	c->text = rd_strdup(text);
	c->mend = rd_strdup(rd_or_empty(mend));
	d->failed = d->failed || !c->name || !c->text || !c->mend;
}

static void look_at_dir(doctor *d)
{
	const char *dir = d->local->dir;
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_STR_AUTO rd_str mend = RD_STR_INIT(0);
	struct stat st;

	rd_str_put(&text, dir);
	if (stat(dir, &st)) {
		rd_str_printf(&text, ": %s", strerror(errno));
		find(d, RD_HEALTH_BAD, "directory", rd_str_get(&text), "make it readable");
	} else if (st.st_uid != geteuid()) {
		rd_str_printf(&text, " belongs to user id %u", (unsigned)st.st_uid);
		find(d, RD_HEALTH_WARN, "directory", rd_str_get(&text),
			"use the rack as the user that it belongs to");
	} else if (st.st_mode & 077) {
		rd_str_printf(&text, " can be read by other users (mode %03o)",
			(unsigned)st.st_mode & 0777);
		rd_str_printf(&mend, "chmod 700 '%s'", dir);
		find(d, RD_HEALTH_WARN, "directory", rd_str_get(&text), rd_str_get(&mend));
	} else if (access(dir, R_OK | W_OK | X_OK)) {
		rd_str_printf(&text, ": %s", strerror(errno));
		rd_str_printf(&mend, "chmod 700 '%s'", dir);
		find(d, RD_HEALTH_BAD, "directory", rd_str_get(&text), rd_str_get(&mend));
	} else {
		find(d, RD_HEALTH_OK, "directory", rd_str_get(&text), NULL);
	}
}

static void look_at_disk(doctor *d, const char *name, const char *dir)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_health health = RD_HEALTH_OK;
	uint64_t bytes;
	rd_err err = {0};

	/* The engine's folder may be on another machine, or not ours to look at. */
	if (rd_fs_free(dir, &bytes, &err))
		return;
	if (bytes < DISK_BAD_BYTES)
		health = RD_HEALTH_BAD;
	else if (bytes < DISK_WARN_BYTES)
		health = RD_HEALTH_WARN;
	rd_str_printf(&text, "%.1f GB free in '%s'", (double)bytes / (double)GB, dir);
	find(d, health, name, rd_str_get(&text),
		health == RD_HEALTH_OK ? NULL
				       : "make room: builds need some GB, remove apps or images");
}

static void look_at_database(doctor *d)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTOFREE char *version = NULL;
	RD_AUTOFREE char *state = NULL;
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_err err = {0};
	bool found;
	rd_code rc = rd_db_begin(d->local->db, false, &tx, &err);

	if (!rc)
		rc = rd_local_text(tx, &found, &version, &err, "SELECT sqlite_version()", "");
	if (!rc)
		rc = rd_local_text(tx, &found, &state, &err, "PRAGMA quick_check(1)", "");
	if (rc || strcmp(rd_or_empty(state), "ok")) {
		rd_str_printf(&text, "rack.db: %s", rc ? err.msg : rd_or_empty(state));
		find(d, RD_HEALTH_BAD, "database", rd_str_get(&text),
			"put back a copy of rack.db, or use another rack with -r NAME");
		return;
	}
	rd_str_printf(&text, "SQLite %s, rack.db is sound", version);
	find(d, RD_HEALTH_OK, "database", rd_str_get(&text), NULL);
}

/* Who watches a rack needs an inotify descriptor: each console, each build that runs. */
static void look_at_watches(doctor *d)
{
	int fd = inotify_init1(IN_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		find(d, RD_HEALTH_OK, "watches", "changes are seen by inotify", NULL);
		return;
	}
	find(d, RD_HEALTH_BAD, "watches", strerror(errno),
		"sysctl -w fs.inotify.max_user_instances=512");
}

/* The minor number of "1.41"; 0 if it is none. */
static int api_minor(const char *version)
{
	unsigned long long minor;

	if (!rd_starts_with(version, "1.") || rd_parse_u64(version + 2, &minor, NULL))
		return 0;
	return minor > 1000 ? 1000 : (int)minor;
}

static void judge_engine(doctor *d, const char *name, const rd_engine_info *info,
	const char *endpoint)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	rd_str_printf(&text, "%s %s at %s, API %s", info->name, info->version, endpoint,
		info->api_version);
	if (info->podman)
		find(d, RD_HEALTH_WARN, name, rd_str_get(&text),
			"builds work, with their steps read from text: Docker Engine with BuildKit "
			"tells more");
	else if (api_minor(info->api_version) < API_MIN_MINOR)
		find(d, RD_HEALTH_WARN, name, rd_str_get(&text),
			"install Docker Engine 19.03 or newer (Debian package docker.io)");
	else
		find(d, RD_HEALTH_OK, name, rd_str_get(&text), NULL);
	if (*info->root_dir && rd_starts_with(endpoint, "unix://"))
		look_at_disk(d, "engine disk", info->root_dir);
}

static void look_at_place(doctor *d, const char *name, const rd_engine_place *place,
	const char *mend)
{
	rd_engine *engine = NULL;
	rd_engine_info info = {0};
	rd_err err = {0};
	char why[sizeof(err.msg) + sizeof(err.ctx) + 3];
	rd_code rc = rd_engine_open(place, &engine, &err);

	if (!rc) {
		engine->patience_ms = PATIENCE_MS;
		rc = engine->ops->info(engine, &info, &err);
	}
	if (rc)
		find(d, RD_HEALTH_BAD, name, rd_err_text(&err, why, sizeof(why)), mend);
	else
		judge_engine(d, name, &info, place->endpoint);
	rd_engine_close(engine);
}

static rd_code ask_rack(const char *wish, const char *own, rd_str *text, rd_err *err)
{
	RD_AUTO(rd_buildrack_done) rd_buildrack b = {0};
	RD_AUTO(rd_system_done) rd_system s = {0};
	rd_rack *rack = NULL;
	rd_code rc = rd_buildrack_find(wish, own, &b, err);

	if (!rc)
		rc = rd_buildrack_open(&b, &rack, err);
	if (!rc)
		rc = rack->system->get(rack, &s, err);
	if (!rc)
		rd_str_printf(text, "%s at %s, version %s", rack->name, rack->place,
			rd_or_empty(s.version));
	rd_rack_close(rack);
	return rc;
}

static void look_at_rack(doctor *d, const char *wish)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_err err = {0};
	char why[sizeof(err.msg) + sizeof(err.ctx) + 3];

	if (ask_rack(wish, d->local->name, &text, &err))
		find(d, RD_HEALTH_BAD, "build rack", rd_err_text(&err, why, sizeof(why)),
			"no build can run: mend it, or set another rack parameter BuildRack "
			"(BuildRack= builds here)");
	else
		find(d, RD_HEALTH_OK, "build rack", rd_str_get(&text), NULL);
}

static rd_code read_params(rd_local *l, rd_kvs *ret_params, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(l->db, false, &tx, err);

	return rc ? rc : rd_local_params(tx, "", ret_params, err);
}

/* Where builds run; and where their images are in the end, if that is another engine. */
static void look_at_engines(doctor *d, const rd_kvs *params)
{
	static const char start[] =
		"start Docker (systemctl start docker), or name an engine with DOCKER_HOST or the "
		"rack parameter BuildInstance";
	RD_AUTO(rd_local_engines_done) rd_local_engines e = {0};
	rd_err err = {0};
	char why[sizeof(err.msg) + sizeof(err.ctx) + 3];

	if (rd_local_engines_find(params, &e, &err)) {
		find(d, RD_HEALTH_BAD, "engine", rd_err_text(&err, why, sizeof(why)), start);
		return;
	}
	look_at_place(d, e.is_instance ? "build instance" : "engine", &e.builder,
		e.is_instance ? "no build can run: mend it, or set another rack parameter "
				"BuildInstance (BuildInstance= builds here)"
			      : start);
	if (e.home.endpoint)
		look_at_place(d, "engine", &e.home, start);
}

static void look_at_builds(doctor *d)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	const char *rack;

	/* A database that cannot be read is a finding of its own. */
	if (read_params(d->local, &params, NULL))
		return;
	rack = rd_kvs_get(&params, "BuildRack");
	if (rack && *rack)
		look_at_rack(d, rack);
	if (rack && *rack && !rd_kvs_set(&params, "BuildInstance", ""))
		d->failed = true;
	look_at_engines(d, &params);
}

rd_code rd_local_doctor(rd_rack *r, rd_vec *ret_checks, rd_err *err)
{
	doctor d = {rd_local_of(r), RD_VEC_INIT(rd_check), false};
	RD_STR_AUTO rd_str version = RD_STR_INIT(0);

	rd_str_printf(&version, "rackdeck %s, jansson %s", PACKAGE_VERSION, jansson_version_str());
	find(&d, RD_HEALTH_OK, "version", rd_str_get(&version), NULL);
	look_at_builds(&d);
	look_at_dir(&d);
	look_at_disk(&d, "disk", d.local->dir);
	look_at_database(&d);
	look_at_watches(&d);
	if (d.failed) {
		rd_checks_done(&d.checks);
		return rd_err_nomem(err);
	}
	*ret_checks = d.checks;
	return RD_OK;
}

/* SPDX-License-Identifier: MIT */
/* The SQL of each schema version. */
#include "core/store/schema.h"

#include "core/base/macros.h"

/*
 * seq gives builds and releases the order in which they were made, also when the clock steps back;
 * AUTOINCREMENT, so that a number is not used again after a removal. Times are microseconds of the
 * wall clock, 0: not set. params.scope is '' for the rack and 'app/NAME' for an app. builds.opts is
 * JSON without secrets; builds.source and objects.digest name a stored source (source.h). objects has
 * no reference to apps: a source may be put before its app is made.
 */
static const char v1[] =
	"CREATE TABLE apps ("
	" name TEXT PRIMARY KEY NOT NULL CHECK (name <> ''),"
	" generation TEXT NOT NULL DEFAULT '2',"
	" status TEXT NOT NULL DEFAULT 'running' CHECK (status <> ''),"
	" locked INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1)),"
	" release TEXT NOT NULL DEFAULT '',"
	" created_us INTEGER NOT NULL DEFAULT 0"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE builds ("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" id TEXT NOT NULL UNIQUE CHECK (id <> ''),"
	" app TEXT NOT NULL REFERENCES apps (name) ON DELETE CASCADE,"
	" description TEXT NOT NULL DEFAULT '',"
	" entrypoint TEXT NOT NULL DEFAULT '',"
	" manifest TEXT NOT NULL DEFAULT '',"
	" process TEXT NOT NULL DEFAULT '',"
	" release TEXT NOT NULL DEFAULT '',"
	" reason TEXT NOT NULL DEFAULT '',"
	" status TEXT NOT NULL DEFAULT 'created' CHECK (status <> ''),"
	" git_sha TEXT NOT NULL DEFAULT '',"
	" source TEXT NOT NULL DEFAULT '',"
	" opts TEXT NOT NULL DEFAULT '{}',"
	" created_us INTEGER NOT NULL DEFAULT 0,"
	" started_us INTEGER NOT NULL DEFAULT 0,"
	" ended_us INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	"CREATE INDEX builds_app ON builds (app, seq DESC);"
	"CREATE INDEX builds_active ON builds (seq) WHERE status IN ('created', 'running');"
	"CREATE INDEX builds_source ON builds (source);"

	"CREATE TABLE releases ("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" id TEXT NOT NULL UNIQUE CHECK (id <> ''),"
	" app TEXT NOT NULL REFERENCES apps (name) ON DELETE CASCADE,"
	" build TEXT NOT NULL DEFAULT '',"
	" env TEXT NOT NULL DEFAULT '',"
	" manifest TEXT NOT NULL DEFAULT '',"
	" description TEXT NOT NULL DEFAULT '',"
	" created_us INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	"CREATE INDEX releases_app ON releases (app, seq DESC);"

	"CREATE TABLE params ("
	" scope TEXT NOT NULL,"
	" name TEXT NOT NULL CHECK (name <> ''),"
	" value TEXT NOT NULL,"
	" PRIMARY KEY (scope, name)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE images ("
	" build TEXT NOT NULL REFERENCES builds (id) ON DELETE CASCADE,"
	" service TEXT NOT NULL CHECK (service <> ''),"
	" tag TEXT NOT NULL DEFAULT '',"
	" image_id TEXT NOT NULL DEFAULT '',"
	" PRIMARY KEY (build, service)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE objects ("
	" app TEXT NOT NULL,"
	" key TEXT NOT NULL CHECK (key <> ''),"
	" digest TEXT NOT NULL,"
	" bytes INTEGER NOT NULL DEFAULT 0 CHECK (bytes >= 0),"
	" created_us INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY (app, key)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX objects_digest ON objects (digest);";

/* Logins of registries: for the owner's eyes, as this whole file. */
static const char v2[] = "CREATE TABLE registries ("
			 " server TEXT PRIMARY KEY NOT NULL CHECK (server <> ''),"
			 " username TEXT NOT NULL,"
			 " password TEXT NOT NULL"
			 ") STRICT, WITHOUT ROWID;";

/*
 * images.inputs is a keyed digest of what the image was made of (core/build/run_reuse.c), '' if that is
 * not known. keys holds random keys that never leave the database; randomblob is seeded by the kernel.
 */
static const char v3[] =
	"ALTER TABLE images ADD COLUMN inputs TEXT NOT NULL DEFAULT '';"
	"CREATE INDEX images_inputs ON images (inputs) WHERE inputs <> '';"
	"CREATE TABLE keys ("
	" name TEXT PRIMARY KEY NOT NULL,"
	" value TEXT NOT NULL CHECK (length(value) = 64)"
	") STRICT, WITHOUT ROWID;"
	"INSERT INTO keys (name, value) VALUES ('inputs', lower(hex(randomblob(32))));";

/* Where an image was pushed to, and its digest there. */
static const char v4[] = "ALTER TABLE images ADD COLUMN remote TEXT NOT NULL DEFAULT '';"
			 "ALTER TABLE images ADD COLUMN digest TEXT NOT NULL DEFAULT '';";

/* Who or what wished a build: "command, alice" (core/rack/trigger.h). */
static const char v5[] = "ALTER TABLE builds ADD COLUMN trigger TEXT NOT NULL DEFAULT '';";

/*
 * hooks: of which repository a push builds an app; source is a git URL with its branch, schemes are of
 * core/formats/giturl.h. deliveries: what a host called its deliveries, so that none counts twice. pushes: at
 * most two of an app, the one whose build is under way and the one that waits, whose build is ''.
 */
static const char v6[] = "CREATE TABLE hooks ("
			 " app TEXT PRIMARY KEY NOT NULL REFERENCES apps (name) ON DELETE CASCADE,"
			 " source TEXT NOT NULL,"
			 " secret TEXT NOT NULL CHECK (secret <> ''),"
			 " deploy INTEGER NOT NULL CHECK (deploy IN (0, 1)),"
			 " submodules INTEGER NOT NULL CHECK (submodules IN (0, 1)),"
			 " schemes INTEGER NOT NULL,"
			 " last TEXT NOT NULL DEFAULT '',"
			 " last_us INTEGER NOT NULL DEFAULT 0"
			 ") STRICT, WITHOUT ROWID;"
			 "CREATE TABLE deliveries ("
			 " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
			 " app TEXT NOT NULL REFERENCES hooks (app) ON DELETE CASCADE,"
			 " id TEXT NOT NULL,"
			 " UNIQUE (app, id)"
			 ") STRICT;"
			 "CREATE TABLE pushes ("
			 " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
			 " app TEXT NOT NULL REFERENCES hooks (app) ON DELETE CASCADE,"
			 " sha TEXT NOT NULL,"
			 " trigger TEXT NOT NULL,"
			 " build TEXT NOT NULL DEFAULT '',"
			 " UNIQUE (app, build)"
			 ") STRICT;";

/* When a release became the active one; 0: never. */
static const char v7[] = "ALTER TABLE releases ADD COLUMN promoted_us INTEGER NOT NULL DEFAULT 0;"
			 "UPDATE releases SET promoted_us = created_us"
			 " WHERE id IN (SELECT release FROM apps);";

const char *const rd_schema_steps[] = {v1, v2, v3, v4, v5, v6, v7};
const size_t rd_schema_count = RD_LEN(rd_schema_steps);

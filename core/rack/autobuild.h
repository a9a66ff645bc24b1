/* SPDX-License-Identifier: MIT */
/*
 * Automatic builds: a folder or a branch of a git repository is watched, and what is new is built, and
 * promoted if wanted.
 *
 * One build at a time: what changes meanwhile waits as one change, whose place a newer one takes; a build
 * that is only queued at the rack gives way. A source or a rack that is away is told once and tried again,
 * ever more rarely.
 * A folder is new when what would be packed is another and nothing changed for half a second
 * (core/io/treewatch.h); a branch when `git ls-remote` says so, asked rarely while nothing changes.
 * Thread rule: one thread runs it; it tells its news on that thread.
 */
#ifndef RD_CORE_RACK_AUTOBUILD_H
#define RD_CORE_RACK_AUTOBUILD_H

#include "core/rack/upload.h"

#define RD_AUTO_POLL_S \
	15 /* between two questions about a branch that moves; at rest four times that */

typedef enum rd_auto_kind {
	RD_AUTO_WATCHING, /* it has begun; text: the source */
	RD_AUTO_CHANGED,  /* text: the file that changed last, else the folder; or the commit */
	RD_AUTO_STARTED,  /* build */
	RD_AUTO_REPLACED, /* build: a queued one gave way */
	RD_AUTO_ENDED,    /* build; text: "complete" or why it failed */
	RD_AUTO_PROMOTED, /* build; text: the release */
	RD_AUTO_WARNING,  /* text: of packing, or why changes are seen late */
	RD_AUTO_PROBLEM,  /* text: what does not work at the moment; it is tried again */
	RD_AUTO_MENDED,   /* the last problem is over */
} rd_auto_kind;

typedef struct rd_auto_news {
	rd_auto_kind kind;
	const char *build; /* "" where there is none */
	const char *text;
} rd_auto_news;

typedef struct rd_auto_opts {
	rd_rack *rack;
	const char *app;
	rd_upload_opts from; /* a folder or a git URL; note and cancel are set by us */
	rd_build_opts wish;  /* url, description, git_sha and trigger are set by us */
	bool deploy;         /* promote what was built */
	bool now;            /* build what is there at the start, too */
	int poll_s;          /* 0: RD_AUTO_POLL_S */
	void (*tell)(void *arg, const rd_auto_news *news);
	void *arg;
	rd_cancel *cancel; /* ends it */
} rd_auto_opts;

/* Runs until cancel fires, which is RD_OK. @errors what no waiting mends: RD_EINVAL the source, RD_ENOENT no
 * such folder, RD_EBUSY this user's machine watches it for that app already. */
rd_code rd_autobuild_run(const rd_auto_opts *opts, rd_err *err);

#endif

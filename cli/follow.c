/* SPDX-License-Identifier: MIT */
/* Prints the log of a build as it grows. */
#include "cli/follow.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/rack/following.h"

#define CHUNK_BYTES (64 * 1024)

struct rd_follow {
	rd_following build;
	rd_say *say;
	char chunk[CHUNK_BYTES];
};

rd_code rd_follow_open(rd_rack *rack, const char *app, const char *id, rd_say *say,
	rd_follow **ret_follow, rd_err *err)
{
	rd_follow *f = calloc(1, sizeof(*f));
	rd_code code;

	if (f == NULL)
		return rd_err_nomem(err);
	f->say = say;
	code = rd_following_open(rack, app, id, &f->build, err);
	if (code != RD_OK)
		free(f);
	else
		*ret_follow = f;
	return code;
}

rd_follow *rd_follow_close(rd_follow *f)
{
	if (f == NULL)
		return NULL;
	rd_following_done(&f->build);
	free(f);
	return NULL;
}

/* Prints what is new, up to the end of the file as it is now. */
static rd_code print_new(rd_follow *f, const rd_cancel *cancel, rd_err *err)
{
	for (;;) {
		ssize_t n = read(f->build.files.text_fd, f->chunk, sizeof(f->chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rd_err_os(err, errno, "cannot read the log of build %s",
				f->build.id);
		if (n == 0)
			return RD_OK;
		rd_say_log(f->say, f->chunk, (size_t)n);
		if (rd_cancel_fired(cancel))
			return rd_err_set(err, RD_ECANCELED, "canceled");
		if (f->say->os != 0)
			return rd_say_flush(f->say, err);
	}
}

rd_code rd_follow_run(rd_follow *f, const rd_cancel *cancel, rd_build *ret_build, rd_err *err)
{
	rd_code code;

	f->build.is_due = true;
	do {
		code = rd_following_next(&f->build, cancel, err);
		if (code == RD_OK)
			code = print_new(f, cancel, err);
	} while (code == RD_OK && !f->build.is_over);
	if (code != RD_OK)
		return code;
	rd_say_log_end(f->say);
	*ret_build = f->build.build;
	f->build.build = (rd_build){0};
	return RD_OK;
}

rd_code rd_follow_check(rd_follow *f, rd_err *err)
{
	rd_following *b = &f->build;

	return b->rack->logs->check != NULL ? b->rack->logs->check(b->rack, b->app, b->id, err)
					    : RD_OK;
}

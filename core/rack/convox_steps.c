/* SPDX-License-Identifier: MIT */
/* Steps of a build on a rack that tells none: found in the text of its log, in a file of this process. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/formats/textsteps.h"
#include "core/rack/convox_impl.h"

#define PART_BYTES ((size_t)64 << 10)

struct rd_convox_steps {
	int fd; /* a steps file in memory: nobody else's text goes into it */
	rd_textsteps *text;
	rd_str lines; /* of one call */
};

rd_code rd_convox_steps_new(rd_convox_steps **ret_steps, rd_err *err)
{
	rd_convox_steps *s = calloc(1, sizeof(*s));
	rd_code rc = s ? rd_textsteps_new(&s->text, err) : rd_err_nomem(err);

	if (rc) {
		free(s);
		return rc;
	}
	rd_str_init(&s->lines, 0);
	s->fd = memfd_create("steps", MFD_CLOEXEC);
	if (s->fd < 0) {
		rc = rd_err_os(err, errno, "keeping the steps");
		rd_convox_steps_free(s);
		return rc;
	}
	*ret_steps = s;
	return RD_OK;
}

rd_convox_steps *rd_convox_steps_free(rd_convox_steps *s)
{
	if (!s)
		return NULL;
	if (s->fd >= 0)
		close(s->fd);
	rd_textsteps_free(s->text);
	rd_str_done(&s->lines);
	free(s);
	return NULL;
}

int rd_convox_steps_open(const rd_convox_steps *s)
{
	char path[64];

	/* Opened anew it has a place of its own. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", s->fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static rd_code put_lines(rd_convox_steps *s, rd_err *err)
{
	rd_code rc = rd_write_all(s->fd, rd_str_get(&s->lines), s->lines.len, err);

	rd_str_clear(&s->lines);
	return rc;
}

rd_code rd_convox_steps_take(rd_convox_steps *s, const char *bytes, size_t n, int64_t at_us,
	rd_err *err)
{
	rd_code rc = rd_textsteps_feed(s->text, bytes, n, at_us, &s->lines, err);

	return rc ? rc : put_lines(s, err);
}

rd_code rd_convox_steps_end(rd_convox_steps *s, bool is_failed, int64_t at_us, rd_err *err)
{
	rd_code rc = rd_textsteps_end(s->text, is_failed, at_us, &s->lines, err);

	return rc ? rc : put_lines(s, err);
}

rd_code rd_convox_steps_read(rd_convox_steps *s, int fd, uint64_t *ret_bytes, rd_err *err)
{
	RD_AUTOFREE char *part = malloc(PART_BYTES);
	rd_code rc = part ? RD_OK : rd_err_nomem(err);
	uint64_t at = 0;
	size_t n;

	while (!rc && !(rc = rd_read_at(fd, at, part, PART_BYTES, &n, err)) && n) {
		rc = rd_convox_steps_take(s, part, n, 0, err);
		at += n;
	}
	*ret_bytes = at;
	return rc;
}

/* SPDX-License-Identifier: MIT */
/* Brings the log of a build elsewhere into the files of a build here. */
#include "core/rack/worker_tail.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"

#define PART_BYTES ((size_t)64 << 10)
/* A line without an end is let go in pieces. */
#define LINE_MAX_BYTES ((size_t)1 << 20)

void rd_worker_tail_done(rd_worker_tail *t)
{
	rd_str_done(&t->rest);
}

/* A line, its end among it: cut or filled up, where something was replaced. */
static void put_line(const rd_worker_tail *t, const char *line, size_t n, rd_str *out)
{
	size_t at = out->len, end = n && line[n - 1] == '\n';

	rd_redact_text(t->redact, line, n - end, out);
	if (t->is_text && out->len - at > n - end)
		rd_str_cut(out, at + n - end);
	while (t->is_text && rd_str_ok(out) && out->len - at < n - end)
		rd_str_putc(out, '*');
	if (end)
		rd_str_putc(out, '\n');
}

static rd_code put_lines(rd_worker_tail *t, bool is_over, rd_err *err)
{
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	const char *text = rd_str_get(&t->rest);
	size_t at = 0;
	rd_code rc;

	while (at < t->rest.len) {
		const char *nl = memchr(text + at, '\n', t->rest.len - at);
		size_t n = nl ? (size_t)(nl - text) + 1 - at : t->rest.len - at;

		if (!nl && !is_over && n < LINE_MAX_BYTES)
			break;
		put_line(t, text + at, n, &out);
		at += n;
	}
	rd_str_drop_front(&t->rest, at);
	rc = rd_str_check(&out, "the log", err);
	return rc ? rc : rd_write_all(t->to, rd_str_get(&out), out.len, err);
}

rd_code rd_worker_tail_copy(rd_worker_tail *t, bool is_over, rd_err *err)
{
	rd_code rc = RD_OK;
	ssize_t n = 1;

	while (!rc && t->from >= 0 && n) {
		char *room = rd_str_reserve(&t->rest, PART_BYTES);

		if (!room)
			return rd_err_nomem(err);
		n = read(t->from, room, PART_BYTES);
		if (n < 0 && errno != EINTR)
			return rd_err_os(err, errno, "reading the log");
		rd_str_commit(&t->rest, n > 0 ? (size_t)n : 0);
		rc = put_lines(t, is_over && !n, err);
	}
	return rc;
}

/* SPDX-License-Identifier: MIT */
/* The sparse line index of a growing text file. */
#include "core/rack/log_index.h"

#include "core/base/fs.h"
#include "core/rack/log.h"

#define BLOCK_BYTES (1024 * 1024)
#define CHUNK_BYTES 64         /* a constant length lets the compiler use vector instructions */
#define PAGE_BYTES (16 * 1024) /* a page is this long, and as much as its last line needs */

struct mark {
	uint64_t line, offset;
};

rd_code rd_log_index_init(rd_log_index *x, rd_err *err)
{
	*x = (rd_log_index){0};
	rd_vec_init(&x->marks, sizeof(struct mark));
	rd_vec_init(&x->page.starts, sizeof(uint32_t));
	x->block = malloc(BLOCK_BYTES);
	return x->block ? RD_OK : rd_err_nomem(err);
}

void rd_log_index_done(rd_log_index *x)
{
	free(x->block);
	free(x->page.bytes);
	free(x->marks.data);
	free(x->page.starts.data);
	*x = (rd_log_index){0};
}

void rd_log_index_clear(rd_log_index *x)
{
	rd_log_index_begin(x, 0);
}

void rd_log_index_begin(rd_log_index *x, uint64_t offset)
{
	rd_vec_clear(&x->marks);
	x->bytes = x->line_start = offset;
	x->full_lines = 0;
	x->page.end = 0;
}

/* Looks for the end of a line of which `have` bytes without an end came before these n. @returns
 * whether it ends here; *ret_used: bytes up to the next line's start (all n if it does not end). */
static bool line_ends(const char *bytes, size_t n, size_t have, size_t *ret_used)
{
	size_t reach = RD_LOG_LINE_MAX + 1 - have;
	const char *end = memchr(bytes, '\n', n < reach ? n : reach);

	if (end) {
		*ret_used = (size_t)(end - bytes) + 1;
		return true;
	}
	*ret_used = n < reach ? n : reach - 1;
	return n >= reach;
}

static bool put_mark(rd_log_index *x)
{
	const struct mark *last = x->marks.len ? rd_vec_at(&x->marks, x->marks.len - 1) : NULL;
	struct mark *m;

	if (last && x->line_start - last->offset < PAGE_BYTES)
		return true;
	m = rd_vec_push(&x->marks);
	if (m)
		*m = (struct mark){x->full_lines, x->line_start};
	return m != NULL;
}

static uint64_t count_lines(const char *bytes, size_t n)
{
	uint64_t lines = 0;
	size_t i = 0;

	for (; n - i >= CHUNK_BYTES; i += CHUNK_BYTES) {
		unsigned char some = 0;

		for (int k = 0; k < CHUNK_BYTES; k++)
			some += bytes[i + (size_t)k] == '\n';
		lines += some;
	}
	for (; i < n; i++)
		lines += bytes[i] == '\n';
	return lines;
}

/* Passes over the lines of n bytes, which begin with a line, that get no mark. @returns their bytes. */
static size_t skip_unmarked(rd_log_index *x, const char *bytes, size_t n)
{
	const struct mark *last = rd_vec_at(&x->marks, x->marks.len - 1);
	size_t room = PAGE_BYTES - 1 - (size_t)(x->line_start - last->offset);
	const char *end = memrchr(bytes, '\n', n < room ? n : room);
	size_t skipped = end ? (size_t)(end - bytes) + 1 : 0;

	x->full_lines += count_lines(bytes, skipped);
	x->line_start += skipped;
	return skipped;
}

static rd_code take_block(rd_log_index *x, size_t n, rd_err *err)
{
	size_t at = 0, used;

	if (!x->marks.len && !put_mark(x))
		return rd_err_nomem(err);
	while (at < n) {
		if (x->line_start == x->bytes + at)
			at += skip_unmarked(x, x->block + at, n - at);
		if (line_ends(x->block + at, n - at, (size_t)(x->bytes + at - x->line_start),
			    &used)) {
			x->line_start = x->bytes + at + used;
			x->full_lines++;
			if (!put_mark(x))
				return rd_err_nomem(err);
		}
		at += used;
	}
	x->bytes += n;
	return RD_OK;
}

rd_code rd_log_index_extend(rd_log_index *x, int fd, uint64_t max_bytes, bool *ret_more,
	rd_err *err)
{
	uint64_t left = max_bytes ? max_bytes : UINT64_MAX;
	size_t want = 0, got = 0;
	rd_code code = RD_OK;

	while (!code && left && got == want) {
		want = left < BLOCK_BYTES ? left : BLOCK_BYTES;
		code = rd_read_at(fd, x->bytes, x->block, want, &got, err);
		if (!code && got)
			code = take_block(x, got, err);
		left -= got;
	}
	*ret_more = !left;
	return code;
}

uint64_t rd_log_index_lines(const rd_log_index *x)
{
	return x->full_lines + (x->bytes > x->line_start);
}

/* The last mark whose line (or offset) is not above the wanted one. */
static size_t find_mark(const rd_log_index *x, uint64_t line, uint64_t offset)
{
	size_t low = 0, high = x->marks.len;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		const struct mark *m = rd_vec_at(&x->marks, mid);

		if (m->line <= line && m->offset <= offset)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static rd_code cut_page(rd_log_page *p, rd_err *err)
{
	size_t at = 0, used;
	uint32_t *start;

	if (p->is_cut)
		return RD_OK;
	rd_vec_clear(&p->starts);
	while (at < p->n) {
		start = rd_vec_push(&p->starts);
		if (!start)
			return rd_err_nomem(err);
		*start = (uint32_t)at;
		line_ends(p->bytes + at, p->n - at, 0, &used);
		at += used;
	}
	p->is_cut = true;
	return RD_OK;
}

static rd_code read_page(rd_log_page *p, int fd, rd_err *err)
{
	size_t want = (size_t)(p->end - p->offset);
	rd_code code;

	if (want > p->cap || !p->bytes) {
		char *bigger = realloc(p->bytes, want + 1);

		if (!bigger)
			return rd_err_nomem(err);
		p->bytes = bigger;
		p->cap = want;
	}
	/* a file that was cut meanwhile gives less: those lines are then empty */
	code = rd_read_at(fd, p->offset, p->bytes, want, &p->n, err);
	if (code)
		return code;
	p->bytes[p->n] = '\0'; /* some regexec look for it, whatever length they are given */
	return RD_OK;
}

static rd_code load_mark(rd_log_index *x, int fd, size_t i, rd_err *err)
{
	const struct mark *m = rd_vec_at(&x->marks, i);
	uint64_t end = i + 1 < x->marks.len ? m[1].offset : x->bytes;
	rd_log_page *p = &x->page;
	rd_code code;

	if (p->end == end && p->offset == m->offset)
		return RD_OK;
	p->offset = m->offset;
	p->end = end;
	p->line = m->line;
	p->lines = (i + 1 < x->marks.len ? m[1].line : rd_log_index_lines(x)) - m->line;
	p->is_cut = false;
	code = read_page(p, fd, err);
	if (code)
		p->end = 0;
	return code;
}

rd_code rd_log_index_peek(rd_log_index *x, int fd, uint64_t line, rd_err *err)
{
	return load_mark(x, fd, find_mark(x, line, UINT64_MAX), err);
}

rd_code rd_log_index_load(rd_log_index *x, int fd, uint64_t line, rd_err *err)
{
	rd_code code = rd_log_index_peek(x, fd, line, err);

	return code ? code : cut_page(&x->page, err);
}

void rd_log_page_line(const rd_log_page *p, uint64_t line, const char **ret_bytes, size_t *ret_n)
{
	const uint32_t *starts = p->starts.data;
	size_t i = (size_t)(line - p->line);
	size_t end;

	*ret_bytes = "";
	*ret_n = 0;
	if (line < p->line || i >= p->starts.len)
		return;
	end = i + 1 < p->starts.len ? starts[i + 1] : p->n;
	if (end > starts[i] && p->bytes[end - 1] == '\n')
		end--;
	*ret_bytes = p->bytes + starts[i];
	*ret_n = end - starts[i];
}

uint64_t rd_log_page_offset(const rd_log_page *p, uint64_t line)
{
	const uint32_t *starts = p->starts.data;
	size_t i = (size_t)(line - p->line);

	return i < p->starts.len ? p->offset + starts[i] : p->end;
}

rd_code rd_log_index_line_at(rd_log_index *x, int fd, uint64_t offset, uint64_t *ret_line,
	rd_err *err)
{
	rd_code code = load_mark(x, fd, find_mark(x, UINT64_MAX, offset), err);
	const uint32_t *starts;
	size_t low = 0, high;

	if (!code)
		code = cut_page(&x->page, err);
	if (code)
		return code;
	starts = x->page.starts.data;
	high = x->page.starts.len;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (x->page.offset + starts[mid] <= offset)
			low = mid;
		else
			high = mid;
	}
	*ret_line = x->page.line + low;
	return RD_OK;
}

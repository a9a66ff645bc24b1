/* SPDX-License-Identifier: MIT */
/* Makes gzip members of runs of entries. */
#include "core/io/packrun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>

#include "core/base/fs.h"

#define FORMAT "rackdeck pack 2"
#define LEVEL 1 /* of ISA-L: as fast as a disk */
/* Of libdeflate: a fifth fewer bytes than ISA-L's for six times its time. */
#define SMALL_LEVEL 6

void rd_packrun_init(rd_packrun *r)
{
	*r = (rd_packrun){.is_safe = true};
	rd_vec_init(&r->items, sizeof(rd_walk_entry));
}

void rd_packrun_done(rd_packrun *r)
{
	for (size_t i = 0; i < r->items.len; i++) {
		rd_walk_entry *e = rd_vec_at(&r->items, i);

		free((void *)(uintptr_t)e->path);
		free((void *)(uintptr_t)e->link);
	}
	rd_vec_done(&r->items);
	rd_str_done(&r->out);
	rd_strs_done(&r->told);
}

rd_code rd_packrun_add(rd_packrun *r, const rd_walk_entry *e, rd_err *err)
{
	rd_walk_entry *copy = rd_vec_push(&r->items);

	if (!copy)
		return rd_err_nomem(err);
	copy->type = e->type;
	copy->st = e->st;
	copy->path = rd_strdup(e->path);
	copy->link = e->link ? rd_strdup(e->link) : NULL;
	r->raw += RD_TAR_BLOCK + (e->type == RD_TAR_FILE ? (uint64_t)e->st.st_size : 0);
	return copy->path && (copy->link || !e->link) ? RD_OK : rd_err_nomem(err);
}

rd_code rd_packrun_key(const rd_packrun *r, uint8_t ret_key[RD_SHA256_BYTES], rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	rd_str_put(&text, FORMAT);
	rd_str_printf(&text, " %d %d %llu %llu\n", r->big != NULL, r->is_last,
		(unsigned long long)r->at, (unsigned long long)r->n);
	for (size_t i = 0; i < r->items.len; i++)
		rd_walk_put_key(rd_vec_at(&r->items, i), &text);
	rd_sha256_of(rd_str_get(&text), text.len, ret_key);
	return rd_str_check(&text, "a key", err);
}

static rd_code tell(rd_packrun *r, const rd_walk_entry *e, const char *what, rd_err *err)
{
	r->is_safe = false;
	return rd_strs_add(&r->told, e->path) && rd_strs_add(&r->told, what) ? RD_OK
									     : rd_err_nomem(err);
}

/* No folder on the way may have become a link meanwhile. */
static int open_below(int root_fd, const char *path)
{
	const struct open_how how = {.flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH};
	long fd = syscall(SYS_openat2, root_fd, path, &how, sizeof how);

	if (fd < 0 && errno == ENOSYS)
		fd = openat(root_fd, path, (int)how.flags);
	return (int)fd;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool is_same_change(const struct stat *a, const struct stat *b)
{
	return a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec &&
	       a->st_mode == b->st_mode;
}

/* Appends n bytes of a file from `at` on; zeros where it has become shorter. */
static rd_code put_content(rd_packrun *r, const rd_walk_entry *e, int fd, rd_str *raw, rd_err *err)
{
	uint64_t n = r->big ? r->n : (uint64_t)e->st.st_size;
	char *room = rd_str_reserve(raw, n + RD_TAR_BLOCK);
	struct timespec now;
	struct stat st;
	size_t got = 0;
	rd_code code;

	clock_gettime(CLOCK_REALTIME, &now);
	if (!room)
		return rd_err_nomem(err);
	if (!rd_walk_settled(&e->st, &now))
		r->is_safe = false;
	code = rd_read_at(fd, r->at, room, n, &got, err);
	if (code)
		return rd_err_wrap(err, "'%s'", e->path);
	memset(room + got, 0, n - got);
	rd_str_commit(raw, n);
	if (fstat(fd, &st) < 0 || !is_same_change(&st, &e->st))
		r->is_safe = false;
	if (got == n && is_same(&st, &e->st))
		return RD_OK;
	r->is_safe = false;
	/* Of a large file its last piece tells, once. */
	return r->big && r->at + n < (uint64_t)e->st.st_size
		       ? RD_OK
		       : tell(r, e, "changed while it was read", err);
}

static void put_pad(const rd_walk_entry *e, rd_str *raw)
{
	static const char zeros[RD_TAR_BLOCK];

	rd_str_putn(raw, zeros, rd_tar_pad((uint64_t)e->st.st_size));
}

static rd_code put_file(rd_packrun *r, const rd_walk_entry *e, int root_fd, rd_str *raw,
	rd_err *err)
{
	RD_AUTOCLOSE int fd = open_below(root_fd, e->path);
	struct stat st;
	rd_code code;

	if (fd < 0 && errno != ENOENT)
		return rd_err_os(err, errno,
			"opening '%s' (name it in .dockerignore to leave it out)", e->path);
	if (fd < 0 && e->st.st_nlink > 1)
		return rd_err_set(err, RD_EBUSY,
			"'%s' vanished while it was packed under other names, too: try again",
			e->path);
	if (fd < 0)
		return tell(r, e, "vanished: left out", err);
	if (fstat(fd, &st) < 0)
		return rd_err_os(err, errno, "looking at '%s'", e->path);
	if (!S_ISREG(st.st_mode))
		return tell(r, e, "is no longer a file: left out", err);
	rd_walk_put_head(e, raw);
	code = put_content(r, e, fd, raw, err);
	put_pad(e, raw);
	return code;
}

static rd_code put_piece(rd_packrun *r, rd_str *raw, rd_err *err)
{
	const rd_walk_entry *e = rd_vec_at(&r->items, 0);
	rd_code code;

	if (!r->at)
		rd_walk_put_head(e, raw);
	code = put_content(r, e, r->big->fd, raw, err);
	if (r->at + r->n == (uint64_t)e->st.st_size)
		put_pad(e, raw);
	return code;
}

static rd_code put_all(rd_packrun *r, int root_fd, rd_str *raw, rd_err *err)
{
	rd_code code = RD_OK;

	if (r->big)
		return put_piece(r, raw, err);
	for (size_t i = 0; !code && i < r->items.len; i++) {
		const rd_walk_entry *e = rd_vec_at(&r->items, i);

		if (e->type == RD_TAR_FILE)
			code = put_file(r, e, root_fd, raw, err);
		else
			rd_walk_put_head(e, raw);
	}
	if (r->is_last)
		rd_tar_put_end(raw);
	return code;
}

static rd_code deflate_small(const rd_str *raw, rd_str *out, rd_err *err)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(SMALL_LEVEL);
	size_t cap = c ? libdeflate_gzip_compress_bound(c, raw->len) : 0;
	char *room = c ? rd_str_reserve(out, cap) : NULL;

	if (room)
		rd_str_commit(out, libdeflate_gzip_compress(c, raw->data, raw->len, room, cap));
	libdeflate_free_compressor(c);
	return room ? RD_OK : rd_err_nomem(err);
}

static rd_code deflate_fast(const rd_str *raw, rd_str *out, rd_err *err)
{
	size_t cap = raw->len + raw->len / 8 + 4096;
	char *room = rd_str_reserve(out, cap);
	RD_AUTOFREE uint8_t *level = malloc(ISAL_DEF_LVL1_DEFAULT);
	RD_AUTOFREE struct isal_zstream *z = malloc(sizeof *z);

	if (!room || !level || !z)
		return rd_err_nomem(err);
	isal_deflate_init(z);
	z->level = LEVEL;
	z->level_buf = level;
	z->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
	z->gzip_flag = IGZIP_GZIP;
	z->next_in = (uint8_t *)raw->data;
	z->avail_in = (uint32_t)raw->len;
	z->end_of_stream = 1;
	z->next_out = (uint8_t *)room;
	z->avail_out = (uint32_t)cap;
	if (isal_deflate(z) != COMP_OK || z->internal_state.state != ZSTATE_END)
		return rd_err_set(err, RD_EBUG, "gzip: the compressor refuses its input");
	rd_str_commit(out, cap - z->avail_out);
	return RD_OK;
}

rd_code rd_packrun_make(rd_packrun *r, int root_fd, rd_err *err)
{
	RD_STR_AUTO rd_str raw = RD_STR_INIT(0);
	rd_code code;

	rd_str_reserve(&raw, r->raw + r->raw / 8);
	code = put_all(r, root_fd, &raw, err);
	if (!code)
		code = rd_str_check(&raw, "a run", err);
	if (code)
		return code;
	return r->is_small ? deflate_small(&raw, &r->out, err) : deflate_fast(&raw, &r->out, err);
}

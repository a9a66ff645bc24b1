/* SPDX-License-Identifier: MIT */
/* Gives a folder as a tar, one entry at a time, as the reader asks. */
#include "core/io/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "core/io/walk.h"

struct pack {
	rd_reader base;
	rd_walk *walk;
	rd_walk_entry entry; /* the file in hand */
	int fd;              /* it, while its content is being given, or -1 */
	uint64_t left;       /* of it */
	rd_str out;          /* headers and padding to be given first … */
	size_t out_at;       /* … from here */
	bool ended;
	rd_sha256 *keys; /* over all entries as they were packed */
	rd_str key;
	struct timespec start;
	bool doubtful; /* something was not, or may not be, as its key says */
	uint8_t sum[RD_SHA256_BYTES];
};

static void add_key(rd_sha256 *keys, const rd_walk_entry *e, rd_str *room)
{
	rd_str_clear(room);
	rd_walk_put_key(e, room);
	rd_sha256_add(keys, rd_str_get(room), room->len);
}

static void put_entry(struct pack *p, const rd_walk_entry *e)
{
	rd_walk_put_head(e, &p->out);
	add_key(p->keys, e, &p->key);
	if (e->type == RD_TAR_FILE && !rd_walk_settled(&e->st, &p->start))
		p->doubtful = true;
}

/* Opens a file of the walk as it is by now. *ret_fd -1: it is none any more. */
static rd_code open_file(struct pack *p, rd_walk_entry *e, int *ret_fd, rd_err *err)
{
	RD_AUTOCLOSE int fd =
		openat(e->dir_fd, e->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	const char *what = "vanished: left out";

	*ret_fd = -1;
	if (fd < 0 && errno != ENOENT)
		return rd_err_os(err, errno,
			"opening '%s' (name it in .dockerignore to leave it out)", e->path);
	if (fd >= 0 && fstat(fd, &e->st) < 0)
		return rd_err_os(err, errno, "looking at '%s'", e->path);
	if (fd >= 0 && S_ISREG(e->st.st_mode)) {
		*ret_fd = fd;
		fd = -1;
		return RD_OK;
	}
	if (fd >= 0)
		what = "is no longer a file: left out";
	rd_walk_warn(p->walk, e->path, what);
	p->doubtful = true;
	return RD_OK;
}

static rd_code put_file(struct pack *p, const rd_walk_entry *e, rd_err *err)
{
	rd_code code;

	p->entry = *e;
	code = open_file(p, &p->entry, &p->fd, err);
	if (code)
		return code;
	if (p->fd < 0) {
		rd_walk_forget(p->walk, e);
		return RD_OK;
	}
	put_entry(p, &p->entry);
	p->left = (uint64_t)p->entry.st.st_size;
	if (!p->left) {
		close(p->fd);
		p->fd = -1;
	}
	return RD_OK;
}

/* Puts the next entry's header, or the end mark, into out; or finds nothing to put yet. */
static rd_code step(struct pack *p, rd_err *err)
{
	const rd_walk_entry *e = NULL;
	rd_code code = rd_walk_next(p->walk, &e, err);

	if (code)
		return code;
	if (!e) {
		rd_tar_put_end(&p->out);
		rd_sha256_end(p->keys, p->sum);
		p->ended = true;
	} else if (e->type == RD_TAR_FILE) {
		code = put_file(p, e, err);
	} else {
		put_entry(p, e);
	}
	if (!code)
		code = rd_str_check(&p->key, "an entry", err);
	return code ? code : rd_str_check(&p->out, "a header", err);
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static void end_file(struct pack *p)
{
	static const char zeros[RD_TAR_BLOCK];
	const struct stat *was = &p->entry.st;
	struct stat now = *was;

	if (fstat(p->fd, &now) < 0 || !is_same_time(&now.st_ctim, &was->st_ctim)) {
		/* A new mode or name is no new content, but its key is another one. */
		p->doubtful = true;
		if (now.st_size != was->st_size || !is_same_time(&now.st_mtim, &was->st_mtim))
			rd_walk_warn(p->walk, p->entry.path, "changed while it was read");
	}
	close(p->fd);
	p->fd = -1;
	rd_str_putn(&p->out, zeros, rd_tar_pad((uint64_t)p->entry.st.st_size));
}

static rd_code read_file(struct pack *p, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	ssize_t n;

	if (cap > p->left)
		cap = (size_t)p->left;
	do
		n = read(p->fd, buf, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return rd_err_os(err, errno, "reading '%s'", p->entry.path);
	if (n == 0) {
		/* It shrank. Its size stands in the header already. */
		memset(buf, 0, cap);
		n = (ssize_t)cap;
		p->doubtful = true;
	}
	p->left -= (uint64_t)n;
	if (!p->left)
		end_file(p);
	*ret_n = (size_t)n;
	return rd_str_check(&p->out, "padding", err);
}

static size_t give_out(struct pack *p, void *buf, size_t cap)
{
	size_t n = p->out.len - p->out_at;

	if (n > cap)
		n = cap;
	memcpy(buf, p->out.data + p->out_at, n);
	p->out_at += n;
	if (p->out_at == p->out.len) {
		rd_str_clear(&p->out);
		p->out_at = 0;
	}
	return n;
}

static rd_code pack_read(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	struct pack *p = (struct pack *)r;
	rd_code code = RD_OK;

	while (!code && !p->out.len && p->fd < 0 && !p->ended)
		code = step(p, err);
	if (code)
		return code;
	if (p->out.len)
		*ret_n = give_out(p, buf, cap);
	else if (p->fd >= 0)
		return read_file(p, buf, cap, ret_n, err);
	else
		*ret_n = 0;
	return RD_OK;
}

static void pack_close(rd_reader *r)
{
	struct pack *p = (struct pack *)r;

	if (p->fd >= 0)
		close(p->fd);
	rd_walk_close(p->walk);
	rd_sha256_free(p->keys);
	rd_str_done(&p->key);
	rd_str_done(&p->out);
	free(p);
}

rd_code rd_pack_open(const rd_pack_opts *opts, rd_reader **ret_reader, rd_err *err)
{
	static const struct rd_reader_ops ops = {pack_read, pack_close};
	struct pack *p = calloc(1, sizeof *p);
	rd_code code;

	if (!p)
		return rd_err_nomem(err);
	p->base.ops = &ops;
	p->fd = -1;
	clock_gettime(CLOCK_REALTIME, &p->start);
	code = rd_walk_open(opts, &p->walk, err);
	if (!code)
		code = rd_sha256_new(&p->keys, err);
	if (code)
		pack_close(&p->base);
	else
		*ret_reader = &p->base;
	return code;
}

const rd_strs *rd_pack_warnings(const rd_reader *pack)
{
	return rd_walk_warnings(((const struct pack *)pack)->walk);
}

bool rd_pack_key(const rd_reader *pack, uint8_t ret_key[RD_SHA256_BYTES])
{
	const struct pack *p = (const struct pack *)pack;

	if (!p->ended || p->doubtful)
		return false;
	memcpy(ret_key, p->sum, sizeof p->sum);
	return true;
}

static rd_code add_keys(rd_walk *walk, rd_sha256 *keys, rd_err *err)
{
	RD_STR_AUTO rd_str room = RD_STR_INIT(0);
	const rd_walk_entry *e = NULL;
	rd_code code;

	while (!(code = rd_walk_next(walk, &e, err)) && e)
		add_key(keys, e, &room);
	return code ? code : rd_str_check(&room, "an entry", err);
}

rd_code rd_pack_look(const rd_pack_opts *opts, uint8_t ret_key[RD_SHA256_BYTES],
	rd_strs *ret_warnings, rd_err *err)
{
	rd_sha256 *keys = NULL;
	rd_walk *walk = NULL;
	rd_code code = rd_walk_open(opts, &walk, err);

	if (!code)
		code = rd_sha256_new(&keys, err);
	if (!code)
		code = add_keys(walk, keys, err);
	if (!code) {
		rd_sha256_end(keys, ret_key);
		*ret_warnings = rd_walk_take_warnings(walk);
	}
	rd_sha256_free(keys);
	rd_walk_close(walk);
	return code;
}

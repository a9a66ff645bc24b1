/* SPDX-License-Identifier: MIT */
/* Walks a folder and gives it as a tar, one entry at a time, as the reader asks. */
#include "core/io/pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/formats/dockerignore.h"
#include "core/formats/secretfile.h"
#include "core/io/tar.h"

#define DEPTH_MAX 128 /* also a cap on open descriptors */
#define IGNORE_MAX_BYTES (1024 * 1024)
#define WARNINGS_MAX 1000

/* A folder on the way from the root to where the walk is. */
struct level {
	DIR *dir;
	rd_strs names; /* sorted */
	size_t next;
	size_t parent_len; /* of the path */
};

/* A file with several names, and the first one it was packed under. */
struct seen {
	dev_t dev;
	ino_t ino;
	char path[];
};

struct pack {
	rd_reader base;
	rd_dockerignore *ignore;
	rd_strs keep;
	rd_strs warnings;
	rd_vec levels; /* struct level */
	rd_str path;   /* of the entry in hand, relative */
	void *links;   /* tsearch tree of struct seen */
	rd_str out;    /* headers and padding to be given first … */
	size_t out_at; /* … from here */
	int fd;        /* the file whose content is being given, or -1 */
	struct stat st;
	uint64_t left; /* of it */
	bool ended;
};

static void warn(struct pack *p, const char *what)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);

	if (p->warnings.len > WARNINGS_MAX)
		return;
	if (p->warnings.len == WARNINGS_MAX)
		rd_str_put(&line, "more warnings are left out");
	else
		rd_str_printf(&line, "'%s' %s", rd_str_get(&p->path), what);
	/* A warning that finds no memory is not worth an error. */
	rd_strs_add(&p->warnings, rd_str_get(&line));
}

static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && path[n] == '/';
}

/* What must be there stays even so; that is told. */
static bool is_left_out(struct pack *p, const char *path)
{
	if (!rd_dockerignore_match(p->ignore, path))
		return false;
	if (!rd_strs_has(&p->keep, path))
		return true;
	warn(p, RD_PACK_KEPT);
	return false;
}

/* Whether something below an ignored folder may still be wanted. */
static bool must_be_walked(const struct pack *p, const char *dir)
{
	for (size_t i = 0; i < p->keep.len; i++)
		if (is_below(p->keep.items[i], dir))
			return true;
	return !rd_dockerignore_prunes(p->ignore, dir);
}

static int by_inode(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

/* *ret_first: the name under which this file was packed, NULL if it is new. */
static rd_code find_link(struct pack *p, const struct stat *st, const char **ret_first, rd_err *err)
{
	size_t n = p->path.len + 1;
	struct seen *key, **found;

	*ret_first = NULL;
	if (st->st_nlink < 2)
		return RD_OK;
	key = malloc(sizeof *key + n);
	if (!key)
		return rd_err_nomem(err);
	key->dev = st->st_dev;
	key->ino = st->st_ino;
	memcpy(key->path, rd_str_get(&p->path), n);
	found = tsearch(key, &p->links, by_inode);
	if (!found || *found != key) {
		free(key);
		if (!found)
			return rd_err_nomem(err);
		*ret_first = (*found)->path;
	}
	return RD_OK;
}

static void put_entry(struct pack *p, const struct stat *st, rd_tar_type type, const char *link)
{
	const rd_tar_entry e = {
		.path = rd_str_get(&p->path),
		.type = type,
		.mode = st->st_mode & 07777,
		.mtime_us = st->st_mtim.tv_sec * INT64_C(1000000) + st->st_mtim.tv_nsec / 1000,
		.size = type == RD_TAR_FILE ? (uint64_t)st->st_size : 0,
		.link = link,
	};

	rd_tar_put_head(&p->out, &e);
}

/* Environments and private keys go along, as everything does that no pattern leaves out; but they are told. */
static void warn_of_secret(struct pack *p, const char *name, int fd)
{
	RD_STR_AUTO rd_str what = RD_STR_INIT(0);
	char head[RD_SECRETFILE_HEAD];
	const char *why;
	size_t n;

	if (!rd_secretfile_maybe(name) || rd_read_at(fd, 0, head, sizeof head, &n, NULL))
		return;
	why = rd_secretfile_why(name, head, n);
	if (!why)
		return;
	rd_str_printf(&what, "%s and is sent: name it in .dockerignore to leave it out", why);
	warn(p, rd_str_get(&what));
}

static rd_code put_file(struct pack *p, int dir_fd, const char *name, rd_err *err)
{
	RD_AUTOCLOSE int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	const char *first = NULL;
	rd_code code;

	if (fd < 0 && errno == ENOENT) {
		warn(p, "vanished: left out");
		return RD_OK;
	}
	if (fd < 0)
		return rd_err_os(err, errno,
			"opening '%s' (name it in .dockerignore to leave it out)",
			rd_str_get(&p->path));
	if (fstat(fd, &p->st) < 0)
		return rd_err_os(err, errno, "looking at '%s'", rd_str_get(&p->path));
	if (!S_ISREG(p->st.st_mode)) {
		warn(p, "is no longer a file: left out");
		return RD_OK;
	}
	code = find_link(p, &p->st, &first, err);
	if (code)
		return code;
	put_entry(p, &p->st, first ? RD_TAR_HARDLINK : RD_TAR_FILE, first);
	warn_of_secret(p, name, fd);
	if (!first && p->st.st_size > 0) {
		p->fd = fd;
		p->left = (uint64_t)p->st.st_size;
		fd = -1;
	}
	return RD_OK;
}

static rd_code put_symlink(struct pack *p, int dir_fd, const char *name, const struct stat *st,
	rd_err *err)
{
	char target[4097];
	ssize_t n = readlinkat(dir_fd, name, target, sizeof target - 1);

	if (n < 0)
		return rd_err_os(err, errno, "reading link '%s'", rd_str_get(&p->path));
	target[n] = '\0';
	put_entry(p, st, RD_TAR_SYMLINK, target);
	return RD_OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static rd_code list_names(DIR *dir, rd_strs *names, rd_err *err)
{
	struct dirent *e;

	while (errno = 0, (e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (!rd_strs_add(names, e->d_name))
			return rd_err_nomem(err);
	}
	if (errno)
		return rd_err_os(err, errno, "listing a folder");
	if (names->len)
		qsort(names->items, names->len, sizeof *names->items, by_name);
	return RD_OK;
}

/* Goes into a folder. @fd taken. */
static rd_code enter(struct pack *p, int fd, size_t parent_len, rd_err *err)
{
	DIR *dir = fdopendir(fd);
	struct level *l;

	if (!dir) {
		rd_code code = rd_err_os(err, errno, "listing '%s'", rd_str_get(&p->path));

		close(fd);
		return code;
	}
	l = p->levels.len < DEPTH_MAX ? rd_vec_push(&p->levels) : NULL;
	if (!l) {
		closedir(dir);
		if (p->levels.len < DEPTH_MAX)
			return rd_err_nomem(err);
		return rd_err_set(err, RD_ELIMIT, "'%s' lies deeper than %d folders",
			rd_str_get(&p->path), DEPTH_MAX);
	}
	l->dir = dir;
	l->parent_len = parent_len;
	if (list_names(dir, &l->names, err))
		return rd_err_wrap(err, "'%s'", rd_str_get(&p->path));
	return RD_OK;
}

static void leave(struct pack *p)
{
	struct level *l = rd_vec_at(&p->levels, p->levels.len - 1);

	rd_str_cut(&p->path, l->parent_len);
	closedir(l->dir);
	rd_strs_done(&l->names);
	rd_vec_remove(&p->levels, p->levels.len - 1);
}

/* The path stays that of the folder until the walk leaves it. */
static rd_code visit_dir(struct pack *p, int dir_fd, const char *name, size_t parent_len,
	rd_err *err)
{
	const char *path = rd_str_get(&p->path);
	bool out = is_left_out(p, path);
	struct stat st;
	int fd;

	if (out && !must_be_walked(p, path)) {
		rd_str_cut(&p->path, parent_len);
		return RD_OK;
	}
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return rd_err_os(err, errno,
			"opening folder '%s' (name it in .dockerignore to leave it out)", path);
	if (fstat(fd, &st) < 0) {
		rd_code code = rd_err_os(err, errno, "looking at '%s'", path);

		close(fd);
		return code;
	}
	if (!out)
		put_entry(p, &st, RD_TAR_DIR, NULL);
	return enter(p, fd, parent_len, err);
}

static rd_code visit_other(struct pack *p, int dir_fd, const char *name, const struct stat *st,
	rd_err *err)
{
	if (is_left_out(p, rd_str_get(&p->path)))
		return RD_OK;
	if (S_ISREG(st->st_mode))
		return put_file(p, dir_fd, name, err);
	if (S_ISLNK(st->st_mode))
		return put_symlink(p, dir_fd, name, st, err);
	if (S_ISSOCK(st->st_mode))
		warn(p, "is a socket: left out");
	else if (S_ISFIFO(st->st_mode))
		warn(p, "is a fifo: left out");
	else
		warn(p, "is a device: left out");
	return RD_OK;
}

static rd_code visit(struct pack *p, int dir_fd, const char *name, rd_err *err)
{
	size_t parent_len = p->path.len;
	struct stat st;
	rd_code code = RD_OK;

	if (parent_len)
		rd_str_putc(&p->path, '/');
	rd_str_put(&p->path, name);
	code = rd_str_check(&p->path, "a path", err);
	if (code)
		return code;
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			return rd_err_os(err, errno, "looking at '%s'", rd_str_get(&p->path));
		warn(p, "vanished: left out");
	} else if (S_ISDIR(st.st_mode)) {
		return visit_dir(p, dir_fd, name, parent_len, err);
	} else {
		code = visit_other(p, dir_fd, name, &st, err);
	}
	/* An open file keeps its path, for what is to be said of it. */
	if (p->fd < 0)
		rd_str_cut(&p->path, parent_len);
	return code;
}

/* Puts the next entry's header, or the end mark, into out; or finds nothing to put yet. */
static rd_code step(struct pack *p, rd_err *err)
{
	struct level *l;
	rd_code code;

	if (!p->levels.len) {
		rd_tar_put_end(&p->out);
		p->ended = true;
		return rd_str_check(&p->out, "a header", err);
	}
	l = rd_vec_at(&p->levels, p->levels.len - 1);
	if (l->next == l->names.len) {
		leave(p);
		return RD_OK;
	}
	code = visit(p, dirfd(l->dir), l->names.items[l->next++], err);
	return code ? code : rd_str_check(&p->out, "a header", err);
}

static void end_file(struct pack *p)
{
	struct stat now;
	size_t pad = rd_tar_pad((uint64_t)p->st.st_size);
	const char *slash;

	if (fstat(p->fd, &now) == 0 &&
		(now.st_size != p->st.st_size || now.st_mtim.tv_sec != p->st.st_mtim.tv_sec ||
			now.st_mtim.tv_nsec != p->st.st_mtim.tv_nsec))
		warn(p, "changed while it was read");
	close(p->fd);
	p->fd = -1;
	slash = strrchr(rd_str_get(&p->path), '/');
	rd_str_cut(&p->path, slash ? (size_t)(slash - p->path.data) : 0);
	if (pad) {
		static const char zeros[RD_TAR_BLOCK];

		rd_str_putn(&p->out, zeros, pad);
	}
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
		return rd_err_os(err, errno, "reading '%s'", rd_str_get(&p->path));
	if (n == 0) {
		/* It shrank. Its size stands in the header already. */
		memset(buf, 0, cap);
		n = (ssize_t)cap;
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

	while (p->levels.len)
		leave(p);
	rd_vec_done(&p->levels);
	tdestroy(p->links, free);
	if (p->fd >= 0)
		close(p->fd);
	rd_dockerignore_free(p->ignore);
	rd_strs_done(&p->keep);
	rd_strs_done(&p->warnings);
	rd_str_done(&p->path);
	rd_str_done(&p->out);
	free(p);
}

/* *ret_ignore stays NULL where there is no such file. */
static rd_code read_ignore(const char *dir, const char *name, rd_dockerignore **ret_ignore,
	rd_err *err)
{
	RD_AUTOFREE char *path = rd_path_join(dir, name);
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code code;

	if (!path)
		return rd_err_nomem(err);
	code = rd_file_read(path, IGNORE_MAX_BYTES, &text, err);
	if (code == RD_ENOENT)
		return RD_OK;
	if (!code)
		code = rd_dockerignore_parse(rd_str_get(&text), text.len, ret_ignore, err);
	if (code)
		rd_err_wrap(err, "%s", path);
	return code;
}

static rd_code read_ignores(struct pack *p, const rd_pack_opts *opts, rd_err *err)
{
	rd_code code = read_ignore(opts->dir, ".dockerignore", &p->ignore, err);

	for (size_t i = 0; p->ignore && opts->own_ignores && i < opts->own_ignores->len; i++) {
		rd_dockerignore *own = NULL;

		if (!code)
			code = read_ignore(opts->dir, opts->own_ignores->items[i], &own, err);
		if (own)
			rd_dockerignore_also(p->ignore, own);
	}
	return code;
}

static rd_code copy_keep(struct pack *p, const rd_strs *keep, rd_err *err)
{
	for (size_t i = 0; keep && i < keep->len; i++)
		if (!rd_strs_take(&p->keep, rd_path_clean(keep->items[i])))
			return rd_err_nomem(err);
	return RD_OK;
}

rd_code rd_pack_open(const rd_pack_opts *opts, rd_reader **ret_reader, rd_err *err)
{
	static const struct rd_reader_ops ops = {pack_read, pack_close};
	struct pack *p = calloc(1, sizeof *p);
	rd_code code;
	int fd;

	if (!p)
		return rd_err_nomem(err);
	p->base.ops = &ops;
	p->fd = -1;
	rd_vec_init(&p->levels, sizeof(struct level));
	fd = open(opts->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	code = fd < 0 ? rd_err_os(err, errno, "opening folder '%s'", opts->dir) : RD_OK;
	if (!code)
		code = enter(p, fd, 0, err);
	if (!code)
		code = copy_keep(p, opts->keep, err);
	if (!code)
		code = read_ignores(p, opts, err);
	if (code)
		pack_close(&p->base);
	else
		*ret_reader = &p->base;
	return code;
}

const rd_strs *rd_pack_warnings(const rd_reader *pack)
{
	return &((const struct pack *)pack)->warnings;
}

/* SPDX-License-Identifier: MIT */
/* Walks a folder, one entry at a time, as the caller asks. */
#include "core/io/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/formats/dockerignore.h"
#include "core/formats/secretfile.h"

#define DEPTH_MAX 128 /* also a cap on open descriptors */
#define IGNORE_MAX_BYTES (1024 * 1024)
#define WARNINGS_MAX 1000
/* A file changed so shortly before it is read may change once more and look the same. */
#define SLACK_MS 50
#define SLACK_COARSE_MS 2000

/* A folder on the way from the root to where the walk is. */
struct level {
	DIR *dir;
	rd_strs names; /* sorted */
	size_t next;
	size_t parent_len; /* of the path */
};

/* A file with several names, and the first one it was found under. */
struct seen {
	dev_t dev;
	ino_t ino;
	char path[];
};

struct rd_walk {
	rd_dockerignore *ignore;
	rd_strs keep;
	rd_strs warnings;
	rd_vec levels; /* struct level */
	rd_str path;   /* of the folder in hand, relative; during a visit of the entry */
	void *links;   /* tsearch tree of struct seen */
	rd_walk_entry entry;
	size_t parent_len; /* of the path of an entry that is no folder … */
	bool is_open;      /* … and is in the caller's hands */
	bool drops_links;
	char *symlink; /* the first one, of … */
	size_t n_symlinks;
	void (*on_folder)(void *arg, const char *path);
	void *on_folder_arg;
	char target[4097];
};

void rd_walk_warn(rd_walk *w, const char *path, const char *what)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);

	if (w->warnings.len > WARNINGS_MAX)
		return;
	if (w->warnings.len == WARNINGS_MAX)
		rd_str_put(&line, "more warnings are left out");
	else
		rd_str_printf(&line, "'%s' %s", path, what);
	/* A warning that finds no memory is not worth an error. */
	rd_strs_add(&w->warnings, rd_str_get(&line));
}

static void warn(rd_walk *w, const char *what)
{
	rd_walk_warn(w, rd_str_get(&w->path), what);
}

static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && path[n] == '/';
}

/* What must be there stays even so; that is told. */
static bool is_left_out(rd_walk *w, const char *path)
{
	if (!rd_dockerignore_match(w->ignore, path))
		return false;
	if (!rd_strs_has(&w->keep, path))
		return true;
	warn(w, RD_PACK_KEPT);
	return false;
}

/* Whether something below an ignored folder may still be wanted. */
static bool must_be_walked(const rd_walk *w, const char *dir)
{
	for (size_t i = 0; i < w->keep.len; i++)
		if (is_below(w->keep.items[i], dir))
			return true;
	return !rd_dockerignore_prunes(w->ignore, dir);
}

static int by_inode(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

/* *ret_first: the name under which this file was found, NULL if it is new. */
static rd_code find_link(rd_walk *w, const struct stat *st, const char **ret_first, rd_err *err)
{
	size_t n = w->path.len + 1;
	struct seen *key, **found;

	*ret_first = NULL;
	if (st->st_nlink < 2)
		return RD_OK;
	key = malloc(sizeof *key + n);
	if (!key)
		return rd_err_nomem(err);
	key->dev = st->st_dev;
	key->ino = st->st_ino;
	memcpy(key->path, rd_str_get(&w->path), n);
	found = tsearch(key, &w->links, by_inode);
	if (!found || *found != key) {
		free(key);
		if (!found)
			return rd_err_nomem(err);
		*ret_first = (*found)->path;
	}
	return RD_OK;
}

/* Environments and private keys go along, as everything does that no pattern leaves out; but they are told. */
static void warn_of_secret(rd_walk *w, int dir_fd, const char *name)
{
	RD_STR_AUTO rd_str what = RD_STR_INIT(0);
	RD_AUTOCLOSE int fd = -1;
	char head[RD_SECRETFILE_HEAD];
	const char *why;
	size_t n;

	if (!rd_secretfile_maybe(name))
		return;
	fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || rd_read_at(fd, 0, head, sizeof head, &n, NULL))
		return;
	why = rd_secretfile_why(name, head, n);
	if (!why)
		return;
	rd_str_printf(&what, "%s and is sent: name it in .dockerignore to leave it out", why);
	warn(w, rd_str_get(&what));
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
static rd_code enter(rd_walk *w, int fd, size_t parent_len, rd_err *err)
{
	DIR *dir = fdopendir(fd);
	struct level *l;

	if (!dir) {
		rd_code code = rd_err_os(err, errno, "listing '%s'", rd_str_get(&w->path));

		close(fd);
		return code;
	}
	l = w->levels.len < DEPTH_MAX ? rd_vec_push(&w->levels) : NULL;
	if (!l) {
		closedir(dir);
		if (w->levels.len < DEPTH_MAX)
			return rd_err_nomem(err);
		return rd_err_set(err, RD_ELIMIT, "'%s' lies deeper than %d folders",
			rd_str_get(&w->path), DEPTH_MAX);
	}
	l->dir = dir;
	l->parent_len = parent_len;
	if (w->on_folder)
		w->on_folder(w->on_folder_arg, rd_str_get(&w->path));
	if (list_names(dir, &l->names, err))
		return rd_err_wrap(err, "'%s'", rd_str_get(&w->path));
	return RD_OK;
}

static void leave(rd_walk *w)
{
	struct level *l = rd_vec_at(&w->levels, w->levels.len - 1);

	rd_str_cut(&w->path, l->parent_len);
	closedir(l->dir);
	rd_strs_done(&l->names);
	rd_vec_remove(&w->levels, w->levels.len - 1);
}

static void give(rd_walk *w, int dir_fd, const char *name, const struct stat *st, rd_tar_type type)
{
	w->entry = (rd_walk_entry){.path = rd_str_get(&w->path),
		.name = name,
		.dir_fd = dir_fd,
		.type = type,
		.st = *st};
}

/* The path stays that of the folder until the walk leaves it. */
static rd_code visit_dir(rd_walk *w, int dir_fd, const char *name, size_t parent_len, rd_err *err)
{
	const char *path = rd_str_get(&w->path);
	bool out = is_left_out(w, path);
	struct stat st;
	int fd;

	if (out && !must_be_walked(w, path)) {
		rd_str_cut(&w->path, parent_len);
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
		give(w, dir_fd, name, &st, RD_TAR_DIR);
	return enter(w, fd, parent_len, err);
}

static rd_code visit_symlink(rd_walk *w, int dir_fd, const char *name, const struct stat *st,
	rd_err *err)
{
	ssize_t n = readlinkat(dir_fd, name, w->target, sizeof w->target - 1);

	if (n < 0)
		return rd_err_os(err, errno, "reading link '%s'", rd_str_get(&w->path));
	w->target[n] = '\0';
	if (w->drops_links && !w->n_symlinks++ &&
		!rd_str_replace(&w->symlink, rd_str_get(&w->path)))
		return rd_err_nomem(err);
	give(w, dir_fd, name, st, RD_TAR_SYMLINK);
	w->entry.link = w->target;
	return RD_OK;
}

static rd_code visit_other(rd_walk *w, int dir_fd, const char *name, const struct stat *st,
	rd_err *err)
{
	const char *first = NULL;
	rd_code code = RD_OK;

	if (is_left_out(w, rd_str_get(&w->path)))
		return RD_OK;
	if (S_ISREG(st->st_mode)) {
		code = w->drops_links ? RD_OK : find_link(w, st, &first, err);
		if (code)
			return code;
		give(w, dir_fd, name, st, first ? RD_TAR_HARDLINK : RD_TAR_FILE);
		w->entry.link = first;
		warn_of_secret(w, dir_fd, name);
	} else if (S_ISLNK(st->st_mode)) {
		return visit_symlink(w, dir_fd, name, st, err);
	} else if (S_ISSOCK(st->st_mode)) {
		warn(w, "is a socket: left out");
	} else if (S_ISFIFO(st->st_mode)) {
		warn(w, "is a fifo: left out");
	} else {
		warn(w, "is a device: left out");
	}
	return RD_OK;
}

/* Sets the entry, or finds nothing to give. */
static rd_code visit(rd_walk *w, int dir_fd, const char *name, rd_err *err)
{
	struct stat st;
	rd_code code;

	w->parent_len = w->path.len;
	if (w->parent_len)
		rd_str_putc(&w->path, '/');
	rd_str_put(&w->path, name);
	code = rd_str_check(&w->path, "a path", err);
	if (code)
		return code;
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			return rd_err_os(err, errno, "looking at '%s'", rd_str_get(&w->path));
		warn(w, "vanished: left out");
	} else if (S_ISDIR(st.st_mode)) {
		return visit_dir(w, dir_fd, name, w->parent_len, err);
	} else {
		code = visit_other(w, dir_fd, name, &st, err);
	}
	w->is_open = true;
	return code;
}

static void warn_of_symlinks(rd_walk *w)
{
	RD_STR_AUTO rd_str what = RD_STR_INIT(0);

	if (w->n_symlinks > 1)
		rd_str_printf(&what, "and %zu more are symlinks, which the rack leaves out",
			w->n_symlinks - 1);
	else
		rd_str_put(&what, "is a symlink, which the rack leaves out");
	rd_walk_warn(w, w->symlink, rd_str_get(&what));
	w->n_symlinks = 0;
}

rd_code rd_walk_next(rd_walk *w, const rd_walk_entry **ret_entry, rd_err *err)
{
	rd_code code = RD_OK;

	w->entry.path = NULL;
	while (!code && !w->entry.path && w->levels.len) {
		struct level *l = rd_vec_at(&w->levels, w->levels.len - 1);

		if (w->is_open)
			rd_str_cut(&w->path, w->parent_len);
		w->is_open = false;
		if (l->next == l->names.len)
			leave(w);
		else
			code = visit(w, dirfd(l->dir), l->names.items[l->next++], err);
	}
	if (!code && !w->entry.path && w->n_symlinks)
		warn_of_symlinks(w);
	if (!code)
		*ret_entry = w->entry.path ? &w->entry : NULL;
	return code;
}

void rd_walk_forget(rd_walk *w, const rd_walk_entry *e)
{
	const struct seen key = {.dev = e->st.st_dev, .ino = e->st.st_ino};
	struct seen **found = tfind(&key, &w->links, by_inode), *old;

	if (!found)
		return;
	old = *found;
	tdelete(&key, &w->links, by_inode);
	free(old);
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

static rd_code read_ignores(rd_walk *w, const rd_pack_opts *opts, rd_err *err)
{
	rd_code code = read_ignore(opts->dir, ".dockerignore", &w->ignore, err);

	for (size_t i = 0; w->ignore && opts->own_ignores && i < opts->own_ignores->len; i++) {
		rd_dockerignore *own = NULL;

		if (!code)
			code = read_ignore(opts->dir, opts->own_ignores->items[i], &own, err);
		if (own)
			rd_dockerignore_also(w->ignore, own);
	}
	return code;
}

static rd_code copy_keep(rd_walk *w, const rd_strs *keep, rd_err *err)
{
	for (size_t i = 0; keep && i < keep->len; i++)
		if (!rd_strs_take(&w->keep, rd_path_clean(keep->items[i])))
			return rd_err_nomem(err);
	return RD_OK;
}

rd_code rd_walk_open(const rd_pack_opts *opts, rd_walk **ret_walk, rd_err *err)
{
	rd_walk *w = calloc(1, sizeof *w);
	rd_code code;
	int fd;

	if (!w)
		return rd_err_nomem(err);
	rd_vec_init(&w->levels, sizeof(struct level));
	w->drops_links = opts->drops_links;
	fd = open(opts->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	code = fd < 0 ? rd_err_os(err, errno, "opening folder '%s'", opts->dir) : RD_OK;
	if (!code)
		code = enter(w, fd, 0, err);
	if (!code)
		code = copy_keep(w, opts->keep, err);
	if (!code)
		code = read_ignores(w, opts, err);
	if (code)
		rd_walk_close(w);
	else
		*ret_walk = w;
	return code;
}

rd_walk *rd_walk_close(rd_walk *w)
{
	if (!w)
		return NULL;
	while (w->levels.len)
		leave(w);
	rd_vec_done(&w->levels);
	tdestroy(w->links, free);
	rd_dockerignore_free(w->ignore);
	rd_strs_done(&w->keep);
	rd_strs_done(&w->warnings);
	rd_str_done(&w->path);
	free(w->symlink);
	free(w);
	return NULL;
}

void rd_walk_on_folder(rd_walk *w, void (*fn)(void *arg, const char *path), void *arg)
{
	w->on_folder = fn;
	w->on_folder_arg = arg;
}

bool rd_walk_passes(const rd_walk *w, const char *path)
{
	return rd_dockerignore_match(w->ignore, path) && !rd_strs_has(&w->keep, path) &&
	       !must_be_walked(w, path);
}

const rd_strs *rd_walk_warnings(const rd_walk *w)
{
	return &w->warnings;
}

rd_strs rd_walk_take_warnings(rd_walk *w)
{
	rd_strs taken = w->warnings;

	w->warnings = (rd_strs){0};
	return taken;
}

void rd_walk_put_head(const rd_walk_entry *e, rd_str *out)
{
	const rd_tar_entry head = {
		.path = e->path,
		.type = e->type,
		.mode = e->st.st_mode & 07777,
		.mtime_us = e->st.st_mtim.tv_sec * INT64_C(1000000) + e->st.st_mtim.tv_nsec / 1000,
		.size = e->type == RD_TAR_FILE ? (uint64_t)e->st.st_size : 0,
		.link = e->link,
	};

	rd_tar_put_head(out, &head);
}

void rd_walk_put_key(const rd_walk_entry *e, rd_str *out)
{
	uint64_t facts[] = {e->type, e->st.st_mode, (uint64_t)e->st.st_mtim.tv_sec,
		(uint64_t)e->st.st_mtim.tv_nsec, 0, 0, 0, 0, 0};

	if (e->type == RD_TAR_FILE) {
		facts[4] = e->st.st_dev;
		facts[5] = e->st.st_ino;
		facts[6] = (uint64_t)e->st.st_size;
		facts[7] = (uint64_t)e->st.st_ctim.tv_sec;
		facts[8] = (uint64_t)e->st.st_ctim.tv_nsec;
	}
	rd_str_putn(out, (const char *)facts, sizeof facts);
	rd_str_putn(out, e->path, strlen(e->path) + 1);
	rd_str_putn(out, rd_or_empty(e->link), strlen(rd_or_empty(e->link)) + 1);
}

/* Clocks of file systems tick: one that counts whole seconds shows no fraction. */
bool rd_walk_settled(const struct stat *st, const struct timespec *now)
{
	int64_t slack_ms = st->st_ctim.tv_nsec ? SLACK_MS : SLACK_COARSE_MS;
	int64_t limit_ms = now->tv_sec * INT64_C(1000) + now->tv_nsec / 1000000 - slack_ms;

	return st->st_ctim.tv_sec * INT64_C(1000) + st->st_ctim.tv_nsec / 1000000 < limit_ms &&
	       st->st_mtim.tv_sec * INT64_C(1000) + st->st_mtim.tv_nsec / 1000000 < limit_ms;
}

/* SPDX-License-Identifier: MIT */
/* Watches a folder for changes of what would be packed. */
#include "core/io/treewatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/io/walk.h"

#define EVENTS_OF_FOLDER \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_ATTRIB | \
		IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_EXCL_UNLINK)
#define EVENTS_OF_END (IN_DELETE | IN_MOVED_FROM | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
#define EVENTS_OF_PARENT (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

/* A folder under watch. */
struct folder {
	int wd;
	char *path;    /* relative, "" the root */
	unsigned look; /* the last one that met it */
};

struct rd_treewatch {
	char *dir; /* absolute and clean */
	int fd;    /* inotify */
	int parent_wd; /* of the folder that dir lies in, where its name may come to mean another; -1: none */
	rd_vec folders; /* struct folder, by wd */
	unsigned look;
	bool is_partial;
	bool is_short; /* of memory, during a look */
	bool has_key;
	uint8_t key[RD_SHA256_BYTES];
	rd_walk *walk; /* the last one, at its end: it knows the rules. NULL: none yet */
};

static bool is_git(const char *path)
{
	return strncmp(path, ".git", 4) == 0 && (path[4] == '\0' || path[4] == '/');
}

/* What editors lay beside a file while it is open: locks, swap files and backups of vim, emacs, nano, kate. */
static bool is_of_editor(const char *path)
{
	const char *name = rd_path_base(path), *end = strrchr(name, '.');

	if (rd_starts_with(name, ".#") || rd_ends_with(name, "~") || !strcmp(name, "4913"))
		return true;
	if (name[0] == '#' && rd_ends_with(name, "#"))
		return true;
	return name[0] == '.' && end != name &&
	       ((strlen(end) == 4 && rd_starts_with(end, ".sw")) || !strcmp(end, ".kate-swp"));
}

static rd_code find_dir(const char *dir, char **ret_dir, rd_err *err)
{
	RD_AUTOFREE char *cwd = NULL;
	RD_AUTOFREE char *full = NULL;

	if (*dir != '/') {
		cwd = getcwd(NULL, 0);
		if (!cwd)
			return rd_err_os(err, errno, "finding the working directory");
	}
	full = cwd ? rd_path_join(cwd, dir) : rd_strdup(dir);
	*ret_dir = full ? rd_path_clean(full) : NULL;
	return *ret_dir ? RD_OK : rd_err_nomem(err);
}

rd_code rd_treewatch_open(const char *dir, rd_treewatch **ret_watch, rd_err *err)
{
	rd_treewatch *t = calloc(1, sizeof *t);
	rd_code code;

	if (!t)
		return rd_err_nomem(err);
	rd_vec_init(&t->folders, sizeof(struct folder));
	t->parent_wd = -1;
	t->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (t->fd < 0)
		code = rd_err_os(err, errno,
			"watching '%s' (many watchers? see sysctl fs.inotify.max_user_instances)",
			dir);
	else
		code = find_dir(dir, &t->dir, err);
	if (code)
		rd_treewatch_close(t);
	else
		*ret_watch = t;
	return code;
}

rd_treewatch *rd_treewatch_close(rd_treewatch *t)
{
	if (!t)
		return NULL;
	if (t->fd >= 0)
		close(t->fd);
	for (size_t i = 0; i < t->folders.len; i++)
		free(((struct folder *)rd_vec_at(&t->folders, i))->path);
	rd_vec_done(&t->folders);
	rd_walk_close(t->walk);
	free(t->dir);
	free(t);
	return NULL;
}

int rd_treewatch_fd(const rd_treewatch *t)
{
	return t->fd;
}

bool rd_treewatch_is_partial(const rd_treewatch *t)
{
	return t->is_partial;
}

/* ---- folders under watch ---- */

/* Where the wd stands, or belongs. */
static size_t place_of(const rd_treewatch *t, int wd)
{
	size_t from = 0, to = t->folders.len;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		const struct folder *f = rd_vec_at(&t->folders, mid);

		if (f->wd < wd)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static struct folder *find_folder(const rd_treewatch *t, int wd)
{
	size_t i = place_of(t, wd);
	struct folder *f = i < t->folders.len ? rd_vec_at(&t->folders, i) : NULL;

	return f && f->wd == wd ? f : NULL;
}

/* Makes room where the wd belongs. */
static struct folder *new_folder(rd_treewatch *t, int wd)
{
	size_t i = place_of(t, wd);
	struct folder *f;

	if (!rd_vec_push(&t->folders))
		return NULL;
	f = rd_vec_at(&t->folders, i);
	memmove(f + 1, f, (t->folders.len - 1 - i) * sizeof *f);
	*f = (struct folder){.wd = wd};
	return f;
}

static void watch_folder(void *arg, const char *path)
{
	rd_treewatch *t = arg;
	RD_AUTOFREE char *full = rd_path_join(t->dir, path);
	struct folder *f;
	int wd;

	if (is_git(path))
		return;
	wd = full ? inotify_add_watch(t->fd, full, EVENTS_OF_FOLDER | IN_ONLYDIR) : -1;
	if (wd < 0) {
		/* One that is gone by now is told of by the watch of its parent. */
		t->is_partial = t->is_partial || !full || errno == ENOSPC || errno == ENOMEM;
		return;
	}
	f = find_folder(t, wd);
	if (!f)
		f = new_folder(t, wd);
	/* The same folder may have another name by now. */
	if (!f || !rd_str_replace(&f->path, path))
		t->is_short = true;
	else
		f->look = t->look;
}

static void watch_parent(rd_treewatch *t)
{
	RD_AUTOFREE char *parent = rd_path_join(t->dir, "..");
	RD_AUTOFREE char *clean = parent ? rd_path_clean(parent) : NULL;

	if (clean && strcmp(t->dir, "/") != 0)
		t->parent_wd = inotify_add_watch(t->fd, clean, EVENTS_OF_PARENT | IN_ONLYDIR);
}

/* Those that this look did not meet are gone, or left out by now. */
static void forget_old(rd_treewatch *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->folders.len; i++) {
		struct folder *f = rd_vec_at(&t->folders, i);

		if (f->look == t->look) {
			*(struct folder *)rd_vec_at(&t->folders, n++) = *f;
			continue;
		}
		inotify_rm_watch(t->fd, f->wd);
		free(f->path);
	}
	t->folders.len = n;
}

/* ---- what happened ---- */

/* Whether an event counts; @path gets its name. */
static bool counts(const rd_treewatch *t, const struct inotify_event *ev, rd_str *path)
{
	const struct folder *f = find_folder(t, ev->wd);
	const char *name = ev->len ? ev->name : "";

	rd_str_clear(path);
	if (ev->mask & IN_Q_OVERFLOW)
		return true;
	if (ev->wd == t->parent_wd)
		return strcmp(name, rd_path_base(t->dir)) == 0;
	if (!f || (ev->mask & IN_IGNORED))
		return false;
	rd_str_put(path, f->path);
	if (*name && path->len)
		rd_str_putc(path, '/');
	rd_str_put(path, name);
	if (!path->len)
		return true;
	return !is_git(rd_str_get(path)) &&
	       (ev->mask & IN_ISDIR || !is_of_editor(rd_str_get(path))) &&
	       !(t->walk && rd_walk_passes(t->walk, rd_str_get(path)));
}

bool rd_treewatch_take(rd_treewatch *t, rd_str *ret_path)
{
	_Alignas(struct inotify_event) char buf[65536];
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	bool due = false;
	ssize_t n;

	while ((n = read(t->fd, buf, sizeof buf)) > 0 || (n < 0 && errno == EINTR)) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *ev = (const void *)(buf + at);

			at += (ssize_t)(sizeof *ev + ev->len);
			if (!counts(t, ev, &path))
				continue;
			due = true;
			/* Who saves a file by renaming removes the old one last. */
			if (ret_path && (!ret_path->len || !(ev->mask & EVENTS_OF_END))) {
				rd_str_clear(ret_path);
				rd_str_put(ret_path, rd_str_get(&path));
			}
		}
		/* Not full: that was all, and who writes without end does not keep us here. */
		if (n > 0 && (size_t)n < sizeof buf / 2)
			break;
	}
	return due;
}

/* ---- looking ---- */

/* A folder's times change with what is left out in it. */
static void add_entry(rd_sha256 *sum, const rd_walk_entry *e, rd_str *room)
{
	rd_walk_entry plain = *e;

	if (is_git(e->path) || (e->type != RD_TAR_DIR && is_of_editor(e->path)))
		return;
	if (e->type == RD_TAR_DIR)
		plain.st.st_mtim = (struct timespec){0};
	rd_str_clear(room);
	rd_walk_put_key(&plain, room);
	rd_sha256_add(sum, room->data, room->len);
}

static rd_code add_entries(rd_walk *walk, rd_sha256 *sum, rd_err *err)
{
	RD_STR_AUTO rd_str room = RD_STR_INIT(0);
	const rd_walk_entry *e = NULL;
	rd_code code;

	while (!(code = rd_walk_next(walk, &e, err)) && e)
		add_entry(sum, e, &room);
	return code ? code : rd_str_check(&room, "an entry", err);
}

static rd_code walk_all(rd_treewatch *t, const rd_pack_opts *opts, rd_sha256 *sum, rd_err *err)
{
	rd_walk *walk = NULL;
	rd_code code;

	t->look++;
	t->is_partial = t->is_short = false;
	/* A watch comes before its folder is read, so that nothing happens in between unseen. */
	watch_parent(t);
	watch_folder(t, "");
	code = rd_walk_open(opts, &walk, err);
	if (code)
		return code;
	rd_walk_on_folder(walk, watch_folder, t);
	code = add_entries(walk, sum, err);
	if (!code && t->is_short)
		code = rd_err_nomem(err);
	if (code) {
		rd_walk_close(walk);
		return code;
	}
	rd_walk_close(t->walk);
	t->walk = walk;
	forget_old(t);
	return RD_OK;
}

rd_code rd_treewatch_look(rd_treewatch *t, const rd_pack_opts *opts, bool *ret_changed, rd_err *err)
{
	uint8_t key[RD_SHA256_BYTES];
	rd_sha256 *sum = NULL;
	rd_code code = rd_sha256_new(&sum, err);

	if (!code)
		code = walk_all(t, opts, sum, err);
	if (!code) {
		rd_sha256_end(sum, key);
		*ret_changed = !t->has_key || memcmp(key, t->key, sizeof key) != 0;
		memcpy(t->key, key, sizeof key);
		t->has_key = true;
	}
	rd_sha256_free(sum);
	return code;
}

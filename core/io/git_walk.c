/* SPDX-License-Identifier: MIT */
/*
 * Walks the tree of a commit and gives it as a tar. The trees come from outside: their names are judged
 * here, their number, size and depth have caps, and a blob is in memory one at a time.
 */
#include "core/base/fs.h"
#include "core/formats/dockerignore.h"
#include "core/formats/secretfile.h"
#include "core/io/git_impl.h"
#include "core/io/pack.h"
#include "core/io/tar.h"

#define DEPTH_MAX 128
#define ENTRIES_MAX 1000000 /* looked at, also those that a pattern leaves out */
#define BLOB_MAX_BYTES (UINT64_C(512) << 20)
#define TOTAL_MAX_BYTES (UINT64_C(10) << 30)
#define LINK_MAX_BYTES 4096
#define IGNORE_MAX_BYTES (1024 * 1024)
#define WARNINGS_MAX 1000

/* A folder on the way from the root to where the walk is. */
struct level {
	git_repository *repo; /* borrowed */
	git_tree *tree;
	size_t next;
	size_t parent_len; /* of the path */
	int64_t mtime_us;
};

struct walk {
	rd_reader base;
	const rd_git_source *source;
	rd_dockerignore *ignore;
	rd_strs keep;
	rd_strs warnings;
	rd_vec levels; /* struct level */
	rd_str path;   /* of the entry in hand, relative to the root */
	rd_str out;    /* headers and padding to be given first … */
	size_t out_at; /* … from here */
	git_blob *blob;
	uint64_t blob_at;
	uint64_t entries, bytes; /* so far */
	bool ended;
};

static void warn(struct walk *w, const char *what)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);

	if (w->warnings.len >= WARNINGS_MAX)
		return;
	rd_str_printf(&line, "'%s' %s", rd_str_get(&w->path), what);
	/* A warning that finds no memory is not worth an error. */
	rd_strs_add(&w->warnings, rd_str_get(&line));
}

/* What must be there stays even so; that is told. */
static bool is_left_out(struct walk *w)
{
	const char *path = rd_str_get(&w->path);

	if (!rd_dockerignore_match(w->ignore, path))
		return false;
	if (!rd_strs_has(&w->keep, path))
		return true;
	warn(w, RD_PACK_KEPT);
	return false;
}

/* Whether something below an ignored folder may still be wanted. */
static bool must_be_walked(const struct walk *w)
{
	const char *dir = rd_str_get(&w->path);

	for (size_t i = 0; i < w->keep.len; i++)
		if (rd_starts_with(w->keep.items[i], dir) && w->keep.items[i][w->path.len] == '/')
			return true;
	return !rd_dockerignore_prunes(w->ignore, dir);
}

/* Names that no honest tree has: they would lead elsewhere, or be a repository of their own. */
static rd_code check_name(const struct walk *w, const char *name, rd_err *err)
{
	if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		strcasecmp(name, ".git") == 0)
		return rd_err_set(err, RD_EPARSE, "the repository holds a file named '%s%s%s'",
			rd_str_get(&w->path), w->path.len ? "/" : "", name);
	return RD_OK;
}

static void put_entry(struct walk *w, const struct level *l, rd_tar_entry e)
{
	e.path = rd_str_get(&w->path);
	e.mtime_us = l->mtime_us;
	rd_tar_put_head(&w->out, &e);
}

static rd_code corrupt(const struct walk *w, rd_err *err)
{
	return rd_err_set(err, RD_ECORRUPT,
		"'%s' cannot be read from the git cache: try again, or remove rackdeck's cache",
		rd_str_get(&w->path));
}

static int64_t time_of(const git_commit *commit)
{
	git_time_t s = git_commit_time(commit);

	/* What a hostile commit says of its time must fit a header. */
	return s < 0 || s > INT64_C(1) << 33 ? 0 : s * 1000000;
}

/* @tree taken, also on failure. */
static rd_code enter(struct walk *w, git_repository *repo, git_tree *tree, size_t parent_len,
	int64_t mtime_us, rd_err *err)
{
	struct level *l = w->levels.len < DEPTH_MAX ? rd_vec_push(&w->levels) : NULL;

	if (!l) {
		git_tree_free(tree);
		if (w->levels.len < DEPTH_MAX)
			return rd_err_nomem(err);
		return rd_err_set(err, RD_ELIMIT, "'%.200s' lies deeper than %d folders",
			rd_str_get(&w->path), DEPTH_MAX);
	}
	*l = (struct level){repo, tree, 0, parent_len, mtime_us};
	return RD_OK;
}

static void leave(struct walk *w)
{
	struct level *l = rd_vec_at(&w->levels, w->levels.len - 1);

	rd_str_cut(&w->path, l->parent_len);
	git_tree_free(l->tree);
	rd_vec_remove(&w->levels, w->levels.len - 1);
}

static rd_code visit_dir(struct walk *w, const struct level *l, const git_tree_entry *e,
	size_t parent_len, rd_err *err)
{
	bool out = is_left_out(w);
	git_tree *tree = NULL;

	if (out && !must_be_walked(w)) {
		rd_str_cut(&w->path, parent_len);
		return RD_OK;
	}
	if (git_tree_lookup(&tree, l->repo, git_tree_entry_id(e)) < 0)
		return corrupt(w, err);
	if (!out)
		put_entry(w, l, (rd_tar_entry){.type = RD_TAR_DIR, .mode = 0755});
	return enter(w, l->repo, tree, parent_len, l->mtime_us, err);
}

static const rd_git_sub *find_sub(const struct walk *w)
{
	const rd_git_source *s = w->source;
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	if (s->subdir)
		rd_str_printf(&path, "%s/", s->subdir);
	rd_str_put(&path, rd_str_get(&w->path));
	for (size_t i = 0; i < s->subs.len; i++) {
		const rd_git_sub *sub = rd_vec_at(&s->subs, i);

		if (strcmp(sub->path, rd_str_get(&path)) == 0)
			return sub;
	}
	return NULL;
}

/* A submodule is a folder in any case, as after a clone without them. */
static rd_code visit_sub(struct walk *w, const struct level *l, size_t parent_len, rd_err *err)
{
	const rd_git_sub *sub = find_sub(w);
	bool out = is_left_out(w);
	git_tree *tree = NULL;

	if (out && !must_be_walked(w)) {
		rd_str_cut(&w->path, parent_len);
		return RD_OK;
	}
	if (!out)
		put_entry(w, l, (rd_tar_entry){.type = RD_TAR_DIR, .mode = 0755});
	if (sub) {
		if (git_commit_tree(&tree, sub->at.commit) < 0)
			return corrupt(w, err);
		return enter(w, sub->at.repo, tree, parent_len, time_of(sub->at.commit), err);
	}
	if (!out)
		warn(w, "is a submodule: left empty (--submodules brings those of .gitmodules)");
	rd_str_cut(&w->path, parent_len);
	return RD_OK;
}

static void warn_of_content(struct walk *w, const git_blob *blob)
{
	static const char lfs[] = "version https://git-lfs.github.com/spec/";
	const char *slash = strrchr(rd_str_get(&w->path), '/');
	const char *name = slash ? slash + 1 : rd_str_get(&w->path);
	const char *text = git_blob_rawcontent(blob);
	size_t n = (size_t)git_blob_rawsize(blob);
	RD_STR_AUTO rd_str what = RD_STR_INIT(0);
	const char *why =
		rd_secretfile_why(name, text, n < RD_SECRETFILE_HEAD ? n : RD_SECRETFILE_HEAD);

	if (n < 1024 && n >= sizeof lfs && memcmp(text, lfs, sizeof lfs - 1) == 0)
		warn(w, "is kept with Git LFS: what is sent is the pointer, not the content");
	if (!why)
		return;
	rd_str_printf(&what, "%s and is sent: name it in .dockerignore to leave it out", why);
	warn(w, rd_str_get(&what));
}

/* The size is known before anything is inflated. */
static rd_code read_blob(struct walk *w, const struct level *l, const git_oid *id,
	git_blob **ret_blob, rd_err *err)
{
	git_object_t type = GIT_OBJECT_INVALID;
	git_odb *odb = NULL;
	size_t size = 0;
	int rc = git_repository_odb(&odb, l->repo);

	if (!rc)
		rc = git_odb_read_header(&size, &type, odb, id);
	git_odb_free(odb);
	if (rc || type != GIT_OBJECT_BLOB)
		return corrupt(w, err);
	if (size > BLOB_MAX_BYTES)
		return rd_err_set(err, RD_ELIMIT,
			"'%s' has more than %d MiB: name it in .dockerignore to leave it out",
			rd_str_get(&w->path), (int)(BLOB_MAX_BYTES >> 20));
	w->bytes += size;
	if (w->bytes > TOTAL_MAX_BYTES)
		return rd_err_set(err, RD_ELIMIT,
			"the repository holds more than %d MiB: leave something out with "
			".dockerignore",
			(int)(TOTAL_MAX_BYTES >> 20));
	return git_blob_lookup(ret_blob, l->repo, id) < 0 ? corrupt(w, err) : RD_OK;
}

static rd_code put_link(struct walk *w, const struct level *l, git_blob *blob, rd_err *err)
{
	RD_STR_AUTO rd_str target = RD_STR_INIT(0);
	git_object_size_t n = git_blob_rawsize(blob);
	const char *text = git_blob_rawcontent(blob);

	if (!n || n > LINK_MAX_BYTES || memchr(text, '\0', (size_t)n))
		return rd_err_set(err, RD_EPARSE, "the link '%s' has no valid target",
			rd_str_get(&w->path));
	rd_str_putn(&target, text, (size_t)n);
	put_entry(w, l,
		(rd_tar_entry){.type = RD_TAR_SYMLINK, .mode = 0777, .link = rd_str_get(&target)});
	return rd_str_check(&target, "a link", err);
}

static rd_code visit_blob(struct walk *w, const struct level *l, const git_tree_entry *e,
	rd_err *err)
{
	git_filemode_t mode = git_tree_entry_filemode(e);
	git_blob *blob = NULL;
	rd_code code;

	if (is_left_out(w))
		return RD_OK;
	code = read_blob(w, l, git_tree_entry_id(e), &blob, err);
	if (!code && mode == GIT_FILEMODE_LINK) {
		code = put_link(w, l, blob, err);
	} else if (!code) {
		put_entry(w, l,
			(rd_tar_entry){.type = RD_TAR_FILE,
				.mode = mode == GIT_FILEMODE_BLOB_EXECUTABLE ? 0755 : 0644,
				.size = (uint64_t)git_blob_rawsize(blob)});
		warn_of_content(w, blob);
		if (git_blob_rawsize(blob)) {
			w->blob = blob;
			w->blob_at = 0;
			return RD_OK;
		}
	}
	git_blob_free(blob);
	return code;
}

/* The path stays that of a folder until the walk leaves it. */
static rd_code visit(struct walk *w, const struct level *l, const git_tree_entry *e, rd_err *err)
{
	const char *name = git_tree_entry_name(e);
	size_t parent_len = w->path.len;
	rd_code code = check_name(w, name, err);

	if (!code && ++w->entries > ENTRIES_MAX)
		code = rd_err_set(err, RD_ELIMIT, "the repository has more than %d files",
			ENTRIES_MAX);
	if (code)
		return code;
	if (parent_len)
		rd_str_putc(&w->path, '/');
	rd_str_put(&w->path, name);
	code = rd_str_check(&w->path, "a path", err);
	if (code)
		return code;
	if (git_tree_entry_filemode(e) == GIT_FILEMODE_TREE)
		return visit_dir(w, l, e, parent_len, err);
	if (git_tree_entry_filemode(e) == GIT_FILEMODE_COMMIT)
		return visit_sub(w, l, parent_len, err);
	code = visit_blob(w, l, e, err);
	rd_str_cut(&w->path, parent_len);
	return code;
}

/* Puts the next entry's header, or the end mark, into out; or finds nothing to put yet. */
static rd_code step(struct walk *w, rd_err *err)
{
	struct level *l, here;
	rd_code code;

	if (!w->levels.len) {
		rd_tar_put_end(&w->out);
		w->ended = true;
		return rd_str_check(&w->out, "a header", err);
	}
	l = rd_vec_at(&w->levels, w->levels.len - 1);
	if (l->next == git_tree_entrycount(l->tree)) {
		leave(w);
		return RD_OK;
	}
	here = *l; /* entering a folder moves the levels */
	code = visit(w, &here, git_tree_entry_byindex(l->tree, l->next++), err);
	return code ? code : rd_str_check(&w->out, "a header", err);
}

static size_t give_out(struct walk *w, void *buf, size_t cap)
{
	size_t n = w->out.len - w->out_at;

	if (n > cap)
		n = cap;
	memcpy(buf, w->out.data + w->out_at, n);
	w->out_at += n;
	if (w->out_at == w->out.len) {
		rd_str_clear(&w->out);
		w->out_at = 0;
	}
	return n;
}

static size_t give_blob(struct walk *w, void *buf, size_t cap)
{
	static const char zeros[RD_TAR_BLOCK];
	uint64_t size = (uint64_t)git_blob_rawsize(w->blob);
	size_t n = size - w->blob_at < cap ? (size_t)(size - w->blob_at) : cap;

	memcpy(buf, (const char *)git_blob_rawcontent(w->blob) + w->blob_at, n);
	w->blob_at += n;
	if (w->blob_at == size) {
		git_blob_free(w->blob);
		w->blob = NULL;
		rd_str_putn(&w->out, zeros, rd_tar_pad(size));
	}
	return n;
}

static rd_code walk_read(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	struct walk *w = (struct walk *)r;
	rd_code code = RD_OK;

	while (!code && !w->out.len && !w->blob && !w->ended)
		code = step(w, err);
	if (code)
		return code;
	if (w->out.len)
		*ret_n = give_out(w, buf, cap);
	else
		*ret_n = w->blob ? give_blob(w, buf, cap) : 0;
	return rd_str_check(&w->out, "padding", err);
}

static void walk_close(rd_reader *r)
{
	struct walk *w = (struct walk *)r;

	while (w->levels.len)
		leave(w);
	rd_vec_done(&w->levels);
	git_blob_free(w->blob);
	rd_dockerignore_free(w->ignore);
	rd_strs_done(&w->keep);
	rd_strs_done(&w->warnings);
	rd_str_done(&w->path);
	rd_str_done(&w->out);
	free(w);
}

/* *ret_ignore stays NULL where there is no such file. */
static rd_code read_ignore(rd_git_source *s, const char *name, rd_dockerignore **ret_ignore,
	rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code code = rd_git_source_file(s, name, IGNORE_MAX_BYTES, &text, err);

	if (code == RD_ENOENT)
		return RD_OK;
	if (!code)
		code = rd_dockerignore_parse(rd_str_get(&text), text.len, ret_ignore, err);
	if (code)
		rd_err_wrap(err, "%s", name);
	return code;
}

static rd_code read_ignores(struct walk *w, rd_git_source *s, const rd_strs *own_ignores,
	rd_err *err)
{
	rd_code code = read_ignore(s, ".dockerignore", &w->ignore, err);

	for (size_t i = 0; w->ignore && own_ignores && i < own_ignores->len; i++) {
		rd_dockerignore *own = NULL;

		if (!code)
			code = read_ignore(s, own_ignores->items[i], &own, err);
		if (own)
			rd_dockerignore_also(w->ignore, own);
	}
	return code;
}

rd_code rd_git_source_pack(rd_git_source *s, const rd_strs *keep, const rd_strs *own_ignores,
	rd_reader **ret_reader, rd_err *err)
{
	static const struct rd_reader_ops ops = {walk_read, walk_close};
	struct walk *w = calloc(1, sizeof *w);
	git_tree *root = NULL;
	rd_code code = RD_OK;

	if (!w)
		return rd_err_nomem(err);
	w->base.ops = &ops;
	w->source = s;
	rd_vec_init(&w->levels, sizeof(struct level));
	if (git_tree_dup(&root, s->root) < 0)
		code = rd_err_nomem(err);
	if (!code)
		code = enter(w, s->root_at->repo, root, 0, time_of(s->root_at->commit), err);
	for (size_t i = 0; !code && keep && i < keep->len; i++)
		if (!rd_strs_take(&w->keep, rd_path_clean(keep->items[i])))
			code = rd_err_nomem(err);
	if (!code)
		code = read_ignores(w, s, own_ignores, err);
	if (code)
		walk_close(&w->base);
	else
		*ret_reader = &w->base;
	return code;
}

const rd_strs *rd_git_source_warnings(const rd_reader *pack)
{
	return &((const struct walk *)pack)->warnings;
}

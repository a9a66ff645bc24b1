/* SPDX-License-Identifier: MIT */
/*
 * The caches: one bare repository per URL, and what git's failures mean.
 *
 * A cache is locked while git fetches, the first byte of its lock alone. Who reads shares a lock on the second:
 * nothing that a fetch brought is removed but the whole cache, by who gets both (git_trim.c). A mark in it tells of a fetch that did not end in order; then the next one makes it anew, for
 * nobody knows what lies there.
 * A ref is kept under refs/rackdeck/, named by its digest, with one commit of history.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/base/fs.h"
#include "core/io/git_impl.h"

#define MARK "rackdeck-fetching"
#define LOCK_LOOK_MS 100
#define TIPS_MAX_BYTES (1024 * 1024)
#define ALL_REFS "refs/rackdeck/all/"

struct fetch {
	const rd_git_source_opts *opts;
	const rd_giturl *url;
	char *dir;      /* of the cache */
	char *mark;     /* path */
	char *ref_name; /* in the cache */
	char *folder;   /* of all caches */
	git_repository *repo;
};

static void fetch_done(struct fetch *f)
{
	git_repository_free(f->repo);
	free(f->dir);
	free(f->mark);
	free(f->ref_name);
	free(f->folder);
}

/* ---- failures of git, by what it says (LC_ALL=C) ---- */

enum why {
	WHY_HOST,
	WHY_HOST_KEY,
	WHY_LOGIN,
	WHY_NO_REF,
	WHY_NO_REPO,
	WHY_TLS,
	WHY_REACH,
	WHY_FULL,
	WHY_OTHER
};

/* In the order in which they count: ssh ends each failure with "Could not read from remote repository". */
static const struct {
	const char *part;
	enum why why;
} signs[] = {
	{"No space left on device", WHY_FULL},
	{"Could not resolve host", WHY_HOST},
	{"Host key verification failed", WHY_HOST_KEY},
	{"couldn't find remote ref", WHY_NO_REF},
	{"not our ref", WHY_NO_REF},
	{"unadvertised object", WHY_NO_REF},
	{"no such remote ref", WHY_NO_REF},
	{"Authentication failed", WHY_LOGIN},
	{"could not read Username", WHY_LOGIN},
	{"could not read Password", WHY_LOGIN},
	{"Permission denied", WHY_LOGIN},
	{"error: 401", WHY_LOGIN},
	{"error: 403", WHY_LOGIN},
	{"SSL certificate", WHY_TLS},
	{"certificate verif", WHY_TLS},
	{"Connection refused", WHY_REACH},
	{"Failed to connect", WHY_REACH},
	{"Couldn't connect", WHY_REACH},
	{"timed out", WHY_REACH},
	{"too slow", WHY_REACH},
	{"No route to host", WHY_REACH},
	{"Network is unreachable", WHY_REACH},
	{"Connection reset", WHY_REACH},
	{"ot found", WHY_NO_REPO},
	{"error: 404", WHY_NO_REPO},
	{"not appear to be a git repository", WHY_NO_REPO},
	{"not a git repository", WHY_NO_REPO},
	{"No such file or directory", WHY_NO_REPO},
};

static enum why find_why(const char *said)
{
	for (size_t i = 0; i < RD_LEN(signs); i++)
		if (strstr(said, signs[i].part))
			return signs[i].why;
	return WHY_OTHER;
}

/* The first line that names a failure, without its "fatal: ". */
static void first_failure(const char *said, rd_str *out)
{
	static const char *const heads[] = {"fatal: ", "error: ", "ssh: "};
	const char *line = said;

	while (*line) {
		for (size_t i = 0; i < RD_LEN(heads); i++) {
			if (!rd_starts_with(line, heads[i]))
				continue;
			line += strlen(heads[i]);
			rd_str_putn(out, line, strcspn(line, "\n"));
			return;
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	rd_str_putn(out, said, strcspn(said, "\n"));
}

static rd_code no_ref(const rd_giturl *u, rd_err *err)
{
	if (!u->ref)
		return rd_err_set(err, RD_ENOENT, "the repository '%s' has no commit yet", u->url);
	return rd_err_set(err, RD_ENOENT, "there is no branch, tag or commit '%s' in '%s'", u->ref,
		u->url);
}

static rd_code tell(const struct fetch *f, const char *said, rd_err *err)
{
	const rd_giturl *u = f->url;
	RD_STR_AUTO rd_str first = RD_STR_INIT(400);
	const char *host = rd_or_empty(u->host);

	first_failure(said, &first);
	switch (find_why(said)) {
	case WHY_HOST:
		return rd_err_set(err, RD_EUNAVAIL, "there is no host '%s'", host);
	case WHY_FULL:
		return rd_err_set(err, RD_ENOSPC,
			"there is no room to fetch '%s': make some on the disk of '%s'", u->url,
			f->folder);
	case WHY_HOST_KEY:
		return rd_err_set(err, RD_EPERM,
			"the ssh key of host '%s' is not the known one, or not known: connect to "
			"it "
			"once with ssh",
			host);
	case WHY_NO_REF:
		return no_ref(u, err);
	case WHY_LOGIN:
		return rd_err_set(err, RD_EPERM,
			"'%s' wants a login that it accepts: set up a credential helper of git, or "
			"a "
			"key of ssh",
			u->url);
	case WHY_NO_REPO:
		return rd_err_set(err, RD_ENOENT,
			"there is no git repository at '%s', or it wants a login", u->url);
	case WHY_TLS:
		return rd_err_set(err, RD_EUNAVAIL, "host '%s' cannot be trusted: %s", host,
			rd_str_get(&first));
	case WHY_REACH:
		return rd_err_set(err, RD_EUNAVAIL, "host '%s' cannot be reached: %s", host,
			rd_str_get(&first));
	default:
		return rd_err_set(err, RD_EREMOTE, "git cannot fetch '%s': %s", u->url,
			rd_str_get(&first));
	}
}

/* ---- the cache ---- */

static struct flock fetchers(short type)
{
	return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
}

static rd_code lock(int fd, const rd_git_source_opts *opts, rd_err *err)
{
	struct flock first = fetchers(F_WRLCK);
	bool told = false;

	while (fcntl(fd, F_OFD_SETLK, &first) < 0) {
		if (errno != EAGAIN && errno != EACCES)
			return rd_err_os(err, errno, "locking the git cache");
		if (!told && opts->note)
			opts->note(opts->arg, "waiting for another fetch of this repository");
		told = true;
		if (!rd_cancel_pause(opts->cancel, LOCK_LOOK_MS))
			return rd_err_set(err, RD_ECANCELED, "canceled");
	}
	return RD_OK;
}

/* From fetching to reading: the cache stays, and others may fetch. */
static rd_code share(int fd, rd_err *err)
{
	struct flock first = fetchers(F_UNLCK),
		     second = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 1, .l_len = 1};

	if (fcntl(fd, F_OFD_SETLK, &second) < 0 || fcntl(fd, F_OFD_SETLK, &first) < 0)
		return rd_err_os(err, errno, "locking the git cache");
	/* When it was used. */
	futimens(fd, NULL);
	return RD_OK;
}

static void digest_of(const char *text, size_t digits, rd_str *out)
{
	uint8_t sum[RD_SHA256_BYTES];
	char hex[RD_SHA256_HEX];

	rd_sha256_of(text, strlen(text), sum);
	rd_hex(sum, sizeof sum, hex);
	rd_str_putn(out, hex, digits);
}

/* Names of the cache, and its lock's descriptor. */
static rd_code find_cache(struct fetch *f, int *ret_lock_fd, rd_err *err)
{
	RD_AUTOFREE char *cache = NULL;
	RD_STR_AUTO rd_str dir = RD_STR_INIT(0);
	RD_STR_AUTO rd_str lock_path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str ref = RD_STR_INIT(0);
	rd_code code = rd_xdg_cache(&cache, err);

	if (code)
		return code;
	f->folder = rd_path_join(cache, "git");
	code = f->folder ? rd_mkdirs(f->folder, err) : rd_err_nomem(err);
	if (code)
		return code;
	rd_str_printf(&dir, "%s/", f->folder);
	digest_of(f->url->url, 40, &dir);
	rd_str_printf(&lock_path, "%s.lock", rd_str_get(&dir));
	rd_str_put(&ref, "refs/rackdeck/");
	digest_of(f->url->ref ? f->url->ref : "HEAD", 40, &ref);
	f->dir = rd_str_take(&dir);
	f->ref_name = rd_str_take(&ref);
	f->mark = f->dir ? rd_path_join(f->dir, MARK) : NULL;
	if (!f->dir || !f->ref_name || !f->mark || !rd_str_ok(&lock_path))
		return rd_err_nomem(err);
	*ret_lock_fd =
		open(rd_str_get(&lock_path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return *ret_lock_fd < 0 ? rd_err_os(err, errno, "opening '%s'", rd_str_get(&lock_path))
				: RD_OK;
}

static rd_code from_git(rd_code code, const char *what, rd_err *err)
{
	const git_error *last = git_error_last();

	return rd_err_set(err, code, "%s: %s", what, last ? last->message : "");
}

/* Opens the cache, or makes it. */
static rd_code open_cache(struct fetch *f, rd_err *err)
{
	git_repository_init_options o = GIT_REPOSITORY_INIT_OPTIONS_INIT;
	rd_code code = RD_OK;

	if (rd_file_exists(f->mark))
		code = rd_rmtree(f->dir, err);
	if (code)
		return code;
	if (git_repository_open_bare(&f->repo, f->dir) == 0)
		return RD_OK;
	code = rd_rmtree(f->dir, err);
	if (!code)
		code = rd_mkdirs(f->dir, err);
	o.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
	if (!code && git_repository_init_ext(&f->repo, f->dir, &o) < 0)
		code = from_git(RD_EIO, "making a git cache", err);
	return code;
}

/* ---- fetching ---- */

/* @refspecs NULL-terminated, two at most. */
static rd_code run_fetch(struct fetch *f, const char *depth, const char *const *refspecs,
	bool *ret_ok, rd_str *said, rd_err *err)
{
	const char *const args[] = {"fetch", "--progress", "--no-tags", "--no-recurse-submodules",
		"--no-write-fetch-head", "--no-auto-maintenance", depth, "--", f->url->url,
		refspecs[0], refspecs[1], NULL};
	const rd_git_run run = {f->opts, f->url, f->dir, args};
	rd_code code = rd_file_write(f->mark, "", 0, err);
	enum why why;

	if (!code)
		code = rd_git_run_wait(&run, ret_ok, said, err);
	/* A mark that stays makes the next fetch begin anew. */
	why = code || *ret_ok ? WHY_OTHER : find_why(rd_str_get(said));
	if (!code && (*ret_ok || (why != WHY_OTHER && why != WHY_FULL)))
		unlink(f->mark);
	return code;
}

static bool is_hex(const char *ref, size_t min)
{
	return ref && strlen(ref) >= min && strlen(ref) <= GIT_OID_HEXSZ &&
	       strspn(ref, "0123456789abcdefABCDEF") == strlen(ref);
}

/* Keeps a commit that some branch or tag leads to, found by the begin of its id. */
static rd_code keep_by_id(struct fetch *f, rd_err *err)
{
	git_object *object = NULL;
	git_reference *ref = NULL;
	git_oid id;
	int rc = git_oid_fromstrn(&id, f->url->ref, strlen(f->url->ref));

	if (!rc)
		rc = git_object_lookup_prefix(&object, f->repo, &id, strlen(f->url->ref),
			GIT_OBJECT_COMMIT);
	if (!rc)
		rc = git_reference_create(&ref, f->repo, f->ref_name, git_object_id(object), 1,
			NULL);
	git_object_free(object);
	git_reference_free(ref);
	if (rc == GIT_EAMBIGUOUS)
		return rd_err_set(err, RD_EINVAL, "'%s' is the begin of several commits' ids",
			f->url->ref);
	return rc ? no_ref(f->url, err) : RD_OK;
}

/* A server that gives no commit by its id alone, or a shortened id: all history is needed. */
static rd_code fetch_all(struct fetch *f, rd_err *err)
{
	static const char *const refspecs[] = {
		"+refs/heads/*:" ALL_REFS "heads/*", "+refs/tags/*:" ALL_REFS "tags/*"};
	RD_STR_AUTO rd_str said = RD_STR_INIT(0);
	bool ok = false;
	rd_code code = run_fetch(f, "--depth=2147483647", refspecs, &ok, &said, err);

	if (code)
		return code;
	return ok ? keep_by_id(f, err) : tell(f, rd_str_get(&said), err);
}

static rd_code fetch_ref(struct fetch *f, rd_err *err)
{
	RD_STR_AUTO rd_str refspec = RD_STR_INIT(0);
	RD_STR_AUTO rd_str said = RD_STR_INIT(0);
	const char *refspecs[] = {NULL, NULL};
	bool ok = false;
	rd_code code;

	rd_str_printf(&refspec, "+%s:%s", f->url->ref ? f->url->ref : "HEAD", f->ref_name);
	code = rd_str_check(&refspec, "a ref", err);
	if (code)
		return code;
	refspecs[0] = rd_str_get(&refspec);
	code = run_fetch(f, "--depth=1", refspecs, &ok, &said, err);
	if (code || ok)
		return code;
	if (is_hex(f->url->ref, 4) && find_why(rd_str_get(&said)) == WHY_NO_REF)
		return fetch_all(f, err);
	return tell(f, rd_str_get(&said), err);
}

/* The commit that a tag or branch leads to. */
static rd_code peel(struct fetch *f, git_commit **ret_commit, rd_err *err)
{
	git_reference *ref = NULL;
	git_object *object = NULL;
	int rc = git_reference_lookup(&ref, f->repo, f->ref_name);

	if (!rc)
		rc = git_reference_peel(&object, ref, GIT_OBJECT_COMMIT);
	git_reference_free(ref);
	if (rc)
		return rd_err_set(err, RD_ENOENT, "'%s' in '%s' leads to no commit",
			f->url->ref ? f->url->ref : "HEAD", f->url->url);
	*ret_commit = (git_commit *)object;
	return RD_OK;
}

/* A whole id names the same commit for ever. */
static bool is_there(struct fetch *f)
{
	git_commit *commit = NULL;
	bool there;

	if (!is_hex(f->url->ref, GIT_OID_HEXSZ) || peel(f, &commit, NULL))
		return false;
	there = strcasecmp(git_oid_tostr_s(git_commit_id(commit)), f->url->ref) == 0;
	git_commit_free(commit);
	return there;
}

/* The half that a full disk took holds room that is needed now. */
static void drop_half(const struct fetch *f, int lock_fd)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (rd_file_exists(f->mark) && fcntl(lock_fd, F_OFD_SETLK, &whole) == 0)
		rd_rmtree(f->dir, NULL);
}

static rd_code bring(struct fetch *f, int lock_fd, git_commit **ret_commit, rd_err *err)
{
	rd_code code = lock(lock_fd, f->opts, err);
	bool is_new = false;

	if (!code)
		code = open_cache(f, err);
	if (!code && !is_there(f)) {
		is_new = true;
		code = fetch_ref(f, err);
		git_repository_free(f->repo);
		f->repo = NULL;
		if (!code && git_repository_open_bare(&f->repo, f->dir) < 0)
			code = from_git(RD_EIO, "opening a git cache", err);
	}
	if (!code)
		code = peel(f, ret_commit, err);
	if (!code)
		code = share(lock_fd, err);
	if (code == RD_ENOSPC)
		drop_half(f, lock_fd);
	if (!code && is_new)
		rd_git_trim(f->folder);
	return code;
}

rd_code rd_git_fetch(const rd_git_source_opts *opts, const rd_giturl *url,
	rd_git_commit *ret_commit, rd_err *err)
{
	RD_AUTO(fetch_done) struct fetch f = {.opts = opts, .url = url};
	RD_AUTOCLOSE int lock_fd = -1;
	git_commit *commit = NULL;
	rd_code code = rd_git_start(err);

	if (!code)
		code = find_cache(&f, &lock_fd, err);
	if (!code)
		code = bring(&f, lock_fd, &commit, err);
	if (code) {
		git_commit_free(commit);
		return code;
	}
	ret_commit->repo = f.repo;
	ret_commit->commit = commit;
	ret_commit->use_fd = lock_fd;
	lock_fd = -1;
	f.repo = NULL;
	return RD_OK;
}

/* ---- asking ---- */

/* A cache to run git in, made if need be. Others may fetch while git asks: nothing is written. */
static rd_code make_cache(struct fetch *f, int *ret_lock_fd, rd_err *err)
{
	rd_code code = find_cache(f, ret_lock_fd, err);

	if (!code)
		code = lock(*ret_lock_fd, f->opts, err);
	if (!code)
		code = open_cache(f, err);
	return code ? code : share(*ret_lock_fd, err);
}

static const char *line_of(const char *lines, const char *name)
{
	size_t n = strlen(name);

	for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n') {
		const char *tab = lines + strspn(lines, "0123456789abcdef");

		if (tab - lines == GIT_OID_HEXSZ && *tab == '\t' && !strncmp(tab + 1, name, n) &&
			(tab[1 + n] == '\n' || !tab[1 + n]))
			return lines;
	}
	return NULL;
}

/* In the order in which `git fetch` looks for a short name. */
static rd_code find_tip(const rd_giturl *u, const char *lines, char ret_sha[RD_GIT_SHA_SIZE],
	rd_err *err)
{
	static const char *const places[] = {"", "refs/", "refs/tags/", "refs/heads/"};
	const char *line = NULL;

	for (size_t i = 0; !line && i < RD_LEN(places); i++) {
		RD_STR_AUTO rd_str name = RD_STR_INIT(0);

		rd_str_printf(&name, "%s%s", places[i], u->ref ? u->ref : "HEAD");
		line = line_of(lines, rd_str_get(&name));
	}
	if (!line)
		return no_ref(u, err);
	memcpy(ret_sha, line, GIT_OID_HEXSZ);
	ret_sha[GIT_OID_HEXSZ] = '\0';
	return RD_OK;
}

rd_code rd_git_source_tip(const rd_git_source_opts *opts, char ret_sha[RD_GIT_SHA_SIZE],
	rd_err *err)
{
	const rd_giturl *u = opts->url;
	RD_AUTO(fetch_done) struct fetch f = {.opts = opts, .url = u};
	RD_STR_AUTO rd_str lines = RD_STR_INIT(0);
	const char *const args[] = {"ls-remote", "--", u->url, u->ref ? u->ref : "HEAD", NULL};
	rd_git_run run = {.opts = opts, .url = u, .args = args};
	RD_STR_AUTO rd_str said = RD_STR_INIT(0);
	RD_AUTOCLOSE int lock_fd = -1;
	bool ok = false;
	rd_code code = rd_git_start(err);

	if (!code && is_hex(u->ref, GIT_OID_HEXSZ))
		code = rd_err_set(err, RD_EINVAL,
			"'%s' is a commit, which stays what it is: name a branch", u->ref);
	if (!code)
		code = make_cache(&f, &lock_fd, err);
	if (code)
		return code;
	run.git_dir = f.dir;
	code = rd_git_run_ask(&run, TIPS_MAX_BYTES, &lines, &ok, &said, err);
	if (code)
		return code;
	return ok ? find_tip(u, rd_str_get(&lines), ret_sha, err)
		  : tell(&f, rd_str_get(&said), err);
}

void rd_git_commit_done(rd_git_commit *c)
{
	if (!c->repo)
		return;
	git_commit_free(c->commit);
	git_repository_free(c->repo);
	close(c->use_fd);
	*c = (rd_git_commit){0};
}

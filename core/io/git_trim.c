/* SPDX-License-Identifier: MIT */
/*
 * Keeps the git caches within a bound: those that were not used for longest go. A cache is moved aside before it
 * is removed, so that nobody ever opens half of one.
 */
#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/io/git_impl.h"

#define MAX_MB 4096
#define LOCK ".lock"
#define GONE ".gone" /* moved aside */

struct cache {
	char *dir;
	struct timespec used;
	uint64_t bytes;
};

static uint64_t bound(void)
{
	const char *text = getenv("RACKDECK_GIT_CACHE_MB");
	unsigned long long mb;

	if (!text || rd_parse_u64(text, &mb, NULL) || mb > UINT64_MAX >> 20)
		mb = MAX_MB;
	return mb << 20;
}

static uint64_t bytes_below(char *dir)
{
	char *const roots[] = {dir, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	uint64_t sum = 0;
	FTSENT *e;

	while (fts && (e = fts_read(fts)) != NULL)
		if (e->fts_info == FTS_F)
			sum += (uint64_t)e->fts_statp->st_blocks * 512;
	if (fts)
		fts_close(fts);
	return sum;
}

static int by_use(const void *a, const void *b)
{
	const struct cache *x = a, *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
	return x->used.tv_nsec < y->used.tv_nsec ? -1 : x->used.tv_nsec > y->used.tv_nsec;
}

/* Adds the cache of a lock's file, if there is one. @returns its size. */
static uint64_t add(const char *git, int dir, const char *lock, rd_vec *caches)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	struct cache *c;
	struct stat st;

	rd_str_printf(&path, "%s/%.*s", git, (int)(strlen(lock) - strlen(LOCK)), lock);
	if (!rd_str_ok(&path) || fstatat(dir, lock, &st, AT_SYMLINK_NOFOLLOW) ||
		!rd_file_exists(path.data) || !(c = rd_vec_push(caches)))
		return 0;
	*c = (struct cache){rd_str_take(&path), st.st_mtim, 0};
	c->bytes = c->dir ? bytes_below(c->dir) : 0;
	return c->bytes;
}

static uint64_t list(const char *git, rd_vec *caches)
{
	DIR *d = opendir(git);
	uint64_t sum = 0;
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL) {
		RD_AUTOFREE char *path = NULL;

		if (rd_ends_with(e->d_name, LOCK))
			sum += add(git, dirfd(d), e->d_name, caches);
		if (!rd_ends_with(e->d_name, GONE))
			continue;
		path = rd_path_join(git, e->d_name);
		if (path)
			rd_rmtree(path, NULL);
	}
	if (d)
		closedir(d);
	return sum;
}

/* Unless somebody fetches or reads. The lock's file stays: another one may be waiting for it. */
static bool drop(const char *dir)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	RD_STR_AUTO rd_str lock = RD_STR_INIT(0);
	RD_STR_AUTO rd_str gone = RD_STR_INIT(0);
	RD_AUTOCLOSE int fd = -1;

	rd_str_printf(&lock, "%s" LOCK, dir);
	rd_str_printf(&gone, "%s" GONE, dir);
	if (!rd_str_ok(&lock) || !rd_str_ok(&gone))
		return false;
	fd = open(lock.data, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fcntl(fd, F_OFD_SETLK, &whole) < 0 || rename(dir, gone.data))
		return false;
	rd_rmtree(gone.data, NULL);
	return true;
}

void rd_git_trim(const char *git)
{
	rd_vec caches = RD_VEC_INIT(struct cache);
	uint64_t bytes = list(git, &caches), max = bound();

	rd_vec_sort(&caches, by_use);
	for (size_t i = 0; i < caches.len; i++) {
		struct cache *c = rd_vec_at(&caches, i);

		if (bytes > max && c->dir && drop(c->dir))
			bytes -= c->bytes;
		free(c->dir);
	}
	rd_vec_done(&caches);
}

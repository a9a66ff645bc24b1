/* SPDX-License-Identifier: MIT */
/* Keeps packed pieces in a folder. */
#include "core/io/packcache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <isa-l/crc.h>

#include "core/base/fs.h"
#include "core/base/ids.h"
#include "core/base/vec.h"

#define MAGIC 0x3170636b /* "kcp1" */
#define PIECE_MAX_BYTES ((size_t)16 << 20)
#define TEMP_PREFIX "."
#define TEMP_MAX_AGE_S 3600

struct head {
	uint32_t magic;
	uint32_t crc; /* of the bytes that follow */
	uint64_t bytes;
};

static char *path_of(const char *dir, const uint8_t key[RD_SHA256_BYTES])
{
	char name[RD_SHA256_HEX];

	rd_hex(key, RD_SHA256_BYTES, name);
	return rd_path_join(dir, name);
}

static uint32_t sum(const char *bytes, size_t n)
{
	return crc32_gzip_refl(0, (const unsigned char *)bytes, n);
}

bool rd_packcache_get(const char *dir, const uint8_t key[RD_SHA256_BYTES], rd_str *out)
{
	RD_AUTOFREE char *path = path_of(dir, key);
	RD_STR_AUTO rd_str file = RD_STR_INIT(0);
	struct head head;

	if (!path || rd_file_read(path, PIECE_MAX_BYTES + sizeof head, &file, NULL) ||
		file.len < sizeof head)
		return false;
	memcpy(&head, file.data, sizeof head);
	if (head.magic != MAGIC || head.bytes != file.len - sizeof head ||
		head.crc != sum(file.data + sizeof head, file.len - sizeof head))
		return false;
	/* The time of its last use. */
	utimensat(AT_FDCWD, path, NULL, 0);
	rd_str_putn(out, file.data + sizeof head, file.len - sizeof head);
	return rd_str_ok(out);
}

bool rd_packcache_put(const char *dir, const uint8_t key[RD_SHA256_BYTES], const rd_str *bytes)
{
	const struct head head = {MAGIC, sum(bytes->data, bytes->len), bytes->len};
	RD_AUTOFREE char *path = path_of(dir, key);
	RD_STR_AUTO rd_str temp = RD_STR_INIT(0);
	RD_AUTOCLOSE int fd = -1;
	char random[17];

	rd_random_hex(random, 8);
	rd_str_printf(&temp, "%s/" TEMP_PREFIX "%s", dir, random);
	if (!path || !rd_str_ok(&temp) || bytes->len > PIECE_MAX_BYTES)
		return false;
	fd = open(temp.data, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	if (!rd_write_all(fd, &head, sizeof head, NULL) &&
		!rd_write_all(fd, bytes->data, bytes->len, NULL) && rename(temp.data, path) == 0)
		return true;
	unlink(temp.data);
	return false;
}

struct piece {
	char *name;
	struct timespec used;
	uint64_t bytes;
};

static int by_use(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
	return x->used.tv_nsec < y->used.tv_nsec ? -1 : x->used.tv_nsec > y->used.tv_nsec;
}

static uint64_t list(DIR *d, rd_vec *pieces)
{
	uint64_t bytes = 0;
	struct dirent *e;
	struct stat st;

	while ((e = readdir(d)) != NULL) {
		struct piece *p;

		if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
			continue;
		if (rd_starts_with(e->d_name, TEMP_PREFIX)) {
			if (time(NULL) - st.st_mtime > TEMP_MAX_AGE_S)
				unlinkat(dirfd(d), e->d_name, 0);
			continue;
		}
		p = rd_vec_push(pieces);
		if (!p)
			break;
		*p = (struct piece){rd_strdup(e->d_name), st.st_mtim, (uint64_t)st.st_size};
		bytes += p->bytes;
	}
	return bytes;
}

void rd_packcache_trim(const char *dir, uint64_t max_bytes)
{
	rd_vec pieces = RD_VEC_INIT(struct piece);
	DIR *d = opendir(dir);
	uint64_t bytes;

	if (!d)
		return;
	bytes = list(d, &pieces);
	rd_vec_sort(&pieces, by_use);
	for (size_t i = 0; i < pieces.len; i++) {
		struct piece *p = rd_vec_at(&pieces, i);

		if (bytes > max_bytes && p->name) {
			unlinkat(dirfd(d), p->name, 0);
			bytes -= p->bytes;
		}
		free(p->name);
	}
	rd_vec_done(&pieces);
	closedir(d);
}

/* SPDX-License-Identifier: MIT */
/* Remembers which stored source came of which pack, so that the same one need not be read again. */
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/store/source.h"

#define NAME "known"
#define LINES_MAX 256
#define LINE_MAX_BYTES 256

/* One line of the file: what was packed, and the stored file as it was then. */
struct known {
	char key[RD_SHA256_HEX], digest[RD_SHA256_HEX];
	uint64_t ino, size;
	int64_t mtime_s;
	long mtime_ns;
};

static rd_code look(const char *objects_dir, struct known *k, rd_err *err)
{
	RD_AUTOFREE char *path = NULL;
	struct stat st;
	rd_code code = rd_source_path(objects_dir, k->digest, &path, err);

	if (code)
		return code;
	if (stat(path, &st) < 0)
		return rd_err_os(err, errno, "looking at '%s'", path);
	k->ino = st.st_ino;
	k->size = (uint64_t)st.st_size;
	k->mtime_s = st.st_mtim.tv_sec;
	k->mtime_ns = st.st_mtim.tv_nsec;
	return RD_OK;
}

static void put_line(const struct known *k, rd_str *out)
{
	rd_str_printf(out, "%s %s %" PRIu64 " %" PRIu64 " %" PRId64 " %ld\n", k->key, k->digest,
		k->ino, k->size, k->mtime_s, k->mtime_ns);
}

/* A line that is damaged is one that is not there. */
static bool parse_line(const char *line, struct known *k)
{
	return sscanf(line, "%64[0-9a-f] %64[0-9a-f] %" SCNu64 " %" SCNu64 " %" SCNd64 " %ld",
		       k->key, k->digest, &k->ino, &k->size, &k->mtime_s, &k->mtime_ns) == 6;
}

static rd_code read_known(const char *objects_dir, rd_str *text, char **ret_path, rd_err *err)
{
	RD_AUTOFREE char *path = rd_path_join(objects_dir, NAME);
	rd_code code;

	if (!path)
		return rd_err_nomem(err);
	code = rd_file_read(path, LINES_MAX * LINE_MAX_BYTES, text, err);
	if (code == RD_ENOMEM)
		return code;
	*ret_path = RD_TAKE(path);
	return RD_OK;
}

bool rd_source_known(const char *objects_dir, const uint8_t key[RD_SHA256_BYTES],
	char ret_digest[RD_SHA256_HEX])
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_AUTOFREE char *path = NULL;
	char hex[RD_SHA256_HEX];
	struct known k, now;
	const char *line;

	rd_hex(key, RD_SHA256_BYTES, hex);
	if (read_known(objects_dir, &text, &path, NULL))
		return false;
	line = strstr(rd_str_get(&text), hex);
	if (!line || !parse_line(line, &k) || strcmp(k.key, hex) != 0)
		return false;
	now = k;
	/* The file may be gone, or hold the same source with other times by now. */
	if (look(objects_dir, &now, NULL) || now.ino != k.ino || now.size != k.size ||
		now.mtime_s != k.mtime_s || now.mtime_ns != k.mtime_ns)
		return false;
	memcpy(ret_digest, k.digest, sizeof k.digest);
	return true;
}

/* The newest first; one key a source, as of all trees alike the file holds the times of the last. */
rd_code rd_source_remember(const char *objects_dir, const uint8_t key[RD_SHA256_BYTES],
	const char *digest, rd_err *err)
{
	RD_STR_AUTO rd_str old = RD_STR_INIT(0);
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_AUTOFREE char *path = NULL;
	struct known k;
	size_t lines = 1;
	rd_code code = read_known(objects_dir, &old, &path, err);

	if (code)
		return code;
	rd_hex(key, RD_SHA256_BYTES, k.key);
	snprintf(k.digest, sizeof k.digest, "%s", digest);
	code = look(objects_dir, &k, err);
	if (code)
		return code;
	put_line(&k, &text);
	for (const char *p = rd_str_get(&old); *p && lines < LINES_MAX; lines++) {
		size_t n = strcspn(p, "\n");
		struct known other;

		if (parse_line(p, &other) && strcmp(other.key, k.key) != 0 &&
			strcmp(other.digest, k.digest) != 0)
			put_line(&other, &text);
		p += n + (p[n] == '\n');
	}
	code = rd_str_check(&text, "what is known", err);
	return code ? code : rd_file_write(path, rd_str_get(&text), text.len, err);
}

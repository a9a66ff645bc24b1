/* SPDX-License-Identifier: MIT */
/* Headers of tar archives. Layout: POSIX pax, "ustar interchange format" and "pax header block". */
#include "core/io/tar.h"

#include <inttypes.h>

#include "core/base/utf8.h"

/* A ustar header, field by field. */
struct ustar {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char sum[8];
	char type;
	char link[100];
	char magic[6];
	char version[2];
	char uname[32];
	char gname[32];
	char major[8];
	char minor[8];
	char prefix[155];
	char rest[12];
};

#define OCTAL_11_MAX 077777777777ULL

/* Digits and a closing NUL fill the field. */
static void put_octal(char *field, size_t width, uint64_t value)
{
	field[width - 1] = '\0';
	for (size_t i = width - 1; i-- > 0; value >>= 3)
		field[i] = (char)('0' + (value & 7));
}

static void put_sum(struct ustar *h)
{
	const unsigned char *bytes = (const unsigned char *)h;
	unsigned sum = 0;

	memset(h->sum, ' ', sizeof h->sum);
	for (size_t i = 0; i < sizeof *h; i++)
		sum += bytes[i];
	put_octal(h->sum, 7, sum);
}

static void put_common(struct ustar *h, char type, uint32_t mode, uint64_t size)
{
	memset(h, 0, sizeof *h);
	put_octal(h->mode, sizeof h->mode, mode & 07777);
	put_octal(h->uid, sizeof h->uid, 0);
	put_octal(h->gid, sizeof h->gid, 0);
	put_octal(h->size, sizeof h->size, size);
	put_octal(h->mtime, sizeof h->mtime, 0);
	h->type = type;
	memcpy(h->magic, "ustar", 6);
	memcpy(h->version, "00", 2);
	put_octal(h->major, sizeof h->major, 0);
	put_octal(h->minor, sizeof h->minor, 0);
}

/* Name as one field, or as prefix and name cut at a '/'. @returns false: it has no room. */
static bool put_name(struct ustar *h, const char *path, size_t n)
{
	size_t cut;

	if (n <= sizeof h->name) {
		memcpy(h->name, path, n);
		return true;
	}
	/* The last '/' that leaves at most 155 bytes before it, and something after it. */
	for (cut = n - 1 < sizeof h->prefix ? n - 2 : sizeof h->prefix; cut > 0; cut--)
		if (path[cut] == '/')
			break;
	if (cut == 0 || n - cut - 1 > sizeof h->name || cut + 1 >= n)
		return false;
	memcpy(h->prefix, path, cut);
	memcpy(h->name, path + cut + 1, n - cut - 1);
	return true;
}

/* "LENGTH key=value\n", the length counting itself. */
static void put_pax(rd_str *out, const char *key, const char *value, size_t n)
{
	size_t body = 1 + strlen(key) + 1 + n + 1;
	size_t total = body + 1;
	char digits[24];

	/* pax means names to be UTF-8; this says that one is not. */
	if (!rd_utf8_valid(value, n))
		put_pax(out, "hdrcharset", "BINARY", 6);
	while (body + (size_t)snprintf(digits, sizeof digits, "%zu", total) != total)
		total = body + strlen(digits);
	rd_str_printf(out, "%zu %s=", total, key);
	rd_str_putn(out, value, n);
	rd_str_putc(out, '\n');
}

static void put_zeros(rd_str *out, size_t n)
{
	char *room = rd_str_reserve(out, n);

	if (!room)
		return;
	memset(room, 0, n);
	rd_str_commit(out, n);
}

size_t rd_tar_pad(uint64_t size)
{
	return (size_t)(-size & (RD_TAR_BLOCK - 1));
}

static char type_flag(rd_tar_type type)
{
	static const char flags[] = {[RD_TAR_FILE] = '0',
		[RD_TAR_DIR] = '5',
		[RD_TAR_SYMLINK] = '2',
		[RD_TAR_HARDLINK] = '1'};

	return (size_t)type < sizeof flags ? flags[type] : '0';
}

static void put_pax_header(rd_str *out, const rd_str *records)
{
	static const char name[] = "pax/header";
	struct ustar h;

	put_common(&h, 'x', 0644, records->len);
	memcpy(h.name, name, sizeof name);
	put_sum(&h);
	rd_str_putn(out, &h, sizeof h);
	rd_str_putn(out, records->data, records->len);
	put_zeros(out, rd_tar_pad(records->len));
}

void rd_tar_put_head(rd_str *out, const rd_tar_entry *e)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str pax = RD_STR_INIT(0);
	size_t link_len = e->link ? strlen(e->link) : 0;
	int64_t mtime = e->mtime_us > 0 ? e->mtime_us / 1000000 : 0;
	bool big = e->size > OCTAL_11_MAX;
	struct ustar h;

	rd_str_put(&path, e->path);
	if (e->type == RD_TAR_DIR)
		rd_str_putc(&path, '/');
	put_common(&h, type_flag(e->type), e->mode, big ? 0 : e->size);
	put_octal(h.mtime, sizeof h.mtime, (uint64_t)mtime & OCTAL_11_MAX);
	if (!put_name(&h, rd_str_get(&path), path.len)) {
		put_pax(&pax, "path", rd_str_get(&path), path.len);
		memcpy(h.name, rd_str_get(&path), path.len < 99 ? path.len : 99);
	}
	memcpy(h.link, rd_or_empty(e->link), link_len <= sizeof h.link ? link_len : sizeof h.link);
	if (link_len > sizeof h.link)
		put_pax(&pax, "linkpath", e->link, link_len);
	if (big) {
		char size[24];

		snprintf(size, sizeof size, "%" PRIu64, e->size);
		put_pax(&pax, "size", size, strlen(size));
	}
	if (e->exact_mtime && e->mtime_us > 0 && e->mtime_us % 1000000) {
		char stamp[32];

		snprintf(stamp, sizeof stamp, "%" PRId64 ".%06" PRId64, mtime,
			e->mtime_us % 1000000);
		put_pax(&pax, "mtime", stamp, strlen(stamp));
	}
	if (pax.len)
		put_pax_header(out, &pax);
	put_sum(&h);
	rd_str_putn(out, &h, sizeof h);
	/* A string that found no memory inside must show in the caller's. */
	if (!rd_str_ok(&path) || !rd_str_ok(&pax))
		out->failed = true;
}

void rd_tar_put_end(rd_str *out)
{
	put_zeros(out, 2 * (size_t)RD_TAR_BLOCK);
}

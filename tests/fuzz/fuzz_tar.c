/* SPDX-License-Identifier: MIT */
/* Archives from any bytes, gzip or not: the same verdict and entries however the stream is split. */
#include "core/io/gunzip.h"
#include "core/io/tar.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/io/chunked.h"

#define CONTENT_MAX (1024 * 1024) /* of an entry; the rest is passed over */

static void note_entry(const rd_tar_entry *e, rd_str *out)
{
	FUZZ_CHECK(e->path);
	FUZZ_CHECK(e->mode <= 07777);
	FUZZ_CHECK((e->type == RD_TAR_SYMLINK || e->type == RD_TAR_HARDLINK) || !e->link);
	rd_str_printf(out, "%d %o %llu %s %s\n", e->type, e->mode, (unsigned long long)e->size,
		e->path, rd_or_empty(e->link));
}

static rd_code note_content(rd_tar *t, const rd_tar_entry *e, rd_str *out)
{
	uint64_t got = 0, sum = 0;
	rd_code code = RD_OK;
	size_t n = 1;

	while (!code && n && got < CONTENT_MAX) {
		uint8_t buf[4096];

		code = rd_tar_data(t, buf, sizeof buf, &n, NULL);
		for (size_t i = 0; !code && i < n; i++)
			sum = sum * 31 + buf[i];
		got += code ? 0 : n;
	}
	FUZZ_CHECK(code || n || got == e->size);
	rd_str_printf(out, "%llu\n", code ? 0 : (unsigned long long)sum);
	return code;
}

static rd_code read_all(const uint8_t *bytes, size_t n, size_t step, rd_str *out)
{
	static const rd_gunzip_caps caps = {0, 200, 1 << 20};
	struct chunked in = CHUNKED((const char *)bytes, n, step);
	const rd_tar_entry *e = NULL;
	rd_reader *plain = NULL;
	rd_tar *t = NULL;
	rd_code code = rd_gunzip_open(&in.base, &caps, &plain, NULL);

	if (!code)
		code = rd_tar_open(plain, &t, NULL);
	while (!code && !(code = rd_tar_next(t, &e, NULL)) && e) {
		note_entry(e, out);
		code = note_content(t, e, out);
	}
	rd_tar_close(t);
	rd_reader_close(plain);
	return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	RD_STR_AUTO rd_str a = RD_STR_INIT(0);
	RD_STR_AUTO rd_str b = RD_STR_INIT(0);
	rd_code x = read_all(bytes, n, 65536, &a), y = read_all(bytes, n, 97, &b);

	FUZZ_CHECK(x == RD_OK || x == RD_EPARSE || x == RD_ELIMIT || x == RD_ENOMEM);
	FUZZ_CHECK(x == y);
	if (!x)
		FUZZ_CHECK(strcmp(rd_str_get(&a), rd_str_get(&b)) == 0);
	return 0;
}

static void put_entries(rd_str *out)
{
	static const char content[1024] = "content";
	char name[300];

	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	rd_tar_put_head(out, &(rd_tar_entry){"d", RD_TAR_DIR, 0755, 0, 0, NULL});
	rd_tar_put_head(out, &(rd_tar_entry){name, RD_TAR_FILE, 0644, 0, 700, NULL});
	rd_str_putn(out, content, sizeof content);
	rd_tar_put_head(out, &(rd_tar_entry){"l", RD_TAR_SYMLINK, 0777, 0, 0, name});
	rd_tar_put_head(out, &(rd_tar_entry){"h", RD_TAR_HARDLINK, 0644, 0, 0, "d/f"});
	rd_tar_put_end(out);
}

static void put_word(rd_str *out, uint32_t word)
{
	for (int i = 0; i < 4; i++)
		rd_str_putc(out, (char)(word >> (8 * i)));
}

/* A gzip with one stored block: valid, and its content open to mutation. */
static void put_stored_gzip(const rd_str *plain, rd_str *out)
{
	static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff\x01";
	uint32_t crc = UINT32_MAX, n = (uint32_t)plain->len;

	for (size_t i = 0; i < plain->len; i++) {
		crc ^= (uint8_t)plain->data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	rd_str_putn(out, head, sizeof head - 1);
	put_word(out, n | ~n << 16);
	rd_str_putn(out, plain->data, plain->len);
	put_word(out, ~crc);
	put_word(out, n);
}

bool fuzz_seed(int i, rd_str *out)
{
	RD_STR_AUTO rd_str plain = RD_STR_INIT(0);

	if (i > 1)
		return false;
	put_entries(&plain);
	if (i)
		put_stored_gzip(&plain, out);
	else
		rd_str_putn(out, plain.data, plain.len);
	FUZZ_CHECK(read_all((const uint8_t *)out->data, out->len, 100, &plain) == RD_OK);
	return true;
}

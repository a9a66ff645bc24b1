/* SPDX-License-Identifier: MIT */
/* Tar headers that we write are what a reader finds; damaged archives are refused. */
#include "core/io/tar.h"
#include "tests/unit/io/chunked.h"
#include "tests/unit/unit.h"

/* A name of n bytes with a '/' after every `part`, none at the end. */
static char *long_name(size_t n, size_t part, char fill)
{
	char *name = malloc(n + 1);

	assert_non_null(name);
	for (size_t i = 0; i < n; i++)
		name[i] = part && i % (part + 1) == part && i + 1 < n ? '/' : fill;
	name[n] = '\0';
	return name;
}

static void put_content(rd_str *out, const char *bytes, size_t n)
{
	static const char zeros[RD_TAR_BLOCK];

	rd_str_putn(out, bytes, n);
	rd_str_putn(out, zeros, rd_tar_pad(n));
}

/* Writes one entry, reads it back, compares. */
static void round_trip(const rd_tar_entry *e)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	struct chunked in;
	const rd_tar_entry *got = NULL;
	rd_tar *t = NULL;
	rd_err err = {0};

	rd_tar_put_head(&tar, e);
	assert_int_equal(tar.len % RD_TAR_BLOCK, 0);
	if (!e->size)
		rd_tar_put_end(&tar);
	in = (struct chunked)CHUNKED(tar.data, tar.len, 100);
	assert_int_equal(rd_tar_open(&in.base, &t, &err), RD_OK);
	if (rd_tar_next(t, &got, &err))
		fail_msg("'%s': %s", e->path, err.msg);
	assert_non_null(got);
	assert_int_equal(got->type, e->type);
	assert_memory_equal(got->path, e->path, strlen(e->path));
	assert_string_equal(got->path + strlen(e->path), e->type == RD_TAR_DIR ? "/" : "");
	assert_true(got->size == e->size);
	assert_int_equal(got->mode, e->mode);
	assert_true(got->mtime_us == e->mtime_us / 1000000 * 1000000);
	if (e->link)
		assert_string_equal(got->link, e->link);
	else
		assert_null(got->link);
	if (!e->size) {
		assert_int_equal(rd_tar_next(t, &got, &err), RD_OK);
		assert_null(got);
	}
	rd_tar_close(t);
}

static void tar_put_head__names_of_all_lengths(void **state RD_UNUSED)
{
	static const size_t lengths[] = {1, 2, 98, 99, 100, 101, 102, 154, 155, 156, 157, 199, 200,
		253, 254, 255, 256, 257, 258, 300, 1000, 4096};
	static const size_t parts[] = {0, 1, 10, 98, 99, 100, 101, 155, 156, 250};

	for (size_t i = 0; i < RD_LEN(lengths) * RD_LEN(parts); i++) {
		size_t n = lengths[i / RD_LEN(parts)], part = parts[i % RD_LEN(parts)];
		RD_AUTOFREE char *name = long_name(n, part, 'n');
		RD_AUTOFREE char *link = long_name(n, part, 'l');

		round_trip(&(rd_tar_entry){name, RD_TAR_FILE, 0644, 0, 0, NULL});
		round_trip(&(rd_tar_entry){name, RD_TAR_DIR, 0755, 0, 0, NULL});
		round_trip(&(rd_tar_entry){name, RD_TAR_SYMLINK, 0777, 0, 0, link});
		round_trip(&(rd_tar_entry){name, RD_TAR_HARDLINK, 0644, 0, 0, link});
	}
}

static void tar_put_head__names_of_all_bytes(void **state RD_UNUSED)
{
	RD_AUTOFREE char *utf8 = long_name(300, 99, 'u');
	RD_AUTOFREE char *raw = long_name(300, 99, '\xe9');
	char one[3] = "x";

	for (int byte = 1; byte < 256; byte++) {
		one[1] = (char)byte;
		if (byte != '/')
			round_trip(&(rd_tar_entry){one, RD_TAR_FILE, 0644, 0, 0, NULL});
	}
	round_trip(&(rd_tar_entry){"日本語 \n\t\\ \"*?", RD_TAR_SYMLINK, 0777, 0, 0, "é"});
	/* Long ones go through pax, whose names are meant to be UTF-8. */
	memcpy(utf8 + 150, "日本語", 9);
	round_trip(&(rd_tar_entry){utf8, RD_TAR_HARDLINK, 0644, 0, 0, utf8});
	round_trip(&(rd_tar_entry){raw, RD_TAR_SYMLINK, 0777, 0, 0, raw});
}

static void tar_put_head__sizes_modes_and_times(void **state RD_UNUSED)
{
	static const uint64_t sizes[] = {
		1, 511, 512, 513, 8589934591U, 8589934592U, 9663676416U, 1099511627776U};

	for (size_t i = 0; i < RD_LEN(sizes); i++)
		round_trip(&(rd_tar_entry){"big", RD_TAR_FILE, 0600, 0, sizes[i], NULL});
	for (uint32_t mode = 0; mode < 010000; mode += 0111)
		round_trip(&(rd_tar_entry){"mode", RD_TAR_FILE, mode, 0, 0, NULL});
	round_trip(&(rd_tar_entry){"time", RD_TAR_FILE, 0644, 1700000000999999, 0, NULL});
	round_trip(&(rd_tar_entry){"time", RD_TAR_FILE, 0644, 8589934591000000, 0, NULL});
}

/* Three entries: a folder, a file of 700 bytes, a link. *ret_ends: where each entry ends. */
static void small_tar(rd_str *tar, size_t ret_ends[3])
{
	char bytes[700];

	memset(bytes, 'b', sizeof bytes);
	rd_tar_put_head(tar, &(rd_tar_entry){"d", RD_TAR_DIR, 0755, 0, 0, NULL});
	ret_ends[0] = tar->len;
	rd_tar_put_head(tar, &(rd_tar_entry){"d/f", RD_TAR_FILE, 0644, 0, sizeof bytes, NULL});
	put_content(tar, bytes, sizeof bytes);
	ret_ends[1] = tar->len;
	rd_tar_put_head(tar, &(rd_tar_entry){"d/l", RD_TAR_SYMLINK, 0777, 0, 0, "f"});
	ret_ends[2] = tar->len;
	rd_tar_put_end(tar);
}

/* Reads all. *ret_bytes: content of files. */
static rd_code read_all(rd_reader *in, size_t *ret_entries, uint64_t *ret_bytes, rd_err *err)
{
	const rd_tar_entry *e = NULL;
	rd_tar *t = NULL;
	rd_code code = rd_tar_open(in, &t, err);
	char buf[333];

	*ret_entries = 0;
	*ret_bytes = 0;
	while (!code && !(code = rd_tar_next(t, &e, err)) && e) {
		size_t n = 1;

		++*ret_entries;
		while (!code && n) {
			code = rd_tar_data(t, buf, sizeof buf, &n, err);
			*ret_bytes += code ? 0 : n;
		}
	}
	rd_tar_close(t);
	return code;
}

static void tar_next__reads_at_any_split(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	size_t ends[3];

	small_tar(&tar, ends);
	for (size_t step = 1; step < 1200; step += step < 20 ? 1 : 97) {
		struct chunked in = CHUNKED(tar.data, tar.len, step);
		size_t entries;
		uint64_t bytes;
		rd_err err = {0};

		assert_int_equal(read_all(&in.base, &entries, &bytes, &err), RD_OK);
		assert_int_equal(entries, 3);
		assert_int_equal(bytes, 700);
		assert_int_equal(in.left, 0);
	}
}

static void tar_next__refuses_every_cut(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	size_t ends[3];

	small_tar(&tar, ends);
	for (size_t n = 0; n < ends[2] + RD_TAR_BLOCK; n += n % 512 < 3 || n % 512 > 509 ? 1 : 13) {
		struct chunked in = CHUNKED(tar.data, n, 4096);
		size_t entries;
		uint64_t bytes;
		rd_err err = {0};
		rd_code code = read_all(&in.base, &entries, &bytes, &err);

		if (code != RD_EPARSE)
			fail_msg("cut at %zu of %zu: %d %s", n, tar.len, code, err.msg);
	}
}

static void tar_next__reads_padding_away(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	size_t ends[3], entries;
	uint64_t bytes;
	struct chunked in;
	rd_err err = {0};

	small_tar(&tar, ends);
	for (int i = 0; i < 500; i++)
		rd_tar_put_end(&tar);
	in = (struct chunked)CHUNKED(tar.data, tar.len, 10000);
	assert_int_equal(read_all(&in.base, &entries, &bytes, &err), RD_OK);
	assert_int_equal(in.left, 0);
}

/* libarchive ends at a lone block of zeros, too: what stands behind it would be lost. */
static void tar_next__refuses_what_follows_the_end(void **state RD_UNUSED)
{
	static const size_t steps[] = {1, 512, 700, 4096, 1000000};
	static const char zeros[RD_TAR_BLOCK];
	size_t ends[3];

	for (size_t i = 0; i < 2 * RD_LEN(steps); i++) {
		RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
		RD_STR_AUTO rd_str rest = RD_STR_INIT(0);
		struct chunked in;
		size_t entries;
		uint64_t bytes;
		rd_err err = {0};

		small_tar(&tar, ends);
		if (i % 2) {
			rd_str_put(&tar, "junk");
		} else {
			rd_str_put(&rest, "");
			rd_str_putn(&rest, tar.data + ends[0], tar.len - ends[0]);
			rd_str_cut(&tar, ends[0]);
			rd_str_putn(&tar, zeros, sizeof zeros);
			rd_str_putn(&tar, rest.data, rest.len);
		}
		in = (struct chunked)CHUNKED(tar.data, tar.len, steps[i / 2]);
		assert_int_equal(read_all(&in.base, &entries, &bytes, &err), RD_EPARSE);
		assert_string_equal(err.msg,
			"the tar is damaged: something else follows its end mark");
	}
}

static void tar_next__hands_on_the_streams_error(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	size_t ends[3], entries;
	uint64_t bytes;
	struct chunked in;
	rd_err err = {0};

	small_tar(&tar, ends);
	in = (struct chunked)CHUNKED(tar.data, ends[0] + 600, 10000);
	in.fail_at_end = RD_ETIMEOUT;
	assert_int_equal(read_all(&in.base, &entries, &bytes, &err), RD_ETIMEOUT);
	assert_string_equal(err.msg, "the stream broke");
}

static void tar_open__refuses_what_is_no_tar(void **state RD_UNUSED)
{
	char junk[2048];
	struct chunked in = CHUNKED(junk, sizeof junk, 10000);
	size_t entries;
	uint64_t bytes;
	rd_err err = {0};

	memset(junk, 'j', sizeof junk);
	assert_int_equal(read_all(&in.base, &entries, &bytes, &err), RD_EPARSE);
	in = (struct chunked)CHUNKED("", 0, 1);
	assert_int_equal(read_all(&in.base, &entries, &bytes, &err), RD_EPARSE);
}

static void tar_next__tells_devices(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	const rd_tar_entry *e = NULL;
	rd_tar *t = NULL;
	struct chunked in;
	unsigned sum = 0;

	rd_tar_put_head(&tar, &(rd_tar_entry){"null", RD_TAR_FILE, 0666, 0, 0, NULL});
	rd_tar_put_end(&tar);
	tar.data[156] = '3';
	memset(tar.data + 148, ' ', 8);
	for (size_t i = 0; i < RD_TAR_BLOCK; i++)
		sum += (unsigned char)tar.data[i];
	snprintf(tar.data + 148, 7, "%06o", sum);
	in = (struct chunked)CHUNKED(tar.data, tar.len, 10000);
	assert_int_equal(rd_tar_open(&in.base, &t, NULL), RD_OK);
	assert_int_equal(rd_tar_next(t, &e, NULL), RD_OK);
	assert_int_equal(e->type, RD_TAR_OTHER);
	rd_tar_close(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tar_put_head__names_of_all_lengths),
		cmocka_unit_test(tar_put_head__names_of_all_bytes),
		cmocka_unit_test(tar_put_head__sizes_modes_and_times),
		cmocka_unit_test(tar_next__reads_at_any_split),
		cmocka_unit_test(tar_next__refuses_every_cut),
		cmocka_unit_test(tar_next__reads_padding_away),
		cmocka_unit_test(tar_next__refuses_what_follows_the_end),
		cmocka_unit_test(tar_next__hands_on_the_streams_error),
		cmocka_unit_test(tar_open__refuses_what_is_no_tar),
		cmocka_unit_test(tar_next__tells_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

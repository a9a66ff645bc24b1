/* SPDX-License-Identifier: MIT */
/* Stored sources: what is kept, what is refused, caps, damage, contexts. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/io/tar.h"
#include "core/store/locks.h"
#include "core/store/source.h"
#include "core/store/source_index.h"
#include "tests/unit/io/chunked.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/rd-test-source-XXXXXX";
static char objects[sizeof dir + 16];

static int make_dir(void **state RD_UNUSED)
{
	memset(dir + sizeof dir - 7, 'X', 6);
	if (!mkdtemp(dir))
		return -1;
	snprintf(objects, sizeof objects, "%s/objects", dir);
	return 0;
}

static int remove_dir(void **state RD_UNUSED)
{
	return rd_rmtree(dir, NULL);
}

static void put_typed(rd_str *tar, const char *path, rd_tar_type type, uint32_t mode,
	const char *text)
{
	static const char zeros[RD_TAR_BLOCK];
	bool is_file = type == RD_TAR_FILE;
	const rd_tar_entry e = {path, type, mode, 1700000000000000, is_file ? strlen(text) : 0,
		is_file ? NULL : text};

	rd_tar_put_head(tar, &e);
	if (!is_file)
		return;
	rd_str_put(tar, text);
	rd_str_putn(tar, zeros, rd_tar_pad(e.size));
}

static void put_file(rd_str *tar, const char *path, const char *text)
{
	put_typed(tar, path, RD_TAR_FILE, 0644, text);
}

static void put_dir(rd_str *tar, const char *path)
{
	put_typed(tar, path, RD_TAR_DIR, 0755, NULL);
}

static void put_symlink(rd_str *tar, const char *path, const char *target)
{
	put_typed(tar, path, RD_TAR_SYMLINK, 0777, target);
}

static void put_hardlink(rd_str *tar, const char *path, const char *target)
{
	put_typed(tar, path, RD_TAR_HARDLINK, 0644, target);
}

/* Ends and stores the tar. */
static rd_code store_code(rd_str *tar, char digest[RD_SHA256_HEX], rd_err *err)
{
	struct chunked in;

	rd_tar_put_end(tar);
	in = (struct chunked)CHUNKED(tar->data, tar->len, 10000);
	return rd_source_store(objects, &in.base, NULL, digest, err);
}

static rd_source *store(rd_str *tar, char digest[RD_SHA256_HEX])
{
	rd_source *s = NULL;
	rd_err err = {0};

	if (store_code(tar, digest, &err) || rd_source_open(objects, digest, &s, &err))
		fail_msg("%s", err.msg);
	return s;
}

/* Files below objects, in it and one level down. */
static int count_files(void)
{
	DIR *d = opendir(objects);
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)) != NULL) {
		char sub[sizeof objects + 300];
		DIR *inner;
		struct dirent *f;

		if (e->d_type != DT_DIR) {
			n++;
			continue;
		}
		if (e->d_name[0] == '.')
			continue;
		snprintf(sub, sizeof sub, "%s/%s", objects, e->d_name);
		inner = opendir(sub);
		while ((f = readdir(inner)) != NULL)
			n += f->d_type == DT_REG;
		closedir(inner);
	}
	if (d)
		closedir(d);
	return n;
}

#define APP_NAMES_BYTES 80 /* names and link targets of put_app */

/* A small app, in the order given by `turn`: 0 parents first, 1 turned round. */
static void put_app(rd_str *tar, int turn)
{
	if (turn) {
		put_file(tar, "web/src/main.c", "int main;\n");
		put_file(tar, "convox.yml", "services:\n");
		put_hardlink(tar, "web/again.yml", "convox.yml");
		put_symlink(tar, "web/link", "../convox.yml");
		put_dir(tar, "web/empty");
		put_dir(tar, "web");
	} else {
		put_file(tar, "convox.yml", "services:\n");
		put_dir(tar, "web");
		put_hardlink(tar, "web/again.yml", "convox.yml");
		put_dir(tar, "web/empty");
		put_symlink(tar, "web/link", "../convox.yml");
		put_file(tar, "web/src/main.c", "int main;\n");
	}
}

static void source_store__keeps_entries(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	const rd_source_entry *e;
	uint8_t sum[RD_SHA256_BYTES];
	rd_source *s;

	put_app(&tar, 0);
	s = store(&tar, digest);
	assert_int_equal(rd_source_count(s), 6);
	assert_string_equal(rd_source_at(s, 0)->path, "convox.yml");
	assert_string_equal(rd_source_at(s, 5)->path, "web/src/main.c");
	e = rd_source_find(s, "web/src/main.c");
	assert_int_equal(e->type, RD_SOURCE_FILE);
	assert_int_equal(e->mode, 0644);
	assert_int_equal(e->size, 10);
	assert_true(e->mtime_us == 1700000000000000);
	rd_sha256_of("int main;\n", 10, sum);
	assert_memory_equal(e->digest, sum, sizeof sum);
	e = rd_source_find(s, "web/again.yml");
	assert_int_equal(e->type, RD_SOURCE_HARDLINK);
	assert_string_equal(e->link, "convox.yml");
	assert_string_equal(rd_source_find(s, "web/link")->link, "../convox.yml");
	assert_int_equal(rd_source_find(s, "web/empty")->type, RD_SOURCE_DIR);
	assert_null(rd_source_find(s, "web/"));
	assert_null(rd_source_find(s, "web/src"));
	assert_null(rd_source_find(s, "zzz"));
	rd_source_close(s);
}

static void source_store__keeps_the_same_tree_once(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str a = RD_STR_INIT(0);
	RD_STR_AUTO rd_str b = RD_STR_INIT(0);
	RD_STR_AUTO rd_str c = RD_STR_INIT(0);
	char da[RD_SHA256_HEX], db[RD_SHA256_HEX], dc[RD_SHA256_HEX];

	put_app(&a, 0);
	put_app(&b, 1);
	rd_source_close(store(&a, da));
	rd_source_close(store(&b, db));
	assert_string_equal(da, db);
	assert_int_equal(count_files(), 1);
	put_app(&c, 0);
	put_typed(&c, "more", RD_TAR_FILE, 0755, "");
	rd_source_close(store(&c, dc));
	assert_string_not_equal(da, dc);
	assert_int_equal(count_files(), 2);
}

static void source_store__tells_modes_and_links_apart(void **state RD_UNUSED)
{
	char digests[5][RD_SHA256_HEX];

	for (int i = 0; i < 5; i++) {
		RD_STR_AUTO rd_str tar = RD_STR_INIT(0);

		put_file(&tar, "a", "text");
		if (i == 0)
			put_file(&tar, "b", "text");
		else if (i == 1)
			put_typed(&tar, "b", RD_TAR_FILE, 0755, "text");
		else if (i == 2)
			put_symlink(&tar, "b", "a");
		else if (i == 3)
			put_hardlink(&tar, "b", "a");
		else
			put_file(&tar, "b", "tex_");
		rd_source_close(store(&tar, digests[i]));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(digests[i], digests[j]);
	}
}

static void source_store__cleans_names(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	rd_source *s;

	put_dir(&tar, "./");
	put_dir(&tar, "./d/");
	put_file(&tar, ".//d/./f", "1");
	put_file(&tar, "d/...", "2");
	put_hardlink(&tar, "./h", "./d//f");
	s = store(&tar, digest);
	assert_int_equal(rd_source_count(s), 4);
	assert_non_null(rd_source_find(s, "d/f"));
	assert_non_null(rd_source_find(s, "d/..."));
	assert_string_equal(rd_source_find(s, "h")->link, "d/f");
	rd_source_close(s);
}

static void refuse(rd_str *tar, const char *why)
{
	char digest[RD_SHA256_HEX] = "unset";
	rd_err err = {0};
	rd_code code = store_code(tar, digest, &err);

	if (code != RD_EPARSE || !strstr(err.msg, why))
		fail_msg("wanted '%s', got %d: %s", why, code, err.msg);
	assert_string_equal(digest, "unset");
	assert_int_equal(count_files(), 0);
	rd_str_clear(tar);
}

static void source_store__refuses_hostile_names(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);

	put_file(&tar, "/etc/passwd", "x");
	refuse(&tar, "'/etc/passwd' is absolute");
	put_file(&tar, "../up", "x");
	refuse(&tar, "'../up' leads out");
	put_file(&tar, "a/../../up", "x");
	refuse(&tar, "'a/../../up' leads out");
	put_file(&tar, "a/..", "x");
	refuse(&tar, "leads out");
	put_hardlink(&tar, "h", "/etc/shadow");
	refuse(&tar, "'/etc/shadow' is absolute");
	put_hardlink(&tar, "h", "../victim");
	refuse(&tar, "'../victim' leads out");
	put_file(&tar, ".", "x");
	refuse(&tar, "root is not a folder");
}

static void source_store__refuses_hostile_links(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);

	put_symlink(&tar, "d", "/etc");
	put_file(&tar, "d/passwd", "x");
	refuse(&tar, "'d/passwd' lies below 'd', which is not a folder");
	put_file(&tar, "d/e/f", "x");
	put_symlink(&tar, "d", "..");
	refuse(&tar, "'d/e/f' lies below 'd'");
	put_file(&tar, "f", "x");
	put_file(&tar, "f/g", "x");
	refuse(&tar, "'f/g' lies below 'f'");
	put_hardlink(&tar, "h", "nowhere");
	refuse(&tar, "'h' is a hard link to 'nowhere'");
	put_hardlink(&tar, "h", "later");
	put_file(&tar, "later", "x");
	refuse(&tar, "'h' is a hard link to 'later'");
	put_hardlink(&tar, "h", "h");
	refuse(&tar, "'h' is a hard link to 'h'");
	put_dir(&tar, "d");
	put_hardlink(&tar, "h", "d");
	refuse(&tar, "'h' is a hard link to 'd'");
}

static void source_store__refuses_what_comes_twice(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);

	put_file(&tar, "f", "x");
	put_file(&tar, "./f", "y");
	refuse(&tar, "'f' is in the source twice");
	put_dir(&tar, "f");
	put_file(&tar, "f", "y");
	refuse(&tar, "'f' is in the source twice");
	put_symlink(&tar, "f", "y");
	put_symlink(&tar, "f", "z");
	refuse(&tar, "'f' is in the source twice");
}

static void source_store__takes_the_last_of_repeated_folders(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	rd_source *s;

	put_dir(&tar, "a");
	put_dir(&tar, "d");
	put_file(&tar, "d/f", "x");
	put_typed(&tar, "d", RD_TAR_DIR, 0700, NULL);
	put_typed(&tar, "d", RD_TAR_DIR, 0711, NULL);
	put_typed(&tar, "z", RD_TAR_DIR, 0711, NULL);
	s = store(&tar, digest);
	assert_int_equal(rd_source_count(s), 4);
	assert_int_equal(rd_source_find(s, "d")->mode, 0711);
	assert_non_null(rd_source_find(s, "z"));
	rd_source_close(s);
}

static void source_store__settles_chains_of_hard_links(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	rd_source *s;

	put_file(&tar, "z", "x");
	put_hardlink(&tar, "y", "z");
	put_hardlink(&tar, "a", "y");
	put_hardlink(&tar, "b", "a");
	put_symlink(&tar, "s", "nowhere");
	put_hardlink(&tar, "t", "s");
	put_hardlink(&tar, "r", "t");
	s = store(&tar, digest);
	assert_string_equal(rd_source_find(s, "a")->link, "z");
	assert_string_equal(rd_source_find(s, "b")->link, "z");
	assert_int_equal(rd_source_find(s, "r")->type, RD_SOURCE_SYMLINK);
	assert_string_equal(rd_source_find(s, "r")->link, "nowhere");
	rd_source_close(s);
}

static void source_store__refuses_cut_and_foreign_streams(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	struct chunked in;
	rd_err err = {0};

	put_app(&tar, 0);
	in = (struct chunked)CHUNKED(tar.data, tar.len, 999);
	assert_int_equal(rd_source_store(objects, &in.base, NULL, digest, &err), RD_EPARSE);
	in = (struct chunked)CHUNKED("<html>", 6, 999);
	assert_int_equal(rd_source_store(objects, &in.base, NULL, digest, &err), RD_EPARSE);
	in = (struct chunked)CHUNKED(tar.data, 1000, 999);
	in.fail_at_end = RD_EUNAVAIL;
	assert_int_equal(rd_source_store(objects, &in.base, NULL, digest, &err), RD_EUNAVAIL);
	assert_int_equal(count_files(), 0);
}

static void source_store__stops_when_canceled(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	struct chunked in;
	rd_cancel *cancel = NULL;

	assert_int_equal(rd_cancel_new(&cancel, NULL), RD_OK);
	rd_cancel_fire(cancel);
	put_app(&tar, 0);
	rd_tar_put_end(&tar);
	in = (struct chunked)CHUNKED(tar.data, tar.len, 999);
	assert_int_equal(rd_source_store(objects, &in.base, cancel, digest, NULL), RD_ECANCELED);
	assert_int_equal(count_files(), 0);
	rd_cancel_free(cancel);
}

static void source_store__sweeps_what_the_dead_left(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	const struct timespec day[2] = {{1000, 0}, {1000, 0}};
	const struct timespec minutes[2] = {{time(NULL) - 300, 0}, {time(NULL) - 300, 0}};
	char digest[RD_SHA256_HEX], stale[300], fresh[300], dead[300], slow[300];
	RD_AUTOCLOSE int lock = -1;

	assert_int_equal(rd_mkdirs(objects, NULL), RD_OK);
	snprintf(stale, sizeof stale, "%s/incoming-stale", objects);
	snprintf(fresh, sizeof fresh, "%s/incoming-fresh", objects);
	assert_int_equal(rd_file_write(stale, "x", 1, NULL), RD_OK);
	assert_int_equal(rd_file_write(fresh, "x", 1, NULL), RD_OK);
	assert_int_equal(utimensat(AT_FDCWD, stale, day, 0), 0);
	snprintf(dead, sizeof dead, "%s/incoming-dead", objects);
	snprintf(slow, sizeof slow, "%s/incoming-slow", objects);
	assert_int_equal(rd_file_write(dead, "x", 1, NULL), RD_OK);
	assert_int_equal(rd_lock_take(slow, &lock, NULL), RD_OK);
	assert_int_equal(utimensat(AT_FDCWD, dead, minutes, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, slow, minutes, 0), 0);
	put_app(&tar, 0);
	rd_source_close(store(&tar, digest));
	assert_false(rd_file_exists(stale));
	assert_true(rd_file_exists(fresh));
	assert_false(rd_file_exists(dead));
	assert_true(rd_file_exists(slow));
}

static void source_store__holds_its_caps(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);

	put_app(&tar, 0);
	rd_tar_put_end(&tar);
	for (int more = -1; more <= 1; more++) {
		rd_source_caps caps = {1000, 200, 1000, 1000, 6 + (uint64_t)more, 1000};
		struct chunked in = CHUNKED(tar.data, tar.len, 999);
		char digest[RD_SHA256_HEX];
		rd_err err = {0};

		assert_int_equal(rd_source_store_capped(objects, &in.base, &caps, NULL, digest,
					 &err),
			more < 0 ? RD_ELIMIT : RD_OK);
		if (more < 0)
			assert_non_null(strstr(err.msg, "more than 5 entries"));
		caps = (rd_source_caps){1000, 200, 1000, 20 + (uint64_t)more, 100, 1000};
		in = (struct chunked)CHUNKED(tar.data, tar.len, 999);
		assert_int_equal(rd_source_store_capped(objects, &in.base, &caps, NULL, digest,
					 &err),
			more < 0 ? RD_ELIMIT : RD_OK);
		if (more < 0)
			assert_non_null(strstr(err.msg, "holds more than"));
		caps = (rd_source_caps){
			1000, 200, 1000, 1000, 100, APP_NAMES_BYTES + (uint64_t)more};
		in = (struct chunked)CHUNKED(tar.data, tar.len, 999);
		assert_int_equal(rd_source_store_capped(objects, &in.base, &caps, NULL, digest,
					 &err),
			more < 0 ? RD_ELIMIT : RD_OK);
		if (more < 0)
			assert_non_null(strstr(err.msg, "names"));
	}
}

/* A name of `parts` parts of `len` bytes each. */
static char *deep_name(size_t parts, size_t len)
{
	rd_str s = RD_STR_INIT(0);

	for (size_t i = 0; i < parts; i++) {
		if (i)
			rd_str_putc(&s, '/');
		for (size_t j = 0; j < len; j++)
			rd_str_putc(&s, 'n');
	}
	return rd_str_take(&s);
}

static void source_store__caps_names(void **state RD_UNUSED)
{
	static const struct {
		size_t parts, len;
		rd_code want;
	} cases[] = {{1, 254, RD_OK}, {1, 255, RD_OK}, {1, 256, RD_ELIMIT}, {127, 1, RD_OK},
		{128, 1, RD_OK}, {129, 1, RD_ELIMIT}, {16, 255, RD_OK}, {17, 255, RD_ELIMIT}};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
		RD_AUTOFREE char *name = deep_name(cases[i].parts, cases[i].len);
		char digest[RD_SHA256_HEX];
		rd_err err = {0};

		put_file(&tar, name, "x");
		if (store_code(&tar, digest, &err) != cases[i].want)
			fail_msg("%zu x %zu: %s", cases[i].parts, cases[i].len, err.msg);
	}
}

static void source_read_file__follows_links_inside(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	static const char *const paths[] = {"convox.yml", "web/again.yml", "web/link",
		"./web//link", "web/up/convox.yml", "w/link", "w/../convox.yml",
		"web/src/../../convox.yml", "chain"};
	char digest[RD_SHA256_HEX];
	rd_source *s;

	put_app(&tar, 0);
	put_symlink(&tar, "web/up", "..");
	put_symlink(&tar, "w", "./web/");
	put_symlink(&tar, "chain", "w/up/w/again.yml");
	s = store(&tar, digest);
	for (size_t i = 0; i < RD_LEN(paths); i++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);
		rd_err err = {0};

		if (rd_source_read_file(s, paths[i], 100, &out, &err))
			fail_msg("%s: %s", paths[i], err.msg);
		assert_string_equal(rd_str_get(&out), "services:\n");
	}
	rd_source_close(s);
}

static void source_read_file__refuses(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	static const char *const missing[] = {"no", "web/no", "abs", "out", "/convox.yml",
		"../convox.yml", "web/../../x", "loop1", "dangling", "convox.yml/x"};
	char digest[RD_SHA256_HEX];
	rd_source *s;

	put_app(&tar, 0);
	put_symlink(&tar, "abs", "/etc/passwd");
	put_symlink(&tar, "out", "web/../../etc/passwd");
	put_symlink(&tar, "loop1", "loop2");
	put_symlink(&tar, "loop2", "./loop1");
	put_symlink(&tar, "dangling", "web/nothing");
	s = store(&tar, digest);
	for (size_t i = 0; i < RD_LEN(missing); i++)
		if (rd_source_read_file(s, missing[i], 100, &out, NULL) != RD_ENOENT)
			fail_msg("%s", missing[i]);
	assert_int_equal(rd_source_read_file(s, "web", 100, &out, NULL), RD_EINVAL);
	assert_int_equal(rd_source_read_file(s, "web/src", 100, &out, NULL), RD_ENOENT);
	assert_int_equal(rd_source_read_file(s, "convox.yml", 9, &out, NULL), RD_ELIMIT);
	assert_int_equal(out.len, 0);
	assert_int_equal(rd_source_read_file(s, "convox.yml", 10, &out, NULL), RD_OK);
	rd_source_close(s);
}

/* Lists a tar as "path type mode size link content;" per entry. */
static void list_tar(rd_reader *in, rd_str *out)
{
	const rd_tar_entry *e = NULL;
	rd_tar *t = NULL;
	rd_err err = {0};

	if (rd_tar_open(in, &t, &err))
		fail_msg("%s", err.msg);
	while (!rd_tar_next(t, &e, &err) && e) {
		char buf[100];
		size_t n = 0;

		rd_str_printf(out, "%s%s", e->path, e->type == RD_TAR_HARDLINK ? "==" : "");
		if (e->link)
			rd_str_printf(out, "%s%s", e->type == RD_TAR_SYMLINK ? "->" : "", e->link);
		while (!rd_tar_data(t, buf, sizeof buf, &n, &err) && n)
			rd_str_printf(out, ":%.*s", (int)n - 1, buf);
		rd_str_putc(out, ' ');
	}
	if (err.code)
		fail_msg("%s", err.msg);
	rd_tar_close(t);
}

static void expect_context(const rd_source *s, const char *root, const char *ignore_text,
	const char *kept, const char *want)
{
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	rd_dockerignore *ignore = NULL;
	rd_strs keep = {0};
	rd_reader *r = NULL;
	rd_err err = {0};

	if (ignore_text)
		assert_int_equal(rd_dockerignore_parse(ignore_text, strlen(ignore_text), &ignore,
					 NULL),
			RD_OK);
	if (kept)
		rd_strs_add(&keep, kept);
	if (rd_source_context(s, root, ignore, &keep, &r, &err))
		fail_msg("%s", err.msg);
	list_tar(r, &got);
	assert_string_equal(rd_str_get(&got), want);
	rd_reader_close(r);
	rd_strs_done(&keep);
	rd_dockerignore_free(ignore);
}

static void source_context__cuts_folders(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	rd_reader *r = NULL;
	rd_source *s;

	put_app(&tar, 0);
	put_file(&tar, "web-2", "other");
	put_hardlink(&tar, "web/third.yml", "convox.yml");
	put_symlink(&tar, "w", "web/src/..");
	s = store(&tar, digest);
	expect_context(s, ".", NULL, NULL,
		"convox.yml:services: web/ web/again.yml==convox.yml web/empty/ "
		"web/link->../convox.yml "
		"web/src/main.c:int main; web-2:othe web/third.yml==convox.yml w->web/src/.. ");
	expect_context(s, "web", NULL, NULL,
		"again.yml:services: empty/ link->../convox.yml src/main.c:int main; "
		"third.yml==again.yml ");
	expect_context(s, "web/src", NULL, NULL, "main.c:int main; ");
	expect_context(s, "./w/src/", NULL, NULL, "main.c:int main; ");
	expect_context(s, "web/empty", NULL, NULL, "");
	assert_int_equal(rd_source_context(s, "no", NULL, NULL, &r, NULL), RD_ENOENT);
	assert_int_equal(rd_source_context(s, "we", NULL, NULL, &r, NULL), RD_ENOENT);
	assert_int_equal(rd_source_context(s, "convox.yml", NULL, NULL, &r, NULL), RD_ENOENT);
	assert_int_equal(rd_source_context(s, "..", NULL, NULL, &r, NULL), RD_ENOENT);
	assert_int_equal(rd_source_context(s, "/web", NULL, NULL, &r, NULL), RD_ENOENT);
	assert_null(r);
	rd_source_close(s);
}

static void source_context_patch__replaces_bytes_of_one_file(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	rd_reader *r = NULL;
	rd_source *s;

	put_app(&tar, 0);
	put_hardlink(&tar, "web/third.yml", "convox.yml");
	put_symlink(&tar, "web/fourth.yml", "third.yml");
	s = store(&tar, digest);
	assert_int_equal(rd_source_context(s, "web/src", NULL, NULL, &r, NULL), RD_OK);
	assert_int_equal(rd_source_context_patch(s, r, "no", 0, "x", NULL), RD_ENOENT);
	assert_int_equal(rd_source_context_patch(s, r, "web", 0, "x", NULL), RD_ENOENT);
	assert_int_equal(rd_source_context_patch(s, r, "web/fourth.yml", 9, "xyz", NULL),
		RD_EINVAL);
	assert_int_equal(rd_source_context_patch(s, r, "web/src/main.c", 4, "M", NULL), RD_OK);
	list_tar(r, &got);
	assert_string_equal(rd_str_get(&got), "main.c:int Main; ");
	rd_reader_close(r);

	rd_str_clear(&got);
	assert_int_equal(rd_source_context(s, "web", NULL, NULL, &r, NULL), RD_OK);
	assert_int_equal(rd_source_context_patch(s, r, "web/fourth.yml", 0, "SERV", NULL), RD_OK);
	list_tar(r, &got);
	assert_non_null(strstr(rd_str_get(&got), "again.yml:SERVices: "));
	assert_non_null(strstr(rd_str_get(&got), "src/main.c:int main; "));
	rd_reader_close(r);
	rd_source_close(s);
}

static void source_context_extend__puts_a_tail_in_the_place_of_a_folder(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0), more = RD_STR_INIT(0), got = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	rd_reader *r = NULL, *tail = NULL;
	rd_source *s;

	put_file(&tar, ".cache/build/old", "old");
	put_file(&tar, ".cache/builder", "kept");
	put_file(&tar, "z", "last");
	s = store(&tar, digest);
	put_file(&more, ".cache/build/new", "new");
	rd_tar_put_end(&more);
	assert_int_equal(rd_reader_mem(more.data, more.len, &tail, NULL), RD_OK);
	assert_int_equal(rd_source_context(s, ".", NULL, NULL, &r, NULL), RD_OK);
	assert_int_equal(rd_source_context_extend(r, ".cache/build", tail, NULL), RD_OK);
	list_tar(r, &got);
	assert_string_equal(rd_str_get(&got), ".cache/builder:kep z:las .cache/build/new:ne ");
	rd_reader_close(r);
	rd_source_close(s);
}

static void source_context__leaves_out_what_is_ignored(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	rd_source *s;

	put_app(&tar, 0);
	put_file(&tar, "web/src/Dockerfile", "FROM x");
	s = store(&tar, digest);
	expect_context(s, ".", "convox.yml\nweb/src\n", NULL,
		"web/ web/again.yml:services: web/empty/ web/link->../convox.yml ");
	expect_context(s, "web", "*\n", "src/Dockerfile", "src/Dockerfile:FROM  ");
	expect_context(s, ".", "**\n!web/src/main.c\n", NULL, "web/src/main.c:int main; ");
	rd_source_close(s);
}

static void source_context_digest__tells_what_would_be_sent(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str a = RD_STR_INIT(0);
	RD_STR_AUTO rd_str b = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	uint8_t x[RD_SHA256_BYTES], y[RD_SHA256_BYTES];
	rd_dockerignore *ignore = NULL;
	rd_source *s, *t;

	put_app(&a, 0);
	put_app(&b, 1);
	put_file(&b, "more", "of it");
	s = store(&a, digest);
	t = store(&b, digest);
	/* The same folder in another source, stored in another order. */
	assert_int_equal(rd_source_context_digest(s, "web", NULL, NULL, x, NULL), RD_OK);
	assert_int_equal(rd_source_context_digest(t, "web", NULL, NULL, y, NULL), RD_OK);
	assert_memory_equal(x, y, sizeof x);
	assert_int_equal(rd_source_context_digest(s, ".", NULL, NULL, x, NULL), RD_OK);
	assert_int_equal(rd_source_context_digest(t, ".", NULL, NULL, y, NULL), RD_OK);
	assert_memory_not_equal(x, y, sizeof x);
	assert_int_equal(rd_dockerignore_parse("more", 4, &ignore, NULL), RD_OK);
	assert_int_equal(rd_source_context_digest(t, ".", ignore, NULL, y, NULL), RD_OK);
	assert_memory_equal(x, y, sizeof x);
	assert_int_equal(rd_source_context_digest(t, "no", ignore, NULL, y, NULL), RD_ENOENT);
	rd_dockerignore_free(ignore);
	rd_source_close(s);
	rd_source_close(t);
}

static void source_open__names_what_is_missing(void **state RD_UNUSED)
{
	static const char none[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	rd_source *s = NULL;
	rd_err err = {0};

	assert_int_equal(rd_source_open(objects, none, &s, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, none));
	assert_int_equal(rd_source_open(objects, "../../etc/passwd", &s, &err), RD_EINVAL);
	assert_null(s);
}

/* Opens and reads all content. */
static rd_code read_everything(const char *digest)
{
	rd_source *s = NULL;
	rd_reader *r = NULL;
	rd_code code = rd_source_open(objects, digest, &s, NULL);
	size_t n = 1;

	for (size_t i = 0; !code && i < rd_source_count(s); i++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);

		if (rd_source_at(s, i)->type == RD_SOURCE_FILE)
			code = rd_source_read_file(s, rd_source_at(s, i)->path, 1000, &out, NULL);
	}
	if (!code)
		code = rd_source_context(s, ".", NULL, NULL, &r, NULL);
	while (!code && n) {
		char buf[4096];

		code = rd_read(r, buf, sizeof buf, &n, NULL);
	}
	rd_reader_close(r);
	rd_source_close(s);
	return code;
}

static void source_open__finds_damage_anywhere(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	RD_AUTOFREE char *path = NULL;
	char digest[RD_SHA256_HEX];
	int fd, unseen = 0;
	off_t size;

	put_app(&tar, 0);
	rd_source_close(store(&tar, digest));
	assert_int_equal(rd_source_path(objects, digest, &path, NULL), RD_OK);
	fd = open(path, O_RDWR | O_CLOEXEC);
	size = lseek(fd, 0, SEEK_END);
	for (off_t i = 0; i < size; i++) {
		rd_code code;
		char good, bad;

		assert_int_equal(pread(fd, &good, 1, i), 1);
		bad = (char)(good ^ 0x20);
		assert_int_equal(pwrite(fd, &bad, 1, i), 1);
		code = read_everything(digest);
		unseen += code == RD_OK;
		assert_true(code == RD_OK || code == RD_ECORRUPT);
		assert_int_equal(pwrite(fd, &good, 1, i), 1);
	}
	/* The head of the skippable frame (8 bytes) is for other readers; a frame's header has a bit
	 * or two without meaning. */
	assert_in_range(unseen, 0, 10);
	assert_int_equal(read_everything(digest), RD_OK);
	for (off_t n = size - 1; n >= 0; n -= 37) {
		assert_int_equal(ftruncate(fd, n), 0);
		assert_int_equal(read_everything(digest), RD_ECORRUPT);
	}
	close(fd);
	/* Storing it again mends it. */
	rd_str_clear(&tar);
	put_app(&tar, 1);
	rd_source_close(store(&tar, digest));
	assert_int_equal(read_everything(digest), RD_OK);
}

static void source_store__takes_an_empty_tar(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	rd_source *s = store(&tar, digest);

	assert_int_equal(rd_source_count(s), 0);
	expect_context(s, ".", NULL, NULL, "");
	rd_source_close(s);
}

/* Exit status 0: the store said "no space" and left nothing. */
static void store_on_full_disk(const rd_str *tar)
{
	const struct rlimit limit = {20000, 20000};
	struct chunked in = CHUNKED(tar->data, tar->len, 10000);
	char digest[RD_SHA256_HEX];
	rd_err err = {0};
	rd_code code;

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit))
		_exit(1);
	code = rd_source_store(objects, &in.base, NULL, digest, &err);
	if (code != RD_ENOSPC)
		fprintf(stderr, "%d: %s\n", code, err.msg);
	_exit(code != RD_ENOSPC || count_files() != 0);
}

static void source_store__leaves_nothing_on_a_full_disk(void **state RD_UNUSED)
{
	/* Less than a frame, and several: the error comes at the end, or on the way. */
	static const size_t sizes[] = {60000, 4 << 20};

	for (size_t i = 0; i < RD_LEN(sizes); i++) {
		RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
		RD_STR_AUTO rd_str text = RD_STR_INIT(0);
		uint32_t x = 1;
		int status = -1;
		pid_t pid;

		for (size_t j = 0; j < sizes[i]; j++) {
			x = x * 1664525 + 1013904223;
			rd_str_putc(&text, (char)('!' + (x >> 26)));
		}
		put_file(&tar, "big", text.data);
		rd_tar_put_end(&tar);
		pid = fork();
		if (pid == 0)
			store_on_full_disk(&tar);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

static void source_store__names_a_folder_it_may_not_write(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	struct chunked in;
	rd_err err = {0};

	put_app(&tar, 0);
	rd_tar_put_end(&tar);
	in = (struct chunked)CHUNKED(tar.data, tar.len, 999);
	assert_int_equal(rd_file_write(objects, "x", 1, NULL), RD_OK);
	assert_int_not_equal(rd_source_store(objects, &in.base, NULL, digest, &err), RD_OK);
	assert_non_null(strstr(err.msg, objects));
}

#define SOURCE_TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SOURCE_TEST(source_store__keeps_entries),
		SOURCE_TEST(source_store__keeps_the_same_tree_once),
		SOURCE_TEST(source_store__tells_modes_and_links_apart),
		SOURCE_TEST(source_store__cleans_names),
		SOURCE_TEST(source_store__refuses_hostile_names),
		SOURCE_TEST(source_store__refuses_hostile_links),
		SOURCE_TEST(source_store__refuses_what_comes_twice),
		SOURCE_TEST(source_store__takes_the_last_of_repeated_folders),
		SOURCE_TEST(source_store__settles_chains_of_hard_links),
		SOURCE_TEST(source_store__refuses_cut_and_foreign_streams),
		SOURCE_TEST(source_store__stops_when_canceled),
		SOURCE_TEST(source_store__sweeps_what_the_dead_left),
		SOURCE_TEST(source_store__holds_its_caps),
		SOURCE_TEST(source_store__caps_names),
		SOURCE_TEST(source_read_file__follows_links_inside),
		SOURCE_TEST(source_read_file__refuses),
		SOURCE_TEST(source_context__cuts_folders),
		SOURCE_TEST(source_context_patch__replaces_bytes_of_one_file),
		SOURCE_TEST(source_context__leaves_out_what_is_ignored),
		SOURCE_TEST(source_context_extend__puts_a_tail_in_the_place_of_a_folder),
		SOURCE_TEST(source_context_digest__tells_what_would_be_sent),
		SOURCE_TEST(source_open__names_what_is_missing),
		SOURCE_TEST(source_open__finds_damage_anywhere),
		SOURCE_TEST(source_store__takes_an_empty_tar),
		SOURCE_TEST(source_store__leaves_nothing_on_a_full_disk),
		SOURCE_TEST(source_store__names_a_folder_it_may_not_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

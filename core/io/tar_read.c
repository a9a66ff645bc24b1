/* SPDX-License-Identifier: MIT */
/* Reads tar archives with libarchive: this format alone, no filter. */
#include "core/io/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>

#define CHUNK_BYTES (64 * 1024)

struct rd_tar {
	struct archive *a;
	rd_reader *in;
	rd_err in_err;      /* what in said, to be handed on instead of libarchive's words */
	locale_t utf8;      /* for libarchive's conversion of pax names; 0 if there is none */
	rd_tar_entry entry; /* borrowed from libarchive's entry */
	bool is_passed;     /* the entry was passed over: libarchive stands behind it */
	uint64_t given;     /* content bytes of the entry handed out so far */
	uint64_t given_all; /* and of all */
	char *buf;
	size_t n_buf; /* bytes in it */
	int64_t fed;  /* bytes given to libarchive so far */
};

static la_ssize_t feed(struct archive *a, void *arg, const void **ret_bytes)
{
	rd_tar *t = arg;
	size_t n = 0;

	if (t->in_err.code || rd_read(t->in, t->buf, CHUNK_BYTES, &n, &t->in_err)) {
		archive_set_error(a, EIO, "reading failed");
		return ARCHIVE_FATAL;
	}
	*ret_bytes = t->buf;
	t->n_buf = n;
	t->fed += (int64_t)n;
	return (la_ssize_t)n;
}

/* Only rd_tar_pass comes here: what is read is read by blocks. libarchive 3.6 takes any answer but 0
 * for progress, an error too; so that waits in in_err for the read which follows a skip that ended. */
static la_int64_t pass(struct archive *a, void *arg, la_int64_t n)
{
	rd_tar *t = arg;
	uint64_t passed = 0;

	(void)a;
	if (!t->in->ops->skip || rd_skip(t->in, (uint64_t)n, &passed, &t->in_err))
		return 0;
	t->fed += (int64_t)passed;
	return (la_int64_t)passed;
}

static rd_code fail(rd_tar *t, rd_err *err)
{
	if (t->in_err.code) {
		if (err)
			*err = t->in_err;
		return t->in_err.code;
	}
	if (archive_errno(t->a) == ENOMEM)
		return rd_err_nomem(err);
	/* No format fits the first bytes. */
	if (!archive_format(t->a))
		return rd_err_set(err, RD_EPARSE,
			"this is no tar archive: give one, plain or gzipped, or a folder");
	return rd_err_set(err, RD_EPARSE, "the tar is damaged: %s",
		rd_or_empty(archive_error_string(t->a)));
}

/*
 * libarchive turns pax names from UTF-8 into the thread's charset, and balks at what that lacks. Names
 * are bytes to us: with UTF-8 as charset they pass unchanged, whatever the locale of the program.
 */
static int call_in_utf8(rd_tar *t, struct archive_entry **ret_entry)
{
	locale_t old = t->utf8 ? uselocale(t->utf8) : (locale_t)0;
	int rc = archive_read_next_header(t->a, ret_entry);

	if (t->utf8)
		uselocale(old);
	return rc;
}

rd_code rd_tar_open(rd_reader *in, rd_tar **ret_tar, rd_err *err)
{
	rd_tar *t = calloc(1, sizeof *t);
	rd_code code;

	if (!t)
		return rd_err_nomem(err);
	t->in = in;
	t->a = archive_read_new();
	t->buf = malloc(CHUNK_BYTES);
	t->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!t->a || !t->buf || archive_read_support_format_tar(t->a) != ARCHIVE_OK) {
		rd_tar_close(t);
		return rd_err_nomem(err);
	}
	if (archive_read_open2(t->a, t, NULL, feed, pass, NULL) != ARCHIVE_OK) {
		code = fail(t, err);
		rd_tar_close(t);
		return code;
	}
	*ret_tar = t;
	return RD_OK;
}

rd_tar *rd_tar_close(rd_tar *t)
{
	if (!t)
		return NULL;
	if (t->a)
		archive_read_free(t->a);
	if (t->utf8)
		freelocale(t->utf8);
	free(t->buf);
	free(t);
	return NULL;
}

static rd_tar_type type_of(struct archive_entry *e)
{
	if (archive_entry_hardlink(e) || archive_entry_hardlink_utf8(e))
		return RD_TAR_HARDLINK;
	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
		return RD_TAR_FILE;
	case AE_IFDIR:
		return RD_TAR_DIR;
	case AE_IFLNK:
		return RD_TAR_SYMLINK;
	default:
		return RD_TAR_OTHER;
	}
}

static const char *link_of(struct archive_entry *e, rd_tar_type type)
{
	const char *text = NULL;

	if (type == RD_TAR_HARDLINK)
		text = archive_entry_hardlink(e) ? archive_entry_hardlink(e)
						 : archive_entry_hardlink_utf8(e);
	else if (type == RD_TAR_SYMLINK)
		text = archive_entry_symlink(e) ? archive_entry_symlink(e)
						: archive_entry_symlink_utf8(e);
	return text;
}

/* GNU tar puts names that are not UTF-8 into pax headers as they are. libarchive warns, and gives the
 * bytes: those are wanted. It has no code for this warning; should its words change, we refuse. */
static bool is_about_charset(const rd_tar *t, int rc)
{
	return rc == ARCHIVE_WARN &&
	       strstr(rd_or_empty(archive_error_string(t->a)), "can't be converted from");
}

static rd_code take_entry(rd_tar *t, struct archive_entry *e, rd_err *err)
{
	rd_tar_entry *out = &t->entry;
	int64_t seconds = archive_entry_mtime_is_set(e) ? archive_entry_mtime(e) : 0;

	memset(out, 0, sizeof *out);
	out->path = archive_entry_pathname(e) ? archive_entry_pathname(e)
					      : archive_entry_pathname_utf8(e);
	if (!out->path)
		return rd_err_set(err, RD_EPARSE, "the tar is damaged: an entry has no name");
	out->type = type_of(e);
	out->link = link_of(e, out->type);
	out->mode = archive_entry_perm(e) & 07777;
	if (archive_entry_size(e) < 0)
		return rd_err_set(err, RD_EPARSE, "'%s' has a negative size", out->path);
	out->size = (uint64_t)archive_entry_size(e);
	if (seconds > INT64_MAX / 1000000 - 1 || seconds < 0)
		seconds = 0;
	out->mtime_us = seconds * 1000000 + (seconds ? archive_entry_mtime_nsec(e) / 1000 : 0);
	return RD_OK;
}

static bool is_zero(const char *bytes, size_t n)
{
	return n == 0 || (*bytes == 0 && memcmp(bytes, bytes + 1, n - 1) == 0);
}

static rd_code more_follows(rd_err *err)
{
	return rd_err_set(err, RD_EPARSE,
		"the tar is damaged: something else follows its end mark");
}

/* libarchive takes an end without the end mark for a good end. So look at what it has consumed: the
 * mark is there if the last step took a block of zeros. Then the rest is read away: it must be
 * padding, for after a lone block of zeros within a tar libarchive reads no further. */
static rd_code finish(rd_tar *t, int64_t before, rd_err *err)
{
	size_t n;

	if (archive_filter_bytes(t->a, 0) - before < RD_TAR_BLOCK)
		return rd_err_set(err, RD_EPARSE, "the tar is cut short: its end mark is missing");
	n = (size_t)(t->fed - archive_filter_bytes(t->a, 0));
	if (n > t->n_buf)
		n = t->n_buf;
	if (!is_zero(t->buf + t->n_buf - n, n))
		return more_follows(err);
	do {
		rd_code code = rd_read(t->in, t->buf, CHUNK_BYTES, &n, err);

		if (code)
			return code;
		if (!is_zero(t->buf, n))
			return more_follows(err);
	} while (n);
	return RD_OK;
}

/* Reads away what is left of the content, so that the position stands at the end of the entry. */
static rd_code skip_rest(rd_tar *t, rd_err *err)
{
	const void *bytes;
	size_t n;
	la_int64_t at;
	int rc;

	while ((rc = archive_read_data_block(t->a, &bytes, &n, &at)) == ARCHIVE_OK)
		;
	return rc == ARCHIVE_EOF ? RD_OK : fail(t, err);
}

rd_code rd_tar_pass(rd_tar *t, rd_err *err)
{
	if (archive_read_data_skip(t->a) != ARCHIVE_OK)
		return fail(t, err);
	t->is_passed = true;
	return RD_OK;
}

rd_code rd_tar_next(rd_tar *t, const rd_tar_entry **ret_entry, rd_err *err)
{
	struct archive_entry *e = NULL;
	int64_t before;
	rd_code code = t->entry.path && !t->is_passed ? skip_rest(t, err) : RD_OK;
	int rc;

	if (code)
		return code;
	before = archive_filter_bytes(t->a, 0);
	rc = call_in_utf8(t, &e);
	t->entry.path = NULL;
	t->is_passed = false;
	t->given = 0;
	if (rc == ARCHIVE_EOF) {
		code = finish(t, before, err);
	} else if (rc != ARCHIVE_OK && !is_about_charset(t, rc)) {
		/* A warning too: what libarchive did not understand is not what was packed. */
		code = fail(t, err);
	} else {
		code = take_entry(t, e, err);
	}
	if (!code)
		*ret_entry = t->entry.path ? &t->entry : NULL;
	return code;
}

rd_code rd_tar_data(rd_tar *t, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	uint64_t left = t->entry.size - t->given;
	la_ssize_t n;

	if (cap > left)
		cap = (size_t)left;
	n = cap ? archive_read_data(t->a, buf, cap) : 0;
	if (n < 0)
		return fail(t, err);
	if (n == 0 && cap) {
		/* A hole up to the end of a sparse file. */
		memset(buf, 0, cap);
		n = (la_ssize_t)cap;
	}
	t->given += (uint64_t)n;
	t->given_all += (uint64_t)n;
	*ret_n = (size_t)n;
	return RD_OK;
}

bool rd_tar_is_inflated(const rd_tar *t)
{
	return t->given_all > (uint64_t)t->fed;
}

/* SPDX-License-Identifier: MIT */
/* References to images, checked as the OCI distribution reference grammar says. */
#include "core/formats/imageref.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"
#define MAX_REPO_BYTES 255
#define MAX_TAG_BYTES 128
#define SHA256_DIGITS 64

static bool only(const char *text, size_t n, const char *allowed)
{
	for (size_t i = 0; i < n; i++) {
		if (!strchr(allowed, text[i]))
			return false;
	}
	return n > 0;
}

/* Whether the first part of a name is a host: it has a dot or a port, is localhost, or holds a
 * capital, which no path may. */
static bool is_host(const char *part, size_t n)
{
	if (n == strlen("localhost") && memcmp(part, "localhost", n) == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (strchr(".:" UPPER, part[i]))
			return true;
	}
	return false;
}

static bool host_is_fine(const char *host, size_t n)
{
	const char *colon = NULL;
	size_t start = 0, end;

	if (host[0] == '[') {
		const char *close = memchr(host, ']', n);

		if (!close || !only(host + 1, (size_t)(close - host - 1), DIGIT "abcdefABCDEF:"))
			return false;
		if (close + 1 == host + n)
			return true;
		colon = close + 1;
		return *colon == ':' && only(colon + 1, n - (size_t)(colon + 1 - host), DIGIT);
	}
	colon = memchr(host, ':', n);
	end = colon ? (size_t)(colon - host) : n;
	if (colon && !only(colon + 1, n - end - 1, DIGIT))
		return false;
	/* labels of letters, digits and inner hyphens, joined by dots */
	for (size_t i = 0; i <= end; i++) {
		if (i < end && host[i] != '.')
			continue;
		if (!only(host + start, i - start, LOWER UPPER DIGIT "-"))
			return false;
		if (host[start] == '-' || host[i - 1] == '-')
			return false;
		start = i + 1;
	}
	return true;
}

/* The most of one separator that may stand in a row; 0: it is none. */
static size_t separator_max(char c)
{
	switch (c) {
	case '-':
		return MAX_REPO_BYTES;
	case '_':
		return 2;
	case '.':
		return 1;
	default:
		return 0;
	}
}

/* Letters and digits, joined by ".", "_", "__" or hyphens. */
static bool component_is_fine(const char *part, size_t n)
{
	size_t run = 0; /* separators in a row before i */

	if (n == 0 || separator_max(part[n - 1]))
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t max = separator_max(part[i]);

		if (max == 0 && !strchr(LOWER DIGIT, part[i]))
			return false;
		run = max ? run + 1 : 0;
		if (run > max || (run == 1 && i == 0) || (run > 1 && part[i - 1] != part[i]))
			return false;
	}
	return true;
}

static bool repo_is_fine(const char *repo, size_t n)
{
	size_t start = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && repo[i] != '/')
			continue;
		if (!component_is_fine(repo + start, i - start))
			return false;
		start = i + 1;
	}
	return true;
}

static bool digest_is_fine(const char *digest)
{
	const char *colon = strchr(digest, ':');
	size_t n_hex;

	if (!colon || !only(digest, (size_t)(colon - digest), LOWER UPPER DIGIT "+._-"))
		return false;
	n_hex = strlen(colon + 1);
	if (!only(colon + 1, n_hex, DIGIT "abcdef"))
		return false;
	if (rd_starts_with(digest, "sha256:"))
		return n_hex == SHA256_DIGITS;
	return n_hex >= 32;
}

static rd_code bad(const char *text, const char *why, rd_err *err)
{
	return rd_err_set(err, RD_EINVAL, "'%s' is not an image reference: %s", text, why);
}

/* Checks the name of n bytes and says where its path begins. */
static rd_code split_name(const char *text, size_t n, size_t *ret_repo, rd_err *err)
{
	const char *slash = memchr(text, '/', n);
	size_t n_host = slash ? (size_t)(slash - text) : 0;
	size_t repo = n_host && is_host(text, n_host) ? n_host + 1 : 0;

	if (repo && !host_is_fine(text, n_host))
		return bad(text, "its registry is not HOST or HOST:PORT", err);
	if (n > MAX_REPO_BYTES)
		return bad(text, "its name is longer than 255 characters", err);
	for (size_t i = repo; i < n; i++) {
		if (strchr(UPPER, text[i]))
			return bad(text, "its name must be lower case", err);
	}
	if (!repo_is_fine(text + repo, n - repo))
		return bad(text,
			"its name may hold lower-case letters, digits and single separators "
			"between them",
			err);
	if (repo == 0 && n == SHA256_DIGITS && only(text, n, DIGIT "abcdef"))
		return bad(text, "64 hexadecimal digits would be taken for an image id", err);
	*ret_repo = repo;
	return RD_OK;
}

/* Docker Hub has several names and one meaning. */
static bool is_hub(const char *host, size_t n)
{
	static const char *const names[] = {"docker.io", "index.docker.io"};

	for (size_t i = 0; i < RD_LEN(names); i++) {
		if (n == strlen(names[i]) && memcmp(host, names[i], n) == 0)
			return true;
	}
	return false;
}

static bool tag_is_fine(const char *tag, size_t n)
{
	if (n > MAX_TAG_BYTES || !only(tag, n, LOWER UPPER DIGIT "_.-"))
		return false;
	return *tag != '.' && *tag != '-';
}

/* Copies n bytes of a part; text NULL: there is none. @returns false if out of memory. */
static bool copy_part(char **slot, const char *text, size_t n)
{
	*slot = text ? strndup(text, n) : NULL;
	return *slot || !text;
}

rd_code rd_imageref_parse(const char *text, rd_imageref *ret_ref, rd_err *err)
{
	const char *at = strchr(text, '@');
	size_t n = at ? (size_t)(at - text) : strlen(text);
	const char *tag = memrchr(text, ':', n);
	size_t n_tag = 0, repo = 0;
	rd_imageref ref = {0};
	bool has_host;
	rd_code code;

	/* a ':' before a '/' is that of a port */
	if (tag && memchr(tag, '/', n - (size_t)(tag - text)))
		tag = NULL;
	if (tag) {
		n_tag = n - (size_t)(++tag - text);
		n = (size_t)(tag - 1 - text);
	}
	if (n == 0)
		return bad(text, "it has no name", err);
	code = split_name(text, n, &repo, err);
	if (code != RD_OK)
		return code;
	if (tag && !tag_is_fine(tag, n_tag))
		return bad(text, "its tag may hold letters, digits, '_', '.' and '-'", err);
	if (at && !digest_is_fine(at + 1))
		return bad(text, "its digest is not of the form sha256:DIGITS", err);
	has_host = repo > 0 && !is_hub(text, repo - 1);
	if (copy_part(&ref.host, has_host ? text : NULL, repo - has_host) &&
		copy_part(&ref.repo, text + repo, n - repo) && copy_part(&ref.tag, tag, n_tag) &&
		copy_part(&ref.digest, at ? at + 1 : NULL, at ? strlen(at + 1) : 0)) {
		*ret_ref = ref;
		return RD_OK;
	}
	rd_imageref_done(&ref);
	return rd_err_nomem(err);
}

void rd_imageref_done(rd_imageref *r)
{
	free(r->host);
	free(r->repo);
	free(r->tag);
	free(r->digest);
	*r = (rd_imageref){0};
}

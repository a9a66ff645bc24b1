/* SPDX-License-Identifier: MIT */
/* Identifiers and names. */
#include "core/base/ids.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>

#include "core/base/digest.h"

#define ID_LETTERS (RD_ID_SIZE - 2)
/* The largest multiple of 26 in a byte: above it, letters would not be equally likely. */
#define FAIR_BYTES 234

static void fill_random(void *ret_bytes, size_t n)
{
	uint8_t *at = ret_bytes;

	while (n) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno != EINTR)
			abort(); /* the kernel has no randomness: nothing that we make would be safe */
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
}

void rd_id_new(char kind, char ret_id[RD_ID_SIZE])
{
	size_t have = 0;

	*ret_id = kind;
	while (have < ID_LETTERS) {
		uint8_t random[16];

		fill_random(random, sizeof random);
		for (size_t i = 0; i < sizeof random && have < ID_LETTERS; i++)
			if (random[i] < FAIR_BYTES)
				ret_id[1 + have++] = (char)('A' + random[i] % 26);
	}
	ret_id[1 + have] = '\0';
}

bool rd_id_is(char kind, const char *text)
{
	size_t n = 1;

	if (!text || text[0] != kind)
		return false;
	while (text[n] >= 'A' && text[n] <= 'Z')
		n++;
	return n == RD_ID_SIZE - 1 && !text[n];
}

void rd_random_hex(char *ret_hex, size_t n_bytes)
{
	uint8_t random[32];

	*ret_hex = '\0';
	while (n_bytes) {
		size_t n = n_bytes < sizeof random ? n_bytes : sizeof random;

		fill_random(random, n);
		rd_hex(random, n, ret_hex);
		ret_hex += 2 * n;
		n_bytes -= n;
	}
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Whether the runs of '-' and '_' can stand in an image's name: hyphens, or one or two underscores. */
static bool separators_ok(const char *name)
{
	while (*name) {
		size_t n = strspn(name, "-_");

		if (n && strspn(name, "-") != n && (strspn(name, "_") != n || n > 2))
			return false;
		name += n ? n : 1;
	}
	return true;
}

rd_code rd_app_name_check(const char *name, rd_err *err)
{
	size_t n = strlen(name);

	if (!n)
		return rd_err_set(err, RD_EINVAL, "app name is empty: give one with '-a NAME'");
	for (const char *c = name; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			return rd_err_set(err, RD_EINVAL,
				"App name cannot contain Uppercase characters");
	for (const char *c = name; *c; c++)
		if (!is_alnum(*c) && *c != '-' && *c != '_')
			return rd_err_set(err, RD_EINVAL,
				"App name can only contain lowercase letters, numbers, hyphens and "
				"underscores");
	if (n > RD_APP_NAME_MAX)
		return rd_err_set(err, RD_EINVAL, "app name '%.20s…' is longer than %d characters",
			name, RD_APP_NAME_MAX);
	if (!is_alnum(name[0]) || !is_alnum(name[n - 1]))
		return rd_err_set(err, RD_EINVAL,
			"app name '%s' must begin and end with a letter or number", name);
	if (!separators_ok(name))
		return rd_err_set(err, RD_EINVAL,
			"app name '%s' cannot stand in an image's name: separate by hyphens, or by "
			"one "
			"underscore",
			name);
	if (!strcmp(name, "rack") || !strcmp(name, "system"))
		return rd_err_set(err, RD_EINVAL, "app name is reserved");
	return RD_OK;
}

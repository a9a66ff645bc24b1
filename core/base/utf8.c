/* SPDX-License-Identifier: MIT */
/* UTF-8, clusters and cell widths, by utf8proc. */
#include "core/base/utf8.h"

#include <utf8proc.h>

#define REPLACEMENT 0xFFFD
#define CLUSTER_MAX_BYTES 32

size_t rd_utf8_next(const char *bytes, size_t n, uint32_t *ret_cp)
{
	utf8proc_int32_t cp;
	utf8proc_ssize_t used;

	if ((unsigned char)*bytes < 0x80) {
		*ret_cp = (unsigned char)*bytes;
		return 1;
	}
	used = utf8proc_iterate((const utf8proc_uint8_t *)bytes, n < 4 ? (utf8proc_ssize_t)n : 4,
		&cp);
	if (used <= 0) {
		*ret_cp = REPLACEMENT;
		return 1;
	}
	*ret_cp = (uint32_t)cp;
	return (size_t)used;
}

size_t rd_utf8_put(uint32_t cp, char out[4])
{
	if (!utf8proc_codepoint_valid((utf8proc_int32_t)cp))
		cp = REPLACEMENT;
	return (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, (utf8proc_uint8_t *)out);
}

int rd_utf8_width(uint32_t cp)
{
	int width;

	if (cp < 0x7F)
		return cp >= 0x20;
	width = utf8proc_charwidth((utf8proc_int32_t)cp);
	return width < 0 ? 0 : width > 2 ? 2 : width;
}

size_t rd_utf8_cluster(const char *bytes, size_t n, int *ret_width)
{
	utf8proc_int32_t state = 0;
	uint32_t cp, next;
	size_t used = rd_utf8_next(bytes, n, &cp);
	int width = rd_utf8_width(cp);

	/* an ASCII byte always begins a cluster, so plain text needs no look at the tables */
	while (used < n && (unsigned char)bytes[used] >= 0x80) {
		size_t more = rd_utf8_next(bytes + used, n - used, &next);

		if (used + more > CLUSTER_MAX_BYTES ||
			utf8proc_grapheme_break_stateful((utf8proc_int32_t)cp,
				(utf8proc_int32_t)next, &state))
			break;
		width += rd_utf8_width(next);
		used += more;
		cp = next;
	}
	*ret_width = width > 2 ? 2 : width;
	return used;
}

int rd_utf8_cells(const char *text, size_t n)
{
	int cells = 0, width;

	for (size_t i = 0; i < n; cells += width)
		i += rd_utf8_cluster(text + i, n - i, &width);
	return cells;
}

size_t rd_utf8_fit(const char *text, size_t n, int cells)
{
	size_t i = 0;
	int width;

	while (i < n) {
		size_t used = rd_utf8_cluster(text + i, n - i, &width);

		if (width > cells)
			break;
		cells -= width;
		i += used;
	}
	return i;
}

bool rd_utf8_valid(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n;) {
		utf8proc_int32_t cp;
		utf8proc_ssize_t used = 1;

		if ((unsigned char)bytes[i] >= 0x80)
			used = utf8proc_iterate((const utf8proc_uint8_t *)bytes + i,
				n - i < 4 ? (utf8proc_ssize_t)(n - i) : 4, &cp);
		if (used <= 0)
			return false;
		i += (size_t)used;
	}
	return true;
}

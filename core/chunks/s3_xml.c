/* SPDX-License-Identifier: MIT */
/* What S3 answers, as far as it is needed: the texts of elements, one after the other. */
#include "core/base/clock.h"
#include "core/chunks/s3.h"

#define NAME_MAX_BYTES 2048

/* The bytes between the tags of the next element of that name in [at, end); NULL if there is none. */
static const char *find(const char *at, const char *end, const char *element, size_t *ret_n)
{
	size_t len = strlen(element);

	for (; (at = memchr(at, '<', (size_t)(end - at))); at++) {
		const char *text = at + 1 + len, *stop = text;

		if ((size_t)(end - at) < len + 2 || strncmp(at + 1, element, len) != 0 ||
			*text != '>')
			continue;
		text++;
		while ((stop = memchr(stop, '<', (size_t)(end - stop)))) {
			if ((size_t)(end - stop) >= len + 3 && stop[1] == '/' &&
				strncmp(stop + 2, element, len) == 0 && stop[2 + len] == '>') {
				*ret_n = (size_t)(stop - text);
				return text;
			}
			stop++;
		}
		return NULL;
	}
	return NULL;
}

/* "&amp;" or "&#38;" at `at`: its byte. @returns how many bytes it takes, 0 if it is none. */
static size_t entity(const char *at, size_t n, char *ret_c)
{
	static const struct {
		const char *text;
		char c;
	} known[] = {
		{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
	unsigned value = 0;
	size_t i = 2;

	for (size_t k = 0; k < RD_LEN(known); k++) {
		size_t len = strlen(known[k].text);

		if (n >= len && strncmp(at, known[k].text, len) == 0) {
			*ret_c = known[k].c;
			return len;
		}
	}
	if (n < 4 || at[1] != '#')
		return 0;
	for (; i < n && i < 6 && at[i] >= '0' && at[i] <= '9'; i++)
		value = value * 10 + (unsigned)(at[i] - '0');
	if (i == 2 || i >= n || at[i] != ';' || !value || value > 127)
		return 0;
	*ret_c = (char)value;
	return i + 1;
}

static char *decode(const char *text, size_t n)
{
	RD_STR_AUTO rd_str out = RD_STR_INIT(NAME_MAX_BYTES);

	rd_str_put(&out, "");
	for (size_t i = 0; i < n;) {
		char c = text[i];
		size_t len = c == '&' ? entity(text + i, n - i, &c) : 1;

		rd_str_putc(&out, c);
		i += len ? len : 1;
	}
	return rd_str_take(&out);
}

char *rd_s3_xml_text(const char *xml, size_t n, const char *element)
{
	size_t len;
	const char *text = n ? find(xml, xml + n, element, &len) : NULL;

	return text ? decode(text, len) : NULL;
}

static rd_code add_object(rd_vec *list, const char *xml, size_t n, rd_err *err)
{
	char *bytes RD_AUTOFREE = rd_s3_xml_text(xml, n, "Size");
	char *changed RD_AUTOFREE = rd_s3_xml_text(xml, n, "LastModified");
	char *name RD_AUTOFREE = rd_s3_xml_text(xml, n, "Key");
	unsigned long long size;
	int64_t stamp = 0;
	rd_s3_object *o;

	if (!name || !bytes || !changed || rd_parse_u64(bytes, &size, NULL) ||
		rd_time_parse(changed, &stamp, NULL))
		return rd_err_set(err, RD_EPARSE, "S3 answered with a listing that makes no sense");
	o = rd_vec_push(list);
	if (!o)
		return rd_err_nomem(err);
	*o = (rd_s3_object){RD_TAKE(name), size, stamp};
	return RD_OK;
}

rd_code rd_s3_page_parse(const char *xml, size_t n, rd_vec *list, char **ret_next, rd_err *err)
{
	const char *end = xml + n, *at = xml;
	char *is_cut RD_AUTOFREE = rd_s3_xml_text(xml, n, "IsTruncated");
	char *next RD_AUTOFREE = rd_s3_xml_text(xml, n, "NextContinuationToken");
	size_t len;
	rd_code code = RD_OK;

	if (!is_cut || (strcmp(is_cut, "true") == 0 && (!next || !*next)))
		return rd_err_set(err, RD_EPARSE, "S3 answered with a listing that makes no sense");
	while (!code && (at = find(at, end, "Contents", &len))) {
		code = add_object(list, at, len, err);
		at += len;
	}
	if (!code)
		*ret_next = strcmp(is_cut, "true") == 0 ? RD_TAKE(next) : NULL;
	return code;
}

void rd_s3_objects_done(rd_vec *list)
{
	for (size_t i = 0; i < list->len; i++)
		free(((rd_s3_object *)rd_vec_at(list, i))->name);
	rd_vec_done(list);
}

/* SPDX-License-Identifier: MIT */
/* Keys of builds. */
#include "core/formats/buildkey.h"

#include "core/base/utf8.h"

/* Go's escapes of one letter. */
static char short_escape(uint32_t cp)
{
	static const char bytes[] = "\a\b\f\n\r\t\v\"\\", letters[] = "abfnrtv\"\\";
	const char *p = cp && cp < 0x80 ? strchr(bytes, (int)cp) : NULL;

	return p ? letters[p - bytes] : 0;
}

/* As Go's %q; what is not ASCII and valid is taken as printable. */
static void put_quoted(rd_str *out, const char *text)
{
	size_t n = strlen(text), used;
	uint32_t cp;

	rd_str_putc(out, '"');
	for (size_t i = 0; i < n; i += used) {
		used = rd_utf8_next(text + i, n - i, &cp);
		if (short_escape(cp))
			rd_str_printf(out, "\\%c", short_escape(cp));
		else if (cp < ' ' || cp == 0x7f || (used == 1 && cp >= 0x80))
			rd_str_printf(out, "\\x%02x", (unsigned char)text[i]);
		else if (cp >= 0x80 && cp < 0xa0)
			rd_str_printf(out, "\\u%04x", (unsigned)cp);
		else
			rd_str_putn(out, text + i, used);
	}
	rd_str_putc(out, '"');
}

static void put_args(rd_str *out, const rd_service *s)
{
	for (size_t i = 0; i < s->build_args.len; i++)
		rd_str_printf(out, "%s%s", i ? " " : "", s->build_args.items[i]);
}

void rd_buildkey_put(const rd_manifest *m, const rd_service *s, const char *id, rd_str *out)
{
	if (m->generation == 1 && !s->image) {
		rd_str_printf(out, "%s|||||%s|||||", s->build_path, s->build_manifest);
		put_args(out, s);
		return;
	}
	rd_str_put(out, "key=");
	put_quoted(out, id);
	rd_str_put(out, " build[path=");
	put_quoted(out, rd_or_empty(s->build_path));
	rd_str_put(out, ", manifest=");
	put_quoted(out, rd_or_empty(s->build_manifest));
	rd_str_put(out, ", args=[");
	put_args(out, s);
	rd_str_put(out, "]] image=");
	put_quoted(out, rd_or_empty(s->image));
}

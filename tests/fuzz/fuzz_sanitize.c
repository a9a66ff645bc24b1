/* SPDX-License-Identifier: MIT */
/* The sanitiser: nothing harmful comes out, both of its ways agree, and its output is a fixed point. */
#include "core/base/sanitize.h"
#include "core/base/utf8.h"
#include "tests/fuzz/fuzz.h"

/* A line as given out: its text, and the attributes of each byte. */
struct shown {
	rd_str text;
	rd_str styles;
};

static void shown_done(struct shown *s)
{
	rd_str_done(&s->text);
	rd_str_done(&s->styles);
}

static void check_text(const char *text, size_t n)
{
	FUZZ_CHECK(rd_utf8_valid(text, n));
	for (size_t i = 0; i < n;) {
		uint32_t cp;

		i += rd_utf8_next(text + i, n - i, &cp);
		FUZZ_CHECK(cp >= 0x20 && cp != 0x7F && !(cp >= 0x80 && cp < 0xA0));
		FUZZ_CHECK(!(cp >= 0x202A && cp <= 0x202E) && !(cp >= 0x2066 && cp <= 0x2069));
		FUZZ_CHECK(cp != 0x200E && cp != 0x200F && cp != 0x2028 && cp != 0x2029);
		FUZZ_CHECK(!(cp >= 0xE0000 && cp <= 0xE007F));
	}
}

static void check_color(int32_t color)
{
	FUZZ_CHECK(color == RD_COLOR_DEFAULT || (color >= 0 && color <= 255) ||
		   (color >= RD_COLOR_RGB && color <= (RD_COLOR_RGB | 0xFFFFFF)));
}

static void take(void *arg, const char *text, size_t n, const rd_sgr *sgr)
{
	struct shown *s = arg;
	int width = 0;

	FUZZ_CHECK(n > 0);
	check_text(text, n);
	rd_utf8_cluster(text, n, &width);
	FUZZ_CHECK(width > 0);
	check_color(sgr->fg);
	check_color(sgr->bg);
	FUZZ_CHECK(sgr->attrs < 64);
	rd_str_putn(&s->text, text, n);
	for (size_t i = 0; i < n; i++)
		rd_str_putn(&s->styles, sgr, sizeof *sgr);
}

static rd_sgr show(struct shown *s, const char *bytes, size_t n)
{
	rd_sgr sgr = RD_SGR_NONE;

	*s = (struct shown){0};
	FUZZ_CHECK(rd_sani_line(bytes, n, &sgr, take, s, NULL) == RD_OK);
	FUZZ_CHECK(rd_str_ok(&s->text) && rd_str_ok(&s->styles));
	return sgr;
}

static void check_same(const struct shown *a, const struct shown *b)
{
	FUZZ_CHECK(a->text.len == b->text.len);
	FUZZ_CHECK(!memcmp(rd_str_get(&a->text), rd_str_get(&b->text), a->text.len));
	FUZZ_CHECK(!memcmp(rd_str_get(&a->styles), rd_str_get(&b->styles), a->styles.len));
}

/* A CR before it changes nothing that is seen, but takes the way over the grid. */
static void check_both_ways(const struct shown *want, rd_sgr end, const char *bytes, size_t n)
{
	rd_str with_cr RD_STR_AUTO = RD_STR_INIT(0);
	struct shown got;
	rd_sgr sgr;

	rd_str_putc(&with_cr, '\r');
	rd_str_putn(&with_cr, bytes, n);
	sgr = show(&got, with_cr.data, with_cr.len);
	check_same(want, &got);
	FUZZ_CHECK(!memcmp(&sgr, &end, sizeof sgr));
	shown_done(&got);
}

/* What is printed for a terminal says the same when it is read again. */
static void check_ansi(const struct shown *want, const char *bytes, size_t n)
{
	rd_str colour RD_STR_AUTO = RD_STR_INIT(0);
	rd_str plain RD_STR_AUTO = RD_STR_INIT(0);
	struct shown got;

	rd_sani_ansi(&colour, bytes, n, true);
	show(&got, rd_str_get(&colour), colour.len);
	check_same(want, &got);
	shown_done(&got);
	rd_sani_ansi(&plain, bytes, n, false);
	FUZZ_CHECK(plain.len == want->text.len);
	FUZZ_CHECK(!memcmp(rd_str_get(&plain), rd_str_get(&want->text), plain.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *bytes = (const char *)data;
	rd_str name RD_STR_AUTO = RD_STR_INIT(0);
	struct shown line;
	rd_sgr end = show(&line, bytes, n);

	check_both_ways(&line, end, bytes, n);
	check_ansi(&line, bytes, n);
	rd_sani_text(&name, bytes, n);
	FUZZ_CHECK(rd_str_ok(&name));
	check_text(rd_str_get(&name), name.len);
	shown_done(&line);
	return 0;
}

bool fuzz_seed(int i, rd_str *out)
{
	static const char *const seeds[] = {
		"#12 34.55 COPY . /src done",
		"\x1b[1;31mred\x1b[0m "
		"\x1b[38;5;208mo\x1b[48;2;1;2;3mx\x1b[38:2::1:2:3my\x1b[4:3mz\x1b[58;5;1;9mq\x1b[m",
		"10% [#    ]\r\x1b[K50% [##   ]\r\x1b[2K\x1b[1G100% \x1b[32m[#####]\x1b[0m\b\b!\r",
		"\x1b]0;title\a\x1b]8;;http://"
		"x\x1b\\link\x1b]8;;\x1b\\\x1bPq#0\x1b\\\x1b_a\x1b\\\x1b^p\x1b\\\x1bXs\x1b\\",
		"\xc2\x9b"
		"31mred\xc2\x9d"
		"0;t\a\xc2\x90q\xc2\x9c\xc2\x85\x9b"
		"31m\xc2\x9bG",
		"\x1b]0;a\x1b[3\x01m\x1b[38;5\x1bP",
		"a\xe2\x80\xae"
		"b\xe2\x81\xa6"
		"c\xe2\x81\xa9\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\xa8\xd8\x9c\xef\xbb\xbf\xf3\xa0\x81"
		"\x81\xf3\xa0\x81\xbf",
		"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86x\xcc\x81\xcc\x81y",
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb \xf0\x9f\x87\xa9\xf0\x9f\x87\xaa "
		"\xe2\x9d\xa4\xef\xb8\x8f "
		"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd\t\xe6\xbc\xa2\xe5\xad\x97",
		"\xe6\xbc\xa2\xe5\xad\x97\rx\b\xe6\xbc\xa2\b\b\x1b[1Ky\x1b[Kz",
		"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab\xea\xb0\x80 "
		"\xe0\xa4\x95\xe0\xa4\xbf\xe0\xa4\xa8",
		"\xff\xfe\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82 \xcd\xb8",
		"a\tb\t\tc\r\td\x1b[31m\te\r\r\n\r\x01\x7f",
		"\x1b[1;2;3;4;7;9;38;2;1;2;3m\x1b[48;2;4;5;6mall",
		"",
	};

	if (i >= (int)RD_LEN(seeds))
		return false;
	rd_str_put(out, seeds[i]);
	return true;
}

/* SPDX-License-Identifier: MIT */
/* How builds, releases and numbers are worded and marked. */
#include "tui/widgets/words.h"

#include "core/base/clock.h"

#define MINUTE_US 60000000LL

void rd_words_build(const rd_build *b, char *buf, size_t cap, rd_role *ret_role)
{
	static const struct {
		const char *status, *sign, *word;
		rd_role role;
	} known[] = {
		{"running", "~", "running", RD_ROLE_RUNNING},
		{"complete", "+", "complete", RD_ROLE_COMPLETE},
		{"failed", "x", "failed", RD_ROLE_FAILED},
		{"created", "-", "queued", RD_ROLE_QUEUED},
	};

	if (!strcmp(b->status, "failed") && !strcmp(b->reason, "canceled")) {
		snprintf(buf, cap, "/canceled");
		*ret_role = RD_ROLE_CANCELED;
		return;
	}
	for (size_t i = 0; i < RD_LEN(known); i++) {
		if (strcmp(b->status, known[i].status) != 0)
			continue;
		snprintf(buf, cap, "%s%s", known[i].sign, known[i].word);
		*ret_role = known[i].role;
		return;
	}
	snprintf(buf, cap, "?%s", b->status);
	*ret_role = RD_ROLE_TEXT;
}

static void copy(const rd_str *s, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s", rd_str_get(s));
}

void rd_words_took(const rd_build *b, int64_t now_us, char *buf, size_t cap)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(64);
	int64_t end_us = b->ended_us ? b->ended_us : now_us;

	if (b->started_us && (b->ended_us || rd_build_is_active(b)))
		rd_time_mmss(&s, end_us > b->started_us ? end_us - b->started_us : 0);
	copy(&s, buf, cap);
}

void rd_words_age(int64_t at_us, int64_t now_us, char *buf, size_t cap)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(64);

	if (at_us)
		rd_time_short_ago(&s, at_us, now_us);
	copy(&s, buf, cap);
}

int64_t rd_words_age_holds_us(int64_t at_us, int64_t now_us)
{
	int64_t part = (now_us - at_us) / 4;

	return part > MINUTE_US ? part : MINUTE_US;
}

void rd_words_count(uint64_t n, char *buf, size_t cap)
{
	char digits[32];
	int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
	size_t at = 0;

	for (int i = 0; i < len && at + 2 < cap; i++) {
		if (i && (len - i) % 3 == 0)
			buf[at++] = ',';
		buf[at++] = digits[i];
	}
	buf[at] = '\0';
}

void rd_words_bytes(uint64_t n, char *buf, size_t cap)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	double value = (double)n;
	size_t unit = 0;

	for (; value >= 999.5 && unit + 1 < RD_LEN(units); unit++)
		value /= 1000;
	snprintf(buf, cap, unit && value < 99.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

bool rd_words_hold(const char *text, const char *part)
{
	return strcasestr(text, part) != NULL;
}

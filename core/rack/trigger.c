/* SPDX-License-Identifier: MIT */
/* Words for who or what wishes a build. */
#include "core/rack/trigger.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/sanitize.h"
#include "core/base/str.h"
#include "core/base/utf8.h"

#define PASSWD_BYTES 4096

/* A line of at most that many bytes, cut between characters. */
static void cut(rd_str *s)
{
	size_t n = 0;

	while (n < s->len) {
		uint32_t cp;
		size_t step = rd_utf8_next(rd_str_get(s) + n, s->len - n, &cp);

		if (n + step > RD_TRIGGER_MAX_BYTES)
			break;
		n += step;
	}
	rd_str_cut(s, n);
}

char *rd_trigger_new(const char *kind, const char *details)
{
	RD_STR_AUTO rd_str raw = RD_STR_INIT(0);
	RD_STR_AUTO rd_str clean = RD_STR_INIT(0);

	rd_str_printf(&raw, "%s%s%s", kind, *details ? ", " : "", details);
	if (!rd_str_ok(&raw))
		return NULL;
	rd_sani_text(&clean, rd_str_get(&raw), raw.len);
	cut(&clean);
	return rd_str_take(&clean);
}

char *rd_trigger_by_user(const char *kind)
{
	char room[PASSWD_BYTES], number[24];
	struct passwd entry, *found = NULL;
	uid_t uid = geteuid();

	snprintf(number, sizeof number, "user %u", (unsigned)uid);
	if (getpwuid_r(uid, &entry, room, sizeof room, &found) || !found || !*found->pw_name)
		return rd_trigger_new(kind, number);
	return rd_trigger_new(kind, found->pw_name);
}

void rd_trigger_kind(const char *trigger, char *buf, size_t cap)
{
	snprintf(buf, cap, "%.*s", (int)strcspn(trigger, ","), trigger);
}

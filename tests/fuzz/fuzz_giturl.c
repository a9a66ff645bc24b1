/* SPDX-License-Identifier: MIT */
/* Git URLs and what git hosts tell of a push from any bytes: git is given nothing that it takes for an option,
 * and no login. */
#include "core/formats/giturl.h"
#include "core/formats/push.h"
#include "tests/fuzz/fuzz.h"

#define ALL (RD_GITURL_SAFE | RD_GITURL_HTTP | RD_GITURL_FILE)

static void check_parts(const rd_giturl *u)
{
	rd_giturl again = {0};

	FUZZ_CHECK(u->url[0] && u->url[0] != '-');
	FUZZ_CHECK(!u->host || (u->host[0] && u->host[0] != '-'));
	FUZZ_CHECK(!u->ref || rd_giturl_ref_ok(u->ref));
	FUZZ_CHECK(!u->subdir || (u->subdir[0] != '/' && strcmp(u->subdir, "..") != 0 &&
					 !rd_starts_with(u->subdir, "../")));
	FUZZ_CHECK(!rd_giturl_parse(u->url, ALL, &again, NULL));
	FUZZ_CHECK(strcmp(again.url, u->url) == 0 && !again.password && !again.ref);
	rd_giturl_done(&again);
}

static void check_url(const char *text)
{
	rd_giturl u = {0}, sub = {0};
	rd_err err = {0};
	rd_code code = rd_giturl_parse(text, ALL, &u, &err);

	FUZZ_CHECK(code == RD_OK || err.msg[0]);
	if (code)
		return;
	check_parts(&u);
	if (!rd_giturl_parse_sub(&u, "../x/./y.git", ALL, &sub, NULL))
		FUZZ_CHECK(sub.url[0] != '-' && !sub.ref && !sub.subdir);
	rd_giturl_done(&sub);
	rd_giturl_done(&u);
}

static void check_push(const char *bytes, size_t n)
{
	rd_push p = {0};
	rd_code code = rd_push_parse(bytes, n, n > 0 && bytes[0] != '{', &p, NULL);

	FUZZ_CHECK(code == RD_OK || code == RD_EPARSE || code == RD_ELIMIT);
	if (code)
		return;
	FUZZ_CHECK(p.ref[0] && p.sha && p.who && p.default_branch);
	rd_push_is_of(&p, "https://host/a/b.git");
	rd_push_is_to(&p, NULL);
	rd_push_done(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	rd_str_putn(&text, bytes, n);
	check_url(rd_str_get(&text));
	check_push(rd_str_get(&text), text.len);
	rd_giturl_hide_login(text.data);
	return 0;
}

bool fuzz_seed(int i, rd_str *out)
{
	static const char *const seeds[] = {
		"https://user:pass%20word@host:8443/a/b.git#v1:sub/dir",
		"git@host.example:owner/name.git#main",
		"ssh://me@host:22/~/x.git#:sub",
		"file:///srv/git/x#0123456789abcdef0123456789abcdef01234567",
		"{\"ref\":\"refs/heads/"
		"main\",\"after\":\"0123456789abcdef0123456789abcdef01234567\","
		"\"repository\":{\"clone_url\":\"https://host/a/"
		"b.git\",\"default_branch\":\"main\"},"
		"\"pusher\":{\"name\":\"me\"}}",
		"payload=%7B%22ref%22%3A%22refs%2Fheads%2Fx%22%2C%22after%22%3A%22"
		"0123456789abcdef0123456789abcdef01234567%22%7D",
	};

	if (i >= (int)RD_LEN(seeds))
		return false;
	rd_str_put(out, seeds[i]);
	return true;
}

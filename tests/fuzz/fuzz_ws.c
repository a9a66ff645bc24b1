/* SPDX-License-Identifier: MIT */
/* WebSocket frames from any bytes: the same messages come out however the bytes are cut. */
#include <string.h>

#include "core/formats/ws.h"
#include "tests/fuzz/fuzz.h"

/* Kinds and bytes, pieces of a message joined. */
static rd_code note(void *arg, rd_ws_kind kind, const char *bytes, size_t n, rd_err *err RD_UNUSED)
{
	rd_str *out = arg;

	for (size_t i = 0; i < n; i++) {
		rd_str_putc(out, "tbc"[kind]);
		rd_str_putc(out, bytes[i]);
	}
	if (!n)
		rd_str_put(out, kind == RD_WS_CLOSE ? "!" : ".");
	return RD_OK;
}

static rd_code feed(rd_ws_side side, const char *bytes, size_t n, size_t step, rd_str *out)
{
	rd_ws *ws = NULL;
	rd_err err = {0};
	rd_code rc = rd_ws_new(side, note, out, &ws, NULL);

	FUZZ_CHECK(rc == RD_OK);
	for (size_t at = 0; !rc && at < n; at += step)
		rc = rd_ws_feed(ws, bytes + at, n - at < step ? n - at : step, &err);
	FUZZ_CHECK(!rc || (rc == RD_EPARSE && err.msg[0]));
	rd_ws_free(ws);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	for (rd_ws_side side = RD_WS_CLIENT; side <= RD_WS_SERVER; side++) {
		RD_STR_AUTO rd_str whole = RD_STR_INIT(0);
		RD_STR_AUTO rd_str cut = RD_STR_INIT(0);
		rd_code rc = feed(side, (const char *)bytes, n, n ? n : 1, &whole);

		FUZZ_CHECK(feed(side, (const char *)bytes, n, 3, &cut) == rc);
		FUZZ_CHECK(whole.len == cut.len &&
			   (!cut.len || !memcmp(whole.data, cut.data, cut.len)));
	}
	return 0;
}

bool fuzz_seed(int i, rd_str *out)
{
	static const struct {
		const char *bytes;
		size_t n;
	} seeds[] = {
		{"\x81\x05hello\x82\x00\x88\x02\x03\xe8", 13},
		{"\x01\x02"
		 "ab"
		 "\x89\x01p"
		 "\x80\x01"
		 "c",
			10},
		{"\x81\x85"
		 "abcd"
		 "\x09\x07\x0f\x08\x0e"
		 "\x82\x80"
		 "abcd",
			17},
		{"\x81\x7e\x00\x7e", 4},
	};

	if (i >= (int)RD_LEN(seeds))
		return false;
	rd_str_putn(out, seeds[i].bytes, seeds[i].n);
	return true;
}

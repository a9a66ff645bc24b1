/* SPDX-License-Identifier: MIT */
/* WebSocket frames: what one side puts the other side gets, however the bytes are cut. */
#include "core/formats/ws.h"

#include <string.h>

#include "tests/unit/unit.h"

/* Writes messages down: "t<text>|", "b<bytes>|", "c|". */
static rd_code note(void *arg, rd_ws_kind kind, const char *bytes, size_t n, rd_err *err RD_UNUSED)
{
	rd_str_putc(arg, "tbc"[kind]);
	rd_str_putn(arg, bytes, n);
	rd_str_putc(arg, '|');
	return RD_OK;
}

static rd_ws *make(rd_ws_side side, rd_ws_fn *fn, void *arg)
{
	rd_ws *ws = NULL;

	assert_int_equal(rd_ws_new(side, fn, arg, &ws, NULL), RD_OK);
	return ws;
}

/* Feeds what `from` has to send, in pieces of `step` bytes. */
static rd_code carry(rd_ws *from, rd_ws *to, size_t step, rd_err *err)
{
	rd_str *out = rd_ws_output(from);
	rd_code rc = RD_OK;

	for (size_t at = 0; !rc && at < out->len; at += step)
		rc = rd_ws_feed(to, out->data + at, out->len - at < step ? out->len - at : step,
			err);
	rd_str_clear(out);
	return rc;
}

static void ws_put__arrives_on_the_other_side(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str client_got = RD_STR_INIT(0), server_got = RD_STR_INIT(0);
	rd_ws *client = make(RD_WS_CLIENT, note, &client_got);
	rd_ws *server = make(RD_WS_SERVER, note, &server_got);

	assert_int_equal(rd_ws_put(client, RD_WS_TEXT, "hello", 5, NULL), RD_OK);
	/* A client's bytes are masked. */
	assert_null(memmem(rd_ws_output(client)->data, rd_ws_output(client)->len, "hello", 5));
	assert_int_equal(carry(client, server, 100, NULL), RD_OK);
	assert_string_equal(rd_str_get(&server_got), "thello|");
	assert_int_equal(rd_ws_put(server, RD_WS_TEXT, "a\0b", 3, NULL), RD_OK);
	assert_int_equal(rd_ws_put(server, RD_WS_BINARY, "", 0, NULL), RD_OK);
	assert_int_equal(rd_ws_put(server, RD_WS_CLOSE, NULL, 0, NULL), RD_OK);
	assert_int_equal(carry(server, client, 100, NULL), RD_OK);
	assert_int_equal(client_got.len, 11);
	assert_memory_equal(client_got.data, "ta\0b|b|c\x03\xe8|", 11);
	/* The close was answered. */
	assert_int_equal(carry(client, server, 100, NULL), RD_OK);
	assert_string_equal(rd_str_get(&server_got), "thello|c\x03\xe8|");
	assert_int_equal(rd_ws_put(client, RD_WS_TEXT, "late", 4, NULL), RD_EBUSY);
	rd_ws_free(client);
	rd_ws_free(server);
}

static void ws_feed__takes_any_cut_and_size(void **state RD_UNUSED)
{
	static char big[300000];

	memset(big, 'x', sizeof(big));
	for (size_t step = 1; step < 70000; step = step * 7 + 1) {
		RD_STR_AUTO rd_str got = RD_STR_INIT(0);
		rd_ws *client = make(RD_WS_CLIENT, note, &got);
		rd_ws *server = make(RD_WS_SERVER, note, &got);
		size_t n = 0;

		assert_int_equal(rd_ws_put(server, RD_WS_TEXT, big, sizeof(big), NULL), RD_OK);
		assert_int_equal(carry(server, client, step, NULL), RD_OK);
		for (size_t i = 0; i < got.len; i++)
			n += got.data[i] == 'x';
		assert_int_equal(n, sizeof(big));
		rd_ws_free(client);
		rd_ws_free(server);
	}
}

static void ws_feed__answers_pings_within_a_message(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str got = RD_STR_INIT(0), none = RD_STR_INIT(0);
	rd_ws *client = make(RD_WS_CLIENT, note, &got);
	rd_ws *server = make(RD_WS_SERVER, note, &none);

	/* "ab" as the first frame of a text, a ping of "p", "c" as its last. */
	assert_int_equal(rd_ws_feed(client,
				 "\x01\x02"
				 "ab"
				 "\x89\x01p"
				 "\x80\x01"
				 "c",
				 10, NULL),
		RD_OK);
	assert_string_equal(rd_str_get(&got), "tab|tc|");
	assert_int_equal(rd_ws_output(client)->len, 2 + 4 + 1);
	assert_int_equal((unsigned char)rd_ws_output(client)->data[0], 0x8a);
	assert_int_equal(carry(client, server, 1, NULL), RD_OK);
	assert_string_equal(rd_str_get(&none), "");
	rd_ws_free(client);
	rd_ws_free(server);
}

static void ws_feed__refuses_what_is_no_frame(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	static const char *const bad[] = {"HTTP/1.1 200 OK\r\n\r\n", "\xf1\x01x",
		/* masked, from a server */
		"\x81\x81"
		"abcd"
		"e",
		/* a pong of 126 bytes */ "\x8a\x7e"};

	for (size_t i = 0; i < RD_LEN(bad); i++) {
		rd_ws *client = make(RD_WS_CLIENT, note, &got);
		rd_err err = {0};

		assert_int_equal(rd_ws_feed(client, bad[i], strlen(bad[i]), &err), RD_EPARSE);
		assert_non_null(strstr(err.msg, "WebSocket"));
		rd_ws_free(client);
	}
	assert_string_equal(rd_str_get(&got), "");
}

/* A rack cuts a log anywhere: a letter may come in two messages, and a log may hold any bytes. */
static void ws_feed__takes_text_that_is_no_utf8(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	rd_ws *client = make(RD_WS_CLIENT, note, &got);

	assert_int_equal(rd_ws_feed(client, "\x81\x01\xc3\x81\x01\xa4\x81\x02\xff\xfe", 10, NULL),
		RD_OK);
	assert_string_equal(rd_str_get(&got), "t\xc3|t\xa4|t\xff\xfe|");
	rd_ws_free(client);
}

static rd_code refuse(void *arg, rd_ws_kind kind RD_UNUSED, const char *bytes RD_UNUSED,
	size_t n RD_UNUSED, rd_err *err)
{
	++*(int *)arg;
	return rd_err_set(err, RD_ENOSPC, "disk full");
}

static void ws_feed__ends_with_the_receivers_error(void **state RD_UNUSED)
{
	int calls = 0;
	rd_ws *client = make(RD_WS_CLIENT, refuse, &calls);
	rd_err err = {0};

	assert_int_equal(rd_ws_feed(client,
				 "\x81\x01"
				 "a"
				 "\x81\x01"
				 "b",
				 6, &err),
		RD_ENOSPC);
	assert_string_equal(err.msg, "disk full");
	assert_int_equal(calls, 1);
	rd_ws_free(client);
}

static void ws_accept__is_that_of_the_standard(void **state RD_UNUSED)
{
	char accept[RD_WS_ACCEPT_SIZE], key[RD_WS_KEY_SIZE], other[RD_WS_KEY_SIZE];

	rd_ws_accept("dGhlIHNhbXBsZSBub25jZQ==", accept);
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	rd_ws_key(key);
	rd_ws_key(other);
	assert_int_equal(strlen(key), RD_WS_KEY_SIZE - 1);
	assert_string_not_equal(key, other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ws_put__arrives_on_the_other_side),
		cmocka_unit_test(ws_feed__takes_any_cut_and_size),
		cmocka_unit_test(ws_feed__answers_pings_within_a_message),
		cmocka_unit_test(ws_feed__refuses_what_is_no_frame),
		cmocka_unit_test(ws_feed__takes_text_that_is_no_utf8),
		cmocka_unit_test(ws_feed__ends_with_the_receivers_error),
		cmocka_unit_test(ws_accept__is_that_of_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

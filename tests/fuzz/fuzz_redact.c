/* SPDX-License-Identifier: MIT */
/* The redactor with any values and text: no value is left, however the text is cut. */
#include "core/formats/redact.h"
#include "tests/fuzz/fuzz.h"

#define VALUES_MAX 20

/* Up to the first empty line, each line is a value. *ret_n: their bytes. */
static rd_redact *read_values(const char *text, size_t *ret_n, rd_strs *values)
{
	rd_redact *r = NULL;
	size_t at = 0;

	FUZZ_CHECK(!rd_redact_new(&r, NULL));
	while (text[at] && text[at] != '\n' && values->len < VALUES_MAX) {
		size_t n = strcspn(text + at, "\n");

		FUZZ_CHECK(rd_strs_take(values, strndup(text + at, n)));
		FUZZ_CHECK(!rd_redact_add(r, values->items[values->len - 1], NULL));
		at += n + (text[at + n] == '\n');
	}
	*ret_n = at;
	return r;
}

static void push_cut(const rd_redact *r, const char *text, size_t n, size_t piece, rd_str *out)
{
	rd_redact_stream *s = NULL;

	FUZZ_CHECK(!rd_redact_stream_new(r, &s, NULL));
	for (size_t at = 0; at < n; at += piece)
		rd_redact_push(s, text + at, n - at < piece ? n - at : piece, out);
	rd_redact_flush(s, out);
	rd_redact_stream_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	RD_STR_AUTO rd_str in = RD_STR_INIT(0);
	RD_STR_AUTO rd_str whole = RD_STR_INIT(0);
	RD_STR_AUTO rd_str cut = RD_STR_INIT(0);
	rd_strs values = {0};
	const char *text;
	size_t head;
	rd_redact *r;

	rd_str_putn(&in, bytes, n);
	r = read_values(rd_str_get(&in), &head, &values);
	text = rd_str_get(&in) + head;
	n = strlen(text);
	rd_redact_text(r, text, n, &whole);
	push_cut(r, text, n, 1 + n % 5, &cut);
	FUZZ_CHECK(strcmp(rd_str_get(&whole), rd_str_get(&cut)) == 0);
	for (size_t i = 0; i < values.len; i++) {
		const char *value = values.items[i];

		/* masks themselves could make one that holds a '*' */
		if (strlen(value) >= RD_REDACT_MIN && !strchr(value, '*'))
			FUZZ_CHECK(!strstr(rd_str_get(&whole), value));
	}
	rd_redact_free(r);
	rd_strs_done(&values);
	return 0;
}

bool fuzz_seed(int i, rd_str *out)
{
	static const char *const seeds[] = {
		"hunter22\nhunter22-longer\naabaab\n\nx hunter22 y hunter22-longex aabaabaabaab "
		"hunter2",
		"se\"cret\\one\ts\nsecret\n\nse\\\"cret\\\\one\\ts secretsecretsecre",
	};

	if (i >= (int)RD_LEN(seeds))
		return false;
	rd_str_put(out, seeds[i]);
	return true;
}

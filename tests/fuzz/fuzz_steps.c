/* SPDX-License-Identifier: MIT */
/* The steps file from any bytes: the model is the same however the bytes are cut, and its indexes hold. */
#include "core/formats/steps.h"
#include "tests/fuzz/fuzz.h"

static rd_steps *read_cut(const char *bytes, size_t n, size_t piece)
{
	rd_steps *m = NULL;

	FUZZ_CHECK(!rd_steps_new(&m, NULL));
	for (size_t at = 0; at < n; at += piece)
		FUZZ_CHECK(!rd_steps_feed(m, bytes + at, n - at < piece ? n - at : piece, NULL));
	return m;
}

static void check_step(const rd_steps *m, size_t i)
{
	const rd_step *s = rd_steps_at(m, i);

	FUZZ_CHECK(s->name && rd_steps_find(m, s->number) == s);
	FUZZ_CHECK(s->group >= 0 && (size_t)s->group < rd_steps_groups(m));
	for (size_t k = 0; k < s->inputs.len; k++) {
		int input = *(int *)rd_vec_at(&s->inputs, k);

		FUZZ_CHECK(input >= 0 && (size_t)input < i);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	rd_steps *whole = read_cut((const char *)bytes, n, n + 1);
	rd_steps *cut = read_cut((const char *)bytes, n, 1 + n % 7);

	FUZZ_CHECK(rd_steps_version(whole) == rd_steps_version(cut));
	FUZZ_CHECK(rd_steps_malformed(whole) == rd_steps_malformed(cut));
	FUZZ_CHECK(rd_steps_count(whole) == rd_steps_count(cut));
	for (size_t i = 0; i < rd_steps_count(whole); i++)
		check_step(whole, i);
	for (size_t i = 0; i < rd_steps_groups(whole); i++) {
		const rd_step_group *g = rd_steps_group_at(whole, i);

		FUZZ_CHECK(g->kind && g->name && g->prefix);
	}
	rd_steps_free(whole);
	rd_steps_free(cut);
	return 0;
}

bool fuzz_seed(int i, rd_str *out)
{
	char web[] = "web";
	char *names[] = {web, NULL};
	const rd_strs services = {names, 1, 1};

	if (i > 0)
		return false;
	rd_steps_put_group(out, 1, "build", &services, ".", "web | ", 5);
	rd_steps_put_step(out, 1, 1, "[1/2] FROM a", NULL, 0);
	rd_steps_put_step(out, 1, 2, "[2/2] RUN b", (const int[]){1}, 1);
	rd_steps_put_start(out, 1, 6);
	rd_steps_put_done(out, 1, 7, true, NULL);
	rd_steps_put_start(out, 2, 8);
	rd_steps_put_log(out, 2, 0, 10, 0);
	rd_steps_put_gap(out, 2, 10, 0);
	rd_steps_put_log(out, 2, 10, 10, 0);
	rd_steps_put_progress(out, 2, "sha256:0", 5, 9, false);
	rd_steps_put_warn(out, 2, "careful", 7);
	rd_steps_put_done(out, 2, 9, false, "exit code: 1");
	rd_steps_put_group_done(out, 1, 10, "exit code: 1", NULL);
	return true;
}

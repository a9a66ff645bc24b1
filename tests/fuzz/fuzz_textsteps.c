/* SPDX-License-Identifier: MIT */
/* Logs of other racks as steps: what they say is a steps file without a fault, however the log is cut. */
#include "core/formats/textsteps.h"
#include "tests/fuzz/fuzz.h"

static void read_cut(const char *bytes, size_t n, size_t piece, bool is_failed, rd_str *out)
{
	rd_textsteps *t = NULL;

	FUZZ_CHECK(!rd_textsteps_new(&t, NULL));
	for (size_t at = 0; at < n; at += piece)
		FUZZ_CHECK(!rd_textsteps_feed(t, bytes + at, n - at < piece ? n - at : piece, 5,
			out, NULL));
	FUZZ_CHECK(!rd_textsteps_end(t, is_failed, 5, out, NULL));
	rd_textsteps_free(t);
}

/* No line of a step lies outside of the log. */
static void check_steps(const rd_str *text)
{
	rd_steps *m = NULL;

	FUZZ_CHECK(!rd_steps_new(&m, NULL));
	FUZZ_CHECK(!rd_steps_feed(m, rd_str_get(text), text->len, NULL));
	FUZZ_CHECK(rd_steps_malformed(m) == 0);
	for (size_t i = 0; i < rd_steps_count(m); i++)
		FUZZ_CHECK(rd_steps_at(m, i)->name);
	rd_steps_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	RD_STR_AUTO rd_str whole = RD_STR_INIT(0);
	RD_STR_AUTO rd_str cut = RD_STR_INIT(0);

	read_cut((const char *)bytes, n, n + 1, n % 2, &whole);
	read_cut((const char *)bytes, n, 1 + n % 7, n % 2, &cut);
	check_steps(&whole);
	check_steps(&cut);
	return 0;
}

bool fuzz_seed(int i, rd_str *out)
{
	static const char *const seeds[] = {
		"Building: .\nSending build context to Docker daemon  2.048kB\r\n"
		"Step 1/2 : FROM a\n ---> 1234567890ab\nStep 2/2 : RUN make\n ---> Running in "
		"12\nx\n"
		"Removing intermediate container 12\n ---> 3\nSuccessfully built 3\n"
		"Running: docker tag a b\nPushing: x\nERROR: no\n",
		"Building: .\n#1 [internal] load build definition from Dockerfile\n#1 DONE 0.1s\n\n"
		"#5 [2/3] RUN make\n#5 0.123 one\n#5 1.5 two\n#5 CANCELED\n#6 CACHED\n"
		"#7 [3/3] RUN false\n#7 ERROR: exit code: 1\n------\n > [3/3] RUN false:\n",
		"web | [1/2] FROM a\nworker | [1/2] FROM a\nweb | [1/2] DONE 0.1s\nweb | text\n",
	};

	if (i >= (int)RD_LEN(seeds))
		return false;
	rd_str_put(out, seeds[i]);
	return true;
}

/* SPDX-License-Identifier: MIT */
/* .dockerignore from any bytes, its first line a path: what is pruned can hold nothing that is kept. */
#include "core/formats/dockerignore.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	const uint8_t *newline = memchr(bytes, '\n', n);
	size_t n_path = newline ? (size_t)(newline - bytes) : n;
	rd_dockerignore *d = NULL;
	rd_err err = {0};
	rd_code code;

	if (n_path == 0 || n_path > 4096 || memchr(bytes, 0, n_path) || *bytes == '/')
		return 0;
	rd_str_putn(&path, bytes, n_path);
	n_path += newline != NULL;
	code = rd_dockerignore_parse((const char *)bytes + n_path, n - n_path, &d, &err);
	FUZZ_CHECK(code == RD_OK || code == RD_EPARSE || code == RD_ELIMIT || code == RD_ENOMEM);
	FUZZ_CHECK(code == RD_OK || err.msg[0]);
	if (code != RD_OK)
		return 0;
	if (rd_dockerignore_match(d, rd_str_get(&path)) &&
		rd_dockerignore_prunes(d, rd_str_get(&path))) {
		rd_str_put(&path, "/src");
		FUZZ_CHECK(rd_dockerignore_match(d, rd_str_get(&path)));
		rd_str_put(&path, "/keep.c");
		FUZZ_CHECK(rd_dockerignore_match(d, rd_str_get(&path)));
	}
	rd_dockerignore_free(d);
	return 0;
}

bool fuzz_seed(int i, rd_str *out)
{
	static const char *const seeds[] = {
		"a/src/x.c\n# comment\n*.log\n**/*.pyc\n/a/\n!a/src\n!**/keep.c\na/src/*.o\n",
		"a/b\na**/b\n[a-c]?\\*\n!a/b/src/k*\n[[:alpha:]^]*x\n\\d\\w[\\s]\n**\n!*/**/"
		"keep.?\n",
		"node_modules\n*\n!src\n!node_modules/src/keep.c\nnode_modules/**\n",
	};

	if (i >= (int)RD_LEN(seeds))
		return false;
	rd_str_put(out, seeds[i]);
	return true;
}

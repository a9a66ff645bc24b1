/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target as a test: its seeds, and the same mutations of them each time. With arguments:
 * `--write DIR` writes the seeds as files, anything else is a file to be tried (a crash found before). */
#include "core/base/fs.h"
#include "tests/fuzz/fuzz.h"

#define ROUNDS 3000
#define FILE_MAX_BYTES (16 * 1024 * 1024)

static uint32_t state = 2463534242;

static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* One to four changes: a bit, a byte, a cut, a piece doubled. */
static void mutate(rd_str *s)
{
	for (uint32_t n = 1 + next_random() % 4; n && s->len; n--) {
		size_t at = next_random() % s->len, piece = 1 + next_random() % 64;

		switch (next_random() % 4) {
		case 0:
			s->data[at] ^= (char)(1 << next_random() % 8);
			break;
		case 1:
			s->data[at] = (char)next_random();
			break;
		case 2:
			rd_str_cut(s, next_random() % 4 ? s->len : at);
			break;
		default:
			if (piece > s->len - at)
				piece = s->len - at;
			rd_str_reserve(s, piece);
			rd_str_putn(s, s->data + at, piece);
		}
	}
}

static void try(const rd_str *s)
{
	/* Its own memory, so that a sanitizer sees a read beyond the end. */
	uint8_t *copy = malloc(s->len ? s->len : 1);

	FUZZ_CHECK(copy);
	memcpy(copy, rd_str_get(s), s->len);
	LLVMFuzzerTestOneInput(copy, s->len);
	free(copy);
}

static void run_seed(const rd_str *seed)
{
	try(seed);
	for (int i = 0; i < ROUNDS; i++) {
		RD_STR_AUTO rd_str s = RD_STR_INIT(0);

		rd_str_putn(&s, rd_str_get(seed), seed->len);
		mutate(&s);
		try(&s);
	}
}

static int write_seeds(const char *dir)
{
	for (int i = 0;; i++) {
		RD_STR_AUTO rd_str seed = RD_STR_INIT(0);
		RD_STR_AUTO rd_str path = RD_STR_INIT(0);

		if (!fuzz_seed(i, &seed))
			return 0;
		rd_str_printf(&path, "%s/seed-%d", dir, i);
		if (rd_file_write(path.data, rd_str_get(&seed), seed.len, NULL))
			return 1;
	}
}

static int run_files(int n, char **paths)
{
	for (int i = 0; i < n; i++) {
		RD_STR_AUTO rd_str s = RD_STR_INIT(0);

		if (rd_file_read(paths[i], FILE_MAX_BYTES, &s, NULL))
			return 1;
		try(&s);
	}
	return 0;
}

int main(int argc, char **argv)
{
	int i = 0;

	if (argc == 3 && strcmp(argv[1], "--write") == 0)
		return write_seeds(argv[2]);
	if (argc > 1)
		return run_files(argc - 1, argv + 1);
	for (;; i++) {
		RD_STR_AUTO rd_str seed = RD_STR_INIT(0);

		if (!fuzz_seed(i, &seed))
			break;
		run_seed(&seed);
		printf("ok %d - seed %d and %d mutations\n", i + 1, i, ROUNDS);
	}
	printf("1..%d\n", i);
	return 0;
}

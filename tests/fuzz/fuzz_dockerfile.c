/* SPDX-License-Identifier: MIT */
/* Dockerfiles from any bytes: stages, bases and targets that hold together. */
#include <strings.h>

#include "core/formats/dockerfile.h"
#include "tests/fuzz/fuzz.h"

static void check_target(const rd_dockerfile *d, const rd_kvs *args, const char *target)
{
	rd_strs bases = {0};
	rd_err err = {0};
	rd_dockerfile_needs needs = {.session_line = -1};
	rd_code code = rd_dockerfile_bases(d, args, target, &bases, &err);

	FUZZ_CHECK(code == RD_OK || code == RD_EINVAL || code == RD_ENOMEM);
	FUZZ_CHECK(rd_dockerfile_needs_of(d, args, target, &needs, NULL) == code);
	FUZZ_CHECK(code != RD_OK || needs.session_line >= 0);
	for (size_t i = 0; i < bases.len; i++) {
		FUZZ_CHECK(*bases.items[i] && strcmp(bases.items[i], "scratch") != 0);
		for (size_t k = 0; k < i; k++)
			FUZZ_CHECK(strcmp(bases.items[i], bases.items[k]) != 0);
	}
	rd_strs_done(&bases);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	rd_dockerfile *d = NULL;
	rd_kvs args = {0};
	rd_err err = {0};
	rd_code code = rd_dockerfile_parse((const char *)bytes, n, &d, &err);
	int line = 0;

	FUZZ_CHECK(code == RD_OK || code == RD_EPARSE || code == RD_ELIMIT || code == RD_ENOMEM);
	FUZZ_CHECK((code == RD_OK) == (d != NULL));
	FUZZ_CHECK(code == RD_OK || err.msg[0]);
	if (!d)
		return 0;
	FUZZ_CHECK(d->stages.len > 0);
	FUZZ_CHECK(d->args.len >= d->global_args.len);
	rd_kvs_set(&args, "TAG", "9");
	check_target(d, &args, NULL);
	for (size_t i = 0; i < d->stages.len; i++) {
		const rd_dockerfile_stage *stage = rd_vec_at(&d->stages, i);

		FUZZ_CHECK(stage->base && *stage->base && stage->line > line);
		line = stage->line;
		if (!stage->name)
			continue;
		FUZZ_CHECK(*stage->name && rd_dockerfile_has_stage(d, stage->name));
		check_target(d, i % 2 ? &args : NULL, stage->name);
	}
	rd_kvs_done(&args);
	rd_dockerfile_free(d);
	return 0;
}

bool fuzz_seed(int i, rd_str *out)
{
	static const char *const seeds[] = {
		"# syntax=docker/dockerfile:1\nARG TAG=7\nARG IMG=\"a:${TAG:-1}\"\nFROM ${IMG} AS "
		"base\n"
		"ARG X Y=1 Z='a b'\nRUN make \\\n  # comment\n  all\nFROM base AS development\n"
		"RUN --mount=type=secret,id=n --mount=type=bind,from=tools:1,target=/t x\nFROM "
		"scratch\n"
		"COPY --from=base --chown=1:1 /a /b\nCOPY --from=1 /c /d\nCOPY --from=img@sha256:0 "
		"/ /\n",
		"#escape=`\nFROM a`\n\nRUN <<EOF <<-'E 2'\nFROM b\nEOF\n\tx\n\tE 2\n"
		"ONBUILD RUN <<X\nX\nFROM b-$TARGETARCH as C.d\nFROM c.D\nRUN [\"<<no\"]\n",
	};

	if (i >= (int)RD_LEN(seeds))
		return false;
	rd_str_put(out, seeds[i]);
	return true;
}

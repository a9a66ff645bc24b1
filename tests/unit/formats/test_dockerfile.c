/* SPDX-License-Identifier: MIT */
/* rd_dockerfile: instructions over lines, ARGs, stages, and the images that a target needs. */
#include "tests/unit/unit.h"

#include "core/formats/dockerfile.h"

static rd_dockerfile *parsed(const char *text)
{
	rd_dockerfile *d = NULL;
	rd_err err = {0};

	if (rd_dockerfile_parse(text, strlen(text), &d, &err) != RD_OK)
		fail_msg("%s", err.msg);
	return d;
}

static const rd_dockerfile_stage *stage(const rd_dockerfile *d, size_t i)
{
	assert_true(i < d->stages.len);
	return rd_vec_at(&d->stages, i);
}

static void assert_strs(const rd_strs *l, const char *joined)
{
	rd_str s = RD_STR_INIT(0);

	for (size_t i = 0; i < l->len; i++)
		rd_str_printf(&s, "%s%s", i ? "|" : "", l->items[i]);
	assert_string_equal(rd_str_get(&s), joined);
	rd_str_done(&s);
}

/* Asserts the images that the target needs, given "NAME=VALUE" (may be NULL). */
static void assert_bases(const char *text, const char *target, const char *name, const char *value,
	const char *want)
{
	rd_dockerfile *d = parsed(text);
	rd_kvs args = {0};
	rd_strs bases = {0};
	rd_err err = {0};

	if (name)
		rd_kvs_set(&args, name, value);
	if (rd_dockerfile_bases(d, name ? &args : NULL, target, &bases, &err) != RD_OK)
		fail_msg("%s", err.msg);
	assert_strs(&bases, want);
	rd_strs_done(&bases);
	rd_kvs_done(&args);
	rd_dockerfile_free(d);
}

static void parse__reads_stages_and_their_names(void **state RD_UNUSED)
{
	rd_dockerfile *d = parsed("FROM busybox\n"
				  "from --platform=linux/amd64 golang:1.22 as Build\r\n"
				  "RUN x\n\n"
				  "  FROM scratch AS final.v1_x-y\n");

	assert_int_equal(d->stages.len, 3);
	assert_string_equal(stage(d, 0)->base, "busybox");
	assert_null(stage(d, 0)->name);
	assert_string_equal(stage(d, 1)->base, "golang:1.22");
	assert_string_equal(stage(d, 1)->name, "build");
	assert_int_equal(stage(d, 1)->line, 2);
	assert_string_equal(stage(d, 2)->name, "final.v1_x-y");
	assert_int_equal(stage(d, 2)->line, 5);
	assert_true(rd_dockerfile_has_stage(d, "BUILD"));
	assert_false(rd_dockerfile_has_stage(d, "development"));
	assert_null(d->syntax);
	rd_dockerfile_free(d);
	assert_null(rd_dockerfile_free(NULL));
}

static void parse__reads_args_of_all_stages_once(void **state RD_UNUSED)
{
	rd_dockerfile *d =
		parsed("ARG TAG=7\nARG BARE\nFROM redis:$TAG\n"
		       "ARG A=1 B C=\"x y\" TAG\narg D='a b'\nENV E=1\n# ARG F\nRUN ARG G\n");

	assert_strs(&d->args, "TAG|BARE|A|B|C|D");
	assert_int_equal(d->global_args.len, 2);
	assert_string_equal(rd_kvs_get(&d->global_args, "TAG"), "7");
	assert_string_equal(rd_kvs_get(&d->global_args, "BARE"), "");
	rd_dockerfile_free(d);
}

static void parse__joins_lines_and_skips_comments_within(void **state RD_UNUSED)
{
	rd_dockerfile *d = parsed("FROM \\\n  # a comment\n\n  busy\\  \nbox \\\n AS x\n"
				  "ARG ONE=1 \\\n    TWO=2\n"
				  "RUN echo \\\\\nARG THREE\n"
				  "RUN a \\\n  FROM b\n"
				  "ARG LAST \\\n");

	assert_int_equal(d->stages.len, 1);
	assert_string_equal(stage(d, 0)->base, "busybox");
	assert_string_equal(stage(d, 0)->name, "x");
	assert_int_equal(stage(d, 0)->line, 1);
	assert_strs(&d->args, "ONE|TWO|THREE|LAST");
	rd_dockerfile_free(d);
}

static void parse__knows_directives_only_at_the_top(void **state RD_UNUSED)
{
	rd_dockerfile *d = parsed("\xef\xbb\xbf# syntax = docker/dockerfile:1.4 \n#escape=`\n"
				  "# check=skip=all\nFROM a`\nb\nRUN c:\\\nARG X\n");

	assert_string_equal(d->syntax, "docker/dockerfile:1.4");
	assert_int_equal(d->syntax_at, 5);
	assert_int_equal(d->escape, '`');
	assert_string_equal(stage(d, 0)->base, "ab");
	assert_int_equal(stage(d, 0)->line, 4);
	assert_strs(&d->args, "X");
	rd_dockerfile_free(d);
	d = parsed("# a comment\n# escape=`\nFROM a\\\nb\n# syntax=x\n");
	assert_int_equal(d->escape, '\\');
	assert_null(d->syntax);
	assert_string_equal(stage(d, 0)->base, "ab");
	rd_dockerfile_free(d);
	d = parsed("#!/usr/bin/env docker build\n# SYNTAX=y\nFROM a\n");
	assert_string_equal(d->syntax, "y");
	rd_dockerfile_free(d);
}

static void parse__reads_past_heredocs(void **state RD_UNUSED)
{
	rd_dockerfile *d =
		parsed("FROM a\n"
		       "RUN <<EOF\nFROM b\nARG X\n EOF\nEOF\n"
		       "COPY <<-\"END ONE\" <<'TWO' /dst/\nFROM c\n\t\tEND ONE\n\\\nTWO\n"
		       "RUN --mount=type=cache,target=/x 3<<E cat\nFROM d\nE\n"
		       "ONBUILD RUN <<EOF\nFROM e\nEOF\n"
		       "RUN cat <<<word\nRUN a << EOF\nRUN x<<EOF\n"
		       "RUN [\"echo\", \"<<EOF\"]\nRUN echo \"<<EOF\"\n"
		       "ARG AFTER\n");

	assert_int_equal(d->stages.len, 1);
	assert_strs(&d->args, "AFTER");
	rd_dockerfile_free(d);
}

static void parse__refuses_with_the_line(void **state RD_UNUSED)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"", "line 1: no FROM: a Dockerfile builds on an image, or on 'scratch'"},
		{"# x\nRUN y\n",
			"line 2: no FROM: a Dockerfile builds on an image, or on 'scratch'"},
		{"FROM\n", "line 1: FROM names no image"},
		{"\nFROM --platform=x\n", "line 2: FROM names no image"},
		{"FROM a AS\n", "line 1: no name after AS"},
		{"FROM a\nRUN <<EOF\nx\n", "line 2: no end of the heredoc 'EOF'"},
	};
	rd_dockerfile *d = NULL;
	rd_err err;

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		assert_int_equal(rd_dockerfile_parse(cases[i].text, strlen(cases[i].text), &d,
					 &err),
			RD_EPARSE);
		assert_string_equal(err.msg, cases[i].message);
	}
	assert_int_equal(rd_dockerfile_parse("FROM a\0b\n", 9, &d, &err), RD_EPARSE);
	assert_string_equal(err.msg, "not a text: it holds a NUL byte");
	assert_null(d);
}

static void parse__finds_what_is_copied_from_the_cache(void **state RD_UNUSED)
{
	rd_dockerfile *d =
		parsed("FROM a AS x\n"
		       "COPY .cache/build/gems /var/cache/build/gems\n"
		       "COPY --chown=1 ./.cache/build//b/ /.cache/build/c.tgz \\\n  Gemfile /dst/\n"
		       "ADD [\"/.cache/build/d e\", \".cache/build/f\", \"/y/\"]\n"
		       "COPY --from=x .cache/build/no /z\n"
		       "COPY .cache/build/$NO .cache/builds/no .cache/build/gems /z/\n"
		       "COPY a .cache/build/no\n"
		       "copy \".cache/build/g\" /z\n");

	assert_strs(&d->cached,
		".cache/build/gems|.cache/build/b|.cache/build/c.tgz|.cache/build/d e|"
		".cache/build/f|.cache/build/g");
	assert_true(d->names_cache);
	rd_dockerfile_free(d);
	d = parsed("FROM a\nCOPY . /app\n");
	assert_int_equal(d->cached.len, 0);
	assert_false(d->names_cache);
	rd_dockerfile_free(d);
}

static rd_code parse_repeated(const char *head, const char *part, int times)
{
	rd_str s = RD_STR_INIT(0);
	rd_dockerfile *d = NULL;
	rd_code code;

	rd_str_put(&s, head);
	for (int i = 0; i < times; i++)
		rd_str_printf(&s, "%s%d\n", part, i);
	code = rd_dockerfile_parse(rd_str_get(&s), s.len, &d, NULL);
	rd_dockerfile_free(d);
	rd_str_done(&s);
	return code;
}

static void parse__keeps_its_caps(void **state RD_UNUSED)
{
	char *big = malloc(RD_DOCKERFILE_MAX_BYTES + 1);
	rd_dockerfile *d = NULL;
	rd_err err;

	assert_int_equal(parse_repeated("", "FROM a", 1000), RD_OK);
	assert_int_equal(parse_repeated("", "FROM a", 1001), RD_ELIMIT);
	assert_int_equal(parse_repeated("FROM a\n", "ARG A", 2000), RD_OK);
	assert_int_equal(parse_repeated("FROM a\n", "ARG A", 2001), RD_ELIMIT);
	assert_non_null(big);
	memset(big, '\n', RD_DOCKERFILE_MAX_BYTES + 1);
	assert_int_equal(rd_dockerfile_parse(big, RD_DOCKERFILE_MAX_BYTES + 1, &d, &err),
		RD_ELIMIT);
	memcpy(big, "FROM a", 6);
	assert_int_equal(rd_dockerfile_parse(big, RD_DOCKERFILE_MAX_BYTES, &d, &err), RD_OK);
	rd_dockerfile_free(d);
	free(big);
}

static void bases__are_images_and_no_stages(void **state RD_UNUSED)
{
	assert_bases("FROM scratch\n", NULL, NULL, NULL, "");
	assert_bases("FROM a\nFROM a\nFROM \"b:1\"\n", NULL, NULL, NULL, "b:1");
	assert_bases("FROM a AS x\nFROM X AS y\nFROM y\n", NULL, NULL, NULL, "a");
	/* a stage counts only for later ones */
	assert_bases("FROM x AS x\nFROM x\n", NULL, NULL, NULL, "x");
	assert_bases("FROM a AS x\nFROM b\nCOPY --from=x --chown=1 /a /b\n"
		     "COPY --from=0 /a /b\nCOPY --from=img:2 /a /b\n"
		     "RUN --mount=type=bind,from=tools:3,target=/t make\n",
		NULL, NULL, NULL, "a|b|img:2|tools:3");
}

static void bases__of_what_the_target_needs(void **state RD_UNUSED)
{
	const char *text = "FROM a AS base\nFROM dev AS development\nFROM base AS other\n"
			   "FROM prod AS final\nCOPY --from=other x y\n";

	assert_bases(text, NULL, NULL, NULL, "a|prod");
	assert_bases(text, "Development", NULL, NULL, "dev");
	assert_bases(text, "1", NULL, NULL, "dev");
	assert_bases(text, "other", NULL, NULL, "a");
}

static void bases__with_args_of_the_head(void **state RD_UNUSED)
{
	const char *text = "ARG IMAGE=redis\nARG TAG=${MINOR:-7}\nARG FULL=\"${IMAGE}:$TAG\"\n"
			   "FROM ${FULL}\nARG LATE=x\n";

	assert_bases(text, NULL, NULL, NULL, "redis:7");
	assert_bases(text, NULL, "TAG", "8", "redis:8");
	assert_bases(text, NULL, "FULL", "own/img", "own/img");
	/* what no ARG of the head declares has no value here */
	assert_bases(text, NULL, "MINOR", "9", "redis:7");
	assert_bases("FROM a${X:+b}${X-c}${Y:-${Z:-d}}\\$e'$f'\n", NULL, NULL, NULL, "acd$e$f");
	assert_bases("ARG X=\nFROM a${X:-b}${X-c}${X:+d}${X+e}\n", NULL, "X", "", "abe");
	assert_bases("ARG X\nFROM a${X:-b}${X:+d}\n", NULL, "X", "v", "avd");
}

static void bases__that_only_the_engine_knows_make_all_stages_count(void **state RD_UNUSED)
{
	const char *text = "FROM a AS build-amd64\nFROM b AS build-arm64\n"
			   "FROM build-${TARGETARCH} AS final\n";

	assert_bases(text, NULL, NULL, NULL, "a|b");
	assert_bases("FROM a AS x\nFROM $BUILDPLATFORM\n", NULL, NULL, NULL, "a");
	assert_bases("ARG TARGETARCH=amd64\nFROM a AS x\nFROM b-$TARGETARCH\n", NULL, NULL, NULL,
		"b-amd64");
	assert_bases("ARG TARGETARCH\nFROM a AS x\nFROM b-$TARGETARCH\n", NULL, NULL, NULL, "a");
	assert_bases("FROM a\nFROM b${X#y}\n", NULL, NULL, NULL, "a");
	assert_bases("FROM a\nFROM b${X\n", NULL, NULL, NULL, "a");
}

static void bases__refuse_an_empty_base_and_an_unknown_target(void **state RD_UNUSED)
{
	rd_dockerfile *d = parsed("ARG X\nFROM $X AS a\nFROM b\n");
	rd_strs bases = {0};
	rd_dockerfile_needs needs;
	rd_err err;

	assert_int_equal(rd_dockerfile_bases(d, NULL, "a", &bases, &err), RD_EINVAL);
	assert_string_equal(err.msg, "line 2: the base '$X' is empty: give its ARG a default, or a "
				     "value by --build-args");
	assert_int_equal(rd_dockerfile_bases(d, NULL, "nope", &bases, &err), RD_ENOENT);
	assert_string_equal(err.msg, "no stage 'nope' in the Dockerfile");
	assert_int_equal(rd_dockerfile_needs_of(d, NULL, "nope", &needs, &err), RD_ENOENT);
	/* a stage that nobody needs may be as it likes */
	assert_int_equal(rd_dockerfile_bases(d, NULL, NULL, &bases, &err), RD_OK);
	assert_strs(&bases, "b");
	rd_strs_done(&bases);
	rd_dockerfile_free(d);
}

static rd_dockerfile_needs needs_of(const char *text, const char *target, const char *platform)
{
	rd_dockerfile *d = parsed(text);
	rd_dockerfile_needs needs = {.session_line = -1};
	rd_kvs args = {0};

	if (platform)
		assert_true(rd_kvs_set(&args, "TARGETPLATFORM", platform));
	assert_int_equal(rd_dockerfile_needs_of(d, &args, target, &needs, NULL), RD_OK);
	rd_kvs_done(&args);
	rd_dockerfile_free(d);
	return needs;
}

static int session_line(const char *text, const char *target)
{
	return needs_of(text, target, NULL).session_line;
}

static void needs__tell_secret_and_ssh_mounts(void **state RD_UNUSED)
{
	const char *text = "FROM a AS dev\nRUN --mount=type=ssh git clone x\nFROM b\nRUN y\n";

	assert_int_equal(session_line("FROM a\nRUN --mount=type=cache,target=/x y\n", NULL), 0);
	assert_int_equal(session_line("FROM a\nRUN \\\n --network=none --mount=type=secret,id=n "
				      "\\\n"
				      "  --mount=type=ssh npm ci\n",
				 NULL),
		2);
	assert_int_equal(session_line("FROM a\nRUN --mount=\"type=ssh\" x\n", NULL), 2);
	assert_int_equal(session_line("FROM a\nRUN --mount=id=x,type=secret x\n", NULL), 2);
	assert_int_equal(session_line("FROM a\nRUN echo --mount=type=ssh\n", NULL), 0);
	assert_int_equal(session_line(text, NULL), 0);
	assert_int_equal(session_line(text, "dev"), 2);
}

static void needs__tell_what_wants_buildkit_in_the_stages_in_use(void **state RD_UNUSED)
{
	const char *text = "FROM a AS x\nRUN --mount=type=cache,target=/c y\nFROM b\nRUN z\n";

	assert_int_equal(needs_of(text, NULL, NULL).buildkit_line, 0);
	assert_int_equal(needs_of(text, "x", NULL).buildkit_line, 2);
	assert_string_equal(needs_of(text, "x", NULL).buildkit_what, "RUN --mount");
	assert_int_equal(needs_of("FROM a\nFROM --platform=$P b\n", NULL, NULL).buildkit_line, 2);
}

static void needs__tell_another_platform(void **state RD_UNUSED)
{
	const char *text = "FROM --platform=$BUILDPLATFORM a AS x\n"
			   "FROM --platform=linux/arm64 b AS y\nFROM --platform=linux/amd64 c\n";
	rd_dockerfile_needs needs = needs_of(text, "y", "linux/amd64");

	assert_int_equal(needs.platform_line, 2);
	assert_string_equal(needs.platform, "linux/arm64");
	assert_int_equal(needs_of(text, "y", "linux/arm64").platform_line, 0);
	assert_int_equal(needs_of(text, "y", NULL).platform_line, 0);
	assert_int_equal(needs_of(text, "x", "linux/amd64").platform_line, 0);
	assert_int_equal(needs_of(text, NULL, "linux/amd64").platform_line, 0);
	assert_int_equal(needs_of(text, NULL, "linux/s390x").platform_line, 3);
}

static void needs__tell_what_only_the_engine_knows(void **state RD_UNUSED)
{
	assert_false(needs_of("FROM a\nCOPY --from=b /x /y\nADD x.tar /y\n", NULL, NULL).is_open);
	assert_false(needs_of("FROM a\nADD x $HOME/\n", NULL, NULL).is_open);
	assert_true(needs_of("FROM a\nADD $URL /y\n", NULL, NULL).is_open);
	assert_true(needs_of("FROM a\nADD --chown=1 https://h/x /y\n", NULL, NULL).is_open);
	assert_true(needs_of("FROM a\nADD [\"http://h/x\", \"/y\"]\n", NULL, NULL).is_open);
	assert_true(needs_of("FROM a\nADD git@h:x.git /y\n", NULL, NULL).is_open);
	assert_true(needs_of("FROM a-$TARGETPLATFORM\n", NULL, NULL).is_open);
	assert_false(needs_of("FROM a-$TARGETPLATFORM\n", NULL, "linux/amd64").is_open);
}

static void parse__tells_the_first_heredoc(void **state RD_UNUSED)
{
	rd_dockerfile *d = parsed("FROM a\nRUN x\nRUN <<A\nB\nA\nCOPY <<B /x\nB\n");

	assert_int_equal(d->heredoc_line, 3);
	rd_dockerfile_free(d);
	d = parsed("FROM a\nRUN echo \"<<A\"\n");
	assert_int_equal(d->heredoc_line, 0);
	rd_dockerfile_free(d);
}

static void parse__tells_the_first_link(void **state RD_UNUSED)
{
	rd_dockerfile *d = parsed("FROM a\nCOPY x /\nCOPY --chown=1 --link x /y\nADD --link x /\n");

	assert_int_equal(d->link_line, 3);
	rd_dockerfile_free(d);
	d = parsed("FROM a\nCOPY --link=false --from=b --linked /x /\nCOPY x --link\n");
	assert_int_equal(d->link_line, 0);
	rd_dockerfile_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse__reads_stages_and_their_names),
		cmocka_unit_test(parse__reads_args_of_all_stages_once),
		cmocka_unit_test(parse__joins_lines_and_skips_comments_within),
		cmocka_unit_test(parse__knows_directives_only_at_the_top),
		cmocka_unit_test(parse__reads_past_heredocs),
		cmocka_unit_test(parse__refuses_with_the_line),
		cmocka_unit_test(parse__keeps_its_caps),
		cmocka_unit_test(bases__are_images_and_no_stages),
		cmocka_unit_test(bases__of_what_the_target_needs),
		cmocka_unit_test(bases__with_args_of_the_head),
		cmocka_unit_test(bases__that_only_the_engine_knows_make_all_stages_count),
		cmocka_unit_test(bases__refuse_an_empty_base_and_an_unknown_target),
		cmocka_unit_test(needs__tell_secret_and_ssh_mounts),
		cmocka_unit_test(needs__tell_what_wants_buildkit_in_the_stages_in_use),
		cmocka_unit_test(needs__tell_another_platform),
		cmocka_unit_test(needs__tell_what_only_the_engine_knows),
		cmocka_unit_test(parse__finds_what_is_copied_from_the_cache),
		cmocka_unit_test(parse__tells_the_first_heredoc),
		cmocka_unit_test(parse__tells_the_first_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

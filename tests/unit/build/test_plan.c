/* SPDX-License-Identifier: MIT */
/* rd_plan: one image for equal builds, their arguments, bases, prefixes, and what is refused. */
#include <unistd.h>

#include "core/base/fs.h"
#include "core/build/plan.h"
#include "core/io/tar.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/rd-test-plan-XXXXXX";

static int make_dir(void **state RD_UNUSED)
{
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state RD_UNUSED)
{
	return rd_rmtree(dir, NULL);
}

/* One plan with all that it was made from. */
typedef struct fixture {
	rd_source *source;
	rd_manifest *manifest;
	rd_kvs env, args;
	rd_plan *plan;
	rd_err err;
	const char *platform;
} fixture;

/* A text "->x" is a symlink to x. */
static void put_file(rd_str *tar, const char *path, const char *text)
{
	static const char zeros[RD_TAR_BLOCK];
	const rd_tar_entry e = {path, RD_TAR_FILE, 0644, 0, strlen(text), NULL};
	const rd_tar_entry link = {path, RD_TAR_SYMLINK, 0777, 0, 0, text + 2};

	if (rd_starts_with(text, "->")) {
		rd_tar_put_head(tar, &link);
		return;
	}
	rd_tar_put_head(tar, &e);
	rd_str_put(tar, text);
	rd_str_putn(tar, zeros, rd_tar_pad(e.size));
}

/* Files as path, text, path, text, …, NULL. */
static rd_source *source_of(const char *const *files)
{
	rd_str tar = RD_STR_INIT(0);
	char digest[RD_SHA256_HEX];
	rd_source *s = NULL;
	rd_reader *in = NULL;
	rd_err err = {0};

	for (; *files; files += 2)
		put_file(&tar, files[0], files[1]);
	rd_tar_put_end(&tar);
	assert_int_equal(rd_reader_mem(tar.data, tar.len, &in, &err), RD_OK);
	if (rd_source_store(dir, in, NULL, digest, &err) != RD_OK ||
		rd_source_open(dir, digest, &s, &err) != RD_OK)
		fail_msg("%s", err.msg);
	rd_reader_close(in);
	rd_str_done(&tar);
	return s;
}

/* Makes the plan; the code is rd_plan_make's. */
static rd_code plan(fixture *f, const char *manifest, const char *const *files, bool development)
{
	rd_problems problems;
	rd_plan_opts opts = {.env = &f->env,
		.args = &f->args,
		.development = development,
		.platform = f->platform};

	rd_problems_init(&problems);
	if (rd_manifest_load(manifest, strlen(manifest), NULL, &problems, &f->manifest, &f->err) !=
		RD_OK)
		fail_msg("%s", f->err.msg);
	rd_problems_done(&problems);
	opts.source = f->source = source_of(files);
	opts.manifest = f->manifest;
	return rd_plan_make(&opts, &f->plan, &f->err);
}

static void done(fixture *f)
{
	rd_plan_free(f->plan);
	rd_manifest_free(f->manifest);
	rd_source_close(f->source);
	rd_kvs_done(&f->env);
	rd_kvs_done(&f->args);
	memset(f, 0, sizeof *f);
}

static void made(fixture *f, const char *manifest, const char *const *files)
{
	if (plan(f, manifest, files, false) != RD_OK)
		fail_msg("%s: %s", f->err.ctx, f->err.msg);
}

static const rd_plan_image *image(const fixture *f, size_t i)
{
	assert_true(i < f->plan->images.len);
	return rd_vec_at(&f->plan->images, i);
}

static void assert_strs(const rd_strs *l, const char *joined)
{
	rd_str s = RD_STR_INIT(0);

	for (size_t i = 0; i < l->len; i++)
		rd_str_printf(&s, "%s%s", i ? "|" : "", l->items[i]);
	assert_string_equal(rd_str_get(&s), joined);
	rd_str_done(&s);
}

static void make__builds_equal_services_once_in_order_of_first_use(void **state RD_UNUSED)
{
	static const char *const files[] = {"Dockerfile", "FROM base:1\n", "api/Dockerfile",
		"FROM scratch\n", "api/Other", "FROM redis\n", NULL};
	fixture f = {0};

	made(&f,
		"services:\n  web: {build: .}\n  cache: {image: 'redis:7'}\n  worker: {}\n"
		"  api: {build: api}\n  api2: {build: {path: ./api/, manifest: Other}}\n"
		"  api3: {build: {path: api, args: [A=1]}}\n  cache2: {image: 'redis:7'}\n",
		files);
	assert_int_equal(f.plan->images.len, 5);
	assert_strs(&image(&f, 0)->services, "web|worker");
	assert_string_equal(image(&f, 0)->path, ".");
	assert_string_equal(image(&f, 0)->dockerfile, "Dockerfile");
	assert_null(image(&f, 0)->image);
	assert_null(image(&f, 0)->target);
	assert_strs(&image(&f, 0)->bases, "base:1");
	assert_strs(&image(&f, 1)->services, "cache|cache2");
	assert_string_equal(image(&f, 1)->image, "redis:7");
	assert_null(image(&f, 1)->path);
	assert_strs(&image(&f, 2)->services, "api");
	assert_strs(&image(&f, 2)->bases, "");
	assert_strs(&image(&f, 3)->services, "api2");
	assert_string_equal(image(&f, 3)->dockerfile, "Other");
	assert_strs(&image(&f, 4)->services, "api3");
	assert_int_equal(f.plan->warnings.len, 0);
	done(&f);
}

static void make__aligns_the_prefixes_of_several_images(void **state RD_UNUSED)
{
	static const char *const files[] = {"Dockerfile", "FROM a\n", NULL};
	fixture f = {0};

	made(&f, "services:\n  web: {}\n  worker: {}\n  db: {image: b}\n", files);
	assert_string_equal(image(&f, 0)->prefix, "web,worker | ");
	assert_string_equal(image(&f, 1)->prefix, "db         | ");
	done(&f);
	made(&f, "services:\n  web: {}\n  worker: {}\n", files);
	assert_string_equal(image(&f, 0)->prefix, "");
	done(&f);
}

static void make__passes_declared_arguments_only(void **state RD_UNUSED)
{
	static const char *const files[] = {"Dockerfile",
		"ARG TAG=1\nFROM a:$TAG\nARG FROM_ENV\nARG BOTH\nARG UNSET\nARG http_proxy\n",
		NULL};
	fixture f = {0};

	rd_kvs_set(&f.env, "FROM_ENV", "env");
	rd_kvs_set(&f.env, "BOTH", "env");
	rd_kvs_set(&f.env, "SECRET", "env");
	rd_kvs_set(&f.env, "HTTPS_PROXY", "env");
	rd_kvs_set(&f.args, "BOTH", "given");
	rd_kvs_set(&f.args, "TAG", "2");
	rd_kvs_set(&f.args, "NO_PROXY", "given");
	rd_kvs_set(&f.args, "TYPO", "given");
	made(&f, "services: {web: {}}", files);
	assert_int_equal(image(&f, 0)->args.len, 4);
	assert_string_equal(rd_kvs_get(&image(&f, 0)->args, "FROM_ENV"), "env");
	assert_string_equal(rd_kvs_get(&image(&f, 0)->args, "BOTH"), "given");
	assert_string_equal(rd_kvs_get(&image(&f, 0)->args, "TAG"), "2");
	assert_string_equal(rd_kvs_get(&image(&f, 0)->args, "NO_PROXY"), "given");
	assert_strs(&image(&f, 0)->bases, "a:2");
	assert_strs(&f.plan->warnings,
		"build argument 'TYPO' is declared by no Dockerfile: add 'ARG TYPO' to use it");
	done(&f);
}

static void make__passes_arguments_of_the_stages_in_use(void **state RD_UNUSED)
{
	static const char *const files[] = {"Dockerfile",
		"FROM a AS base\nARG A_TOKEN\nFROM a AS tools\nARG B_TOKEN\nFROM a AS development\n"
		"ARG C_TOKEN\nFROM base\nARG D\nCOPY --from=tools /x /x\n",
		NULL};
	static const char *const names[] = {"A_TOKEN", "B_TOKEN", "C_TOKEN", "D"};
	fixture f = {0};

	for (size_t i = 0; i < RD_LEN(names); i++)
		rd_kvs_set(&f.args, names[i], "value");
	made(&f, "services: {web: {}}", files);
	assert_non_null(rd_kvs_get(&image(&f, 0)->args, "A_TOKEN"));
	assert_non_null(rd_kvs_get(&image(&f, 0)->args, "B_TOKEN"));
	assert_null(rd_kvs_get(&image(&f, 0)->args, "C_TOKEN"));
	assert_non_null(rd_kvs_get(&image(&f, 0)->args, "D"));
	/* what is only in a stage that is copied from is in no history; it is told once */
	assert_int_equal(f.plan->warnings.len, 1);
	assert_memory_equal(f.plan->warnings.items[0], "A_TOKEN: ", 9);
	done(&f);
}

static void make__tells_of_secrets_too_short_to_hide(void **state RD_UNUSED)
{
	static const char *const files[] = {"Dockerfile",
		"FROM a AS b\nARG A_KEY\nARG B_KEY\nARG C_KEY\nARG D\nFROM a\nCOPY --from=b /x "
		"/x\n",
		NULL};
	fixture f = {0};

	rd_kvs_set(&f.args, "A_KEY", "abc");
	rd_kvs_set(&f.args, "B_KEY", "abcd");
	rd_kvs_set(&f.args, "C_KEY", "");
	rd_kvs_set(&f.args, "D", "abc");
	made(&f, "services: {web: {}}", files);
	assert_strs(&f.plan->warnings,
		"A_KEY: a value of less than 4 bytes is hidden in the log only behind its name");
	done(&f);
}

static void make__knows_the_engines_platform(void **state RD_UNUSED)
{
	static const char *const files[] = {"Dockerfile",
		"FROM --platform=$BUILDPLATFORM a-$TARGETARCH\nARG TARGETOS\n", "o/Dockerfile",
		"FROM --platform=linux/arm64 b\n", NULL};
	fixture f = {.platform = "linux/amd64"};

	made(&f, "services: {web: {}}", files);
	assert_strs(&image(&f, 0)->bases, "a-amd64");
	assert_string_equal(rd_kvs_get(&image(&f, 0)->platform_args, "TARGETOS"), "linux");
	assert_false(image(&f, 0)->is_open);
	done(&f);
	f.platform = "linux/amd64";
	assert_int_equal(plan(&f, "services: {web: {build: o}}", files, false), RD_EUNSUPPORTED);
	assert_string_equal(f.err.msg, "line 1: the engine builds for linux/amd64 and not for "
				       "linux/arm64: remove '--platform', or set the rack's "
				       "parameter BuildInstance to an engine of that platform");
	done(&f);
	made(&f, "services: {web: {}}", files);
	assert_true(image(&f, 0)->is_open);
	done(&f);
}

static void make__targets_development_where_there_is_such_a_stage(void **state RD_UNUSED)
{
	static const char *const files[] = {"a/Dockerfile",
		"FROM one AS Development\nRUN --mount=type=ssh x\nFROM two\n", "b/Dockerfile",
		"FROM three\n", NULL};
	const char *manifest = "services:\n  a: {build: a}\n  b: {build: b}\n";
	fixture f = {0};

	assert_int_equal(plan(&f, manifest, files, true), RD_OK);
	assert_string_equal(image(&f, 0)->target, "development");
	assert_strs(&image(&f, 0)->bases, "one");
	assert_int_equal(image(&f, 0)->session_line, 2);
	assert_null(image(&f, 1)->target);
	assert_strs(&image(&f, 1)->bases, "three");
	done(&f);
	assert_int_equal(plan(&f, manifest, files, false), RD_OK);
	assert_null(image(&f, 0)->target);
	assert_strs(&image(&f, 0)->bases, "two");
	assert_int_equal(image(&f, 0)->session_line, 0);
	done(&f);
}

static void make__names_what_is_missing_and_the_way_out(void **state RD_UNUSED)
{
	static const char *const files[] = {
		"x/y", "", "out", "->../elsewhere", "x/Linked", "->/etc/Dockerfile", NULL};
	static const struct {
		const char *manifest, *message;
	} cases[] = {
		{"services: {web: {}}",
			"no Dockerfile at 'Dockerfile' (service 'web'): create it, or name another "
			"with build.manifest"},
		{"services: {web: {build: x}}", "no Dockerfile at 'x/Dockerfile' (service 'web'): "
						"create it, or name another "
						"with build.manifest"},
		{"services: {web: {build: out/in}}",
			"no Dockerfile at 'out/in/Dockerfile' (service 'web'): the link 'out' "
			"leads to none in the source, which holds links but not what lies outside"},
		{"services: {web: {build: {path: x, manifest: Linked}}}",
			"no Dockerfile at 'x/Linked' (service 'web'): the link 'x/Linked' leads to "
			"none in the source, which holds links but not what lies outside"},
		{"services: {web: {build: nope}}", "no folder 'nope' in the source (build path of "
						   "service 'web'): create it, or "
						   "check .dockerignore"},
		{"services: {a: {build: x}, b: {image: i}, c: {build: {manifest: D}}}",
			"no Dockerfile at 'x/Dockerfile' (service 'a'): create it, or name another "
			"with build.manifest; no Dockerfile at 'D' (service 'c'): create it, or "
			"name another with build.manifest"},
	};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		fixture f = {0};

		assert_int_equal(plan(&f, cases[i].manifest, files, false), RD_ENOENT);
		assert_string_equal(f.err.msg, cases[i].message);
		assert_null(f.plan);
		done(&f);
	}
}

static void make__says_where_a_dockerfile_is_wrong(void **state RD_UNUSED)
{
	static const char *const files[] = {
		"api/Dockerfile", "# nothing\n", "b/Dockerfile", "ARG X\nFROM $X\n", NULL};
	fixture f = {0};

	assert_int_equal(plan(&f, "services: {web: {build: api}}", files, false), RD_EPARSE);
	assert_string_equal(f.err.ctx, "api/Dockerfile");
	assert_string_equal(f.err.msg,
		"line 1: no FROM: a Dockerfile builds on an image, or on 'scratch'");
	done(&f);
	assert_int_equal(plan(&f, "services: {web: {build: b}}", files, false), RD_EINVAL);
	assert_string_equal(f.err.ctx, "b/Dockerfile");
	done(&f);
}

static void make__refuses_paths_that_lead_out(void **state RD_UNUSED)
{
	static const char *const files[] = {"Dockerfile", "FROM a\n", NULL};
	fixture f = {0};
	rd_plan *p = NULL;
	rd_plan_opts opts = {.env = &f.env, .args = &f.args};
	rd_service *web;

	/* the manifest's loader refuses them too: what it gave is changed here */
	made(&f, "services: {web: {}}", files);
	opts.source = f.source;
	opts.manifest = f.manifest;
	web = rd_vec_at(&f.manifest->services, 0);
	assert_true(rd_str_replace(&web->build_path, "a/../../x"));
	assert_int_equal(rd_plan_make(&opts, &p, &f.err), RD_EINVAL);
	assert_string_equal(f.err.msg,
		"service 'web': build path 'a/../../x' leads out of the source");
	assert_true(rd_str_replace(&web->build_path, "."));
	assert_true(rd_str_replace(&web->build_manifest, "../Dockerfile"));
	assert_int_equal(rd_plan_make(&opts, &p, &f.err), RD_EINVAL);
	assert_string_equal(f.err.msg,
		"service 'web': Dockerfile '../Dockerfile' leads out of its build path '.'");
	assert_null(p);
	assert_null(rd_plan_free(NULL));
	done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(make__builds_equal_services_once_in_order_of_first_use),
		cmocka_unit_test(make__aligns_the_prefixes_of_several_images),
		cmocka_unit_test(make__passes_declared_arguments_only),
		cmocka_unit_test(make__passes_arguments_of_the_stages_in_use),
		cmocka_unit_test(make__tells_of_secrets_too_short_to_hide),
		cmocka_unit_test(make__knows_the_engines_platform),
		cmocka_unit_test(make__targets_development_where_there_is_such_a_stage),
		cmocka_unit_test(make__names_what_is_missing_and_the_way_out),
		cmocka_unit_test(make__says_where_a_dockerfile_is_wrong),
		cmocka_unit_test(make__refuses_paths_that_lead_out),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}

/* SPDX-License-Identifier: MIT */
/* What a run builds again and what not, on an engine that is played. */
#include <stdio.h>

#include "core/base/fs.h"
#include "core/build/run.h"
#include "core/io/tar.h"
#include "tests/unit/unit.h"

#define KEY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OLD "sha256:01d"
#define NEW "sha256:4ef"

/* One service "web" of one Dockerfile; what the engine holds and what earlier builds made. */
typedef struct scene {
	rd_engine engine; /* first */
	const char *base_id;
	const char *known; /* image that was made of the same; NULL: none */
	bool is_held;      /* and the engine has it */
	const char *arg, *key;
	bool no_cache, is_open;
	int builds, questions;
	char image_id[80], inputs[80]; /* of the result */
} scene;

static rd_code build(rd_engine *e, const rd_engine_build *b RD_UNUSED, rd_step_fn *fn RD_UNUSED,
	void *arg RD_UNUSED, rd_cancel *cancel RD_UNUSED, char ret_image_id[80],
	rd_err *err RD_UNUSED)
{
	((scene *)e)->builds++;
	snprintf(ret_image_id, 80, NEW);
	return RD_OK;
}

static rd_code inspect(rd_engine *e, const char *image, rd_engine_image *ret_image, rd_err *err)
{
	scene *s = (scene *)e;

	if (!strcmp(image, OLD) && !s->is_held)
		return rd_err_set(err, RD_ENOENT, "no such image");
	*ret_image = (rd_engine_image){0};
	snprintf(ret_image->id, sizeof ret_image->id, "%s",
		strcmp(image, "base:1") ? image : s->base_id);
	return RD_OK;
}

static rd_code tag(rd_engine *e RD_UNUSED, const char *image RD_UNUSED,
	const char *repo_tag RD_UNUSED, rd_err *err RD_UNUSED)
{
	return RD_OK;
}

static rd_code known(void *arg, const char *inputs, rd_kvs *out, rd_err *err)
{
	scene *s = arg;

	s->questions++;
	assert_int_equal(strlen(inputs), 64);
	return !s->known || rd_kvs_set(out, s->known, "BOLD") ? RD_OK : rd_err_nomem(err);
}

static rd_source *make_source(const char *dir)
{
	static const char text[] = "FROM base:1\nARG A\n";
	const rd_tar_entry head = {"Dockerfile", RD_TAR_FILE, 0644, 0, sizeof text - 1, NULL};
	static const char zeros[RD_TAR_BLOCK];
	char digest[RD_SHA256_HEX];
	rd_str tar = RD_STR_INIT(0);
	rd_source *source = NULL;
	rd_reader *in = NULL;

	rd_tar_put_head(&tar, &head);
	rd_str_put(&tar, text);
	rd_str_putn(&tar, zeros, rd_tar_pad(sizeof text - 1));
	rd_tar_put_end(&tar);
	assert_int_equal(rd_reader_mem(tar.data, tar.len, &in, NULL), RD_OK);
	assert_int_equal(rd_source_store(dir, in, NULL, digest, NULL), RD_OK);
	assert_int_equal(rd_source_open(dir, digest, &source, NULL), RD_OK);
	rd_reader_close(in);
	rd_str_done(&tar);
	return source;
}

static rd_plan *make_plan(const scene *s)
{
	rd_plan *plan = calloc(1, sizeof *plan);
	rd_plan_image *image;

	assert_non_null(plan);
	rd_vec_init(&plan->images, sizeof(rd_plan_image));
	image = rd_vec_push(&plan->images);
	assert_non_null(image);
	image->path = rd_strdup(".");
	image->dockerfile = rd_strdup("Dockerfile");
	image->prefix = rd_strdup("");
	image->is_open = s->is_open;
	assert_true(rd_strs_add(&image->services, "web"));
	assert_true(rd_strs_add(&image->bases, "base:1"));
	assert_true(rd_kvs_set(&image->args, "A", s->arg ? s->arg : "secret"));
	return plan;
}

static void play(scene *s)
{
	static const struct rd_engine_ops ops = {.build = build, .inspect = inspect, .tag = tag};
	static const rd_engine_info info = {.version = "20.10.24", .os = "linux", .arch = "x86_64"};
	char dir[] = "/tmp/rd-reuse-XXXXXX", text[64], steps[64];
	rd_run_result result = {0};
	const rd_run_image *made;
	rd_source *source;
	rd_plan *plan = make_plan(s);
	rd_run_opts opts = {.engine = &s->engine,
		.info = &info,
		.plan = plan,
		.rack = "local",
		.app = "shop",
		.build_id = "BTEST",
		.no_cache = s->no_cache,
		.parallel = 1,
		.known = known,
		.known_arg = s,
		.inputs_key = s->key ? s->key : KEY};

	assert_non_null(mkdtemp(dir));
	snprintf(text, sizeof text, "%s/log", dir);
	snprintf(steps, sizeof steps, "%s/steps", dir);
	s->engine.ops = &ops;
	s->base_id = s->base_id ? s->base_id : "sha256:ba5e";
	opts.source = source = make_source(dir);
	assert_int_equal(rd_record_open(text, steps, NULL, &opts.record, NULL), RD_OK);
	assert_int_equal(rd_run(&opts, NULL, &result, NULL), RD_OK);
	assert_int_equal(rd_record_close(opts.record, NULL), RD_OK);
	assert_int_equal(result.images.len, 1);
	made = rd_vec_at(&result.images, 0);
	snprintf(s->image_id, sizeof s->image_id, "%s", made->image_id);
	snprintf(s->inputs, sizeof s->inputs, "%s", made->inputs);
	rd_run_result_done(&result);
	rd_source_close(source);
	rd_plan_free(plan);
	rd_rmtree(dir, NULL);
}

static void run__takes_an_image_of_the_same_inputs(void **state RD_UNUSED)
{
	scene s = {.known = OLD, .is_held = true};

	play(&s);
	assert_int_equal(s.builds, 0);
	assert_string_equal(s.image_id, OLD);
	assert_int_equal(strlen(s.inputs), 64);
}

static void run__builds_what_the_engine_holds_no_more(void **state RD_UNUSED)
{
	scene lost = {.known = OLD}, unknown = {0};

	play(&lost);
	assert_int_equal(lost.builds, 1);
	assert_string_equal(lost.image_id, NEW);
	play(&unknown);
	assert_int_equal(unknown.builds, 1);
}

static void run__without_cache_builds_and_keeps_the_inputs(void **state RD_UNUSED)
{
	scene s = {.known = OLD, .is_held = true, .no_cache = true};

	play(&s);
	assert_int_equal(s.builds, 1);
	assert_int_equal(s.questions, 0);
	assert_int_equal(strlen(s.inputs), 64);
}

static void run__builds_what_only_the_builder_knows(void **state RD_UNUSED)
{
	scene s = {.known = OLD, .is_held = true, .is_open = true};

	play(&s);
	assert_int_equal(s.builds, 1);
	assert_int_equal(s.questions, 0);
	assert_string_equal(s.inputs, "");
}

static void inputs__tell_args_bases_and_racks_apart(void **state RD_UNUSED)
{
	scene a = {0}, same = {0}, arg = {.arg = "other"}, base = {.base_id = "sha256:ba5f"},
	      key = {.key = "another"};

	play(&a);
	play(&same);
	play(&arg);
	play(&base);
	play(&key);
	assert_string_equal(a.inputs, same.inputs);
	assert_string_not_equal(a.inputs, arg.inputs);
	assert_string_not_equal(a.inputs, base.inputs);
	assert_string_not_equal(a.inputs, key.inputs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(run__takes_an_image_of_the_same_inputs),
		cmocka_unit_test(run__builds_what_the_engine_holds_no_more),
		cmocka_unit_test(run__without_cache_builds_and_keeps_the_inputs),
		cmocka_unit_test(run__builds_what_only_the_builder_knows),
		cmocka_unit_test(inputs__tell_args_bases_and_racks_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

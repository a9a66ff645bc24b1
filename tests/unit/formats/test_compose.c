/* SPDX-License-Identifier: MIT */
/* rd_manifest of generation 1: docker-compose.yml of versions 1 and 2, its variables and problems. */
#include "tests/unit/unit.h"

#include "core/formats/manifest.h"

/* Loads with A=one, EMPTY= and NAME=shop; what is told goes to told. */
static rd_code load(const char *text, rd_str *told, rd_manifest **ret_manifest)
{
	rd_problems problems;
	rd_kvs env = {0};
	rd_err err = {0};
	rd_code code;

	rd_kvs_set(&env, "A", "one");
	rd_kvs_set(&env, "EMPTY", "");
	rd_kvs_set(&env, "NAME", "shop");
	rd_problems_init(&problems);
	code = rd_manifest_load(text, strlen(text), &env, &problems, ret_manifest, &err);
	assert_int_equal(code == RD_OK, !rd_problems_fatal(&problems));
	for (size_t i = 0; i < problems.items.len; i++) {
		const rd_problem *p = rd_vec_at(&problems.items, i);

		rd_str_printf(told, "%d:%d: %s%s\n", p->line, p->column, p->hint ? "hint: " : "",
			p->text);
	}
	rd_problems_done(&problems);
	rd_kvs_done(&env);
	return code;
}

static rd_manifest *loaded(const char *text)
{
	rd_manifest *m = NULL;
	rd_str told = RD_STR_INIT(0);

	load(text, &told, &m);
	assert_string_equal(rd_str_get(&told), "");
	rd_str_done(&told);
	assert_int_equal(m->generation, 1);
	return m;
}

static void assert_told(const char *text, const char *want)
{
	rd_manifest *m = NULL;
	rd_str told = RD_STR_INIT(0);

	load(text, &told, &m);
	assert_string_equal(rd_str_get(&told), want);
	rd_manifest_free(m);
	rd_str_done(&told);
}

static const rd_service *at(const rd_manifest *m, size_t i)
{
	assert_true(i < m->services.len);
	return rd_vec_at(&m->services, i);
}

static void assert_strs(const rd_strs *l, const char *joined)
{
	rd_str s = RD_STR_INIT(0);

	for (size_t i = 0; i < l->len; i++)
		rd_str_printf(&s, "%s%s", i ? "|" : "", l->items[i]);
	assert_string_equal(rd_str_get(&s), joined);
	rd_str_done(&s);
}

static void assert_kvs(const rd_kvs *m, const char *joined)
{
	rd_str s = RD_STR_INIT(0);

	for (size_t i = 0; i < m->len; i++)
		rd_str_printf(&s, "%s%s=%s", i ? "|" : "", m->items[i].key, m->items[i].value);
	assert_string_equal(rd_str_get(&s), joined);
	rd_str_done(&s);
}

static int generation(const char *text)
{
	rd_manifest *m = NULL;
	rd_str told = RD_STR_INIT(0);
	int n = 0;

	if (load(text, &told, &m) == RD_OK)
		n = m->generation;
	else
		fail_msg("%s", rd_str_get(&told));
	rd_manifest_free(m);
	rd_str_done(&told);
	return n;
}

static void load__version_1_has_services_at_the_root(void **state RD_UNUSED)
{
	rd_manifest *m = loaded("web:\n  build: ./web/\n  dockerfile: Dockerfile.web\n"
				"  command: bin/web\n  ports: ['80:5000']\n  links: [db]\n"
				"  environment:\n    - RAILS_ENV=production\n    - SECRET\n"
				"db:\n  image: convox/postgres\n");

	assert_int_equal(m->services.len, 2);
	assert_string_equal(at(m, 0)->name, "web");
	assert_string_equal(at(m, 0)->build_path, "web");
	assert_string_equal(at(m, 0)->build_manifest, "Dockerfile.web");
	assert_strs(&at(m, 0)->command, "sh|-c|bin/web");
	assert_strs(&at(m, 0)->environment, "RAILS_ENV=production|SECRET");
	assert_null(at(m, 0)->image);
	assert_string_equal(at(m, 1)->image, "convox/postgres");
	assert_null(at(m, 1)->build_path);
	/* it requires nothing */
	assert_int_equal(rd_manifest_check_env(m, NULL, NULL), RD_OK);
	rd_manifest_free(m);
	m = loaded("version: '1'\nweb: {build: .}\n");
	assert_int_equal(m->services.len, 1);
	assert_string_equal(at(m, 0)->build_path, ".");
	assert_string_equal(at(m, 0)->build_manifest, "Dockerfile");
	rd_manifest_free(m);
}

static void load__version_2_has_its_forms_of_build(void **state RD_UNUSED)
{
	rd_manifest *m = loaded("version: '2.1'\n"
				"services:\n"
				"  a:\n"
				"    build:\n"
				"      context: a\n"
				"      dockerfile: D\n"
				"      args: {Z: 1, B: text, FROM_ENV: }\n"
				"    environment: {X: 1, Y: }\n"
				"    command: [run, it]\n"
				"  b:\n"
				"    build: {args: [Z=a=b, FROM_ENV]}\n"
				"    dockerfile: E\n"
				"networks: {x: }\n"
				"volumes: {y: }\n");

	assert_string_equal(at(m, 0)->build_path, "a");
	assert_string_equal(at(m, 0)->build_manifest, "D");
	assert_kvs(&at(m, 0)->args, "B=text|Z=1");
	assert_strs(&at(m, 0)->build_args, "B=text|FROM_ENV|Z=1");
	assert_strs(&at(m, 0)->environment, "X=1|Y");
	assert_strs(&at(m, 0)->command, "run|it");
	assert_string_equal(at(m, 1)->build_path, ".");
	assert_string_equal(at(m, 1)->build_manifest, "E");
	assert_kvs(&at(m, 1)->args, "Z=a=b");
	rd_manifest_free(m);
	assert_int_equal(generation("version: 2\nservices: {web: {image: x}}\n"), 1);
	assert_int_equal(generation("version: 2.0\nservices: {web: {image: x}}\n"), 1);
	assert_int_equal(generation("version: \"2.2\"\nservices: {web: {image: x}}\n"), 1);
}

static void load__tells_the_generation_by_what_is_there(void **state RD_UNUSED)
{
	assert_int_equal(generation("services: {web: {build: {context: x}}}\n"), 1);
	assert_int_equal(generation("services: {web: {image: x, depends_on: [db]}}\n"), 1);
	assert_int_equal(generation("services: {web: {environment: {A: b}}}\n"), 1);
	assert_int_equal(generation("services: {web: {build: .}}\n"), 2);
	assert_int_equal(generation("services: {web: {build: {path: ., context: x}}}\n"), 2);
	assert_int_equal(generation("version: 2\nservices: {web: {build: ., port: 80}}\n"), 2);
	assert_int_equal(generation("version: 2\nenvironment: [A]\nservices: {web: }\n"), 2);
}

static void vars__of_generation_1_have_three_forms(void **state RD_UNUSED)
{
	rd_manifest *m = loaded("version: '2'\nservices:\n  web:\n    image: $NAME/${A}-x$EMPTY\n"
				"    command: echo $$HOME $A$NAME $ $1 100%$\n"
				"    environment: [\"P=$$A\", 'Q=$A.']\n");

	assert_string_equal(at(m, 0)->image, "shop/one-x");
	assert_strs(&at(m, 0)->command, "sh|-c|echo $HOME oneshop $ $1 100%$");
	assert_strs(&at(m, 0)->environment, "P=$A|Q=one.");
	rd_manifest_free(m);
	assert_told("version: '2'\nservices:\n  web:\n    image: x:$NONE$NAME\n",
		"4:12: hint: the environment has no 'NONE': it is taken as empty\n");
	/* a value cannot add YAML, and positions stay true */
	assert_told("web: {image: x, $NAME: $A, bogus: 1}\n",
		"1:17: hint: unknown key 'shop' in service 'web': it is left aside\n"
		"1:28: hint: unknown key 'bogus' in service 'web': it is left aside\n");
	/* generation 2 knows only ${NAME} */
	m = NULL;
	{
		rd_str told = RD_STR_INIT(0);

		load("services: {web: {build: ., port: 80, test: '$A $$ ${A}'}}", &told, &m);
		assert_string_equal(at(m, 0)->test, "$A $$ one");
		rd_str_done(&told);
	}
	rd_manifest_free(m);
}

static void problems__of_generation_1_have_their_places(void **state RD_UNUSED)
{
	assert_told("version: '3.4'\nservices: {web: {build: .}}\n",
		"1:10: version '3.4' is not known: versions 1 and 2 to 2.2 are; for newer ones "
		"write "
		"a convox.yml\n");
	assert_told("web:\n  build:\n    dockerfile: A\n  dockerfile: B\n",
		"4:15: 'dockerfile' of service 'web' is there twice: also within 'build'\n");
	assert_told("my_web:\n  build: ../x\n",
		"1:1: service name 'my_web' invalid, must contain only lowercase alphanumeric and "
		"dashes\n"
		"2:10: 'build' of service 'my_web' leads out of its folder: '../x'\n");
	assert_told("web: {build: 'https://h/x.git'}\n",
		"1:14: 'build' of service 'web' is an address: name a folder of the source\n");
	assert_told("web:\n  build: {context: ., args: {A: [1]}}\n  nope: 1\n",
		"2:33: 'build.args' of service 'web': the value of 'A' must be a text, not a list\n"
		"3:3: hint: unknown key 'nope' in service 'web': it is left aside\n");
	assert_told("version: 2\nservices:\n", "1:1: the manifest has no services\n");
	assert_told("version: 1\n", "1:1: the manifest has no services\n");
	assert_told("web: {build: ., image: 'A b'}\n",
		"1:1: hint: service 'web' has 'image' and 'build': the image is used\n"
		"1:24: service 'web': 'A b' is not an image reference: its name must be lower "
		"case\n");
	assert_told("version: 2\nservices: [a]\n", "2:11: 'services' must be a map, not a list\n");
	assert_told("web: {build: [1]}\n",
		"1:14: 'build' of service 'web' must be a map, not a list\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load__version_1_has_services_at_the_root),
		cmocka_unit_test(load__version_2_has_its_forms_of_build),
		cmocka_unit_test(load__tells_the_generation_by_what_is_there),
		cmocka_unit_test(vars__of_generation_1_have_three_forms),
		cmocka_unit_test(problems__of_generation_1_have_their_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

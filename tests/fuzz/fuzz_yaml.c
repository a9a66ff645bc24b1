/* SPDX-License-Identifier: MIT */
/* YAML from any bytes: caps hold, and what the tree says can be written and read again. */
#include "core/base/utf8.h"
#include "core/formats/yaml.h"
#include "tests/fuzz/fuzz.h"

/* Escapes all but plain ASCII: an escape may name what cannot stand in a text as it is. */
static void put_quoted(const char *text, rd_str *out)
{
	size_t left = strlen(text);

	rd_str_putc(out, '"');
	while (left > 0) {
		uint32_t cp;
		size_t used = rd_utf8_next(text, left, &cp);

		if (cp < ' ' || cp >= 0x7f || cp == '"' || cp == '\\')
			rd_str_printf(out, "\\U%08x", cp);
		else
			rd_str_putc(out, *text);
		text += used;
		left -= used;
	}
	rd_str_putc(out, '"');
}

/* Writes the tree on one line, every scalar quoted; checks its depth on the way. */
static void put_node(const rd_yaml_node *n, int depth, rd_str *out)
{
	bool is_map = rd_yaml_kind_of(n) == RD_YAML_MAP;

	FUZZ_CHECK(depth <= RD_YAML_MAX_DEPTH);
	FUZZ_CHECK(rd_yaml_where(n).line >= 1 && rd_yaml_where(n).column >= 1);
	if (!is_map && rd_yaml_kind_of(n) != RD_YAML_LIST) {
		put_quoted(rd_yaml_text(n), out);
		return;
	}
	rd_str_putc(out, is_map ? '{' : '[');
	for (size_t i = 0; i < rd_yaml_len(n); i++) {
		if (is_map) {
			rd_str_put(out, "? ");
			put_node(rd_yaml_key(n, i), depth + 1, out);
			rd_str_put(out, " : ");
		}
		put_node(rd_yaml_at(n, i), depth + 1, out);
		rd_str_put(out, ", ");
	}
	rd_str_putc(out, is_map ? '}' : ']');
}

static rd_code dump(const char *text, size_t n, rd_str *out)
{
	rd_yaml_mark where = {0, 0};
	rd_yaml *doc = NULL;
	rd_code code = rd_yaml_parse(text, n, &doc, &where, NULL);

	FUZZ_CHECK(code == RD_OK || code == RD_EPARSE || code == RD_ELIMIT || code == RD_ENOMEM);
	FUZZ_CHECK((code == RD_OK) == (doc != NULL));
	FUZZ_CHECK(code == RD_OK || (where.line >= 1 && where.column >= 1));
	if (doc && rd_yaml_root(doc))
		put_node(rd_yaml_root(doc), 1, out);
	rd_yaml_free(doc);
	return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	RD_STR_AUTO rd_str first = RD_STR_INIT(RD_YAML_MAX_BYTES);
	RD_STR_AUTO rd_str second = RD_STR_INIT(RD_YAML_MAX_BYTES);
	rd_code code = dump((const char *)bytes, n, &first);

	if (code != RD_OK || first.failed)
		return 0;
	code = dump(rd_str_get(&first), first.len, &second);
	FUZZ_CHECK(code == RD_OK || code == RD_ELIMIT);
	if (code == RD_OK)
		FUZZ_CHECK(strcmp(rd_str_get(&first), rd_str_get(&second)) == 0);
	return 0;
}

bool fuzz_seed(int i, rd_str *out)
{
	static const char *const seeds[] = {
		"a: 1\nb:\n  - x\n  - 'y'\n  - \"z\\n\\x41\"\n  - |\n    text\n    more\n  - >-\n  "
		"  folded\n"
		"c: {d: [~, yes, 0x1F, -1_000], ? e : f}\n",
		"base: &b {a: 1, l: [1, 2]}\none:\n  <<: *b\n  a: 2\ntwo: {<<: [*b, {c: 3}]}\n"
		"three: *b\nfour: !!str 5\n",
		"%YAML 1.1\n---\n- &a [x]\n- *a\n- - - {}\n...\n",
		"a: &x [*x]\nb: \"\\0\"\na: 2\n--- \n[x]: y\n",
	};

	if (i >= (int)RD_LEN(seeds))
		return false;
	rd_str_put(out, seeds[i]);
	return true;
}

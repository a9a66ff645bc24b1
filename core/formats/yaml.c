/* SPDX-License-Identifier: MIT */
/* libyaml's events, composed into a capped tree. */
#include "core/formats/yaml.h"

#include <yaml.h>

#include "core/base/vec.h"
#include "core/formats/yaml_node.h"

/*
 * DESIGN: events are read one by one and counted, so that a bomb ends before it costs time: libyaml's
 * own loader would first build the whole tree. Collections that are still open stand on a stack (no
 * recursion). An alias is a pointer to the anchored node; each node knows how many nodes and levels
 * it stands for with all aliases followed, so deep or exponential expansion is refused here, and
 * readers may walk the tree with a plain recursion of RD_YAML_MAX_DEPTH.
 */

typedef struct anchor {
	char *name;
	rd_yaml_node *node;
} anchor;

typedef struct frame {
	rd_yaml_node *node;
	rd_yaml_mark merge_at; /* of a map: where its "<<" stands */
	rd_yaml_node *merge;   /* what it names; NULL if there is none */
} frame;

typedef struct composer {
	yaml_parser_t parser;
	rd_yaml *doc;
	const char *text;
	size_t n;
	frame stack[RD_YAML_MAX_DEPTH];
	size_t depth;
	rd_vec anchors; /* anchor; the last of a name counts */
	int events, aliases;
	rd_yaml_mark where;  /* of the event at hand */
	bool first_only;     /* a second document ends the reading */
	rd_yaml_mark second; /* where it begins */
	bool has_document, done;
} composer;

static rd_code too_much(const char *what, int limit, rd_err *err)
{
	return rd_err_set(err, RD_ELIMIT, "too much YAML: more than %d %s", limit, what);
}

/* A library's mark counts from 0. */
static rd_yaml_mark mark_of(yaml_mark_t m)
{
	return (rd_yaml_mark){(int)m.line + 1, (int)m.column + 1};
}

static rd_code parser_failed(composer *c, rd_err *err)
{
	const yaml_parser_t *p = &c->parser;
	const char *problem = p->problem ? p->problem : "not YAML";
	rd_yaml_mark end;

	if (p->error == YAML_MEMORY_ERROR)
		return rd_err_nomem(err);
	if (p->error == YAML_READER_ERROR) {
		/* the reader knows only the byte, and is at most a buffer ahead of the marks */
		c->where = rd_yaml_mark_of(c->text, p->problem_offset);
		return rd_err_set(err, RD_EPARSE, "not UTF-8 text: %s", problem);
	}
	c->where = mark_of(p->problem_mark);
	/* at the end of a text without a last newline the library is a line ahead */
	end = rd_yaml_mark_of(c->text, c->n);
	if (c->where.line > end.line)
		c->where = end;
	if (p->context)
		return rd_err_set(err, RD_EPARSE, "%s %s", problem, p->context);
	return rd_err_set(err, RD_EPARSE, "%s", problem);
}

static rd_yaml_node *new_node(composer *c, rd_yaml_kind kind)
{
	rd_yaml_node **slot = rd_vec_push(&c->doc->nodes);
	rd_yaml_node *n = slot ? calloc(1, sizeof *n) : NULL;

	if (!n) {
		c->doc->nodes.len -= slot ? 1 : 0;
		return NULL;
	}
	*slot = n;
	n->kind = kind;
	n->mark = c->where;
	n->expanded = 1;
	n->height = 1;
	return n;
}

static bool push_item(rd_yaml_node *parent, rd_yaml_node *child)
{
	rd_yaml_node **slot = rd_vec_push(&parent->items);

	if (slot)
		*slot = child;
	return slot != NULL;
}

/* Adds to what the collection stands for. */
static rd_code weigh(rd_yaml_node *parent, const rd_yaml_node *child, rd_err *err)
{
	parent->expanded += child->expanded;
	if (child->height >= parent->height)
		parent->height = child->height + 1;
	if (parent->expanded > RD_YAML_MAX_EXPANDED)
		return too_much("nodes once aliases are followed", RD_YAML_MAX_EXPANDED, err);
	if (parent->height > RD_YAML_MAX_DEPTH)
		return too_much("levels", RD_YAML_MAX_DEPTH, err);
	return RD_OK;
}

static bool is_merge(const rd_yaml_node *key)
{
	return key->style == RD_YAML_PLAIN && strcmp(key->text, "<<") == 0;
}

/* A map's items are key, value, key, value …; a merge key goes to the frame instead. */
static rd_code attach_to_map(composer *c, frame *f, rd_yaml_node *child, rd_err *err)
{
	bool is_key = f->node->items.len % 2 == 0;
	rd_yaml_node *key;

	if (is_key && child->kind != RD_YAML_SCALAR)
		return rd_err_set(err, RD_EPARSE, "a %s cannot be a key", rd_yaml_kind_name(child));
	if (is_key) {
		if (!push_item(f->node, child))
			return rd_err_nomem(err);
		return weigh(f->node, child, err);
	}
	key = *(rd_yaml_node **)rd_vec_at(&f->node->items, f->node->items.len - 1);
	if (is_merge(key)) {
		if (f->merge) {
			c->where = key->mark;
			return rd_err_set(err, RD_EPARSE, "the key '<<' is there twice");
		}
		f->merge = child;
		f->merge_at = key->mark;
		f->node->items.len--;
		return RD_OK;
	}
	if (!push_item(f->node, child))
		return rd_err_nomem(err);
	return weigh(f->node, child, err);
}

static rd_code attach(composer *c, rd_yaml_node *child, rd_err *err)
{
	frame *f = c->depth ? &c->stack[c->depth - 1] : NULL;

	if (!f) {
		c->doc->root = child;
		return RD_OK;
	}
	if (f->node->kind == RD_YAML_MAP)
		return attach_to_map(c, f, child, err);
	if (!push_item(f->node, child))
		return rd_err_nomem(err);
	return weigh(f->node, child, err);
}

static rd_code put_anchor(composer *c, const yaml_char_t *name, rd_yaml_node *node, rd_err *err)
{
	anchor *a;

	if (!name)
		return RD_OK;
	if (c->anchors.len >= RD_YAML_MAX_ANCHORS)
		return too_much("anchors", RD_YAML_MAX_ANCHORS, err);
	a = rd_vec_push(&c->anchors);
	if (!a)
		return rd_err_nomem(err);
	a->node = node;
	a->name = rd_strdup((const char *)name);
	return a->name ? RD_OK : rd_err_nomem(err);
}

static bool is_open(const composer *c, const rd_yaml_node *node)
{
	for (size_t i = 0; i < c->depth; i++) {
		if (c->stack[i].node == node)
			return true;
	}
	return false;
}

static rd_code on_alias(composer *c, const char *name, rd_err *err)
{
	if (++c->aliases > RD_YAML_MAX_ALIASES)
		return too_much("aliases", RD_YAML_MAX_ALIASES, err);
	for (size_t i = c->anchors.len; i-- > 0;) {
		const anchor *a = rd_vec_at(&c->anchors, i);

		if (strcmp(a->name, name) != 0)
			continue;
		if (is_open(c, a->node))
			return rd_err_set(err, RD_EPARSE,
				"the alias '*%s' stands within its own anchor", name);
		return attach(c, a->node, err);
	}
	return rd_err_set(err, RD_EPARSE, "no anchor '&%s' before the alias '*%s'", name, name);
}

/* Tags that change nothing but how a scalar is read. */
static rd_code check_tag(const yaml_char_t *tag, rd_yaml_kind kind, rd_yaml_node *node, rd_err *err)
{
	static const char *const scalars[] = {
		YAML_INT_TAG, YAML_BOOL_TAG, YAML_NULL_TAG, YAML_FLOAT_TAG};
	const char *t = (const char *)tag;

	if (!t)
		return RD_OK;
	if (kind == RD_YAML_MAP && strcmp(t, YAML_MAP_TAG) == 0)
		return RD_OK;
	if (kind == RD_YAML_LIST && strcmp(t, YAML_SEQ_TAG) == 0)
		return RD_OK;
	if (kind == RD_YAML_SCALAR && (strcmp(t, YAML_STR_TAG) == 0 || strcmp(t, "!") == 0)) {
		if (node->style == RD_YAML_PLAIN)
			node->style = RD_YAML_DOUBLE;
		return RD_OK;
	}
	for (size_t i = 0; kind == RD_YAML_SCALAR && i < RD_LEN(scalars); i++) {
		if (strcmp(t, scalars[i]) != 0)
			continue;
		node->style = RD_YAML_PLAIN;
		return RD_OK;
	}
	return rd_err_set(err, RD_EPARSE, "the tag '%s' is not known here", t);
}

static rd_yaml_style style_of(yaml_scalar_style_t s)
{
	switch (s) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return RD_YAML_SINGLE;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return RD_YAML_DOUBLE;
	case YAML_LITERAL_SCALAR_STYLE:
	case YAML_FOLDED_SCALAR_STYLE:
		return RD_YAML_BLOCK;
	default:
		return RD_YAML_PLAIN;
	}
}

static rd_code on_scalar(composer *c, const yaml_event_t *ev, rd_err *err)
{
	const char *value = (const char *)ev->data.scalar.value;
	size_t len = ev->data.scalar.length;
	rd_yaml_node *n = new_node(c, RD_YAML_SCALAR);
	rd_code code;

	if (!n)
		return rd_err_nomem(err);
	if (memchr(value, 0, len))
		return rd_err_set(err, RD_EPARSE, "a NUL character in a text");
	n->text = rd_strdup(value);
	if (!n->text)
		return rd_err_nomem(err);
	n->style = style_of(ev->data.scalar.style);
	n->in_flow = c->depth && c->stack[c->depth - 1].node->is_flow;
	code = check_tag(ev->data.scalar.tag, RD_YAML_SCALAR, n, err);
	if (code == RD_OK)
		code = put_anchor(c, ev->data.scalar.anchor, n, err);
	return code == RD_OK ? attach(c, n, err) : code;
}

static rd_code on_open(composer *c, rd_yaml_kind kind, const yaml_event_t *ev, rd_err *err)
{
	bool is_map = kind == RD_YAML_MAP;
	const yaml_char_t *tag = is_map ? ev->data.mapping_start.tag : ev->data.sequence_start.tag;
	const yaml_char_t *name =
		is_map ? ev->data.mapping_start.anchor : ev->data.sequence_start.anchor;
	rd_yaml_node *n;
	rd_code code;

	if (c->depth >= RD_YAML_MAX_DEPTH)
		return too_much("levels", RD_YAML_MAX_DEPTH, err);
	n = new_node(c, kind);
	if (!n)
		return rd_err_nomem(err);
	rd_vec_init(&n->items, sizeof(rd_yaml_node *));
	n->is_flow = is_map ? ev->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
			    : ev->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	n->in_flow = c->depth && c->stack[c->depth - 1].node->is_flow;
	code = check_tag(tag, kind, n, err);
	if (code == RD_OK)
		code = put_anchor(c, name, n, err);
	c->stack[c->depth++] = (frame){n, {0, 0}, NULL};
	return code;
}

typedef struct entry {
	const char *key;
	size_t index;
} entry;

static int by_key(const void *a, const void *b)
{
	const entry *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (order != 0)
		return order;
	return (x->index > y->index) - (x->index < y->index);
}

static rd_code append_merged(rd_yaml_node *map, const rd_yaml_node *from, rd_err *err)
{
	if (from->kind != RD_YAML_MAP)
		return rd_err_set(err, RD_EPARSE, "'<<' takes a map or a list of maps, not a %s",
			rd_yaml_kind_name(from));
	for (size_t i = 0; i < from->items.len; i++) {
		rd_yaml_node *item = *(rd_yaml_node **)rd_vec_at(&from->items, i);
		rd_code code;

		if (!push_item(map, item))
			return rd_err_nomem(err);
		code = weigh(map, item, err);
		if (code != RD_OK)
			return code;
	}
	return RD_OK;
}

static rd_code append_merge(rd_yaml_node *map, const rd_yaml_node *merge, rd_err *err)
{
	rd_code code = RD_OK;

	if (merge->kind != RD_YAML_LIST)
		return append_merged(map, merge, err);
	for (size_t i = 0; code == RD_OK && i < merge->items.len; i++)
		code = append_merged(map, *(rd_yaml_node **)rd_vec_at(&merge->items, i), err);
	return code;
}

/* Drops the entries whose key is NULL. */
static void compact(rd_yaml_node *map)
{
	rd_yaml_node **items = map->items.data;
	size_t kept = 0;

	for (size_t i = 0; i < map->items.len; i += 2) {
		if (!items[i])
			continue;
		items[kept++] = items[i];
		items[kept++] = items[i + 1];
	}
	map->items.len = kept;
}

/* Of equal keys the first stays; two among the first n_own entries are an error. */
static rd_code unique_keys(composer *c, rd_yaml_node *map, size_t n_own, rd_err *err)
{
	RD_AUTOFREE entry *sorted = NULL;
	rd_yaml_node **items = map->items.data;
	size_t n = map->items.len / 2, twice = n;

	if (n < 2)
		return RD_OK;
	sorted = reallocarray(NULL, n, sizeof *sorted);
	if (!sorted)
		return rd_err_nomem(err);
	for (size_t i = 0; i < n; i++)
		sorted[i] = (entry){items[2 * i]->text, i};
	qsort(sorted, n, sizeof *sorted, by_key);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(sorted[i].key, sorted[i - 1].key) != 0)
			continue;
		if (sorted[i].index >= n_own)
			items[2 * sorted[i].index] = NULL;
		else if (sorted[i].index < twice)
			twice = sorted[i].index;
	}
	if (twice < n) {
		c->where = items[2 * twice]->mark;
		return rd_err_set(err, RD_EPARSE, "the key '%s' is there twice",
			items[2 * twice]->text);
	}
	compact(map);
	return RD_OK;
}

static rd_code on_close(composer *c, rd_err *err)
{
	frame f = c->stack[c->depth - 1];
	size_t n_own = f.node->items.len / 2;
	rd_code code = RD_OK;

	if (f.merge) {
		c->where = f.merge_at;
		code = append_merge(f.node, f.merge, err);
	}
	if (code == RD_OK && f.node->kind == RD_YAML_MAP)
		code = unique_keys(c, f.node, n_own, err);
	if (code != RD_OK)
		return code;
	c->where = f.node->mark;
	c->depth--;
	return attach(c, f.node, err);
}

static rd_code on_document(composer *c, rd_err *err)
{
	if (c->has_document && c->first_only) {
		c->second = c->where;
		c->done = true;
		return RD_OK;
	}
	if (c->has_document)
		return rd_err_set(err, RD_EPARSE,
			"a second document begins here: only one is read");
	c->has_document = true;
	return RD_OK;
}

static rd_code on_event(composer *c, const yaml_event_t *ev, rd_err *err)
{
	if (++c->events > RD_YAML_MAX_EVENTS)
		return too_much("events", RD_YAML_MAX_EVENTS, err);
	c->where = mark_of(ev->start_mark);
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		return on_document(c, err);
	case YAML_ALIAS_EVENT:
		return on_alias(c, (const char *)ev->data.alias.anchor, err);
	case YAML_SCALAR_EVENT:
		return on_scalar(c, ev, err);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(c, RD_YAML_LIST, ev, err);
	case YAML_MAPPING_START_EVENT:
		return on_open(c, RD_YAML_MAP, ev, err);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_close(c, err);
	case YAML_STREAM_END_EVENT:
		c->done = true;
		return RD_OK;
	default:
		return RD_OK;
	}
}

static rd_code compose(composer *c, rd_err *err)
{
	rd_code code = RD_OK;

	while (code == RD_OK && !c->done) {
		yaml_event_t ev;

		if (!yaml_parser_parse(&c->parser, &ev))
			return parser_failed(c, err);
		code = on_event(c, &ev, err);
		yaml_event_delete(&ev);
	}
	return code;
}

static void composer_done(composer *c)
{
	for (size_t i = 0; i < c->anchors.len; i++)
		free(((anchor *)rd_vec_at(&c->anchors, i))->name);
	rd_vec_done(&c->anchors);
	yaml_parser_delete(&c->parser);
}

/* A byte order mark would shift the first line's columns. */
static void skip_bom(const char **text, size_t *n)
{
	if (*n < 3 || memcmp(*text, "\xef\xbb\xbf", 3) != 0)
		return;
	*text += 3;
	*n -= 3;
}

/* @ret_second where a second document begins, {0, 0} if there is none; NULL: it is refused. */
static rd_code parse(const char *text, size_t n, rd_yaml **ret_doc, rd_yaml_mark *ret_where,
	rd_yaml_mark *ret_second, rd_err *err)
{
	composer c = {.anchors = RD_VEC_INIT(anchor), .first_only = ret_second != NULL};
	rd_code code;

	if (ret_where)
		*ret_where = (rd_yaml_mark){1, 1};
	if (n > RD_YAML_MAX_BYTES)
		return too_much("bytes", RD_YAML_MAX_BYTES, err);
	skip_bom(&text, &n);
	c.doc = calloc(1, sizeof *c.doc);
	if (!c.doc)
		return rd_err_nomem(err);
	rd_vec_init(&c.doc->nodes, sizeof(rd_yaml_node *));
	if (!yaml_parser_initialize(&c.parser)) {
		rd_yaml_free(c.doc);
		return rd_err_nomem(err);
	}
	c.text = text;
	c.n = n;
	/* only UTF-8: the library would guess UTF-16 from the first bytes */
	yaml_parser_set_encoding(&c.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&c.parser, (const yaml_char_t *)text, n);
	code = compose(&c, err);
	composer_done(&c);
	if (code == RD_OK) {
		*ret_doc = c.doc;
		if (ret_second)
			*ret_second = c.second;
		return RD_OK;
	}
	if (ret_where)
		*ret_where = c.where;
	rd_yaml_free(c.doc);
	return code;
}

rd_code rd_yaml_parse(const char *text, size_t n, rd_yaml **ret_doc, rd_yaml_mark *ret_where,
	rd_err *err)
{
	return parse(text, n, ret_doc, ret_where, NULL, err);
}

rd_code rd_yaml_parse_first(const char *text, size_t n, rd_yaml **ret_doc, rd_yaml_mark *ret_where,
	rd_yaml_mark *ret_second, rd_err *err)
{
	return parse(text, n, ret_doc, ret_where, ret_second, err);
}

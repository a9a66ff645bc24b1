/* SPDX-License-Identifier: MIT */
/*
 * The cache's formats from any bytes: 't' blocks of a tree, 'p' indexes of packs, 's' heads of snapshots,
 * 'x' what S3 answers. The first byte chooses. What is accepted keeps its promises.
 */
#include "core/chunks/s3.h"
#include "core/chunks/snapshot.h"
#include "tests/fuzz/fuzz.h"

static void check_path(const char *path)
{
	char clean[RD_TREE_PATH_MAX + 1];

	FUZZ_CHECK(!rd_tree_clean(path, "", clean, NULL));
	FUZZ_CHECK(strcmp(path, clean) == 0);
}

/* Entries that were read are written and read again: the same. */
static void check_again(const rd_str *block, size_t entries)
{
	rd_tree_reader *r = malloc(sizeof *r);
	const rd_tar_entry *e = NULL;
	size_t n = 0;

	FUZZ_CHECK(r);
	rd_tree_open(r, rd_str_get(block), block->len);
	for (;; n++) {
		FUZZ_CHECK(!rd_tree_next(r, &e, NULL));
		if (!e)
			break;
	}
	FUZZ_CHECK(n == entries);
	free(r);
}

static void read_tree(const uint8_t *bytes, size_t n)
{
	rd_tree_reader *r = malloc(sizeof *r);
	rd_tree_writer *w = calloc(1, sizeof *w);
	const rd_tar_entry *e = NULL;
	size_t entries = 0;

	FUZZ_CHECK(r && w);
	rd_tree_open(r, bytes, n);
	while (!rd_tree_next(r, &e, NULL) && e) {
		rd_chunk_ref refs[64];
		size_t n_refs = 0;
		bool is = true;

		check_path(e->path);
		FUZZ_CHECK(e->type < RD_TAR_OTHER && e->mode <= 07777 && e->mtime_us >= 0);
		FUZZ_CHECK((e->type == RD_TAR_HARDLINK || e->type == RD_TAR_SYMLINK) ==
			   (e->link != NULL));
		if (e->type == RD_TAR_HARDLINK)
			check_path(e->link);
		while (n_refs < RD_LEN(refs) && !rd_tree_ref(r, &refs[n_refs], &is, NULL) && is)
			FUZZ_CHECK(refs[n_refs++].slot < RD_TREE_SLOTS_MAX);
		/* An entry tells at least as many bytes as chunks. */
		if (e->type != RD_TAR_FILE || e->size >= n_refs) {
			rd_tree_put(w, e, refs, n_refs);
			entries++;
		}
	}
	check_again(&w->block, entries);
	rd_tree_done(w);
	free(w);
	free(r);
}

static void read_pack(const uint8_t *bytes, size_t n)
{
	rd_pack_index x;
	uint64_t at = 0, raw = 0;

	if (rd_pack_index_parse(bytes, n, &x, NULL))
		return;
	for (size_t i = 0; i < x.frames.len; i++) {
		const rd_pack_frame *f = rd_vec_at(&x.frames, i);

		FUZZ_CHECK(f->at == at && f->raw_bytes <= RD_PACK_FRAME_MAX_BYTES);
		at += f->bytes;
		raw += f->raw_bytes;
	}
	FUZZ_CHECK(at == x.bytes && raw == x.raw_bytes);
	for (size_t i = 0; i < x.chunks.len; i++) {
		const rd_pack_chunk *c = rd_vec_at(&x.chunks, i);
		const rd_pack_frame *f = rd_vec_at(&x.frames, c->frame);

		FUZZ_CHECK(c->at + c->bytes <= f->raw_bytes);
	}
	rd_pack_index_done(&x);
}

/* The digest at the end is made right, so that what is before it is read. */
static void read_snapshot(const uint8_t *bytes, size_t n)
{
	RD_STR_AUTO rd_str whole = RD_STR_INIT(0);
	RD_STR_AUTO rd_str again = RD_STR_INIT(0);
	uint8_t sum[RD_SHA256_BYTES];
	rd_snapshot s;

	rd_sha256_of(bytes, n, sum);
	rd_str_putn(&whole, bytes, n);
	rd_str_putn(&whole, sum, sizeof sum);
	if (rd_snapshot_parse(whole.data, whole.len, &s, NULL))
		return;
	for (size_t i = 0; i < s.tree.len; i++)
		FUZZ_CHECK(((rd_snapshot_piece *)rd_vec_at(&s.tree, i))->ref.slot < s.packs.len);
	FUZZ_CHECK(!rd_snapshot_put(&s, &again, NULL));
	rd_snapshot_done(&s);
	FUZZ_CHECK(!rd_snapshot_parse(again.data, again.len, &s, NULL));
	rd_snapshot_done(&s);
}

static void read_xml(const uint8_t *bytes, size_t n)
{
	rd_vec list = RD_VEC_INIT(rd_s3_object);
	char *next = NULL;
	char *code = rd_s3_xml_text((const char *)bytes, n, "Code");

	if (!rd_s3_page_parse((const char *)bytes, n, &list, &next, NULL))
		for (size_t i = 0; i < list.len; i++)
			FUZZ_CHECK(((rd_s3_object *)rd_vec_at(&list, i))->name);
	rd_s3_objects_done(&list);
	free(next);
	free(code);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	uint64_t hits;
	int64_t used_us;

	if (!n)
		return 0;
	rd_snapshot_parse_use(bytes, n, &hits, &used_us);
	FUZZ_CHECK(used_us >= 0);
	if (bytes[0] == 't')
		read_tree(bytes + 1, n - 1);
	else if (bytes[0] == 'p')
		read_pack(bytes + 1, n - 1);
	else if (bytes[0] == 's')
		read_snapshot(bytes + 1, n - 1);
	else
		read_xml(bytes + 1, n - 1);
	return 0;
}

static void seed_tree(rd_str *out)
{
	static const rd_chunk_ref refs[] = {{0, 0}, {0, 1}, {3, 7}, {0, 2}};
	static const rd_tar_entry entries[] = {{"", RD_TAR_DIR, 0755, 1, 0, NULL},
		{"a", RD_TAR_DIR, 01777, 1700000000000000, 0, NULL},
		{"a/one", RD_TAR_FILE, 0644, 1700000001000000, 100000, NULL},
		{"a/two", RD_TAR_HARDLINK, 0644, 1700000001000000, 0, "a/one"},
		{"b", RD_TAR_SYMLINK, 0777, 1600000001000001, 0, "../x"},
		{"c", RD_TAR_FILE, 0600, 0, 0, NULL}};
	rd_tree_writer *w = calloc(1, sizeof *w);

	FUZZ_CHECK(w);
	for (size_t i = 0; i < RD_LEN(entries); i++)
		rd_tree_put(w, &entries[i], refs, i == 2 ? RD_LEN(refs) : 0);
	rd_str_putc(out, 't');
	rd_str_putn(out, w->block.data, w->block.len);
	rd_tree_done(w);
	free(w);
}

static void seed_pack(rd_str *out)
{
	static char chunk[100000];
	rd_packer *p = NULL;
	const rd_str *pack, *index;
	rd_pack_id id = {{0}};
	uint32_t number;

	FUZZ_CHECK(!rd_packer_new(1, &p, NULL));
	for (size_t n = 1; n < sizeof chunk; n = n * 3 + 1)
		for (int i = 0; i < 6; i++)
			FUZZ_CHECK(!rd_packer_add(p, chunk, n, &id, &number, NULL));
	FUZZ_CHECK(!rd_packer_end(p, &id, &pack, &index, NULL));
	rd_str_putc(out, 'p');
	rd_str_putn(out, index->data, index->len);
	rd_packer_free(p);
}

static void seed_snapshot(rd_str *out)
{
	RD_STR_AUTO rd_str bytes = RD_STR_INIT(0);
	rd_snapshot s;

	rd_snapshot_init(&s);
	s.info.app = strdup("shop");
	s.info.service = strdup("web");
	s.info.saved_us = 1700000000000000;
	FUZZ_CHECK(rd_strs_add(&s.info.layers, "sha256:one"));
	*(rd_snapshot_pack *)rd_vec_push(&s.packs) =
		(rd_snapshot_pack){.bytes = 10, .raw_bytes = 30, .live_bytes = 20};
	rd_vec_push(&s.packs);
	*(rd_snapshot_piece *)rd_vec_push(&s.tree) = (rd_snapshot_piece){{0, 4}, true};
	FUZZ_CHECK(!rd_snapshot_put(&s, &bytes, NULL));
	rd_str_putc(out, 's');
	rd_str_putn(out, bytes.data, bytes.len - RD_SHA256_BYTES);
	rd_snapshot_done(&s);
}

bool fuzz_seed(int i, rd_str *out)
{
	if (i == 0)
		seed_tree(out);
	else if (i == 1)
		seed_pack(out);
	else if (i == 2)
		seed_snapshot(out);
	else if (i == 3)
		rd_str_put(out,
			"x<ListBucketResult><IsTruncated>true</"
			"IsTruncated><Contents><Key>a&amp;b&#38;</Key>"
			"<LastModified>2026-01-02T03:04:05.000Z</LastModified><Size>12</Size></"
			"Contents>"
			"<NextContinuationToken>t/=</NextContinuationToken></ListBucketResult>");
	else if (i == 4)
		rd_str_put(out,
			"x<Error><Code>SlowDown</Code><Message>&lt;&quot;</Message></Error>");
	return i < 5;
}

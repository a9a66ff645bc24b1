/* SPDX-License-Identifier: MIT */
/* Archives of builds: the input names the entries of the archive and of the images' tars in it, so that what
 * is changed is what they say and not the tar. The played engine aborts if it is shown what it must not see. */
#include <unistd.h>

#include "core/base/fs.h"
#include "tests/unit/build/images.h"

/* Kinds of entries: of the archive, … */
#define FILE_OUTSIDE 'F'
#define IMAGES 'T' /* what follows is in this tar */
/* … and of a tar of images. */
#define FILE_INSIDE 'f'
#define SYMLINK 'l'
#define HARDLINK 'h'
#define FOLDER 'd'

static char folder[] = "/tmp/rd-fuzz-import-XXXXXX";

static void remove_folder(void)
{
	rd_rmtree(folder, NULL);
}

static void make_folder(void)
{
	static bool is_made;

	if (is_made)
		return;
	is_made = true;
	FUZZ_CHECK(mkdtemp(folder));
	FUZZ_CHECK(atexit(remove_folder) == 0);
}

/* ---- from records to an archive ---- */

typedef struct records {
	const uint8_t *p, *end;
} records;

/* Up to a zero byte or the end. */
static void take_text(records *r, rd_str *out)
{
	while (r->p < r->end && *r->p)
		rd_str_putc(out, (char)*r->p++);
	r->p += r->p < r->end;
}

static size_t take_size(records *r)
{
	size_t n = 0;

	for (int i = 0; i < 2 && r->p < r->end; i++)
		n |= (size_t)*r->p++ << (8 * i);
	return n < (size_t)(r->end - r->p) ? n : (size_t)(r->end - r->p);
}

static void end_images(rd_str *archive, const rd_str *name, rd_str *images)
{
	if (!name->len)
		return;
	rd_tar_put_end(images);
	put_file(archive, rd_str_get(name), rd_str_get(images), images->len);
	rd_str_clear(images);
}

static void put_link(rd_str *tar, const char *path, rd_tar_type type, records *r)
{
	RD_STR_AUTO rd_str target = RD_STR_INIT(0);

	take_text(r, &target);
	rd_tar_put_head(tar, &(rd_tar_entry){path, type, 0777, 0, 0, rd_str_get(&target)});
}

static void put_content(rd_str *tar, const char *path, records *r)
{
	size_t n = take_size(r);

	put_file(tar, path, (const char *)r->p, n);
	r->p += n;
}

static void make_archive(records r, rd_str *archive)
{
	RD_STR_AUTO rd_str images = RD_STR_INIT(0);
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);

	while (r.p < r.end) {
		RD_STR_AUTO rd_str path = RD_STR_INIT(0);
		uint8_t kind = *r.p++;

		take_text(&r, &path);
		if (!path.len)
			rd_str_putc(&path, 'x');
		if (kind == IMAGES) {
			end_images(archive, &name, &images);
			rd_str_clear(&name);
			rd_str_put(&name, rd_str_get(&path));
		} else if (kind == SYMLINK || kind == HARDLINK) {
			put_link(&images, rd_str_get(&path),
				kind == SYMLINK ? RD_TAR_SYMLINK : RD_TAR_HARDLINK, &r);
		} else if (kind == FOLDER) {
			rd_tar_put_head(&images,
				&(rd_tar_entry){rd_str_get(&path), RD_TAR_DIR, 0755, 0, 0, NULL});
		} else {
			put_content(kind == FILE_OUTSIDE ? archive : &images, rd_str_get(&path),
				&r);
		}
	}
	end_images(archive, &name, &images);
	rd_tar_put_end(archive);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	RD_STR_AUTO rd_str archive = RD_STR_INIT(0);
	rd_import_result result = {0};
	taker t = {0};
	rd_code code;

	make_folder();
	FUZZ_CHECK(rd_strs_add(&t.ids, "sha256:known"));
	make_archive((records){bytes, bytes + n}, &archive);
	code = take_archive(&t, &archive, 3000, folder, &result, NULL);
	FUZZ_CHECK(code == RD_OK || code == RD_EPARSE || code == RD_ECORRUPT || code == RD_ELIMIT ||
		   code == RD_ENOENT);
	/* A tag for each image, and each with the id that is told. */
	for (size_t i = 0; !code && i < result.images.len; i++) {
		RD_STR_AUTO rd_str tag = RD_STR_INIT(0);

		rd_str_printf(&tag, OUR_TAGS "%s" OUR_BUILD, result.images.items[i].key);
		FUZZ_CHECK(strcmp(rd_or_empty(rd_kvs_get(&t.tags, rd_str_get(&tag))),
				   result.images.items[i].value) == 0);
	}
	FUZZ_CHECK(code || result.images.len > 0);
	rd_import_result_done(&result);
	taker_done(&t);
	return 0;
}

/* ---- seeds ---- */

static void put_record(rd_str *out, char kind, const char *path, const char *content)
{
	size_t n = strlen(content);

	rd_str_printf(out, "%c%s", kind, path);
	rd_str_putc(out, '\0');
	if (kind == SYMLINK || kind == HARDLINK) {
		rd_str_put(out, content);
		rd_str_putc(out, '\0');
	} else if (kind == FILE_OUTSIDE || kind == FILE_INSIDE) {
		rd_str_putc(out, (char)(n & 255));
		rd_str_putc(out, (char)(n >> 8));
		rd_str_put(out, content);
	}
}

static void digest_of(const char *text, char ret_hex[RD_SHA256_HEX])
{
	RD_STR_AUTO rd_str content = RD_STR_INIT(0);

	rd_str_put(&content, text);
	hex_of(&content, ret_hex);
}

/* The blob of an OCI layout, and its descriptor. */
static void put_blob(rd_str *out, const char *content, rd_str *ret_descriptor)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	char hex[RD_SHA256_HEX];

	digest_of(content, hex);
	rd_str_printf(&path, "blobs/sha256/%s", hex);
	put_record(out, FILE_INSIDE, rd_str_get(&path), content);
	rd_str_printf(ret_descriptor, "{\"digest\":\"sha256:%s\"}", hex);
}

static void make_config(rd_str *ret_config)
{
	char hex[RD_SHA256_HEX];

	digest_of("the layer", hex);
	rd_str_printf(ret_config, "{\"rootfs\":{\"diff_ids\":[\"sha256:%s\"]}}", hex);
}

static void put_docker(rd_str *out)
{
	RD_STR_AUTO rd_str config = RD_STR_INIT(0);

	make_config(&config);
	put_record(out, IMAGES, "app.BX.tar", "");
	put_record(out, FOLDER, "one", "");
	put_record(out, FILE_INSIDE, "one/layer.tar", "the layer");
	put_record(out, SYMLINK, "two/layer.tar", "../one/layer.tar");
	put_record(out, FILE_INSIDE, "c.json", rd_str_get(&config));
	put_record(out, FILE_INSIDE, "manifest.json",
		"[{\"Config\":\"c.json\",\"RepoTags\":[\"r:5000/x:web.BX\"],\"Layers\":[\"two/"
		"layer.tar\"]}]");
}

static void put_oci(rd_str *out)
{
	RD_STR_AUTO rd_str config = RD_STR_INIT(0);
	RD_STR_AUTO rd_str manifest = RD_STR_INIT(0);
	RD_STR_AUTO rd_str list = RD_STR_INIT(0);
	RD_STR_AUTO rd_str index = RD_STR_INIT(0);

	make_config(&config);
	put_record(out, IMAGES, "web.BX.tar", "");
	rd_str_put(&manifest, "{\"config\":");
	put_blob(out, rd_str_get(&config), &manifest);
	rd_str_put(&manifest, ",\"layers\":[");
	put_blob(out, "the layer", &manifest);
	rd_str_put(&manifest, "]}");
	rd_str_put(&list, "{\"manifests\":[");
	put_blob(out, rd_str_get(&manifest), &list);
	rd_str_put(&list, "]}");
	rd_str_put(&index, "{\"manifests\":[");
	put_blob(out, rd_str_get(&list), &index);
	rd_str_put(&index, "]}");
	put_record(out, FILE_INSIDE, "index.json", rd_str_get(&index));
}

/* With an image that the engine has. */
static void put_ours(rd_str *out)
{
	static const char images[] = "{\"images\":{\"web\":\"sha256:known\"}}";
	RD_STR_AUTO rd_str sums = RD_STR_INIT(0);
	char hex[RD_SHA256_HEX];

	put_record(out, FILE_OUTSIDE, "rackdeck.json", images);
	digest_of(images, hex);
	rd_str_printf(&sums, "%s  rackdeck.json\n", hex);
	put_record(out, FILE_OUTSIDE, "logs.txt", "a log\n");
	put_record(out, FILE_OUTSIDE, "rackdeck.sums", rd_str_get(&sums));
	put_docker(out);
}

bool fuzz_seed(int i, rd_str *out)
{
	void (*const seeds[])(rd_str * out) = {put_docker, put_oci, put_ours};
	RD_STR_AUTO rd_str archive = RD_STR_INIT(0);
	rd_import_result result = {0};
	taker t = {0};

	if (i >= (int)RD_LEN(seeds))
		return false;
	make_folder();
	put_record(out, FILE_OUTSIDE, "build.json", ONE_SERVICE);
	seeds[i](out);
	FUZZ_CHECK(rd_strs_add(&t.ids, "sha256:known"));
	make_archive((records){(const uint8_t *)out->data, (const uint8_t *)out->data + out->len},
		&archive);
	FUZZ_CHECK(take_archive(&t, &archive, 100, folder, &result, NULL) == RD_OK);
	rd_import_result_done(&result);
	taker_done(&t);
	return true;
}

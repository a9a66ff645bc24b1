/* SPDX-License-Identifier: MIT */
/*
 * Keeps hold of what a classic build leaves behind on its way. The classic builder labels the last
 * image only; of a build that is cut off, an untagged image without any mark of ours would stay. So
 * each image that a step made gets a tag of ours while the build runs: by it the next sweep finds what
 * the death of this process, or of the engine, left.
 */
#include "core/engine/docker.h"

#define REPO "rackdeck-step"

void rd_docker_steps_init(rd_docker_steps *s, rd_docker *d, const char *id, rd_step_fn *fn,
	void *arg)
{
	*s = (rd_docker_steps){.docker = d, .id = id, .fn = fn, .arg = arg};
}

static const char *digest_of(const char *id)
{
	return rd_starts_with(id, "sha256:") ? id + 7 : id;
}

/* Full id and parent of an image. @returns false if there is none such. */
static bool look(rd_docker *d, const char *image, char ret_id[80], char ret_parent[80])
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	json_t *o = NULL;

	rd_str_put(&path, "/images/");
	rd_http_escape(&path, image, ":");
	rd_str_put(&path, "/json");
	if (!rd_str_ok(&path) || rd_docker_call(d, "GET", rd_str_get(&path), &o, NULL))
		return false;
	snprintf(ret_id, 80, "%s",
		digest_of(rd_or_empty(json_string_value(json_object_get(o, "Id")))));
	snprintf(ret_parent, 80, "%s",
		digest_of(rd_or_empty(json_string_value(json_object_get(o, "Parent")))));
	json_decref(o);
	return true;
}

/* " ---> 0123456789ab\n" (Docker) or "--> 0123456789a\n" (Podman), and nothing else. */
static bool image_of(const rd_step_event *ev, char ret_image[16])
{
	static const char *const heads[] = {" ---> ", "--> "};

	for (size_t i = 0; i < RD_LEN(heads); i++) {
		size_t head_n = strlen(heads[i]);
		size_t n = ev->n - head_n - 1;

		if (ev->n <= head_n + 1 || memcmp(ev->bytes, heads[i], head_n) != 0)
			continue;
		if (n < 11 || n > 12 || ev->bytes[ev->n - 1] != '\n')
			return false;
		snprintf(ret_image, 16, "%.*s", (int)n, ev->bytes + head_n);
		return strspn(ret_image, "0123456789abcdef") == n;
	}
	return false;
}

/* A step's image. What a RUN printed may look the same: only what descends from the step before, and
 * was not there before this build, is ours. Nothing here may fail the build. */
static void take_image(rd_docker_steps *s, const char *image)
{
	RD_STR_AUTO rd_str tag = RD_STR_INIT(0);
	char id[80];
	char parent[80];

	if (!look(s->docker, image, id, parent))
		return;
	if (s->is_from) {
		snprintf(s->last, sizeof(s->last), "%s", id);
		return;
	}
	if (!s->last[0] || strcmp(parent, s->last) != 0)
		return;
	snprintf(s->last, sizeof(s->last), "%s", id);
	if (s->is_cached || s->is_label)
		return;
	rd_str_printf(&tag, REPO ":%s.%u", s->id, s->n + 1);
	if (rd_str_ok(&tag) && rd_docker_tag(&s->docker->base, id, rd_str_get(&tag), NULL) == RD_OK)
		s->n++;
}

rd_code rd_docker_steps_event(void *arg, const rd_step_event *ev, rd_err *err)
{
	rd_docker_steps *s = arg;
	char image[16];

	if (ev->kind == RD_STEP_DECLARE) {
		const char *instruction = strstr(rd_or_empty(ev->name), "] ");

		s->is_cached = false;
		s->is_from = instruction && rd_starts_with(instruction, "] FROM ");
		/* The last step of all is our label: its image is the build's, and needs no mark. */
		s->is_label = instruction && rd_starts_with(instruction, "] LABEL ") &&
			      strstr(instruction, RD_ENGINE_LABEL);
	} else if (ev->kind == RD_STEP_LOG && memmem(ev->bytes, ev->n, "--> Using cache", 15)) {
		s->is_cached = true;
	} else if (ev->kind == RD_STEP_LOG && ev->n < 24 && image_of(ev, image)) {
		take_image(s, image);
	}
	return s->fn(s->arg, ev, err);
}

/* Removes one of our tags; with the last one goes an image that nothing was built upon. */
static rd_code remove_tag(rd_docker *d, const char *tag, rd_err *err)
{
	rd_code code = rd_docker_remove(&d->base, tag, err);

	return code == RD_EBUSY ? RD_OK : code;
}

void rd_docker_steps_done(rd_docker_steps *s)
{
	/* The newest first: an image goes when none descends from it. */
	for (; s->n > 0; s->n--) {
		RD_STR_AUTO rd_str tag = RD_STR_INIT(0);

		rd_str_printf(&tag, REPO ":%s.%u", s->id, s->n);
		if (!rd_str_ok(&tag) || remove_tag(s->docker, rd_str_get(&tag), NULL))
			return;
	}
}

/* ---- sweeping ---- */

/* Our step tags of a build, in no order; and the ids of their images. */
static rd_code list_tags(rd_docker *d, const char *build_id, rd_strs *tags, rd_strs *ids,
	rd_err *err)
{
	RD_STR_AUTO rd_str head = RD_STR_INIT(0);
	json_t *list = NULL;
	const json_t *image;
	const json_t *name;
	bool ok = true;
	size_t i;
	size_t j;
	rd_code code = rd_docker_call(d, "GET", "/images/json", &list, err);

	if (code)
		return code;
	rd_str_printf(&head, REPO ":%s.", build_id);
	json_array_foreach(list, i, image)
	{
		const char *id = rd_or_empty(json_string_value(json_object_get(image, "Id")));

		json_array_foreach(json_object_get(image, "RepoTags"), j, name)
		{
			const char *tag = rd_or_empty(json_string_value(name));
			/* Podman writes names in full. */
			const char *short_tag = strrchr(tag, '/') ? strrchr(tag, '/') + 1 : tag;

			if (rd_starts_with(short_tag, rd_str_get(&head)))
				ok = ok && rd_strs_add(tags, tag) &&
				     rd_strs_add(ids, digest_of(id));
		}
	}
	json_decref(list);
	return ok ? RD_OK : rd_err_nomem(err);
}

/* An image that was made after the last one that we marked: it is untagged and descends from a marked
 * one. */
static rd_code sweep_children(rd_docker *d, const rd_strs *ids, rd_err *err)
{
	json_t *list = NULL;
	const json_t *image;
	char id[80];
	char parent[80];
	size_t i;
	rd_code code = rd_docker_call(d, "GET",
		"/images/json?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D", &list, err);

	if (code)
		return code;
	json_array_foreach(list, i, image)
	{
		const char *name = json_string_value(json_object_get(image, "Id"));

		if (name && look(d, name, id, parent) && rd_strs_has(ids, parent))
			code = remove_tag(d, name, err);
		if (code)
			break;
	}
	json_decref(list);
	return code;
}

static int newest_first(const void *a, const void *b)
{
	const char *x = strrchr(*(char *const *)a, '.');
	const char *y = strrchr(*(char *const *)b, '.');
	unsigned long long m = 0;
	unsigned long long n = 0;

	rd_parse_u64(x ? x + 1 : "", &m, NULL);
	rd_parse_u64(y ? y + 1 : "", &n, NULL);
	return m < n ? 1 : m > n ? -1 : 0;
}

rd_code rd_docker_steps_sweep(rd_docker *d, const char *build_id, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs tags = {0};
	RD_AUTO(rd_strs_done) rd_strs ids = {0};
	rd_code code = list_tags(d, build_id, &tags, &ids, err);

	if (code || !tags.len)
		return code;
	code = sweep_children(d, &ids, err);
	qsort(tags.items, tags.len, sizeof(*tags.items), newest_first);
	for (size_t i = 0; i < tags.len && !code; i++)
		code = remove_tag(d, tags.items[i], err);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* How many of a service there are: scale and deployment. */
#include "core/formats/manifest_service.h"

#include <limits.h>

/* "2" or "2-10" */
static bool range_of_text(const char *text, int *ret_min, int *ret_max)
{
	RD_AUTOFREE char *first = NULL;
	const char *dash = strchr(text, '-');
	unsigned long long min, max;

	first = strndup(text, dash ? (size_t)(dash - text) : strlen(text));
	if (!first || rd_parse_u64(first, &min, NULL) != RD_OK)
		return false;
	if (rd_parse_u64(dash ? dash + 1 : first, &max, NULL) != RD_OK || max > INT_MAX ||
		min > max)
		return false;
	*ret_min = (int)min;
	*ret_max = (int)max;
	return true;
}

static void read_count(rd_service_reader *sr, const rd_yaml_node *n)
{
	static const char *const known[] = {"min", "max", NULL};
	rd_service *s = sr->s;
	long long number;

	if (rd_yaml_int(n, &number) && number >= 0 && number <= INT_MAX) {
		/* as YAML writes numbers: 010 is 8 */
		s->scale_min = s->scale_max = (int)number;
	} else if (rd_yaml_kind_of(n) == RD_YAML_SCALAR) {
		if (!range_of_text(rd_yaml_text(n), &s->scale_min, &s->scale_max))
			rd_service_wrong(sr, n, "a number such as 2 or a range such as 2-10");
	} else if (rd_manifest_is_map(sr->r, n, sr->what)) {
		rd_manifest_check_keys(sr->r, n, sr->what, known);
		rd_manifest_read_int(sr->r, rd_yaml_get(n, "min"),
			rd_service_at(sr, "scale.count.min"), &s->scale_min);
		rd_manifest_read_int(sr->r, rd_yaml_get(n, "max"),
			rd_service_at(sr, "scale.count.max"), &s->scale_max);
	}
}

/* A number, or a map of two. */
static void read_cooldown(rd_service_reader *sr, const rd_yaml_node *n)
{
	static const char *const known[] = {"up", "down", NULL};
	rd_service *s = sr->s;

	rd_service_at(sr, "scale.cooldown");
	if (rd_yaml_kind_of(n) == RD_YAML_SCALAR) {
		rd_manifest_read_int(sr->r, n, sr->what, &s->scale_cooldown_up);
		s->scale_cooldown_down = s->scale_cooldown_up;
	} else if (rd_manifest_is_map(sr->r, n, sr->what)) {
		rd_manifest_check_keys(sr->r, n, sr->what, known);
		rd_manifest_read_int(sr->r, rd_yaml_get(n, "up"),
			rd_service_at(sr, "scale.cooldown.up"), &s->scale_cooldown_up);
		rd_manifest_read_int(sr->r, rd_yaml_get(n, "down"),
			rd_service_at(sr, "scale.cooldown.down"), &s->scale_cooldown_down);
	}
}

/* A number, or a map with a count; and targets: only looked at. */
static void check_gpu_and_targets(rd_service_reader *sr, const rd_yaml_node *scale)
{
	static const char *const of_gpu[] = {"count", "vendor", NULL};
	static const char *const of_targets[] = {"cpu", "memory", "requests", "custom", NULL};
	const rd_yaml_node *gpu = rd_yaml_get(scale, "gpu"),
			   *targets = rd_yaml_get(scale, "targets");
	bool is_map = rd_yaml_kind_of(gpu) == RD_YAML_MAP;
	int unused;

	rd_manifest_check_keys(sr->r, gpu, rd_service_at(sr, "scale.gpu"), of_gpu);
	rd_manifest_read_int(sr->r, is_map ? rd_yaml_get(gpu, "count") : gpu,
		rd_service_at(sr, is_map ? "scale.gpu.count" : "scale.gpu"), &unused);
	if (!rd_manifest_is_map(sr->r, targets, rd_service_at(sr, "scale.targets")))
		return;
	rd_manifest_check_keys(sr->r, targets, sr->what, of_targets);
	for (const char *const *k = of_targets; strcmp(*k, "custom") != 0; k++) {
		char key[32];

		snprintf(key, sizeof key, "scale.targets.%s", *k);
		rd_manifest_read_int(sr->r, rd_yaml_get(targets, *k), rd_service_at(sr, key),
			&unused);
	}
}

void rd_service_read_scale(rd_service_reader *sr, const rd_yaml_node *n)
{
	static const char *const known[] = {"count", "cpu", "memory", "gpu", "cooldown", "targets",
		"limit", "autoscale", "keda", "vpa", NULL};

	if (rd_yaml_kind_of(n) != RD_YAML_MAP) {
		read_count(sr, n);
		return;
	}
	rd_manifest_check_keys(sr->r, n, sr->what, known);
	rd_manifest_read_int(sr->r, rd_yaml_get(n, "cpu"), rd_service_at(sr, "scale.cpu"),
		&sr->s->scale_cpu);
	rd_manifest_read_int(sr->r, rd_yaml_get(n, "memory"), rd_service_at(sr, "scale.memory"),
		&sr->s->scale_memory);
	read_cooldown(sr, rd_yaml_get(n, "cooldown"));
	check_gpu_and_targets(sr, n);
	rd_service_at(sr, "scale.count");
	read_count(sr, rd_yaml_get(n, "count"));
}

void rd_service_read_deployment(rd_service_reader *sr, const rd_yaml_node *n)
{
	static const char *const known[] = {"minimum", "maximum", NULL};

	if (!rd_manifest_is_map(sr->r, n, sr->what))
		return;
	rd_manifest_check_keys(sr->r, n, sr->what, known);
	rd_manifest_read_int(sr->r, rd_yaml_get(n, "minimum"),
		rd_service_at(sr, "deployment.minimum"), &sr->s->deploy_min);
	rd_manifest_read_int(sr->r, rd_yaml_get(n, "maximum"),
		rd_service_at(sr, "deployment.maximum"), &sr->s->deploy_max);
}

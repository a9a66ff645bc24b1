/* SPDX-License-Identifier: MIT */
/* What an engine's builder has not is refused before anything is built. */
#include <stdio.h>

#include "core/build/run_impl.h"

/* From these versions on the engine's own frontend knows heredocs, and Docker's COPY --link: Docker with BuildKit
 * 0.11 and Podman with Buildah 1.33. Source: their release notes. */
#define DOCKER_HEREDOC 23, 0
#define PODMAN_HEREDOC 4, 8

static bool is_from(const char *version, int major, int minor)
{
	int have[2] = {0, 0};
	char *end;

	have[0] = (int)strtol(version, &end, 10);
	if (*end == '.')
		have[1] = (int)strtol(end + 1, NULL, 10);
	return have[0] > major || (have[0] == major && have[1] >= minor);
}

static bool is_classic(const rd_run_opts *o)
{
	return rd_run_is_classic(o) && !o->info->podman;
}

static bool has_heredocs(const rd_run_opts *o)
{
	const rd_engine_info *i = o->info;

	return i->podman ? is_from(i->version, PODMAN_HEREDOC)
			 : is_from(i->version, DOCKER_HEREDOC);
}

static rd_code refuse_classic(const rd_plan_image *image, int line, const char *what, rd_err *err)
{
	return rd_err_set(err, RD_EUNSUPPORTED,
		"service '%s': '%s' line %d: %s needs BuildKit, and this build goes to the classic "
		"builder: build without --full-log, and without BuildCpu and BuildMemory",
		image->services.items[0], image->dockerfile, line, what);
}

static rd_code check_image(const rd_run_opts *o, const rd_plan_image *image, rd_err *err)
{
	if (image->session_line)
		return rd_err_set(err, RD_EUNSUPPORTED,
			"service '%s': RUN --mount=type=secret and type=ssh ('%s' line %d) need a "
			"session "
			"with the builder that rackdeck does not offer yet: use a build "
			"argument or a file of the source instead",
			image->services.items[0], image->dockerfile, image->session_line);
	if (!o->info)
		return RD_OK;
	if (image->buildkit_line && is_classic(o))
		return refuse_classic(image, image->buildkit_line, image->buildkit_what, err);
	if (image->heredoc_line && is_classic(o))
		return refuse_classic(image, image->heredoc_line, "a heredoc", err);
	if (image->link_line && is_classic(o))
		return refuse_classic(image, image->link_line, "'--link'", err);
	/* A frontend of its own may know them; whether it can be had is seen later. */
	return image->syntax && !o->info->podman ? RD_OK : rd_run_check_own_frontend(o, image, err);
}

/* @what it does not know, @instead what can be written. */
static rd_code refuse_old(const rd_run_opts *o, const rd_plan_image *image, int line,
	const char *what, const char *instead, rd_err *err)
{
	const rd_engine_info *i = o->info;

	if (i->podman || image->syntax)
		return rd_err_set(err, RD_EUNSUPPORTED,
			"service '%s': '%s' line %d: %s %s knows no %s: %s, or use a newer "
			"engine%s%s%s",
			image->services.items[0], image->dockerfile, line, i->name, i->version,
			what, instead, image->syntax ? " or one that has '" : "",
			rd_or_empty(image->syntax), image->syntax ? "'" : "");
	return rd_err_set(err, RD_EUNSUPPORTED,
		"service '%s': '%s' line %d: %s %s knows no %s: begin the file with "
		"'# syntax=docker/dockerfile:1', %s, or use a newer engine",
		image->services.items[0], image->dockerfile, line, i->name, i->version, what,
		instead);
}

rd_code rd_run_check_own_frontend(const rd_run_opts *o, const rd_plan_image *image, rd_err *err)
{
	if (!o->info || has_heredocs(o))
		return RD_OK;
	if (image->heredoc_line)
		return refuse_old(o, image, image->heredoc_line, "heredocs",
			"write it with '&&' and '\\'", err);
	/* Podman's reading of it changed more than once: its own word counts. */
	if (image->link_line && !o->info->podman)
		return refuse_old(o, image, image->link_line, "'--link'", "leave it out", err);
	return RD_OK;
}

rd_code rd_run_check(const rd_run_opts *o, rd_err *err)
{
	rd_code code = RD_OK;

	for (size_t i = 0; !code && i < o->plan->images.len; i++) {
		const rd_plan_image *image = rd_vec_at(&o->plan->images, i);

		if (!image->image)
			code = check_image(o, image, err);
	}
	return code;
}

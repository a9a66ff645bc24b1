/* SPDX-License-Identifier: MIT */
/* rackdeck releases manifest */
#include <string.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"

/* As convox prints it: without blanks around it, one newline at its end. */
static void print_trimmed(rd_say *s, const char *manifest)
{
	static const char blank[] = " \t\r\n";
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	rd_str_put(&text, manifest + strspn(manifest, blank));
	while (text.len > 0 && strchr(blank, text.data[text.len - 1]) != NULL)
		rd_str_cut(&text, text.len - 1);
	rd_say_lines(s, rd_str_get(&text));
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release release = {0};
	RD_AUTO(rd_build_done) rd_build build = {0};
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK)
		code = rack->releases->get(rack, app, rd_cli_word(c, 0), &release, err);
	if (code == RD_OK && release.build[0] == '\0')
		code = rd_err_set(err, RD_ENOENT, "no build for release: %s", release.id);
	if (code == RD_OK)
		code = rack->builds->get(rack, app, release.build, &build, err);
	if (code == RD_OK)
		print_trimmed(&c->out, build.manifest);
	return code;
}

const rd_command rd_cmd_releases_manifest = {
	.name = "releases manifest",
	.words = "ID",
	.min_words = 1,
	.max_words = 1,
	.summary = "print the convox.yml of a release",
	.example = "releases manifest RABCDEFGHIJ",
	.flags = rd_flags_app,
	.run = run,
};

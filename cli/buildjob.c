/* SPDX-License-Identifier: MIT */
/* What `build` and `deploy` share. */
#include "cli/buildjob.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "cli/flags.h"
#include "cli/follow.h"
#include "cli/interrupt.h"
#include "core/base/fs.h"
#include "core/formats/buildargs.h"
#include "core/formats/giturl.h"
#include "core/rack/trigger.h"
#include "core/rack/upload.h"

static const rd_flag flag_args = {
	"build-args", 0, "NAME=VALUE", "value of an ARG; several times, or joined by commas"};
static const rd_flag flag_build_rack = {
	"build-rack", 0, "RACK", "have that rack run the build; it arrives here (local racks)"};
static const rd_flag flag_description = {
	"description", 'd', "TEXT", "what stands in the list (the commit, in a clean git tree)"};
static const rd_flag flag_development = {
	"development", 0, NULL, "stop at the stage named development, where there is one"};
static const rd_flag flag_full_log = {
	"full-log", 0, NULL, "use the builder that never clips output (no BuildKit)"};
static const rd_flag flag_manifest = {
	"manifest", 'm', "FILE", "the manifest (convox.yml, or docker-compose.yml)"};
static const rd_flag flag_no_cache = {"no-cache", 0, NULL, "run every step anew"};
static const rd_flag flag_no_pack_cache = {
	"no-pack-cache", 0, NULL, "read a folder even if it is known unchanged"};
static const rd_flag flag_wildcard = {
	"wildcard-domain", 0, NULL, "taken as by convox; the local rack has no domains"};
const rd_flag rd_flag_detach = {"detach", 0, NULL, "return once the build is started"};
static const rd_flag flag_wait = {"wait", 'w', NULL, "taken as by convox; promoting always waits"};

const rd_flag *const rd_flags_build[] = {&rd_flag_allow_file, &rd_flag_allow_http, &rd_flag_app,
	&flag_args, &flag_build_rack, &rd_flag_color, &flag_description, &rd_flag_detach,
	&flag_development, &flag_full_log, &rd_flag_id, &flag_manifest, &flag_no_cache,
	&flag_no_pack_cache, &rd_flag_insecure, &rd_flag_rack, &rd_flag_submodules, &flag_wildcard,
	NULL};
const rd_flag *const rd_flags_deploy[] = {&rd_flag_allow_file, &rd_flag_allow_http, &rd_flag_app,
	&flag_args, &flag_build_rack, &rd_flag_color, &flag_description, &flag_development,
	&rd_flag_force, &flag_full_log, &rd_flag_id, &flag_manifest, &flag_no_cache,
	&flag_no_pack_cache, &rd_flag_insecure, &rd_flag_rack, &rd_flag_submodules, &flag_wait,
	&flag_wildcard, NULL};

const rd_flag rd_flag_now = {"now", 0, NULL, "build what is there at the start, too"};
const rd_flag rd_flag_poll = {"poll", 0, "SECONDS",
	"between two questions about a branch that moves (15); at rest up to four times that"};
const rd_flag *const rd_flags_watch[] = {&rd_flag_allow_file, &rd_flag_allow_http, &rd_flag_app,
	&flag_args, &rd_flag_deploy, &flag_development, &flag_full_log, &flag_manifest,
	&flag_no_cache, &flag_no_pack_cache, &rd_flag_now, &rd_flag_poll, &rd_flag_rack,
	&rd_flag_submodules, NULL};

/* A build on its way. */
struct job {
	rd_cli *c;
	rd_say *say;
	rd_rack *rack;
	const char *app;
	rd_buildwish wish;
	rd_upload *upload;
	char *url;
	rd_build build;
	rd_follow *follow;
	rd_interrupt interrupt;
};

static void job_done(struct job *j)
{
	rd_follow_close(j->follow);
	rd_build_done(&j->build);
	free(j->url);
	rd_upload_close(j->upload);
	rd_interrupt_close(&j->interrupt);
	rd_buildwish_done(&j->wish);
}

/* Whether the app was named, or is known: then even a build that can only fail is recorded. */
static bool is_meant(struct job *j)
{
	RD_AUTO(rd_app_done) rd_app app = {0};

	return rd_cli_has(j->c, &rd_flag_app) ||
	       j->rack->apps->get(j->rack, j->app, &app, NULL) == RD_OK;
}

/* A folder without a manifest whose name is no app is most likely not the one that was meant: nothing is
 * sent and no app is made then. */
static rd_code check_manifest(struct job *j, const char *dir, const char *manifest, rd_err *err)
{
	RD_AUTOFREE char *path = rd_path_join(dir, manifest);
	struct stat st;

	if (path == NULL)
		return rd_err_nomem(err);
	if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode) && !rd_file_exists(path) && !is_meant(j))
		return rd_err_set(err, RD_ENOENT,
			"no such file: %s: write one in '%s', or name another with --manifest",
			manifest, dir);
	return RD_OK;
}

void rd_buildwish_done(rd_buildwish *w)
{
	rd_kvs_done(&w->args);
	free(w->source);
	free(w->build_rack);
}

rd_code rd_buildwish_read(rd_cli *c, rd_buildwish *w, rd_err *err)
{
	char *word = rd_args_word(&c->args, 0);
	size_t pos = 0;
	const char *text;
	rd_code code = RD_OK;

	while (code == RD_OK && (text = rd_args_each(&c->args, &flag_args, &pos)) != NULL)
		code = rd_buildargs_add(text, &w->args, err);
	/* This process lives as long as the build. */
	rd_args_hide(&c->args, &flag_args);
	w->source = rd_strdup(word != NULL ? word : ".");
	w->build_rack = rd_strdup(rd_or_empty(rd_args_text(&c->args, &flag_build_rack)));
	rd_args_hide(&c->args, &flag_build_rack);
	if (code == RD_OK && (w->source == NULL || w->build_rack == NULL))
		code = rd_err_nomem(err);
	if (word != NULL)
		rd_giturl_hide_login(word);
	w->from = (rd_upload_opts){.source = w->source,
		.manifest = rd_args_text(&c->args, &flag_manifest),
		.allow_file = rd_cli_has(c, &rd_flag_allow_file),
		.allow_http = rd_cli_has(c, &rd_flag_allow_http),
		.submodules = rd_cli_has(c, &rd_flag_submodules),
		.no_pack_cache = rd_cli_has(c, &flag_no_pack_cache)};
	w->opts = (rd_build_opts){.manifest = w->from.manifest,
		.args = &w->args,
		.build_rack = w->build_rack,
		.no_cache = rd_cli_has(c, &flag_no_cache),
		.development = rd_cli_has(c, &flag_development),
		.full_log = rd_cli_has(c, &flag_full_log)};
	return code;
}

static void on_note(void *arg, const char *line)
{
	rd_say_note(arg, line);
}

static rd_code pack(struct job *j, rd_err *err)
{
	rd_upload_opts opts = j->wish.from;
	rd_code code = RD_OK;

	opts.cancel = j->interrupt.first;
	opts.note = on_note;
	opts.arg = j->say;
	if (rd_upload_is_dir(opts.source))
		code = check_manifest(j, opts.source,
			rd_upload_manifest(opts.source, opts.manifest), err);
	if (code != RD_OK)
		return code;
	rd_say_start(j->say,
		rd_upload_is_git(opts.source) ? "Fetching source" : "Packaging source");
	code = rd_upload_open(&opts, &j->upload, err);
	if (code == RD_OK)
		rd_say_ok(j->say, NULL);
	return code;
}

/* Racks that make apps by their first build get an unknown one now. */
static rd_code make_app(struct job *j, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app app = {0};
	rd_code code = j->rack->apps->get(j->rack, j->app, &app, err);

	if (code != RD_ENOENT || !j->rack->apps->created_on_build)
		return code;
	rd_say_start(&j->c->log, "Creating app %s", j->app);
	code = j->rack->apps->create(j->rack, j->app, err);
	/* Another build was faster. */
	if (code == RD_EEXIST)
		code = RD_OK;
	if (code == RD_OK)
		rd_say_ok(&j->c->log, NULL);
	return code;
}

static void on_progress(void *arg, uint64_t bytes)
{
	rd_say_progress(arg, bytes);
}

static rd_code upload(struct job *j, rd_err *err)
{
	const rd_strs *warnings;
	rd_code code;

	rd_say_start(j->say, "Uploading source");
	code = rd_upload_send(j->upload, j->rack, j->app, on_progress, j->say, j->interrupt.first,
		&j->url, err);
	if (code != RD_OK)
		return code;
	rd_say_ok(j->say, NULL);
	warnings = rd_upload_warnings(j->upload);
	for (size_t i = 0; i < warnings->len; i++)
		rd_say_line(&j->c->log, "warning: ", warnings->items[i]);
	return RD_OK;
}

static rd_code start(struct job *j, rd_err *err)
{
	const char *description = rd_args_text(&j->c->args, &flag_description);
	RD_AUTOFREE char *trigger = rd_trigger_by_user("command");
	rd_build_opts opts = j->wish.opts;
	rd_code code;

	if (trigger == NULL)
		return rd_err_nomem(err);
	opts.url = j->url;
	opts.description = description != NULL ? description : rd_upload_description(j->upload);
	opts.git_sha = rd_upload_git_sha(j->upload);
	opts.trigger = trigger;
	rd_say_start(j->say, "Starting build");
	code = j->rack->builds->create(j->rack, j->app, &opts, &j->build, err);
	if (code == RD_OK)
		rd_say_ok(j->say, NULL);
	return code;
}

/* After the first Ctrl-C: the build is asked to stop and its end awaited. */
static rd_code cancel_and_wait(struct job *j, rd_build *ret_build, rd_err *err)
{
	const char *rack = rd_args_text(&j->c->args, &rd_flag_rack);
	rd_code code = RD_EUNSUPPORTED;

	rd_say_end_line(j->say);
	rd_say_line(&j->c->log, "Canceling (Ctrl-C again leaves it running): ", j->build.id);
	fflush(j->c->log.file);
	if (j->rack->builds->cancel != NULL)
		code = j->rack->builds->cancel(j->rack, j->app, j->build.id, err);
	/* Busy: it has just ended by itself. */
	if (code == RD_OK || code == RD_EBUSY)
		code = rd_follow_run(j->follow, j->interrupt.second, ret_build, err);
	if (code == RD_ECANCELED || code == RD_EUNSUPPORTED)
		code = rd_err_set(err, RD_ECANCELED,
			"build %s may still run: follow it with 'rackdeck builds logs %s -a "
			"%s%s%s'",
			j->build.id, j->build.id, j->app, rack != NULL ? " -r " : "",
			rd_or_empty(rack));
	return code;
}

/* Prints the log to the build's end. */
static rd_code watch(struct job *j, rd_build *ret_build, rd_err *err)
{
	rd_err why = {0};
	rd_code code = rd_follow_open(j->rack, j->app, j->build.id, j->say, &j->follow, err);

	if (code == RD_OK)
		code = rd_follow_run(j->follow, j->interrupt.first, ret_build, err);
	if (code == RD_ECANCELED)
		code = cancel_and_wait(j, ret_build, err);
	/* How it ended counts more than what it said. */
	if (code == RD_OK && rd_follow_check(j->follow, &why) != RD_OK)
		rd_say_line(&j->c->log, "WARNING: ", why.msg);
	return code;
}

static rd_code check_end(const rd_build *build, rd_err *err)
{
	if (build->release[0] != '\0')
		return RD_OK;
	if (build->reason[0] == '\0')
		return rd_err_set(err, RD_EFAILED, "build failed");
	return rd_err_set(err, RD_EFAILED, "build failed: %s", build->reason);
}

static rd_code run_job(struct job *j, rd_build *ret_build, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build build = {0};
	rd_code code = rd_buildwish_read(j->c, &j->wish, err);

	if (code == RD_OK)
		code = rd_cli_app(j->c, NULL, &j->rack, &j->app, err);
	if (code == RD_OK && j->rack->builds->check != NULL)
		code = j->rack->builds->check(j->rack, &j->wish.opts, err);
	if (code == RD_OK)
		code = rd_interrupt_open(&j->interrupt, err);
	if (code == RD_OK)
		code = pack(j, err);
	if (code == RD_OK)
		code = make_app(j, err);
	if (code == RD_OK)
		code = upload(j, err);
	if (code == RD_OK)
		code = start(j, err);
	if (code != RD_OK)
		return code;
	if (rd_cli_has(j->c, &rd_flag_detach)) {
		*ret_build = j->build;
		j->build = (rd_build){0};
		return RD_OK;
	}
	code = watch(j, &build, err);
	if (code == RD_OK) {
		rd_say_end_line(j->say);
		code = check_end(&build, err);
	}
	if (code == RD_OK) {
		*ret_build = build;
		build = (rd_build){0};
	}
	return code;
}

rd_code rd_buildjob_run(rd_cli *c, rd_say *say, rd_build *ret_build, rd_err *err)
{
	struct job j = {.c = c, .say = say};
	rd_code code = run_job(&j, ret_build, err);

	job_done(&j);
	return code;
}

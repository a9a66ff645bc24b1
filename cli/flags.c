/* SPDX-License-Identifier: MIT */
/* The flags that several commands share. */
#include "cli/flags.h"

#include <stdlib.h>
#include <string.h>

const rd_flag rd_flag_allow_file = {
	"allow-file", 0, NULL, "take a git URL that begins with file://"};
const rd_flag rd_flag_allow_http = {
	"allow-http", 0, NULL, "take a git URL that begins with http://"};
const rd_flag rd_flag_app = {"app", 'a', "NAME", "the app, if not that of the directory"};
const rd_flag rd_flag_color = {"color", 0, "WHEN", "auto: unless NO_COLOR is set; always; never"};
const rd_flag rd_flag_deploy = {"deploy", 0, NULL, "promote what was built"};
const rd_flag rd_flag_file = {"file", 'f', "FILE", "the archive"};
const rd_flag rd_flag_force = {"force", 0, NULL, "promote even while the app is updating"};
const rd_flag rd_flag_help = {"help", 'h', NULL, "show this help"};
const rd_flag rd_flag_id = {
	"id", 0, NULL, "print nothing but the release's id; the rest to stderr"};
const rd_flag rd_flag_insecure = {
	"insecure", 0, NULL, "take any certificate of the rack: others can stand in between"};
const rd_flag rd_flag_json = {"json", 0, NULL, "print JSON"};
const rd_flag rd_flag_limit = {"limit", 'l', "N", "at most so many, 0 for all (10)"};
const rd_flag rd_flag_promote = {"promote", 'p', NULL, "promote the new release"};
const rd_flag rd_flag_rack = {"rack", 'r', "NAME", "the rack, if not the current one"};
const rd_flag rd_flag_submodules = {
	"submodules", 0, NULL, "bring the submodules of a git URL, too"};
const rd_flag rd_flag_wait = {
	"wait", 'w', NULL, "wait until the rack has done it, and print what it says"};

const rd_flag *const rd_flags_none[] = {NULL};
const rd_flag *const rd_flags_rack[] = {&rd_flag_insecure, &rd_flag_rack, NULL};
const rd_flag *const rd_flags_app[] = {&rd_flag_app, &rd_flag_insecure, &rd_flag_rack, NULL};
const rd_flag *const rd_flags_rack_json[] = {&rd_flag_json, &rd_flag_insecure, &rd_flag_rack, NULL};
const rd_flag *const rd_flags_app_json[] = {
	&rd_flag_app, &rd_flag_json, &rd_flag_insecure, &rd_flag_rack, NULL};
const rd_flag *const rd_flags_list[] = {
	&rd_flag_app, &rd_flag_json, &rd_flag_limit, &rd_flag_insecure, &rd_flag_rack, NULL};

rd_code rd_flags_take_color(const rd_args *args, rd_err *err)
{
	const char *when = rd_args_text(args, &rd_flag_color);

	if (when == NULL || strcmp(when, "auto") == 0)
		return RD_OK;
	if (strcmp(when, "always") == 0)
		unsetenv("NO_COLOR");
	else if (strcmp(when, "never") == 0)
		setenv("NO_COLOR", "1", 1);
	else
		return rd_err_set(err, RD_EINVAL,
			"--color is 'auto', 'always' or 'never', not '%s'", when);
	return RD_OK;
}

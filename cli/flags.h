/* SPDX-License-Identifier: MIT */
/* The flags that several commands share. A command names them in its own table. */
#ifndef RD_CLI_FLAGS_H
#define RD_CLI_FLAGS_H

#include "cli/args.h"
#include "cli/command.h"

extern const rd_flag rd_flag_allow_file;
extern const rd_flag rd_flag_allow_http;
extern const rd_flag rd_flag_app;
extern const rd_flag rd_flag_color;
extern const rd_flag rd_flag_deploy;
extern const rd_flag rd_flag_file;
extern const rd_flag rd_flag_force;
extern const rd_flag rd_flag_help;
extern const rd_flag rd_flag_id;
extern const rd_flag rd_flag_insecure;
extern const rd_flag rd_flag_json;
extern const rd_flag rd_flag_limit;
extern const rd_flag rd_flag_promote;
extern const rd_flag rd_flag_rack;
extern const rd_flag rd_flag_submodules;
extern const rd_flag rd_flag_wait;

/* The flags of commands that need no others. */
extern const rd_flag *const rd_flags_none[];      /* nothing but --help */
extern const rd_flag *const rd_flags_rack[];      /* --insecure --rack */
extern const rd_flag *const rd_flags_app[];       /* --app --insecure --rack */
extern const rd_flag *const rd_flags_rack_json[]; /* --insecure --rack --json */
extern const rd_flag *const rd_flags_app_json[];  /* --app --insecure --rack --json */
extern const rd_flag *const rd_flags_list[];      /* --app --insecure --rack --limit --json */

/* Does what a --color among the arguments says, for all that asks NO_COLOR after it. While there is one
 * thread. @errors RD_EINVAL: it says something else. */
rd_code rd_flags_take_color(const rd_args *args, rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/* A change of the environment: a new release, and what is said about it. */
#ifndef RD_CLI_ENVCHANGE_H
#define RD_CLI_ENVCHANGE_H

#include "cli/context.h"
#include "core/base/vec.h"

extern const rd_flag *const rd_flags_env_set[];
extern const rd_flag *const rd_flags_env_unset[];
extern const rd_flag rd_flag_replace;

/* Makes a release with the environment `env`, promotes it if --promote is given.
 * @verb "Setting"; @names what was changed, for people. */
rd_code rd_env_change(rd_cli *c, const char *verb, const rd_kvs *names, const rd_kvs *env,
	rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/* Asking before something is removed. */
#ifndef RD_CLI_CONFIRM_H
#define RD_CLI_CONFIRM_H

#include "cli/context.h"

extern const rd_flag rd_flag_yes;

/* Returns RD_OK at once with --yes; on a terminal shows `question` on stderr and wants `answer` typed.
 * @what: what is not done if it is not confirmed, for errors ("deleting 'shop'").
 * @errors RD_EINVAL there is no terminal to ask, RD_ECANCELED another answer. */
rd_code rd_confirm(rd_cli *c, const char *question, const char *answer, const char *what,
	rd_err *err);

#endif

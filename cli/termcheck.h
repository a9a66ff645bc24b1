/* SPDX-License-Identifier: MIT */
/* What doctor says about the terminal. */
#ifndef RD_CLI_TERMCHECK_H
#define RD_CLI_TERMCHECK_H

#include "core/rack/types.h"

/* Adds the findings (rd_check) to checks. @errors RD_ENOMEM. */
rd_code rd_termcheck(rd_vec *checks, rd_err *err);
/* Adds one finding. @errors RD_ENOMEM. */
rd_code rd_check_add(rd_vec *checks, rd_health health, const char *name, const char *text,
	const char *mend, rd_err *err);

#endif

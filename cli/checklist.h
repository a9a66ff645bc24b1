/* SPDX-License-Identifier: MIT */
/* Findings of doctor and fsck as a list. */
#ifndef RD_CLI_CHECKLIST_H
#define RD_CLI_CHECKLIST_H

#include "cli/context.h"

/* Prints rd_check records as a table, or as JSON with --json. */
rd_code rd_checklist_print(rd_cli *c, const rd_vec *checks, rd_err *err);
/* How many of them are RD_HEALTH_BAD. */
size_t rd_checklist_bad(const rd_vec *checks);

#endif

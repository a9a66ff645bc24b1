/* SPDX-License-Identifier: MIT */
/* A password that a command needs: never an argument, which other users of the machine can see. */
#ifndef RD_CLI_PASSWORD_H
#define RD_CLI_PASSWORD_H

#include "cli/context.h"

#define RD_PASSWORD_MAX_BYTES ((size_t)64 * 1024)

/* Asks for it on a terminal without showing what is typed; else it is all of stdin (a key may have several
 * lines), without the newline at its end. @what: what is not done without it, for errors ("no
 * registry was added"). @errors RD_EINVAL none, or not fit; RD_ECANCELED Ctrl-C. */
rd_code rd_password_read(rd_cli *c, const char *what, rd_str *out, rd_err *err);
/* Whether it is fit to be one. */
rd_code rd_password_check(const rd_str *password, rd_err *err);

#endif

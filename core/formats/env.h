/* SPDX-License-Identifier: MIT */
/*
 * Environment text as Convox keeps it: one KEY=VALUE a line, split at the first '=', key trimmed,
 * value verbatim, lines without '=' ignored, written sorted by whole line, joined by newlines
 * without a last one. Source: behaviour of Convox racks. Any thread.
 */
#ifndef RD_CORE_FORMATS_ENV_H
#define RD_CORE_FORMATS_ENV_H

#include "core/base/str.h"
#include "core/base/vec.h"

/* Adds the pairs of text to out. @errors RD_ELIMIT a line over 64 KiB, over 5000 variables; RD_ENOMEM. */
rd_code rd_env_parse(const char *text, rd_kvs *out, rd_err *err);
/* What a person wrote: as rd_env_parse, but blank lines and lines that begin with '#' are the only ones
 * that hold no pair, and names are checked. Adds nothing on failure. @errors RD_EINVAL, RD_ELIMIT. */
rd_code rd_env_read(const char *text, rd_kvs *out, rd_err *err);
/* Whether a process could be given such variables: "export A=1" is a mistake. @errors RD_EINVAL. */
rd_code rd_env_check(const rd_kvs *env, rd_err *err);
void rd_env_format(const rd_kvs *env, rd_str *out);
/* "env add:A add:B change:C remove:D", the words of Convox's release description. */
void rd_env_describe(const rd_kvs *from, const rd_kvs *to, rd_str *out);
/* "K=V" from a command line into out. @errors RD_EINVAL. */
rd_code rd_env_pair(const char *arg, rd_kvs *out, rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/* All racks that commands and the console can be pointed at by name. */
#ifndef RD_CORE_RACK_KNOWN_H
#define RD_CORE_RACK_KNOWN_H

#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/rack/trust.h"

typedef struct rd_known {
	char *name;
	char *place;       /* a directory or URL, for people */
	const char *login; /* whose login it is (remotes.h); NULL: a local rack */
	bool is_current;   /* commands use it unless told otherwise */
	bool is_insecure;
} rd_known;
void rd_known_done(rd_vec *known);

/* Local racks (also "local" before it was made) first, then those elsewhere; consoles are asked for what is behind
 * them. *ret_known: rd_known. ret_missed (zeroed by the caller): a line for each console that did
 * not answer. */
rd_code rd_known_list(const rd_trust *trust, rd_vec *ret_known, rd_strs *ret_missed, rd_err *err);
/* The one of that name, else the only one whose name has it as a part. Borrowed from known.
 * @errors RD_ENOENT, RD_EINVAL several have. */
rd_code rd_known_find(const rd_vec *known, const char *name, const rd_known **ret_one, rd_err *err);
/* JSON; appends. */
rd_code rd_known_json(const rd_vec *known, rd_str *out, rd_err *err);

#endif

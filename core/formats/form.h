/* SPDX-License-Identifier: MIT */
/* Forms and queries: "a=1&b=x%26y+z" (application/x-www-form-urlencoded, WHATWG URL standard). Any thread. */
#ifndef RD_CORE_FORMATS_FORM_H
#define RD_CORE_FORMATS_FORM_H

#include "core/base/vec.h"

/* Adds the pairs, decoded, to *out; of a key that comes twice the last counts.
 * @errors RD_EPARSE a NUL byte, or "%" without two digits; RD_ELIMIT over 1000 pairs. */
rd_code rd_form_parse(const char *text, size_t n, rd_kvs *out, rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/* Values of --build-args: "A=1", or several joined by commas: "A=1,B=2". */
#ifndef RD_CORE_FORMATS_BUILDARGS_H
#define RD_CORE_FORMATS_BUILDARGS_H

#include "core/base/vec.h"

/* Adds the pairs of text. A comma ends a value only where NAME= follows it; so "A=1,2,B=3" is A and
 * B. "\," is a comma that ends nothing: "A=1\,B=3" is A alone. @errors RD_EINVAL "invalid build args: …", RD_ENOMEM. */
rd_code rd_buildargs_add(const char *text, rd_kvs *out, rd_err *err);

#endif

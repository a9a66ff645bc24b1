/* SPDX-License-Identifier: MIT */
/*
 * Names of platforms as images have them: "linux/amd64", "linux/arm/v7". Any thread, no state.
 * Source: the OCI image specification (GOOS, GOARCH) and Docker's "--platform".
 */
#ifndef RD_CORE_FORMATS_PLATFORM_H
#define RD_CORE_FORMATS_PLATFORM_H

#include <stdbool.h>

#include "core/base/str.h"

/* "linux/amd64" of what an engine or uname calls them ("linux", "x86_64"). Appends; nothing if a part
 * is "". */
void rd_platform_put(const char *os, const char *arch, rd_str *out);
/* Whether what is wanted ("linux/amd64", "amd64", "linux") is that platform; the variant does not
 * count. */
bool rd_platform_is(const char *platform, const char *wanted);

#endif

/* SPDX-License-Identifier: MIT */
/* Identifiers. Form of build and release ids: 'B' or 'R' and ten letters A-Z, as Convox makes them. */
#ifndef RD_CORE_BASE_IDS_H
#define RD_CORE_BASE_IDS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

#define RD_ID_SIZE 12 /* 11 characters and NUL */
#define RD_APP_NAME_MAX 63

/* A fresh random id; kind is 'B' or 'R'. Any thread. */
void rd_id_new(char kind, char ret_id[RD_ID_SIZE]);
/* Whether text has the form of an id of that kind. */
bool rd_id_is(char kind, const char *text);
/* n bytes from the kernel's random source as 2*n lower-case hex digits and NUL. */
void rd_random_hex(char *ret_hex, size_t n_bytes);
/* App names: lower-case letters, digits, '-' and '_', so that they can stand in an image's name (a
 * letter or digit at both ends, no "___" or "-_"); not "rack" or "system".
 * Source: the texts of Convox's AWS and Kubernetes providers ("App name can only contain …").
 * @errors RD_EINVAL. */
rd_code rd_app_name_check(const char *name, rd_err *err);

#endif

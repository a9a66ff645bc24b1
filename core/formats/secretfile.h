/* SPDX-License-Identifier: MIT */
/*
 * Files that people ship by mistake: environments and private keys, told by name and first bytes.
 * Any thread.
 */
#ifndef RD_CORE_FORMATS_SECRETFILE_H
#define RD_CORE_FORMATS_SECRETFILE_H

#include <stdbool.h>
#include <stddef.h>

/* How many of a file's first bytes rd_secretfile_why looks at. */
#define RD_SECRETFILE_HEAD 1024

/* Whether the name alone says that the first bytes are worth a look. @name without folders. */
bool rd_secretfile_maybe(const char *name);
/* What the file seems to hold ("holds a private key"), NULL: nothing secret. A constant.
 * @name without folders; @head its first n bytes. */
const char *rd_secretfile_why(const char *name, const char *head, size_t n);

#endif

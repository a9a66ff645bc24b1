/* SPDX-License-Identifier: MIT */
/* Words of a Dockerfile's instruction as its shell form has them; only for the dockerfile files. */
#ifndef RD_CORE_FORMATS_DOCKERFILE_WORDS_H
#define RD_CORE_FORMATS_DOCKERFILE_WORDS_H

#include <stdbool.h>

#include "core/base/str.h"
#include "core/base/vec.h"

/* Puts the next word of the text into out (cleared first; "" at the end), quotes and escapes as they
 * stand. @returns the place after it. */
const char *rd_dockerfile_word(const char *text, char escape, rd_str *out);
/* Takes quotes and escapes off and replaces $NAME, ${NAME}, ${NAME:-word}, ${NAME-word},
 * ${NAME:+word}, ${NAME+word} by values; what is not in vars is "". Appends.
 * @vars NULL: '$' has no meaning. @ret_is_clear false if some name is one that only the engine
 * knows, or a form is unknown here. */
void rd_dockerfile_expand(const char *word, char escape, const rd_kvs *vars, rd_str *out,
	bool *ret_is_clear);

#endif

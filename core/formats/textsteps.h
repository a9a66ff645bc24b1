/* SPDX-License-Identifier: MIT */
/*
 * Steps found in the text of a log: of a rack that tells no steps, but prints what its builder does. Gives the
 * lines of a steps file (steps.h) for it.
 *
 * Known are the lines of Convox's builder ("Building: .", "Running: docker pull …", "Authenticating …"), the
 * classic builder's ("Step 2/5 : RUN make") and BuildKit's plain progress ("#7 [2/5] RUN make"). What a RUN
 * prints may look like them; it can then mislead the names of steps, never the outcome.
 * Life cycle: 1. rd_textsteps_new; 2. rd_textsteps_feed; 3. rd_textsteps_end; 4. rd_textsteps_free.
 */
#ifndef RD_CORE_FORMATS_TEXTSTEPS_H
#define RD_CORE_FORMATS_TEXTSTEPS_H

#include "core/formats/steps.h"

typedef struct rd_textsteps rd_textsteps;

/* @ret give. */
rd_code rd_textsteps_new(rd_textsteps **ret_steps, rd_err *err);
rd_textsteps *rd_textsteps_free(rd_textsteps *t); /* NULL is fine. @returns NULL */
/* Takes the next bytes of the log, cut anywhere, and appends what they say to @out.
 * @at_us: when they came; 0 if that says nothing about when it happened. */
rd_code rd_textsteps_feed(rd_textsteps *t, const char *bytes, size_t n, int64_t at_us, rd_str *out,
	rd_err *err);
/* The log is whole: ends what is open, as failed if the build has. */
rd_code rd_textsteps_end(rd_textsteps *t, bool is_failed, int64_t at_us, rd_str *out, rd_err *err);

#endif

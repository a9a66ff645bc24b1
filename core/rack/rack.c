/* SPDX-License-Identifier: MIT */
/* What all racks share: the end of a rack and of an opened log. */
#include "core/rack/rack.h"

#include <stdlib.h>
#include <unistd.h>

rd_rack *rd_rack_close(rd_rack *r)
{
	if (r)
		r->close(r);
	return NULL;
}

void rd_log_files_done(rd_log_files *f)
{
	if (!f)
		return;
	if (f->text_fd >= 0)
		close(f->text_fd);
	if (f->steps_fd >= 0)
		close(f->steps_fd);
	free(f->text_path);
	*f = (rd_log_files){-1, -1, NULL};
}

/* SPDX-License-Identifier: MIT */
/* Where a source lies among the objects. */
#include <string.h>

#include "core/store/source.h"

rd_code rd_source_path(const char *objects_dir, const char *digest, char **ret_path, rd_err *err)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	/* It comes from a URL: nothing but digits, or it could name any file. */
	if (strlen(digest) != RD_SHA256_HEX - 1 ||
		strspn(digest, "0123456789abcdef") != RD_SHA256_HEX - 1)
		return rd_err_set(err, RD_EINVAL, "'%s' does not name a source", digest);
	rd_str_printf(&s, "%s/%.2s/%s.src", objects_dir, digest, digest + 2);
	*ret_path = rd_str_take(&s);
	return *ret_path ? RD_OK : rd_err_nomem(err);
}

/* SPDX-License-Identifier: MIT */
/* Writes a folder to standard output as it goes to a rack over a network: packer DIR [CACHE]. */
#include <stdio.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/io/pack.h"

#define BUF_BYTES ((size_t)256 << 10)

static rd_code copy(rd_reader *pack, rd_err *err)
{
	RD_AUTOFREE char *buf = malloc(BUF_BYTES);
	rd_code code = buf ? RD_OK : rd_err_nomem(err);
	size_t n = 1;

	while (!code && n) {
		code = rd_read(pack, buf, BUF_BYTES, &n, err);
		if (!code)
			code = rd_write_all(STDOUT_FILENO, buf, n, err);
	}
	return code;
}

int main(int argc, char **argv)
{
	const rd_pack_opts opts = {.dir = argc > 1 ? argv[1] : "."};
	rd_reader *pack = NULL;
	rd_err err = {0};
	rd_code code = rd_pack_gzip_open(&opts, argc > 2 ? argv[2] : NULL, &pack, &err);

	if (!code)
		code = copy(pack, &err);
	for (size_t i = 0; !code && i < rd_pack_gzip_warnings(pack)->len; i++)
		fprintf(stderr, "warning: %s\n", rd_pack_gzip_warnings(pack)->items[i]);
	if (code)
		fprintf(stderr, "packer: %s\n", err.msg);
	rd_reader_close(pack);
	return code ? 1 : 0;
}

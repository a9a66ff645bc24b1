/* SPDX-License-Identifier: MIT */
/* What a worker knows of images that were made before. */
#include <stdlib.h>

#include "core/rack/worker_impl.h"

/* So many of the newest are looked at. */
#define KNOWN_MAX "16"

rd_code rd_worker_known(void *arg, const char *inputs, rd_kvs *out, rd_err *err)
{
	rd_worker *w = arg;
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	bool row = true;
	rd_code rc = rd_db_begin(w->db, false, &tx, err);

	if (!rc)
		rc = rd_local_query(tx, &s, err,
			"SELECT i.image_id, b.id FROM images i JOIN builds b ON b.id = i.build "
			"WHERE i.inputs = ? AND i.inputs <> '' AND b.status = 'complete' "
			"ORDER BY b.app = ? DESC, b.seq DESC LIMIT " KNOWN_MAX,
			"tt", inputs, w->job->app);
	while (!rc && row) {
		rc = rd_stmt_step(s, &row, err);
		if (!rc && row && !rd_kvs_get(out, rd_stmt_col(s, 0)) &&
			!rd_kvs_set(out, rd_stmt_col(s, 0), rd_stmt_col(s, 1)))
			rc = rd_err_nomem(err);
	}
	return rc;
}

rd_code rd_worker_inputs_key(rd_worker *w, char **ret_key, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	bool found = false;
	rd_code rc = rd_db_begin(w->db, false, &tx, err);

	if (!rc)
		rc = rd_local_text(tx, &found, ret_key, err,
			"SELECT value FROM keys WHERE name = 'inputs'", "");
	if (!rc && !found)
		rc = rd_err_set(err, RD_ECORRUPT, "the rack's database has lost its key");
	return rc;
}

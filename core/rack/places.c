/* SPDX-License-Identifier: MIT */
/* The places of engines as JSON. */
#include "core/rack/places.h"

#include <jansson.h>

rd_code rd_place_add(char **json, const char *name, const rd_engine_place *p, rd_err *err)
{
	json_t *o = json_loads(*json, 0, NULL);
	char *text = NULL;

	if (!p->endpoint) {
		json_decref(o);
		return RD_OK;
	}
	if (o && !json_object_set_new(o, name,
			 json_pack("{ss, ss*, ss*, ss*}", "endpoint", p->endpoint, "ca", p->ca,
				 "cert", p->cert, "key", p->key)))
		text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (!text)
		return rd_err_nomem(err);
	free(*json);
	*json = text;
	return RD_OK;
}

static rd_code read_place(const json_t *o, rd_engine_place *ret_place, rd_err *err)
{
	static const char *const names[] = {"endpoint", "ca", "cert", "key"};
	char **slots[] = {&ret_place->endpoint, &ret_place->ca, &ret_place->cert, &ret_place->key};

	for (size_t i = 0; i < RD_LEN(names); i++) {
		const char *text = json_string_value(json_object_get(o, names[i]));

		if (text && !(*slots[i] = rd_strdup(text)))
			return rd_err_nomem(err);
	}
	return ret_place->endpoint ? RD_OK : rd_err_set(err, RD_ENOENT, "no engine is named");
}

rd_code rd_place_open(const char *json, const char *name, rd_engine **ret_engine, rd_err *err)
{
	RD_AUTO(rd_engine_place_done) rd_engine_place p = {0};
	json_t *o = json_loads(json, 0, NULL);
	rd_code rc = read_place(json_object_get(o, name), &p, err);

	json_decref(o);
	return rc ? rc : rd_engine_open(&p, ret_engine, err);
}

/* SPDX-License-Identifier: MIT */
/* What the readers of a service's keys share. Only for manifest_service.c and manifest_scale.c. */
#ifndef RD_CORE_FORMATS_MANIFEST_SERVICE_H
#define RD_CORE_FORMATS_MANIFEST_SERVICE_H

#include "core/formats/manifest_read.h"

#define RD_SERVICE_WHAT_BYTES 160

/* One service while it is read. */
typedef struct rd_service_reader {
	rd_manifest_reader *r;
	rd_service *s;
	size_t place; /* in the service of the value at hand, if it is just stored */
	char what[RD_SERVICE_WHAT_BYTES]; /* and its name: "'scale' of service 'web'" */
} rd_service_reader;

/* Says which value of the service is read next. @returns it, for messages. */
const char *rd_service_at(rd_service_reader *sr, const char *key);
/* The value at hand is not what it must be: "a number". */
void rd_service_wrong(rd_service_reader *sr, const rd_yaml_node *n, const char *want);
void rd_service_read_scale(rd_service_reader *sr, const rd_yaml_node *n);
void rd_service_read_deployment(rd_service_reader *sr, const rd_yaml_node *n);

#endif

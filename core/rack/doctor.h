/* SPDX-License-Identifier: MIT */
/* What doctor looks at on a local rack; only files of the local rack include this. */
#ifndef RD_CORE_RACK_DOCTOR_H
#define RD_CORE_RACK_DOCTOR_H

#include "core/rack/rack.h"

/* See rd_rack_system.doctor. A thing that is broken is a finding, not an error. */
rd_code rd_local_doctor(rd_rack *r, rd_vec *ret_checks, rd_err *err);

#endif

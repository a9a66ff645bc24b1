/* SPDX-License-Identifier: MIT */
/*
 * What every rack must do, whatever is behind it: written once, run over each back end. A case gets a
 * rack and makes an app of its own name there, so that cases do not disturb each other.
 */
#ifndef RD_TESTS_CONFORM_CASES_H
#define RD_TESTS_CONFORM_CASES_H

#include "core/rack/rack.h"

typedef struct rig_case {
	const char *name;
	void (*run)(rd_rack *r);
} rig_case;

extern const rig_case rig_cases[];
extern const size_t rig_cases_count;

#endif

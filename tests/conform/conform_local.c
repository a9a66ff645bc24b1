/* SPDX-License-Identifier: MIT */
/* The cases of every rack, over the local one. */
#include "tests/unit/unit.h"

#include "core/rack/select.h"
#include "tests/conform/cases.h"
#include "tests/conform/rig.h"

static rd_rack *rack;

static int open_rack(void **state RD_UNUSED)
{
	rig_begin();
	RIG_OK(rd_rack_open("conform", &rack, &rig_err));
	return 0;
}

static int close_rack(void **state RD_UNUSED)
{
	rack = rd_rack_close(rack);
	rig_end();
	return 0;
}

static void run_case(void **state)
{
	const rig_case *c = *state;

	c->run(rack);
}

int main(void)
{
	struct CMUnitTest *tests = calloc(rig_cases_count, sizeof(*tests));
	int failed;

	if (!tests)
		return 1;
	for (size_t i = 0; i < rig_cases_count; i++)
		tests[i] = (struct CMUnitTest){
			rig_cases[i].name, run_case, NULL, NULL, (void *)(uintptr_t)&rig_cases[i]};
	failed = _cmocka_run_group_tests("conform local", tests, rig_cases_count, open_rack,
		close_rack);
	free(tests);
	return failed;
}

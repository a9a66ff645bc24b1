# SPDX-License-Identifier: MIT
LINT_TESTS = tests/lint/layers.sh tests/lint/headers.sh tests/lint/size.sh tests/lint/format.sh \
	tests/lint/self.sh
dist_check_SCRIPTS += $(LINT_TESTS)
EXTRA_DIST += tests/lint/lib.sh
FULL_TESTS += $(LINT_TESTS)

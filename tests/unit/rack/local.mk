# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/rack/test_diff
TESTS += tests/unit/rack/test_diff
tests_unit_rack_test_diff_SOURCES = tests/unit/rack/test_diff.c tests/unit/unit.h
tests_unit_rack_test_diff_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_rack_test_diff_LDADD = $(LIBS_RACK) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/rack/test_log
TESTS += tests/unit/rack/test_log
tests_unit_rack_test_log_SOURCES = tests/unit/rack/test_log.c tests/unit/unit.h
tests_unit_rack_test_log_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_rack_test_log_LDADD = $(LIBS_RACK) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/rack/test_job
TESTS += tests/unit/rack/test_job
tests_unit_rack_test_job_SOURCES = tests/unit/rack/test_job.c tests/unit/unit.h
tests_unit_rack_test_job_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_rack_test_job_LDADD = $(LIBS_RACK) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/rack/test_json
TESTS += tests/unit/rack/test_json
tests_unit_rack_test_json_SOURCES = tests/unit/rack/test_json.c tests/unit/unit.h
tests_unit_rack_test_json_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_rack_test_json_LDADD = $(LIBS_RACK) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/rack/test_upload
TESTS += tests/unit/rack/test_upload
tests_unit_rack_test_upload_SOURCES = tests/unit/rack/test_upload.c tests/unit/unit.h
tests_unit_rack_test_upload_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_rack_test_upload_LDADD = $(LIBS_RACK) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/rack/test_log_search
TESTS += tests/unit/rack/test_log_search
tests_unit_rack_test_log_search_SOURCES = tests/unit/rack/test_log_search.c tests/unit/unit.h
tests_unit_rack_test_log_search_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_rack_test_log_search_LDADD = $(LIBS_RACK) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/rack/test_select
TESTS += tests/unit/rack/test_select
tests_unit_rack_test_select_SOURCES = tests/unit/rack/test_select.c \
	tests/conform/rig.c tests/conform/rig.h tests/unit/unit.h
tests_unit_rack_test_select_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_rack_test_select_LDADD = $(LIBS_RACK) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/rack/test_sweep
TESTS += tests/unit/rack/test_sweep
tests_unit_rack_test_sweep_SOURCES = tests/unit/rack/test_sweep.c \
	tests/conform/rig.c tests/conform/rig.h tests/unit/unit.h
tests_unit_rack_test_sweep_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_rack_test_sweep_LDADD = $(LIBS_RACK) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/rack/test_worker
TESTS += tests/unit/rack/test_worker
tests_unit_rack_test_worker_SOURCES = tests/unit/rack/test_worker.c \
	tests/unit/rack/mute_engine.c tests/unit/rack/mute_engine.h \
	tests/conform/rig.c tests/conform/rig.h tests/unit/unit.h
tests_unit_rack_test_worker_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_rack_test_worker_LDADD = $(LIBS_RACK) $(CMOCKA_LIBS)

# SPDX-License-Identifier: MIT
# Fuzz targets. As tests they run with driver.c; dev/fuzz builds and runs the *_lf programs, which
# clang's libFuzzer drives.
fuzz_common = tests/fuzz/fuzz.h tests/unit/io/chunked.h
check_PROGRAMS += tests/fuzz/fuzz_source_index tests/fuzz/fuzz_tar
TESTS += tests/fuzz/fuzz_source_index tests/fuzz/fuzz_tar
tests_fuzz_fuzz_source_index_SOURCES = tests/fuzz/fuzz_source_index.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_source_index_LDADD = $(LIBS_STORE)
tests_fuzz_fuzz_tar_SOURCES = tests/fuzz/fuzz_tar.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_tar_LDADD = $(LIBS_IO)

EXTRA_PROGRAMS += tests/fuzz/fuzz_source_index_lf tests/fuzz/fuzz_tar_lf
tests_fuzz_fuzz_source_index_lf_SOURCES = tests/fuzz/fuzz_source_index.c $(fuzz_common)
tests_fuzz_fuzz_source_index_lf_LDADD = $(LIBS_STORE)
tests_fuzz_fuzz_source_index_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_tar_lf_SOURCES = tests/fuzz/fuzz_tar.c $(fuzz_common)
tests_fuzz_fuzz_tar_lf_LDADD = $(LIBS_IO)
tests_fuzz_fuzz_tar_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

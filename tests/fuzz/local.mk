# SPDX-License-Identifier: MIT
# Fuzz targets. As tests they run with driver.c; dev/fuzz builds and runs the *_lf programs, which
# clang's libFuzzer drives.
fuzz_common = tests/fuzz/fuzz.h tests/unit/io/chunked.h
check_PROGRAMS += tests/fuzz/fuzz_sanitize
TESTS += tests/fuzz/fuzz_sanitize
tests_fuzz_fuzz_sanitize_SOURCES = tests/fuzz/fuzz_sanitize.c tests/fuzz/driver.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_sanitize_LDADD = $(LIBS_BASE)
EXTRA_PROGRAMS += tests/fuzz/fuzz_sanitize_lf
tests_fuzz_fuzz_sanitize_lf_SOURCES = tests/fuzz/fuzz_sanitize.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_sanitize_lf_LDADD = $(LIBS_BASE)
tests_fuzz_fuzz_sanitize_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
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
check_PROGRAMS += tests/fuzz/fuzz_dockerfile
TESTS += tests/fuzz/fuzz_dockerfile
tests_fuzz_fuzz_dockerfile_SOURCES = tests/fuzz/fuzz_dockerfile.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_dockerfile_LDADD = $(LIBS_FORMATS)
EXTRA_PROGRAMS += tests/fuzz/fuzz_dockerfile_lf
tests_fuzz_fuzz_dockerfile_lf_SOURCES = tests/fuzz/fuzz_dockerfile.c $(fuzz_common)
tests_fuzz_fuzz_dockerfile_lf_LDADD = $(LIBS_FORMATS)
tests_fuzz_fuzz_dockerfile_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
check_PROGRAMS += tests/fuzz/fuzz_dockerignore
TESTS += tests/fuzz/fuzz_dockerignore
tests_fuzz_fuzz_dockerignore_SOURCES = tests/fuzz/fuzz_dockerignore.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_dockerignore_LDADD = $(LIBS_FORMATS)
EXTRA_PROGRAMS += tests/fuzz/fuzz_dockerignore_lf
tests_fuzz_fuzz_dockerignore_lf_SOURCES = tests/fuzz/fuzz_dockerignore.c $(fuzz_common)
tests_fuzz_fuzz_dockerignore_lf_LDADD = $(LIBS_FORMATS)
tests_fuzz_fuzz_dockerignore_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
check_PROGRAMS += tests/fuzz/fuzz_env
TESTS += tests/fuzz/fuzz_env
tests_fuzz_fuzz_env_SOURCES = tests/fuzz/fuzz_env.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_env_LDADD = $(LIBS_FORMATS)
EXTRA_PROGRAMS += tests/fuzz/fuzz_env_lf
tests_fuzz_fuzz_env_lf_SOURCES = tests/fuzz/fuzz_env.c $(fuzz_common)
tests_fuzz_fuzz_env_lf_LDADD = $(LIBS_FORMATS)
tests_fuzz_fuzz_env_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
check_PROGRAMS += tests/fuzz/fuzz_manifest
TESTS += tests/fuzz/fuzz_manifest
tests_fuzz_fuzz_manifest_SOURCES = tests/fuzz/fuzz_manifest.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_manifest_LDADD = $(LIBS_FORMATS)
EXTRA_PROGRAMS += tests/fuzz/fuzz_manifest_lf
tests_fuzz_fuzz_manifest_lf_SOURCES = tests/fuzz/fuzz_manifest.c $(fuzz_common)
tests_fuzz_fuzz_manifest_lf_LDADD = $(LIBS_FORMATS)
tests_fuzz_fuzz_manifest_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
check_PROGRAMS += tests/fuzz/fuzz_yaml
TESTS += tests/fuzz/fuzz_yaml
tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_yaml_LDADD = $(LIBS_FORMATS)
EXTRA_PROGRAMS += tests/fuzz/fuzz_yaml_lf
tests_fuzz_fuzz_yaml_lf_SOURCES = tests/fuzz/fuzz_yaml.c $(fuzz_common)
tests_fuzz_fuzz_yaml_lf_LDADD = $(LIBS_FORMATS)
tests_fuzz_fuzz_yaml_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
check_PROGRAMS += tests/fuzz/fuzz_build_stream
TESTS += tests/fuzz/fuzz_build_stream
tests_fuzz_fuzz_build_stream_SOURCES = tests/fuzz/fuzz_build_stream.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_build_stream_LDADD = $(LIBS_FORMATS)
EXTRA_PROGRAMS += tests/fuzz/fuzz_build_stream_lf
tests_fuzz_fuzz_build_stream_lf_SOURCES = tests/fuzz/fuzz_build_stream.c $(fuzz_common)
tests_fuzz_fuzz_build_stream_lf_LDADD = $(LIBS_FORMATS)
tests_fuzz_fuzz_build_stream_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
check_PROGRAMS += tests/fuzz/fuzz_redact
TESTS += tests/fuzz/fuzz_redact
tests_fuzz_fuzz_redact_SOURCES = tests/fuzz/fuzz_redact.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_redact_LDADD = $(LIBS_FORMATS)
EXTRA_PROGRAMS += tests/fuzz/fuzz_redact_lf
tests_fuzz_fuzz_redact_lf_SOURCES = tests/fuzz/fuzz_redact.c $(fuzz_common)
tests_fuzz_fuzz_redact_lf_LDADD = $(LIBS_FORMATS)
tests_fuzz_fuzz_redact_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
check_PROGRAMS += tests/fuzz/fuzz_steps
TESTS += tests/fuzz/fuzz_steps
tests_fuzz_fuzz_steps_SOURCES = tests/fuzz/fuzz_steps.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_steps_LDADD = $(LIBS_FORMATS)
EXTRA_PROGRAMS += tests/fuzz/fuzz_steps_lf
tests_fuzz_fuzz_steps_lf_SOURCES = tests/fuzz/fuzz_steps.c $(fuzz_common)
tests_fuzz_fuzz_steps_lf_LDADD = $(LIBS_FORMATS)
tests_fuzz_fuzz_steps_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
check_PROGRAMS += tests/fuzz/fuzz_chunks
TESTS += tests/fuzz/fuzz_chunks
tests_fuzz_fuzz_chunks_SOURCES = tests/fuzz/fuzz_chunks.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_chunks_LDADD = $(LIBS_CHUNKS)
EXTRA_PROGRAMS += tests/fuzz/fuzz_chunks_lf
tests_fuzz_fuzz_chunks_lf_SOURCES = tests/fuzz/fuzz_chunks.c $(fuzz_common)
tests_fuzz_fuzz_chunks_lf_LDADD = $(LIBS_CHUNKS)
tests_fuzz_fuzz_chunks_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
check_PROGRAMS += tests/fuzz/fuzz_ws
TESTS += tests/fuzz/fuzz_ws
tests_fuzz_fuzz_ws_SOURCES = tests/fuzz/fuzz_ws.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_ws_LDADD = $(LIBS_FORMATS)
EXTRA_PROGRAMS += tests/fuzz/fuzz_ws_lf
tests_fuzz_fuzz_ws_lf_SOURCES = tests/fuzz/fuzz_ws.c $(fuzz_common)
tests_fuzz_fuzz_ws_lf_LDADD = $(LIBS_FORMATS)
tests_fuzz_fuzz_ws_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
check_PROGRAMS += tests/fuzz/fuzz_import
TESTS += tests/fuzz/fuzz_import
fuzz_import_sources = tests/fuzz/fuzz_import.c tests/unit/build/images.h $(fuzz_common)
tests_fuzz_fuzz_import_SOURCES = $(fuzz_import_sources) tests/fuzz/driver.c
tests_fuzz_fuzz_import_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_import_LDADD = $(LIBS_BUILD)
EXTRA_PROGRAMS += tests/fuzz/fuzz_import_lf
tests_fuzz_fuzz_import_lf_SOURCES = $(fuzz_import_sources)
tests_fuzz_fuzz_import_lf_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_import_lf_LDADD = $(LIBS_BUILD)
tests_fuzz_fuzz_import_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
check_PROGRAMS += tests/fuzz/fuzz_textsteps
TESTS += tests/fuzz/fuzz_textsteps
tests_fuzz_fuzz_textsteps_SOURCES = tests/fuzz/fuzz_textsteps.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_textsteps_LDADD = $(LIBS_FORMATS)
EXTRA_PROGRAMS += tests/fuzz/fuzz_textsteps_lf
tests_fuzz_fuzz_textsteps_lf_SOURCES = tests/fuzz/fuzz_textsteps.c $(fuzz_common)
tests_fuzz_fuzz_textsteps_lf_LDADD = $(LIBS_FORMATS)
tests_fuzz_fuzz_textsteps_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
check_PROGRAMS += tests/fuzz/fuzz_giturl
TESTS += tests/fuzz/fuzz_giturl
tests_fuzz_fuzz_giturl_SOURCES = tests/fuzz/fuzz_giturl.c tests/fuzz/driver.c $(fuzz_common)
tests_fuzz_fuzz_giturl_LDADD = $(LIBS_FORMATS)
EXTRA_PROGRAMS += tests/fuzz/fuzz_giturl_lf
tests_fuzz_fuzz_giturl_lf_SOURCES = tests/fuzz/fuzz_giturl.c $(fuzz_common)
tests_fuzz_fuzz_giturl_lf_LDADD = $(LIBS_FORMATS)
tests_fuzz_fuzz_giturl_lf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

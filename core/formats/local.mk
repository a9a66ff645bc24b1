# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libformats.a
libformats_a_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS) $(JANSSON_CFLAGS) $(PROTOBUF_CFLAGS)
libformats_a_SOURCES = \
	core/formats/buildkit_status.h \
	core/formats/dockerfile.h \
	core/formats/manifest.h \
	core/formats/redact.c core/formats/redact.h \
	core/formats/steps.c core/formats/steps_put.c core/formats/steps.h
libformats_a_SOURCES += core/formats/env.c core/formats/env.h
libformats_a_SOURCES += core/formats/imageref.c core/formats/imageref.h
libformats_a_SOURCES += core/formats/yaml.c core/formats/yaml.h
libformats_a_SOURCES += core/formats/yaml_node.c core/formats/yaml_node.h
libformats_a_SOURCES += core/formats/dockerignore.c core/formats/dockerignore.h
libformats_a_SOURCES += core/formats/ignore_pattern.c core/formats/ignore_pattern.h
libformats_a_SOURCES += core/formats/ignore_regex.c core/formats/ignore_regex.h

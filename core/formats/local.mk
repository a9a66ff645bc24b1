# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libformats.a
libformats_a_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS) $(JANSSON_CFLAGS) $(PROTOBUF_CFLAGS)
libformats_a_SOURCES = \
	core/formats/dockerfile.h \
	core/formats/buildkit_status.h \
	core/formats/giturl.c core/formats/giturl.h \
	core/formats/redact.c core/formats/redact.h \
	core/formats/redact_pairs.c \
	core/formats/secretfile.c core/formats/secretfile.h \
	core/formats/steps.c core/formats/steps_put.c core/formats/steps.h
libformats_a_SOURCES += core/formats/env.c core/formats/env.h
libformats_a_SOURCES += core/formats/imageref.c core/formats/imageref.h
libformats_a_SOURCES += core/formats/yaml.c core/formats/yaml.h
libformats_a_SOURCES += core/formats/yaml_node.c core/formats/yaml_node.h
libformats_a_SOURCES += core/formats/dockerignore.c core/formats/dockerignore.h
libformats_a_SOURCES += core/formats/ignore_pattern.c core/formats/ignore_pattern.h
libformats_a_SOURCES += core/formats/ignore_regex.c core/formats/ignore_regex.h
libformats_a_SOURCES += core/formats/manifest.c core/formats/manifest.h
libformats_a_SOURCES += core/formats/buildkey.c core/formats/buildkey.h
libformats_a_SOURCES += core/formats/compose.c
libformats_a_SOURCES += core/formats/manifest_check.c
libformats_a_SOURCES += core/formats/manifest_read.c core/formats/manifest_read.h
libformats_a_SOURCES += core/formats/manifest_scale.c
libformats_a_SOURCES += core/formats/manifest_service.c core/formats/manifest_service.h
libformats_a_SOURCES += core/formats/manifest_vars.c core/formats/manifest_vars.h
libformats_a_SOURCES += core/formats/platform.c core/formats/platform.h
libformats_a_SOURCES += core/formats/problems.c
libformats_a_SOURCES += core/formats/push.c core/formats/push.h
libformats_a_SOURCES += core/formats/buildkit_status.c core/formats/buildkit_status.h
libformats_a_SOURCES += core/formats/build_decode.h core/formats/classic.c core/formats/trace.c
libformats_a_SOURCES += core/formats/json_split.c core/formats/json_split.h
libformats_a_SOURCES += core/formats/form.c core/formats/form.h
libformats_a_SOURCES += core/formats/textsteps.c core/formats/textsteps.h
libformats_a_SOURCES += core/formats/ws.c core/formats/ws.h

# The decoder of BuildKit's records is made from our own .proto.
libformats_a_SOURCES += core/formats/status_pb.c
BUILT_SOURCES += core/formats/status.pb-c.h
CLEANFILES += core/formats/status.pb-c.c core/formats/status.pb-c.h
EXTRA_DIST += core/formats/status.proto
core/formats/status.pb-c.c: core/formats/status.proto
	$(AM_V_GEN)$(MKDIR_P) core/formats && \
	$(PROTOC_C) --proto_path='$(srcdir)/core/formats' --c_out=core/formats '$(srcdir)/core/formats/status.proto'
core/formats/status.pb-c.h: core/formats/status.pb-c.c
	@test -f $@ || { rm -f $< && $(MAKE) $(AM_MAKEFLAGS) $<; }
core/formats/libformats_a-trace.$(OBJEXT) core/formats/libformats_a-status_pb.$(OBJEXT): core/formats/status.pb-c.h
libformats_a_SOURCES += core/formats/dockerfile.c core/formats/dockerfile.h
libformats_a_SOURCES += core/formats/dockerfile_stages.c
libformats_a_SOURCES += core/formats/dockerfile_words.c core/formats/dockerfile_words.h
libformats_a_SOURCES += core/formats/buildargs.c core/formats/buildargs.h

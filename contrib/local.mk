# SPDX-License-Identifier: MIT
systemduserunitdir = $(prefix)/lib/systemd/user
systemduserunit_DATA = contrib/systemd/rackdeck-serve.service
EXTRA_DIST += contrib/systemd/rackdeck-serve.service.in
CLEANFILES += contrib/systemd/rackdeck-serve.service
contrib/systemd/rackdeck-serve.service: contrib/systemd/rackdeck-serve.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) contrib/systemd && sed 's|@bindir[@]|$(bindir)|' \
		'$(srcdir)/contrib/systemd/rackdeck-serve.service.in' >$@
dist_doc_DATA = contrib/systemd/serve.env

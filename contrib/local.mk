# SPDX-License-Identifier: MIT
systemduserunitdir = $(prefix)/lib/systemd/user
dist_systemduserunit_DATA = contrib/systemd/rackdeck-serve.service
dist_doc_DATA = contrib/systemd/serve.env

# SPDX-License-Identifier: MIT
dist_man_MANS += man/rackdeck.1 man/rackdeck-config.5 man/rackdeck-keys.5 \
	man/rackdeck-theme.5

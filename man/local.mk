# SPDX-License-Identifier: MIT
dist_man_MANS += man/rackdeck.1

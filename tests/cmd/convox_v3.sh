#!/bin/sh
# SPDX-License-Identifier: MIT
# rackdeck as a client of a rack in the manner of Convox v3.
. "$(dirname "$0")/convox_story.sh"

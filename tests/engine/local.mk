# SPDX-License-Identifier: MIT
# Tests against a real engine; they need root and Debian's docker.io.
EXTRA_DIST += tests/engine/dockerd.sh

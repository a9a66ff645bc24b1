#!/bin/sh
# SPDX-License-Identifier: MIT
# .clang-format decides the layout; lines have at most 100 columns.
. "$(dirname "$0")/lib.sh"
tool=$(command -v clang-format-14 || command -v clang-format) || { ok "clang-format is installed" "missing"; end; exit 1; }
ok "clang-format" "$(sources | xargs "$tool" --dry-run 2>&1 | sed -n 's/: warning.*//p' | head -n 40)"
end

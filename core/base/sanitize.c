/* SPDX-License-Identifier: MIT */
#include "core/base/sanitize.h"

/* SPDX-License-Identifier: MIT */
#include "core/base/spawn.h"

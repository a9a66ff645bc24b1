/* SPDX-License-Identifier: MIT */
#include "core/base/pool.h"

/* SPDX-License-Identifier: MIT */
#include "core/base/loop.h"

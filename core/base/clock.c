/* SPDX-License-Identifier: MIT */
#include "core/base/clock.h"

/* SPDX-License-Identifier: MIT */
#include "core/base/ids.h"

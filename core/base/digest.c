/* SPDX-License-Identifier: MIT */
#include "core/base/digest.h"

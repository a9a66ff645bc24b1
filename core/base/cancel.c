/* SPDX-License-Identifier: MIT */
#include "core/base/cancel.h"

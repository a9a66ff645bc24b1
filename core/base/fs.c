/* SPDX-License-Identifier: MIT */
#include "core/base/fs.h"

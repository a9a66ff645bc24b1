/* SPDX-License-Identifier: MIT */
#include "core/base/utf8.h"

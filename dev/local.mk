# SPDX-License-Identifier: MIT
# A stand-in for runc, for the engines that dev/engine and the tests start.
noinst_PROGRAMS += dev/pace
dev_pace_SOURCES = dev/pace.c

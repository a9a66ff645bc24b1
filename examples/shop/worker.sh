#!/bin/sh
echo "worker: ${1:-run}"

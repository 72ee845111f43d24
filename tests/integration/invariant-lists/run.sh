#!/usr/bin/env bash
#
# The invariant where feeds and an allow list change too, ten times as often:
# they come, change with and without telling how, go, and come back as the very
# image that went.
DIRECT=1 exec "$(dirname "$0")/../invariant/run.sh"

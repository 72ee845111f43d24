# shellcheck shell=bash
#
# The tool, with a configuration and a ledger of the scenario's own.

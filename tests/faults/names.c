#include "fault.h"

const char *const fault_mode_names[FAULT_MODES] = {"none", "kill", "torn",
	"power", "power-data", "power-names", "enospc", "eio", "eacces",
	"short", "full", "dead"};

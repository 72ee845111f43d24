#include "palang/error.h"

const char *
pal_strerror(int error)
{
	switch ((enum pal_error)error) {
	case PAL_OK:
		return "no error";
	case PAL_ENOMEM:
		return "out of memory";
	case PAL_ESYS:
		return "system call failed";
	case PAL_ENAME:
		return "not a domain name";
	case PAL_EFORM:
		return "malformed";
	case PAL_EVERSION:
		return "unknown version";
	case PAL_EDIGEST:
		return "checksum does not match";
	case PAL_ELIMIT:
		return "beyond a limit";
	case PAL_EDUP:
		return "given twice";
	case PAL_ERANGE:
		return "too wide: the root or a top-level domain";
	case PAL_ERIGHTS:
		return "owner or mode allows too much";
	case PAL_ECONFLICT:
		return "contradicts what is there";
	}
	return "unknown error";
}

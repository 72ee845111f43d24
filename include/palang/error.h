/*
 * What can go wrong, in one enum.
 *
 * Every function of the core that can fail returns 0 or one of these, all
 * negative.  "Not found" is a value, never an error.
 *
 * Thread safety: all functions are pure.
 */
#ifndef PALANG_ERROR_H
#define PALANG_ERROR_H

enum pal_error {
	PAL_OK = 0,
	PAL_ENOMEM = -1,   /* no memory */
	PAL_ESYS = -2,     /* a system call failed; errno says how */
	PAL_ENAME = -3,    /* not a domain name */
	PAL_EFORM = -4,    /* malformed: does not follow the format */
	PAL_EVERSION = -5, /* well-formed, of a version this code cannot read */
	PAL_EDIGEST = -6,  /* the checksum does not match */
	PAL_ELIMIT = -7,   /* larger than a limit allows */
	PAL_EDUP = -8,     /* given twice */
	PAL_ERANGE = -9,   /* a rule wider than palang takes: root, or a TLD */
	PAL_ERIGHTS = -10, /* owner or mode of a file allows too much */
	PAL_ECONFLICT = -11 /* contradicts what is there already */
};

/* A short phrase in English, without a full stop.  Never NULL. */
const char *pal_strerror(int error);

#endif

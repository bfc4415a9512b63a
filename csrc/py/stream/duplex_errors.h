/* duplex_errors.h - the errors of a stream, which carry its peer. */
#ifndef PN_PY_STREAM_DUPLEX_ERRORS_H
#define PN_PY_STREAM_DUPLEX_ERRORS_H

#include "py/stream/duplex_object.h"

/* The error of a failed system call; NULL with an exception. New reference. */
PyObject *pn_duplex_uv_error(PnDuplex *s, int status, const char *syscall);
/* A NetError with one of Node's codes; NULL with an exception. New reference. */
PyObject *pn_duplex_error(PnDuplex *s, const char *code, const char *text);

#endif

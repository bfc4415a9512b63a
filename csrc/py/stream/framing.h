/* framing.h - finds a message in what a socket has read, for read_slot.c; private functions for pynet/_reading.py. */
#ifndef PN_PY_STREAM_FRAMING_H
#define PN_PY_STREAM_FRAMING_H

#include "py/stream/duplex_object.h"

/* The next n bytes or characters; the next ones up to the end of the separator, at most `max`. New reference; NULL
 * without an exception when more is needed, which is read then, beyond the high-water mark; NULL with an exception. */
PyObject *pn_frame_exactly(PnDuplex *s, size_t n);
PyObject *pn_frame_until(PnDuplex *s, PyObject *separator, size_t max);
/* Whether the function above would give something: > 0; 0 when more is needed, which is read then; -1 with an
 * exception. */
int pn_frame_has(PnDuplex *s, size_t n);
Py_ssize_t pn_frame_ends(PnDuplex *s, PyObject *separator, size_t max);
/* What needed more has given up: the socket reads up to its high-water mark only. */
void pn_frame_unwanted(PnDuplex *s);

/* _at_end(sock): True when the peer's end has been read; no more data will come. */
PyObject *pn_at_end(PyObject *module, PyObject *obj);
/* _peek(sock): returns all that has been read and not consumed, without consuming it. */
PyObject *pn_peek(PyObject *module, PyObject *socket);
/* _all_read(socket): the peer's end has been read, and nothing is kept. */
PyObject *pn_all_read(PyObject *module, PyObject *socket);
/* _hear_errors(sock, function): adds an internal listener of `error`, which stays; no function is added twice. */
PyObject *pn_hear_errors(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

#endif

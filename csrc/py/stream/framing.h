/* framing.h - finding a message in what a socket has read; functions of the module for pynet's Python half. */
#ifndef PN_PY_STREAM_FRAMING_H
#define PN_PY_STREAM_FRAMING_H

#include "py/base/state.h"

/* _read_until(sock, separator, max): the data with the separator, or None: more is needed. Raises ERR_READ_LIMIT when
 * no separator ends within `max` (None: no limit) bytes or characters; the data stays. */
PyObject *pn_read_until(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
/* _read_exactly(sock, n): so much, or None: more is needed, or the peer has ended. */
PyObject *pn_read_exactly(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
/* _at_end(sock): the peer's end has been read; what is kept is all that there will be. */
PyObject *pn_at_end(PyObject *module, PyObject *obj);
/* _peek(sock): all that has been read and not consumed; it stays. */
PyObject *pn_peek(PyObject *module, PyObject *socket);
/* _hear_errors(sock, function): the function as an internal listener of `error`, once, to stay. */
PyObject *pn_hear_errors(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

#endif

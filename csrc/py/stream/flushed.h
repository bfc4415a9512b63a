/* flushed.h - finds out when the kernel has accepted all written data: a private function of the module for
 * pynet/_sending.py. */
#ifndef PN_PY_STREAM_FLUSHED_H
#define PN_PY_STREAM_FLUSHED_H

#include "py/base/state.h"

/* _flushed(sock, callback): returns True when nothing is queued. Else it returns False, and calls callback(None) when
 * the kernel has taken all that is queued now, or callback(error). */
PyObject *pn_flushed(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
/* _sent_outside(sock, count): so many bytes were given to its descriptor by sendfile(). */
PyObject *pn_sent_outside(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
/* drain() and flush(): the future of what is reached already, or what pynet/_waiting.py and _sending.py give. */
PyObject *pn_duplex_drain_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_duplex_flush_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
/* _set_already(future): that future. */
PyObject *pn_set_already(PyObject *module, PyObject *future);

#endif

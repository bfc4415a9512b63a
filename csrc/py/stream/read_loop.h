/* read_loop.h - the loops over chunks and lines of a socket: private functions for pynet/_reading.py. */
#ifndef PN_PY_STREAM_READ_LOOP_H
#define PN_PY_STREAM_READ_LOOP_H

#include "py/base/state.h"

/* _loop_open(socket): a loop over it begins; it listens until _loop_close(). */
PyObject *pn_read_loop_open(PyObject *module, PyObject *socket);
/* _loop_close(socket, iterator): the loop is over, also for the threads and tasks that wait for its next item. */
PyObject *pn_read_loop_close(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
/* _loop_next(iterator, socket, seconds, closed, max=0, keep_ends=False): its next item: a chunk, or with `max` a line;
 * blocks, and raises StopIteration. _loop_anext() gives an awaitable, which raises StopAsyncIteration. */
PyObject *pn_read_loop_next(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_read_loop_anext(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

#endif

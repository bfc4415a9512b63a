/* waiting.h - the methods by which threads and asyncio wait for sockets and servers; the waiting itself is in
 * pynet/_waiting.py, pynet/_sending.py and pynet/_server.py. */
#ifndef PN_PY_EVENTS_WAITING_H
#define PN_PY_EVENTS_WAITING_H

#include "py/base/state.h"

/* --- methods that call a function of `pynet._waiting`, `pynet._sending` or `pynet._server` --- */

/* The functions of these modules, one after another, in the order of st->waiting, a tuple of them. */
/* clang-format off */
#define PN_WAITING(X) \
    X(wait) X(drain) X(iterator) X(iterate) X(iterate_async) X(lines) \
    X(leave) X(enter_async) X(leave_async)
#define PN_WAITING_SOCKET(X) X(chunks) X(flush) X(send_file) X(send_handle) X(leave_socket)
#define PN_WAITING_SERVER(X) X(shutdown) X(iterate_server) X(iterate_server_async)
/* clang-format on */

#define PN_WAITING_DECLARE(name) \
    PyObject *pn_waiting_##name(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PN_WAITING(PN_WAITING_DECLARE)
PN_WAITING_SOCKET(PN_WAITING_DECLARE)
PN_WAITING_SERVER(PN_WAITING_DECLARE)
#undef PN_WAITING_DECLARE

/* wait(): of a state that it reaches in C (wait_method.c), else by the function in Python. */
PyObject *pn_waiting_wait_for_event(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_waiting_enter(PyObject *op, PyObject *unused);
/* Slots: tp_iter and am_aiter of a socket. */
PyObject *pn_waiting_iter_slot(PyObject *op);
PyObject *pn_waiting_aiter_slot(PyObject *op);
/* The same of a server. */
PyObject *pn_waiting_server_iter_slot(PyObject *op);
PyObject *pn_waiting_server_aiter_slot(PyObject *op);

extern const char pn_wait_doc[], pn_server_wait_doc[], pn_shutdown_doc[], pn_drain_doc[], pn_iterator_doc[],
    pn_lines_doc[];
extern const char pn_leave_doc[], pn_server_leave_doc[];
extern const char pn_enter_async_doc[], pn_leave_async_doc[], pn_chunks_doc[], pn_flush_doc[], pn_send_file_doc[],
    pn_send_handle_doc[];

#define PN_WAITING_ROW(name, f, doc) {name, PN_FASTCALL(pn_waiting_##f), METH_FASTCALL | METH_KEYWORDS, doc}

/* Rows of the types' method tables. */
#define PN_WAITING_CONTEXT_ROWS(leave, leave_doc)                                                                    \
    {"__enter__", pn_waiting_enter, METH_NOARGS, "__enter__($self, /)\n--\n\nThe object."},                          \
        PN_WAITING_ROW("__exit__", leave, leave_doc), PN_WAITING_ROW("__aenter__", enter_async, pn_enter_async_doc), \
        PN_WAITING_ROW("__aexit__", leave_async, pn_leave_async_doc)
#define PN_WAITING_SOCKET_ROWS                                                                                  \
    PN_WAITING_ROW("wait", wait_for_event, pn_wait_doc), PN_WAITING_ROW("iterator", iterator, pn_iterator_doc), \
        PN_WAITING_ROW("lines", lines, pn_lines_doc), PN_WAITING_ROW("chunks", chunks, pn_chunks_doc),          \
        PN_WAITING_ROW("send_file", send_file, pn_send_file_doc),                                               \
        PN_WAITING_ROW("send_handle", send_handle, pn_send_handle_doc),                                         \
        PN_WAITING_CONTEXT_ROWS(leave_socket, pn_leave_doc)
#define PN_WAITING_SERVER_ROWS                                                                                         \
    PN_WAITING_ROW("wait", wait_for_event, pn_server_wait_doc), PN_WAITING_ROW("shutdown", shutdown, pn_shutdown_doc), \
        PN_WAITING_CONTEXT_ROWS(leave, pn_server_leave_doc)

/* --- private functions of the module --- */

PyObject *pn_reached(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_over(PyObject *module, PyObject *emitter);
PyObject *pn_failure(PyObject *module, PyObject *emitter);
PyObject *pn_listen_internal(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_unlisten(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_check_blocking(PyObject *module, PyObject *what);
PyObject *pn_check_awaiting(PyObject *module, PyObject *what);
PyObject *pn_is_in_callback(PyObject *module, PyObject *unused);
PyObject *pn_check_signal(PyObject *module, PyObject *signal);
PyObject *pn_make_abort_error(PyObject *module, PyObject *reason);

#endif

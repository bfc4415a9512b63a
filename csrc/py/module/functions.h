/* functions.h - the module's functions that make sockets and servers or set their defaults; the Python type Socket.
 *
 * The files of this folder:
 *   socket_type.c  the type Socket: its methods come from stream/, socket/ and connect/
 *   socket_repr.c  repr() of a Socket
 *   functions.c    connect(), create_server(), the defaults
 *   active.c       what keeps run() going
 *   open.c         what is open, and since when
 *   metrics.c      metrics(): what the loop has done
 *   module.c       the module: its types, its functions, its state; fills struct pn_hooks */
#ifndef PN_PY_MODULE_FUNCTIONS_H
#define PN_PY_MODULE_FUNCTIONS_H

#include "py/base/state.h"

extern PyType_Spec pn_socket_spec;      /* socket_type.c */
PyObject *pn_socket_repr(PyObject *op); /* socket_repr.c */

PyObject *pn_create_connection(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_create_server(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
/* Counts open handles and existing objects, for the tests. */
PyObject *pn_counts(PyObject *module, PyObject *unused);
PyObject *pn_get_default_high_water_mark(PyObject *module, PyObject *unused);
PyObject *pn_set_default_high_water_mark(PyObject *module, PyObject *value);
PyObject *pn_get_default_no_delay(PyObject *module, PyObject *unused);
PyObject *pn_set_default_no_delay(PyObject *module, PyObject *value);
/* open.c: _open() */
PyObject *pn_open(PyObject *module, PyObject *unused);
/* metrics.c: metrics(), _loop_times(), _turn_now() */
PyObject *pn_metrics(PyObject *module, PyObject *unused);
PyObject *pn_turn_now(PyObject *module, PyObject *unused);
PyObject *pn_loop_times(PyObject *module, PyObject *unused);
extern const char pn_metrics_doc[];
/* active.c: _active(), _other_threads() */
PyObject *pn_active(PyObject *module, PyObject *unused);
PyObject *pn_other_threads_function(PyObject *module, PyObject *unused);
extern const char pn_get_default_no_delay_doc[], pn_set_default_no_delay_doc[];
PyObject *pn_get_default_auto_select_family(PyObject *module, PyObject *unused);
PyObject *pn_set_default_auto_select_family(PyObject *module, PyObject *value);
PyObject *pn_get_default_auto_select_family_attempt_timeout(PyObject *module, PyObject *unused);
PyObject *pn_set_default_auto_select_family_attempt_timeout(PyObject *module, PyObject *value);
PyObject *pn_get_default_happy_eyeballs(PyObject *module, PyObject *unused);
PyObject *pn_set_default_happy_eyeballs(PyObject *module, PyObject *value);
extern const char pn_create_connection_doc[], pn_create_server_doc[], pn_get_default_high_water_mark_doc[],
    pn_set_default_high_water_mark_doc[];
extern const char pn_get_default_auto_select_family_doc[], pn_set_default_auto_select_family_doc[],
    pn_get_default_auto_select_family_attempt_timeout_doc[], pn_set_default_auto_select_family_attempt_timeout_doc[],
    pn_get_default_happy_eyeballs_doc[], pn_set_default_happy_eyeballs_doc[];

#endif

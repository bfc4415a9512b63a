/* bound_socket.h - BoundSocket: a socket that has been bound, and waits for a server or a socket to adopt it. */
#ifndef PN_PY_SOCKET_BOUND_SOCKET_H
#define PN_PY_SOCKET_BOUND_SOCKET_H

#include "py/base/state.h"
#include "uvio/bind.h"

/* What the adopting server or socket receives; pn_bound_release() frees what it has not taken. */
struct pn_bound {
    int fd; /* own: non-blocking, close-on-exec, not connected; -1: taken */
    enum pn_stream_kind kind;
    PyObject *path;           /* own: the path as bytes, as it was bound; NULL for TCP */
    struct pn_path_file file; /* own: the file to unlink when the descriptor is closed */
};

extern PyType_Spec pn_bound_socket_spec;

bool pn_is_bound_socket(PnState *st, PyObject *obj);
/* Describes the address that it is bound to: `*family` is 4, 6, or 0 for a path. */
void pn_bound_describe(PyObject *obj, bool *is_pipe, uint8_t *family);
/* Returns 0 if it can be adopted, or -1 with NetError (ERR_SOCKET_HANDLE_ADOPTED, ERR_FORKED) or RuntimeError (not
 * initialized). Changes nothing. */
int pn_bound_check(PnState *st, PyObject *obj);
bool pn_bound_has_file(PyObject *obj);
/* Its path as a str, for errors. New reference; NULL with an exception. */
PyObject *pn_bound_path(PyObject *obj);
/* Sets the mode and the group of its file; only for one that can be adopted. Returns 0 or a status. */
int pn_bound_set_access(PyObject *obj, struct pn_path_access *access);
/* Moves the contents to `out` and marks it as adopted. Runs no user code. Returns as pn_bound_check(). */
int pn_bound_adopt(PnState *st, PyObject *obj, struct pn_bound *out);
/* Unlinks, closes and releases what has not been taken out of `b`. */
void pn_bound_release(struct pn_bound *b);

/* _bound_lend(bound): (descriptor, path to unlink or None), a duplicate. _bound_given(bound): it is adopted, and its file
 * stays. _bound_arrives(fd, path to unlink or None): a BoundSocket over a descriptor that it takes over, also when it
 * raises. */
PyObject *pn_bound_lend(PyObject *module, PyObject *op);
PyObject *pn_bound_given(PyObject *module, PyObject *op);
PyObject *pn_bound_arrives(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

/* The file at `path` (a str, or None) is to be unlinked, if it is a socket. 0, or -1 with an exception. */
int pn_take_file(struct pn_path_file *f, PyObject *path);

/* True if `fd` is the descriptor of a BoundSocket. */
bool pn_bound_has_fd(PnState *st, int fd);

#endif

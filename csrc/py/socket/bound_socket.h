/* bound_socket.h - the BoundSocket type: bound, and waiting for a server or a socket to adopt it. */
#ifndef PN_PY_SOCKET_BOUND_SOCKET_H
#define PN_PY_SOCKET_BOUND_SOCKET_H

#include "py/base/state.h"
#include "uvio/bind.h"

/* What an adopter gets; pn_bound_release() frees what is left of it. */
struct pn_bound {
    int fd; /* own: non-blocking, close-on-exec, not connected; -1: taken */
    enum pn_stream_kind kind;
    PyObject *path;           /* own: bytes as they were bound, NULL for TCP */
    struct pn_path_file file; /* own: what to unlink when the descriptor is closed */
};

extern PyType_Spec pn_bound_socket_spec;

bool pn_is_bound_socket(PnState *st, PyObject *obj);
/* What it is bound to; `*family` is 4, 6, or 0 for a path. */
void pn_bound_describe(PyObject *obj, bool *is_pipe, uint8_t *family);
/* 0 when it may be adopted, or -1 with NetError (ERR_SOCKET_HANDLE_ADOPTED, ERR_FORKED). Changes nothing. */
int pn_bound_check(PnState *st, PyObject *obj);
/* Takes all out of it; it is adopted from then on. Runs no code of the user's. As pn_bound_check(). */
int pn_bound_adopt(PnState *st, PyObject *obj, struct pn_bound *out);
/* Unlinks, closes and releases what the adopter has not taken. */
void pn_bound_release(struct pn_bound *b);

/* The number is that of a BoundSocket. */
bool pn_bound_has_fd(PnState *st, int fd);

#endif

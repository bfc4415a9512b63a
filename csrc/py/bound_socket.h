/* bound_socket.h - the BoundSocket type: bound, and waiting for a server or a socket to adopt it. */
#ifndef PN_PY_BOUND_SOCKET_H
#define PN_PY_BOUND_SOCKET_H

#include "../uvio/stream.h"
#include "state.h"

/* What an adopter gets. */
struct pn_bound {
    int fd; /* its own: non-blocking, close-on-exec */
    enum pn_stream_kind kind;
    PyObject *path; /* own: bytes as they were bound, NULL for TCP */
};

extern PyType_Spec pn_bound_socket_spec;

bool pn_is_bound_socket(PnState *st, PyObject *obj);
/* 0 when it may be adopted, or -1 with NetError (ERR_SOCKET_HANDLE_ADOPTED). Changes nothing. */
int pn_bound_check(PnState *st, PyObject *obj);
/* Takes all out of it; it is adopted from then on. As pn_bound_check(). */
int pn_bound_adopt(PnState *st, PyObject *obj, struct pn_bound *out);

#endif

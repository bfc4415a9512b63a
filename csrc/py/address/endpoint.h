/* endpoint.h - the address forms of connect() and listen(): where to connect to or listen on. */
#ifndef PN_PY_ADDRESS_ENDPOINT_H
#define PN_PY_ADDRESS_ENDPOINT_H

#include "py/base/state.h"

struct pn_endpoint {
    PyObject *path;     /* own: bytes; NULL for TCP */
    PyObject *host;     /* own: str; NULL if absent */
    PyObject *callback; /* own: the function, the last argument */
    PyObject *backlog;  /* own: positional, listen() only */
    PyObject *options;  /* own: a mapping, the first argument */
    PyObject *list;     /* own: a list of places, the first argument; listen() only */
    PyObject *handle;   /* own: an object with a descriptor, the first argument; listen() only */
    uint16_t port;
    bool has_port;
};

void pn_endpoint_clear(struct pn_endpoint *e);

/* Reads the positional arguments. `listening` selects the forms of listen() (port, host, backlog) or of connect().
 * Returns 0, or -1 with `e` cleared. */
int pn_endpoint_parse(PnState *st, bool listening, PyObject *const *args, Py_ssize_t nargs, struct pn_endpoint *e);
/* Applies the options `port`, `host`, `path` afterwards; a given option overrides (NULL: absent). Returns 0, or -1
 * with `e` cleared. */
int pn_endpoint_options(PnState *st, bool listening, PyObject *port, PyObject *host, PyObject *path,
                        struct pn_endpoint *e);

/* Encodes the host for getaddrinfo(): ASCII, other names by IDNA. Returns new bytes, or NULL with ValueError. */
PyObject *pn_host_bytes(PyObject *host);

#endif

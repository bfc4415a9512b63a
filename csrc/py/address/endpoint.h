/* endpoint.h - where to connect to or listen: the argument forms of connect() and listen(). */
#ifndef PN_PY_ADDRESS_ENDPOINT_H
#define PN_PY_ADDRESS_ENDPOINT_H

#include "py/base/state.h"

struct pn_endpoint {
    PyObject *path;     /* own: bytes; NULL for TCP */
    PyObject *host;     /* own: str; NULL when not given */
    PyObject *callback; /* own: the function given last */
    PyObject *backlog;  /* own: positional, listen() only */
    PyObject *options;  /* own: a mapping given first */
    PyObject *handle;   /* own: an object with a descriptor, given first; listen() only */
    uint16_t port;
    bool has_port;
};

void pn_endpoint_clear(struct pn_endpoint *e);

/* Reads the positional arguments. `listening` tells listen() (port, host, backlog) from connect(). On failure -1 and
 * nothing is kept. */
int pn_endpoint_parse(PnState *st, bool listening, PyObject *const *args, Py_ssize_t nargs, struct pn_endpoint *e);
/* Then the options `port`, `host`, `path`, which win when they are given (NULL: absent). */
int pn_endpoint_options(PnState *st, bool listening, PyObject *port, PyObject *host, PyObject *path,
                        struct pn_endpoint *e);

/* The host as getaddrinfo takes it: ASCII, names in other scripts by IDNA. New bytes, or NULL with ValueError. */
PyObject *pn_host_bytes(PyObject *host);

#endif

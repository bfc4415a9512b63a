/* server_tls.h - the options ssl, handshake_timeout and strict_end of a server. */
#ifndef PN_PY_SERVER_SERVER_TLS_H
#define PN_PY_SERVER_SERVER_TLS_H

#include "py/server/server_object.h"

/* What a server with ssl= has. */
struct pn_server_tls {
    PyObject *context; /* own: the ssl.SSLContext of the next connections */
    PyObject *timeout; /* own: handshake_timeout in seconds, or None */
    bool strict_end;
    void (*ready)(PnServer *s, PnSocket *sock); /* hands out a connection */
};

/* Checks the options and sets s->counts->tls; NULL values: they were not given. 0, or -1 with an exception. */
int pn_server_set_tls(PnServer *s, PyObject *context, PyObject *timeout, PyObject *strict_end);
/* Begins the handshake of a connection that was accepted. `ready` gets it, or `tlsClientError` is emitted. */
void pn_server_secure(PnServer *s, PnSocket *sock, void (*ready)(PnServer *s, PnSocket *sock));
void pn_server_tls_free(PnServer *s);
int pn_server_tls_traverse(const PnServer *s, visitproc visit, void *arg);
PyObject *pn_server_set_secure_context(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
extern const char pn_set_secure_context_doc[];

#endif

/* server_proxy.h - the option proxy_protocol of a server: connections whose header of the PROXY protocol is read before
 * anything else is done with them. */
#ifndef PN_PY_SERVER_SERVER_PROXY_H
#define PN_PY_SERVER_SERVER_PROXY_H

#include "py/server/server_object.h"

struct pn_proxy_wait;

struct pn_server_proxy {
    PyObject *trusted;         /* own: a BlockList of those who must send a header; NULL: everybody must */
    bool direct;               /* others are served as they are, and not refused */
    double timeout;            /* ns */
    unsigned long long errors; /* connections that were refused */
    struct pn_proxy_wait **at; /* own: the connections that wait for their header; free places are NULL */
    size_t size, waiting, next_free;
    size_t extra; /* those of them that came when the server was full: they only wait to be dropped */
};

/* What the options say; checked. */
struct pn_proxy_options {
    bool on, direct;
    PyObject *trusted; /* own; NULL: everybody */
    double timeout;    /* ms */
};
/* Checks the options proxy_protocol, proxy_untrusted and proxy_timeout; each may be NULL. 0, or -1 with an exception. */
int pn_proxy_options_read(PnState *st, PyObject *protocol, PyObject *untrusted, PyObject *timeout,
                          struct pn_proxy_options *out);
/* Applies them to the server, and takes over what they own, also on failure. 0, or -1 with MemoryError. */
int pn_proxy_options_apply(PnServer *s, struct pn_proxy_options *o);
PyObject *pn_server_get_proxy_protocol(PyObject *op, void *closure);
PyObject *pn_server_get_proxy_errors(PyObject *op, void *closure);
/* At the end of the server: no connection waits. */
void pn_server_proxy_free(PnServer *s);

/* Adds the options to those that travel with the server: `proxy_protocol` is True, or the rules of the list. 0, or -1 with an
 * exception. May run user code: the list may be of a subclass. */
int pn_server_add_proxy(PnServer *s, PyObject *dict);

/* Called with a connection whose header has been read (`c->proxy`), or which has none. It takes over what `c` owns. */
typedef void (*pn_proxy_then)(PnServer *s, struct pn_accepted *c);
/* Of a server with `proxy`: reads the header of an accepted connection now, or when it comes, and calls `then`. */
void pn_server_read_header(PnServer *s, struct pn_accepted *c, pn_proxy_then then);
/* Closes the connections that wait. Runs no user code. */
void pn_server_drop_waiting(PnServer *s);
/* It listens now: warns if everybody may send a header over TCP. */
void pn_server_proxy_listens(PnServer *s);

/* The connections that wait for their header, and have a place among max_connections. */
static inline size_t
pn_server_waiting(const PnServer *s)
{
    return s->proxy != NULL ? s->proxy->waiting - s->proxy->extra : 0;
}

#endif

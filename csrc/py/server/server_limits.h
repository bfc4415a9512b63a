/* server_limits.h - limits for each client address: max_connections_per_address, accept_rate, ipv6_prefix. */
#ifndef PN_PY_SERVER_SERVER_LIMITS_H
#define PN_PY_SERVER_SERVER_LIMITS_H

#include "core/address_limits.h"
#include "py/server/server_object.h"

/* As the user set them. */
struct pn_limit_options {
    long most;      /* max_connections_per_address; negative: no limit */
    double count;   /* accept_rate: so many connections ... */
    double seconds; /* ... in this time; 0: no limit */
    bool pair;      /* it was set as a pair */
    long prefix;    /* ipv6_prefix */
};

/* Fills `out` from the options of Server(), which may be NULL. Returns 0, or -1 with an exception. */
int pn_limit_options(PyObject *most, PyObject *rate, PyObject *prefix, struct pn_limit_options *out);
/* Returns 0, or -1 with an exception, and nothing has changed then. The first time, counts the open connections. */
int pn_server_set_limits(PnServer *s, const struct pn_limit_options *o);
void pn_server_free_limits(PnServer *s);
/* Adds the three properties to a dict, for sending the server to another process. Returns 0, or -1 with an exception. */
int pn_server_add_limits(PnServer *s, PyObject *dict);

/* Decides on a new connection of a server with `limits`, by its client's address: 0, and it is admitted, and `*entry`
 * counts it (NULL if there is nothing to count: a unix socket has no address); 1, and it is refused for `*reason`, as in
 * the data of `drop`; -1 with an exception. */
int pn_limits_admit(PnServer *s, const struct pn_addr *client, struct pn_limited **entry, const char **reason);
/* The entry counts the socket until it is destroyed. Returns 0, or -1 with an exception, and it counts no more. */
int pn_limits_attach(PnServer *s, PnSocket *sock, struct pn_limited *entry);
/* A connection that was admitted has no socket. */
void pn_limits_release(PnServer *s, struct pn_limited *entry);
/* A connection of a server with `limits` is destroyed. */
void pn_limits_detach(PnServer *s, PnSocket *sock);

PyObject *pn_server_get_per_address(PyObject *op, void *closure);
int pn_server_set_per_address(PyObject *op, PyObject *value, void *closure);
PyObject *pn_server_get_accept_rate(PyObject *op, void *closure);
int pn_server_set_accept_rate(PyObject *op, PyObject *value, void *closure);
PyObject *pn_server_get_ipv6_prefix(PyObject *op, void *closure);
int pn_server_set_ipv6_prefix(PyObject *op, PyObject *value, void *closure);
extern const char pn_per_address_doc[], pn_accept_rate_doc[], pn_ipv6_prefix_doc[];

#define PN_LIMITS_ROWS                                                                                               \
    {"max_connections_per_address", pn_server_get_per_address, pn_server_set_per_address, pn_per_address_doc, NULL}, \
        {"accept_rate", pn_server_get_accept_rate, pn_server_set_accept_rate, pn_accept_rate_doc, NULL},             \
    {                                                                                                                \
        "ipv6_prefix", pn_server_get_ipv6_prefix, pn_server_set_ipv6_prefix, pn_ipv6_prefix_doc, NULL                \
    }

#endif

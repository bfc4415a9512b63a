/* socket_object.h - struct PnSocket: a PnDuplex, and the fields that only a connection needs. */
#ifndef PN_PY_SOCKET_SOCKET_OBJECT_H
#define PN_PY_SOCKET_SOCKET_OBJECT_H

#include "core/proxy_header.h"
#include "py/abort/abort.h"
#include "py/stream/duplex_object.h"

typedef struct PnSocket PnSocket;

/* Both addresses of a connection, saved when its handle closes, or those of its PROXY header. */
struct pn_endpoints {
    struct pn_addr local, peer;
    PyObject *local_path, *peer_path; /* own: str, of a unix socket; NULL: that end is not bound */
};

/* The header of the PROXY protocol that an accepted connection began with. */
struct pn_proxy_note {
    struct pn_proxy_header h;   /* points into `bytes` */
    struct pn_addr peer, local; /* the ends of the connection itself; family 0: a unix socket */
    PyObject *info;             /* own: the property `proxy`; NULL: not asked for yet */
    size_t len;
    uint8_t bytes[];
};

/* Rarely used fields, allocated on demand. */
struct pn_socket_extras {
    PnSocket *socket;            /* borrowed */
    PyObject *attempted;         /* own: list of "address:port", auto_select_family_attempted_addresses */
    PyObject *block_list;        /* own: the addresses that connect() refuses */
    PyObject *raw_options;       /* own: list of (level, name, value) of set_option() */
    PyObject *bound_path;        /* own: str, the path of an adopted BoundSocket */
    PyObject *user_data;         /* own: the property; NULL: None */
    PyObject *tls;               /* own: the filter of TLS, see tls_object.h; it stays when the connection is closed */
    struct pn_proxy_note *proxy; /* own */
    struct pn_limited *limited;  /* borrowed: what its server's limits know of its client; NULL: it is not counted */
    struct pn_abort_link abort;  /* the signal of the constructor */
    struct pn_abort_link connect_abort; /* the signal of connect(), until the socket is destroyed */
    uint16_t keep_alive_interval;       /* seconds; 0 means 1 */
    uint16_t keep_alive_count;          /* 0 means 10 */
    uint8_t type_of_service;
    bool has_close_timeout, has_linger;
    bool lingers;         /* close() was called with unread input: destroy() lingers */
    double linger;        /* seconds, if has_linger; else PN_LINGER */
    double close_timeout; /* seconds, if has_close_timeout; else PN_CLOSE_TIMEOUT */
};

/* What a connecting socket calls in the folder connect; the first member of struct pn_connect (connect/connect.h). */
struct pn_connect_ops {
    /* The stream of an attempt has connected (`status` 0) or failed. */
    void (*done)(PnSocket *s, struct pn_stream *io, int status);
    /* Frees s->connect. */
    void (*free)(PnSocket *s);
    /* Frees s->connect of a socket that is being destroyed. Returns a new tuple (socket, [arguments of
     * connectionAttemptFailed, ...]) for the attempts in progress, or NULL. */
    PyObject *(*cancel)(PnSocket *s);
    int (*traverse)(PnSocket *s, visitproc visit, void *arg);
};

struct pn_connect;

struct PnSocket {
    PnDuplex d;                      /* first */
    PyObject *server;                /* own: the Server that accepted it; NULL on clients */
    struct pn_connect *connect;      /* own: while connecting */
    struct pn_endpoints *endpoints;  /* own */
    struct pn_socket_extras *extras; /* own */
    uint16_t keep_alive_delay;       /* seconds */
    unsigned counted : 1;            /* in its server's `connections` */
    unsigned kept : 1;               /* its server keeps it for loops and waits */
    unsigned draining : 1;           /* counted, and its server's shutdown() waits for it */
    unsigned handled : 1;            /* its server has it from serve(): it is closed when its handler returns */
    unsigned unref : 1;
    unsigned no_delay : 1;
    unsigned keep_alive : 1;
    unsigned is_pipe : 1; /* a unix socket */
    unsigned secured : 1; /* the handshake of TLS is complete */
    unsigned failing : 1; /* the only attempt has failed, and `error` has not been emitted yet */
    /* The handle came from a BoundSocket or an unconnected descriptor; it waits for connect() until `connecting` or
     * `connected`. */
    unsigned bound : 1;
    unsigned handle_is_weak : 1;       /* the handle holds no reference to the socket */
    unsigned aborted : 1;              /* the constructor's signal was aborted: it never connects */
    unsigned reset_when_connected : 1; /* reset_and_destroy() while connecting */
    unsigned begins : 1;               /* `connect` and `ready` are being emitted: reading begins after them */
};

#define PN_SOCKET(o) ((PnSocket *)(void *)(o))

static inline const struct pn_connect_ops *
pn_connect_ops_of(const PnSocket *s)
{
    return *(const struct pn_connect_ops *const *)(const void *)s->connect;
}

#endif

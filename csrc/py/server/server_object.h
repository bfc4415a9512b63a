/* server_object.h - struct PnServer. */
#ifndef PN_PY_SERVER_SERVER_OBJECT_H
#define PN_PY_SERVER_SERVER_OBJECT_H

#include "py/abort/abort.h"
#include "py/events/emitter_object.h"
#include "py/server/server_listeners.h"
#include "py/socket/socket.h"

typedef struct PnServer PnServer;

/* What a server has beside the object, which is so in a size class of the allocator. */
struct pn_server_counts {
    uint64_t accepted, dropped, blocked; /* connections since the server was made: see server_stats.c */
    size_t force_closed;                 /* connections that shutdown() waited for, and destroyed */
    struct pn_server_tls *tls;           /* own: of the option ssl, see server_tls.h; NULL: none */
    double grace;                        /* seconds that the end of `with` waits; negative: it does not */
};

struct PnServer {
    PnEmitter em;
    struct pn_listener *listener;  /* own: the first; holds a reference to the server until it is closed */
    struct pn_places *places;      /* own: where it will listen; NULL: no listen() is under way */
    struct pn_others *others;      /* own: the listeners but the first; NULL: none */
    PyObject *path;                /* own: str, of a unix server */
    PyObject *max_connections;     /* own: as the user set it; NULL: not set */
    double max;                    /* the same as a number; NaN: no limit */
    PyObject *block_list;          /* own: a BlockList; NULL: none */
    PyObject *pending_connections; /* own: list of sockets that no loop or wait has taken; None: one that was taken */
    Py_ssize_t taken;              /* how many at its beginning were taken */
    size_t gone;                   /* how many of the others have closed, since `connection` listeners have them too */
    PyObject *shutdown;            /* own: the Future of the last shutdown() */
    PyObject *listen_error;        /* own: of the last listen() */
    PyObject *listened_at;         /* own: str, where listen() was called: "app.py:12" */
    PyObject *user_data;           /* own: the property; NULL: None */
    struct pn_server_proxy *proxy; /* own: of the option proxy_protocol; NULL: off */
    PyObject *share;               /* own: see _server_share(); NULL: it accepts for itself */
    struct pn_server_limits *limits; /* own: see server_limits.h; NULL: none was ever set */
    size_t connections;
    struct pn_server_counts *counts; /* own */
    struct pn_link streams;          /* of the connections, by their `group` */
    struct pn_abort_link abort;      /* the signal of listen(), until close() */
    size_t draining;                 /* connections that shutdown() waits for */
    struct PnCall *accepting;        /* borrowed: the first call of accept() that waits; see accept_method.c */
    uint32_t iterators;              /* open iterators over the server */
    uint32_t takers;                 /* waits for a connection: accept(), wait("connection"), once() */
    unsigned closes;                 /* queued `close` events */
    uint32_t elsewhere;              /* connections that live in another process: see _server_hold() */
    uint32_t asks;                   /* calls of cluster_ask(), the token of the last one; may wrap */
    int backlog;
    unsigned bind_flags; /* PN_BIND_*, of listen() */
    struct pn_connection_options options;
    unsigned drop_max_connection : 1;
    unsigned drop_max_connection_set : 1;
    unsigned unref : 1;
    unsigned close_emitted : 1;
    unsigned outside_turn : 1;       /* made, or listen() was called, outside of listeners and turn() */
    unsigned waits_for_listener : 1; /* accepts nothing until a `connection` listener is added or a taker asks */
    unsigned full : 1;           /* max_connections are open: accepts nothing, and leaves the rest to other workers */
    unsigned held_back : 1;      /* accepts nothing: _server_accepting(), _server_share() */
    unsigned in_cluster : 1;     /* its listeners are shared with other processes, or it has `share` */
    unsigned told_accepting : 1; /* cluster_watch() has been told so last */
    unsigned keeps : 1;          /* a taker has been there: connections are kept between two of them, until close() */
    unsigned pruning : 1;        /* a tick removes the closed ones from the kept connections */
    unsigned by_address : 1;     /* listen() got an IP address as the host */
    unsigned shutting_down : 1;  /* shutdown() is under way */
    unsigned shut : 1;           /* shutdown() has found nothing to close, and listen() has not been called since */
    unsigned aborting : 1;       /* the signal of listen() was aborted already: the next tick closes */
    unsigned listen_error_emitted : 1;
};

#define PN_SERVER(o) ((PnServer *)(void *)(o))

#endif

/* server_object.h - what a Server is made of. */
#ifndef PN_PY_SERVER_SERVER_OBJECT_H
#define PN_PY_SERVER_SERVER_OBJECT_H

#include "py/abort/abort.h"
#include "py/events/emitter_object.h"
#include "py/socket/socket.h"
#include "uvio/listener.h"

typedef struct PnServer PnServer;

struct PnServer {
    PnEmitter em;
    struct pn_listener *listener;  /* own; holds a reference to us until it is closed */
    struct pn_lookup *lookup;      /* own: of a host to listen on */
    PyObject *lookup_host;         /* own: str */
    PyObject *path;                /* own: str, of a unix server */
    PyObject *max_connections;     /* own: as set; NULL when not */
    double max;                    /* the same as a number; NaN: no limit */
    PyObject *block_list;          /* own: a BlockList; NULL: none */
    PyObject *pending_connections; /* own: list of sockets that no loop over the server has taken yet */
    PyObject *shutdown;            /* own: the Future of the last shutdown() */
    size_t connections;
    struct pn_abort_link abort; /* the signal of listen(), until close() */
    size_t draining;            /* of them those that shutdown() waits for */
    size_t force_closed;        /* destroyed by shutdown() */
    size_t iterators;           /* over the server, open now */
    unsigned closes;            /* `close` events on their way */
    int backlog;
    unsigned bind_flags; /* PN_BIND_*, of listen() */
    uint16_t port;       /* to listen on after the lookup */
    struct pn_connection_options options;
    unsigned drop_max_connection : 1;
    unsigned drop_max_connection_set : 1;
    unsigned exclusive : 1; /* of listen(), for the cluster */
    unsigned unref : 1;
    unsigned close_emitted : 1;
    unsigned waits_for_listener : 1; /* accepts nothing before there is a `connection` listener, or a loop asks */
    unsigned shutting_down : 1;      /* shutdown() is under way */
};

#define PN_SERVER(o) ((PnServer *)(void *)(o))

#endif

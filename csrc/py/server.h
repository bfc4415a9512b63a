/* server.h - the Server type, shared by the files that make it up.
 *
 *   server.c           the type: options, listening, closing, methods, properties
 *   server_accept.c    accepting: limits, the block list, `connection`, loops over a server
 *   server_listen.c    listen(): forms, lookup, binding
 *   server_shutdown.c  its connections all at once: listing, destroying, shutdown() */
#ifndef PN_PY_SERVER_H
#define PN_PY_SERVER_H

#include "../uvio/listener.h"
#include "abort.h"
#include "emitter.h"

struct PnServer {
    PnEmitter em;
    struct pn_listener *listener; /* own; holds a reference to us until it is closed */
    struct pn_lookup *lookup;     /* own: of a host to listen on */
    PyObject *lookup_host;        /* own: str */
    PyObject *path;               /* own: str, of a unix server */
    PyObject *max_connections;    /* own: as set; NULL when not */
    double max;                   /* the same as a number; NaN: no limit */
    PyObject *block_list;         /* own: a BlockList; NULL: none */
    PyObject *backlog_of_loops;   /* own: list of sockets that no loop over the server has taken yet */
    PyObject *shutdown;           /* own: the Future of the last shutdown() */
    size_t connections;
    struct pn_abort_link abort; /* the signal of listen(), until close() */
    size_t going;               /* of them those that shutdown() waits for */
    size_t forced;              /* destroyed by shutdown() */
    size_t loops;               /* over the server, open now */
    unsigned closes;            /* `close` events on their way */
    int backlog;
    unsigned bind_flags; /* PN_BIND_*, of listen() */
    uint16_t port;       /* to listen on after the lookup */
    uint32_t high_water_mark, max_write_buffer;
    uint16_t keep_alive_delay; /* seconds */
    unsigned allow_half_open : 1;
    unsigned pause_on_connect : 1;
    unsigned no_delay : 1;
    unsigned keep_alive : 1;
    unsigned drop_max_connection : 1;
    unsigned drop_max_connection_set : 1;
    unsigned exclusive : 1; /* of listen(), for the cluster */
    unsigned unref : 1;
    unsigned close_emitted : 1;
    unsigned waits_for_listener : 1; /* accepts nothing before there is a `connection` listener, or a loop asks */
    unsigned shutting : 1;           /* shutdown() is under way */
};

#define PN_SERVER(o) ((PnServer *)(void *)(o))

extern PyType_Spec pn_server_spec;

/* --- server.c --- */
/* The listener is there: watches it, `listening` by a tick. */
void pn_server_listening(PnServer *s, struct pn_listener *l);
void pn_server_failed(PnServer *s, PyObject *error); /* steals; `error` by a tick */
/* It is its server's no more: the count goes down, and `close` may come. No-op for a socket that is not counted. */
void pn_server_connection_gone(PnSocket *sock);
void pn_server_close_quietly(PnServer *s);
/* At exit: closed without a word. */
void pn_server_abandon(PnServer *s);

/* --- server_accept.c --- */
bool pn_server_accepted(struct pn_listener *l, int fd, const struct pn_addr *peer);
void pn_server_accept_failed(struct pn_listener *l, int status);
/* There is somebody to be told of connections: accepting begins. */
void pn_server_connection_listener(PnServer *s);
/* Private functions of the module, for pynet/_server.py. */
PyObject *pn_server_loop_begin(PyObject *module, PyObject *server);
PyObject *pn_server_loop_take(PyObject *module, PyObject *server);
PyObject *pn_server_loop_end(PyObject *module, PyObject *server);

/* _server_knows_option(name): an option of Server(), in either spelling, or one that it refuses by an error of its own. */
PyObject *pn_server_knows_option(PyObject *module, PyObject *name);

/* --- server_shutdown.c --- */
/* The live connections, oldest first: a new list. */
PyObject *pn_server_sockets(PnServer *s);
/* On the loop: tells the Future of shutdown() if what it waits for has come. */
void pn_server_shutdown_over(PnServer *s);
/* The same by a tick. */
void pn_server_shutdown_over_soon(PnServer *s);
PyObject *pn_server_shut_down(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_server_destroy_going(PyObject *module, PyObject *server);
PyObject *pn_server_destroy_connections(PyObject *module, PyObject *server);

/* Rows of the module's method table. */
#define PN_SERVER_FUNCTION_ROWS                                                                             \
    {"_loop_begin", pn_server_loop_begin, METH_O, NULL}, {"_loop_take", pn_server_loop_take, METH_O, NULL}, \
        {"_loop_end", pn_server_loop_end, METH_O, NULL},                                                    \
        {"_shut_down", PN_FASTCALL(pn_server_shut_down), METH_FASTCALL, NULL},                              \
        {"_destroy_going", pn_server_destroy_going, METH_O, NULL},                                          \
    {                                                                                                       \
        "_destroy_connections", pn_server_destroy_connections, METH_O, NULL                                 \
    }

/* --- server_listen.c --- */
PyObject *pn_server_listen_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
void pn_server_cancel_lookup(PnServer *s);
extern const char pn_listen_doc[];

/* --- socket.c: option checks that both share --- */
int pn_high_water_mark(PyObject *obj, uint32_t *out);
int pn_max_write_buffer(PyObject *obj, uint32_t *out);
int pn_keep_alive_delay(PyObject *obj, uint16_t *out);
uint16_t pn_keep_alive_seconds(double ms);

#endif

/* server.h - the Server type, shared by server.c (accepting, closing) and server_listen.c (listen() forms). */
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
    size_t connections;
    struct pn_abort_link abort; /* the signal of listen(), until close() */
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
    unsigned exclusive : 1; /* of listen(), for the cluster */
    unsigned unref : 1;
    unsigned close_emitted : 1;
    unsigned waits_for_listener : 1; /* made outside the loop, no `connection` listener yet */
};

#define PN_SERVER(o) ((PnServer *)(void *)(o))

extern PyType_Spec pn_server_spec;

/* --- server.c --- */
/* The listener is there: watches it, `listening` by a tick. */
void pn_server_listening(PnServer *s, struct pn_listener *l);
void pn_server_failed(PnServer *s, PyObject *error); /* steals; `error` by a tick */
void pn_server_connection_gone(PnServer *s);
void pn_server_connection_listener(PnServer *s);
void pn_server_close_quietly(PnServer *s);
/* At exit: closed without a word. */
void pn_server_abandon(PnServer *s);

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

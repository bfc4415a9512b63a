/* listen_request.h - struct pn_listen, the checked arguments of listen() and what came of them: listen_args.c fills it,
 * listen_method.c and listen_fd.c bind by it. */
#ifndef PN_PY_SERVER_LISTEN_REQUEST_H
#define PN_PY_SERVER_LISTEN_REQUEST_H

#include "py/address/endpoint.h"
#include "py/server/server.h"

/* What to listen on: the first in this order that was given counts. */
enum pn_listen_form { PN_LISTEN_BOUND, PN_LISTEN_FD, PN_LISTEN_PLACES };

struct pn_listen {
    struct pn_endpoint at;
    enum pn_listen_form form;
    struct pn_places *places; /* own: ports, hosts and paths */
    PyObject *bound;          /* own: a BoundSocket */
    PyObject *signal;         /* own: an AbortSignal, NULL without one */
    int fd;                   /* own: a duplicate of the user's descriptor; -1: none */
    int taken_fd;             /* the user's number, which is taken over: closed when the server listens; -1: none */
    int fd_status;            /* why there is no `fd`: emitted as `error` */
    unsigned flags;           /* PN_BIND_* */
    struct pn_path_access access;
    const char *needs_path; /* "mode" or "group", when one was given */
    const char *needs_file; /* or "readable_all", "writable_all" */
    int backlog;
    bool exclusive;
    struct pn_outcome outcome; /* empty while a host is looked up */
};

/* --- listen_args.c --- */
/* Reads and checks all arguments; changes nothing. 0, or -1 with an exception and nothing kept. */
int pn_listen_parse(PnServer *s, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct pn_listen *l);
void pn_listen_clear(struct pn_listen *l);
/* Raises NetError (ERR_SERVER_ALREADY_LISTEN). -1. */
int pn_raise_already_listening(PnState *st);

/* --- listen_publish.c --- */
/* A listen() with these arguments begins. A subscriber runs user code. 0, or -1 with an exception. */
int pn_listen_publish_start(PnServer *s, const struct pn_listen *l);
/* It raises the exception that is set. */
void pn_listen_publish_raised(PnServer *s);

/* --- listen_fd.c --- */
/* The option fd, a number: takes the descriptor over. 0, or -1 with an exception. */
int pn_listen_take_number(PnState *st, PyObject *obj, struct pn_listen *l);
/* The option handle: a BoundSocket, or an object with a fileno() or `fd`, whose descriptor is duplicated. 0, or -1
 * with an exception. */
int pn_listen_take_handle(PnState *st, PyObject *obj, const char *name, struct pn_listen *l);
/* Make the outcome. 0, or -1 with an exception. */
int pn_listen_on_fd(PnState *st, struct pn_listen *l);
int pn_listen_on_bound(PnState *st, struct pn_listen *l);
/* The server listens: closes the user's number that it has taken over. */
void pn_listen_close_taken(struct pn_listen *l);

#endif

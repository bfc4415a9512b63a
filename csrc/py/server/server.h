/* server.h - servers: listening, accepting, closing.
 *
 *   server_object.h    struct PnServer
 *   server_type.c      the type: options, methods, properties
 *   listen_method.c    listen(): binding, the lookup of a host, the abort signal
 *   listen_args.c      its arguments; listen_request.h: what they come to
 *   listen_fd.c        listening on what is there already: descriptors, BoundSockets
 *   server_accept.c    accepting: limits, the block list, `drop`, `connection`
 *   server_iterate.c   iterators over a server
 *   server_close.c     closing: the listener, the lookup, `close`, `error`, the end of shutdown()
 *   server_shutdown.c  its connections all at once: listing, destroying, shutdown() */
#ifndef PN_PY_SERVER_SERVER_H
#define PN_PY_SERVER_SERVER_H

#include "py/server/server_object.h"

extern PyType_Spec pn_server_spec;
/* _server_knows_option(name): an option of Server(), in either spelling, or one that it refuses by an error of its own. */
PyObject *pn_server_knows_option(PyObject *module, PyObject *name);

/* --- server_close.c --- */
void pn_server_failed(PnServer *s, PyObject *error); /* steals; `error` by a tick */
/* `error` by a tick; `addr` and `path` may be NULL. */
void pn_listen_failed(PnServer *s, int status, const struct pn_addr *addr, PyObject *path);
void pn_server_cancel_lookup(PnServer *s);
/* Closes the listener; `close` follows with the last connection. No callback is added. */
void pn_server_close(PnServer *s);
/* At exit: closes without an event. */
void pn_server_abandon(PnServer *s);
/* st->hooks->connection_gone: the count goes down, and `close` may follow. */
void pn_server_connection_gone(PyObject *socket);
/* On the loop: finishes the Future of shutdown() if its connections have closed. */
void pn_server_shutdown_over(PnServer *s);
/* future._finish(count) */
void pn_server_finish(PnState *st, PyObject *future, size_t count);

/* --- server_accept.c --- */
/* The listener is there: watches it, `listening` by a tick. */
void pn_server_listening(PnServer *s, struct pn_listener *l);
/* A `connection` listener was added, or a loop asks: accepting begins. */
void pn_server_connection_listener(PnServer *s);
/* Connections wait in the kernel until a `connection` listener is added, or a loop asks for the next one. */
void pn_server_wait_for_listener(PnServer *s);

/* --- server_iterate.c --- */
/* Private functions of the module, for pynet/_server.py. */
PyObject *pn_server_iter_open(PyObject *module, PyObject *server);
PyObject *pn_server_iter_next(PyObject *module, PyObject *server);
PyObject *pn_server_iter_close(PyObject *module, PyObject *server);

/* --- server_shutdown.c --- */
/* The live connections, oldest first: a new list. */
PyObject *pn_server_sockets(PnServer *s);
PyObject *pn_server_shut_down(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_server_destroy_draining(PyObject *module, PyObject *server);
PyObject *pn_server_destroy_connections(PyObject *module, PyObject *server);

/* --- listen_method.c --- */
PyObject *pn_server_listen_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
extern const char pn_listen_doc[];

#endif

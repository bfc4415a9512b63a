/* server.h - Server: listen(), accepting connections, closing, shutdown().
 *
 *   server_object.h    struct PnServer
 *   server_type.c      the Python type: options, methods, properties
 *   server_options.c   the options of Server()
 *   listen_method.c    listen(): binding, the lookup of a host, the abort signal
 *   listen_args.c      the arguments of listen(); listen_request.h: the checked request
 *   listen_fd.c        listen() on an existing descriptor or a BoundSocket
 *   listen_publish.c   what listen() publishes for pynet.diagnostics
 *   server_watch.c     whether a server accepts now: it pauses and starts the listeners
 *   server_accept.c    accepting: max_connections, the block list, `drop`, `connection`
 *   server_proxy.c     the header of the PROXY protocol, which is read before anything else
 *   server_proxy_options.c  the options about it
 *   server_limits.h    limits for each client address
 *   server_listeners.h where a server listens: places, and their listeners
 *   listen_shared.c    listen() in a worker of a cluster: asks the primary, and takes its answer
 *   server_shared.c    sockets that processes share: the primary's side, and connections that come by descriptor
 *   cluster_page.c     the page in which the processes of a cluster count their connections
 *   server_queue.c     the connections that loops over a server and accept() take
 *   server_iterate.c   loops over a server, and waits for a connection
 *   accept_method.c    accept(): the threads and tasks that wait for a connection, in their order
 *   server_travels.c   what send_handle() needs of a server, and the server that arrives
 *   server_list.c      the servers that listen
 *   server_stats.c     what a server has counted
 *   server_close.c     closing: the listener, a listen() under way, `close`, `error`, the end of shutdown()
 *   server_shutdown.c  all connections of a server at once: listing, destroying, shutdown()
 *
 * A shortage of descriptors (EMFILE) is handled below, in uvio/listener.c. */
#ifndef PN_PY_SERVER_SERVER_H
#define PN_PY_SERVER_SERVER_H

#include "py/events/awaitable.h"
#include "py/server/server_object.h"

extern PyType_Spec pn_server_spec;
/* _server_knows_option(name): True if Server() has this option, in either spelling, or refuses it with a specific
 * error. */
PyObject *pn_server_knows_option(PyObject *module, PyObject *name);

/* --- server_options.c --- */
int pn_server_init(PyObject *op, PyObject *args, PyObject *kwargs);
/* The option and the property grace; `*out` is negative without a limit to wait for. 0, or -1 with an exception. */
int pn_server_grace_of(PyObject *obj, const char *name, double *out);

/* --- server_queue.c --- */
/* Keeps an accepted connection for loops and waits. 0, or -1 with an exception. */
int pn_server_keep(PnServer *s, PnSocket *sock);
/* The same at the beginning; where nothing is kept any more, it is destroyed. */
void pn_server_keep_first(PnServer *s, PnSocket *sock);
/* Takes the oldest. New reference; NULL if there is none. */
PyObject *pn_server_take_kept(PnServer *s);
/* A connection that is kept has closed. */
void pn_server_kept_gone(PnServer *s);
/* Destroys the kept connections, unless a loop or a wait is there, or may still come. */
void pn_server_drop_kept(PnServer *s);
/* A connection is kept. */
static inline bool
pn_server_has_kept(const PnServer *s)
{
    return s->pending_connections != NULL && PyList_GET_SIZE(s->pending_connections) > s->taken;
}
/* There is a connection for the first call of accept() that waits. */
static inline void
pn_server_wake_first(PnServer *s)
{
    if (s->accepting != NULL)
        pn_waiter_wake(&s->accepting->w);
}
/* All calls of accept() that wait look again. */
static inline void
pn_server_wake_all(PnServer *s)
{
    PnCall *c = s->accepting;
    while (c != NULL) {
        pn_waiter_wake(&c->w);
        c = PN_CALL_OF_PLACE(c->place.next);
        if (c == s->accepting)
            return;
    }
}
/* A loop or a wait is there that takes connections. */
static inline bool
pn_server_is_taken(const PnServer *s)
{
    return s->iterators > 0 || s->takers > 0;
}

/* --- server_close.c --- */
void pn_server_failed(PnServer *s, PyObject *error); /* steals; emits `error` by a tick */
/* Emits the error of listen() as `error` by a tick, and keeps it for waits; steals it. */
void pn_listen_failed_with(PnServer *s, PyObject *error);
/* Wakes the iterators and the waits, which check by a tick whether the server is closed. */
void pn_server_changed_soon(PnServer *s);
/* listen() has to wait, for a lookup or for the cluster's primary: it holds a reference to the server, and the places,
 * which it takes over. */
void pn_server_begin_listen(PnServer *s, struct pn_places *places);
/* The wait is over. The caller owns the places and the reference. */
struct pn_places *pn_server_end_listen(PnServer *s);
/* Ends it without a result; does nothing when no listen() is under way. */
void pn_server_cancel_listen(PnServer *s);
/* Closes the servers whose listen() is under way. */
void pn_server_close_pending(PnState *st);
/* Closes the listener, and adds no callback. `close` is emitted after the last connection has closed. */
void pn_server_close(PnServer *s);
/* The connections of the server, also those that live in another process. */
static inline size_t
pn_server_open(const PnServer *s)
{
    return s->connections + s->elsewhere;
}
/* One that lives in another process has closed. */
void pn_server_gone_elsewhere(PnServer *s);
/* At exit: closes without an event. */
void pn_server_abandon(PnServer *s);
/* st->hooks->connection_gone: decrements the count; queues `close` after the last connection. */
void pn_server_connection_gone(PyObject *socket);
/* Finishes the Future of shutdown() if the connections that it waits for have closed. Called on the loop. */
void pn_server_shutdown_over(PnServer *s);
/* future._finish(count) */
void pn_server_finish(PnState *st, PyObject *future, size_t count);

/* --- server_accept.c --- */
/* pn_mark_outside() for a new server and for listen(): remembers a use outside of turn(), too. */
void pn_server_mark_outside(PnServer *s);
/* Takes over the listeners, starts accepting unless a `connection` listener is missing, emits `listening` by a tick. */
void pn_server_listening(PnServer *s, struct pn_outcome *out);
/* Treats an accepted descriptor as its i-th listener does; false to accept no more in this turn. */
bool pn_server_accepted(struct pn_listener *l, int fd, const struct pn_addr *peer);

/* --- server_watch.c --- */
/* The i-th listener, NULL after the last; `*path` (borrowed) is that of a unix socket. */
struct pn_listener *pn_server_listener(const PnServer *s, size_t i, PyObject **path);
/* One of the reasons not to accept has changed: pauses the listeners, or starts them. */
void pn_server_watch(PnServer *s);
/* max_connections are open. */
bool pn_server_is_full(const PnServer *s);
/* Of a server with `in_cluster`: the number of its connections, or the limit of it, has changed. */
void pn_server_count_changed(PnServer *s);
/* Whether a listener gets the connections: of `connection`, or of `secureConnection`. */
bool pn_server_is_heard(const PnServer *s);
/* Starts accepting: such a listener was added, or an iterator needs a connection. */
void pn_server_connection_listener(PnServer *s);
/* Leaves connections in the kernel's queue until a `connection` listener is added or an iterator needs one. */
void pn_server_wait_for_listener(PnServer *s);
/* Calls cluster_watch() for each of `count` listeners, by ticks. */
void pn_server_tell_accepting(PnServer *s, size_t count, bool accepting);
/* The listeners that it shared have closed: cluster_watch(server, 0, None), by a tick. */
void pn_server_tell_closed(PnServer *s);

/* --- server_list.c --- */
/* _server_list(): [(server, where it began to listen)] of those that listen. */
/* server_stats.c: the property stats */
PyObject *pn_server_stats(const PnServer *s);
PyObject *pn_server_list(PyObject *module, PyObject *unused);
/* Adds a note to an error EADDRINUSE: which server of this process has the address. Returns the error; NULL, with its
 * reference released: a signal handler has raised. */
PyObject *pn_server_note_in_use(PnState *st, int status, PyObject *error);

/* --- server_travels.c --- */
/* _server_lend(server): [(descriptor, path to unlink or None)], duplicates. _server_forget_files(server): unlinks none. */
PyObject *pn_server_lend(PyObject *module, PyObject *op);
/* _server_options(server): a dict of what travels beside them. */
PyObject *pn_server_options(PyObject *module, PyObject *op);
PyObject *pn_server_forget_files(PyObject *module, PyObject *op);
/* _server_arrives(server, [(descriptor, path to unlink or None)], backlog): it listens, and accepts when there is a
 * `connection` listener. It takes the descriptors over, also when it raises. */
PyObject *pn_server_arrives(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

/* --- accept_method.c --- */
PyObject *pn_server_accept_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
extern const char pn_accept_doc[];

/* --- server_iterate.c --- */
/* The next connection, as _iter_next(). New reference; NULL with an exception. */
PyObject *pn_server_next(PnServer *s);
/* One more wait takes connections, or one less. 0, or -1 with an exception. */
int pn_server_taker_begins(PnServer *s);
int pn_server_taker_ends(PnServer *s);
/* Private functions of the module, for pynet/_server.py and pynet/_waiting.py. */
PyObject *pn_server_set_handled(PyObject *module, PyObject *server);
PyObject *pn_server_iter_open(PyObject *module, PyObject *server);
PyObject *pn_server_iter_next(PyObject *module, PyObject *server);
PyObject *pn_server_iter_close(PyObject *module, PyObject *server);
PyObject *pn_server_take_open(PyObject *module, PyObject *server);
PyObject *pn_server_take_close(PyObject *module, PyObject *server);
PyObject *pn_server_put_back(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

/* --- listen_shared.c --- */
/* The places are to be asked for, and not bound here. */
static inline bool
pn_places_are_shared(const PnState *st, const struct pn_places *p)
{
    return p->options != NULL && st->cluster_ask != NULL;
}
/* Asks the primary for them, and takes them over. 0, or -1 with an exception, and no listen() under way. */
int pn_server_ask(PnServer *s, struct pn_places *places);
/* The same, and waits for the answer, which it puts into `out`. 1; 0 when the listen() was cancelled meanwhile; -1 with an
 * exception. */
int pn_server_ask_and_wait(PnServer *s, struct pn_places *places, struct pn_outcome *out);
/* Private functions of the module, for pynet/cluster. */
PyObject *pn_cluster_hooks(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_listen_answer(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_listen_failed(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

/* --- server_shared.c --- */
/* Private functions of the module, for pynet/cluster. */
PyObject *pn_server_share(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_server_fds(PyObject *module, PyObject *server);
PyObject *pn_server_accepting(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_server_hold(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_accept_fd(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

/* --- cluster_page.c --- */
/* Private functions of the module, for pynet/cluster. */
PyObject *pn_cluster_page(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_cluster_slots(PyObject *module, PyObject *unused);
PyObject *pn_cluster_clear(PyObject *module, PyObject *index);

/* --- server_shutdown.c --- */
/* The argument of a private function: the server, which can be used; NULL with an exception. */
PnServer *pn_server_check(PyObject *module, PyObject *op);
/* The open connections, oldest first. New list. */
PyObject *pn_server_sockets(PnServer *s);
PyObject *pn_server_shut_down(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_server_destroy_draining(PyObject *module, PyObject *server);
PyObject *pn_server_destroy_connections(PyObject *module, PyObject *server);

/* --- listen_method.c --- */
PyObject *pn_server_listen_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
extern const char pn_listen_doc[];

#endif

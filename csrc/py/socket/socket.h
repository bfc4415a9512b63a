/* socket.h - what a Socket adds to a duplex stream: the handle, options, addresses, TCP settings, descriptors.
 *
 *   socket_object.h      struct PnSocket
 *   socket_handle.c      creating and accepting sockets, the handle and its events, the socket's part of destroy(); GC
 *   socket_accept.c      the socket of a connection that a server has accepted
 *   socket_options.c     the options of Socket()
 *   socket_checks.c      checks of single options, shared with servers and connect()
 *   socket_state.c       properties: addresses, ready_state, counters, flags
 *   socket_tcp.c         set_no_delay(), set_keep_alive(), set_type_of_service(), reset_and_destroy()
 *   socket_fd.c          the options fd, readable and writable: a socket over a user's descriptor
 *   socket_bound.c       adopting a BoundSocket; bound_socket_type.c: the Python type BoundSocket
 *   socket_lost.c        accepted connections that the peer or the network has ended, without an `error` listener
 *   socket_raw.c         set_option(), get_option(): any option of the descriptor; peer_credentials
 *   socket_closing.c     close_timeout: how long `with sock` waits for what is queued; linger: how long close() reads
 *   socket_detach.c      detach(): hands the connection over to a socket.socket
 *   socket_proxy.c       the header of the PROXY protocol that an accepted connection began with: the property `proxy`
 *   proxy_note.c         a copy of such a header
 *   socket_travels.c     what send_handle() needs of a socket, and the socket that arrives
 *   socket_extras.c      an aborted AbortSignal destroys the socket; rarely used fields, allocated on demand: block list,
 *                        type of service, ...
 *
 * The Python type Socket is in module/socket_type.c: its methods come from here, from stream/ and from connect/. */
#ifndef PN_PY_SOCKET_SOCKET_H
#define PN_PY_SOCKET_SOCKET_H

#include "py/socket/socket_object.h"

/* --- socket_handle.c --- */
PyObject *pn_socket_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
void pn_socket_dealloc(PyObject *op);
int pn_socket_traverse(PyObject *op, visitproc visit, void *arg);
int pn_socket_clear(PyObject *op);
extern const struct pn_stream_events pn_socket_stream_events;

/* Opens a new handle for connect(). 0, or -1 with an exception. */
int pn_socket_open_handle(PnSocket *s, enum pn_stream_kind kind);
/* `io`, whose owner is the socket, becomes its handle, and holds a reference to the socket. */
void pn_socket_take_handle(PnSocket *s, struct pn_stream *io, enum pn_stream_kind kind);
/* Closes the handle of a failed attempt; emits nothing. */
void pn_socket_close_handle_silently(PnSocket *s);
/* If the handle is weak, it holds a reference to the socket from now on, as any other handle. */
void pn_socket_own_by_handle(PnSocket *s);
/* Resets the state of the previous connection, for connect(); the socket has no handle. False: user code that this ran
 * has started another connection. */
bool pn_socket_reset(PnSocket *s);
/* st->hooks->destroy_concerned: destroys `emitter` if it is a socket. */
void pn_socket_destroy_concerned(PnState *st, PyObject *emitter);
/* It has the handle of a BoundSocket or of a descriptor that was not connected, and connect() has not been called. */
static inline bool
pn_socket_waits(const PnSocket *s)
{
    return s->bound && s->d.io != NULL && !s->d.connecting && !s->d.connected;
}

/* --- socket_accept.c --- */
/* The settings that a server applies to each connection that it accepts. */
struct pn_connection_options {
    uint32_t high_water_mark, max_write_buffer;
    uint16_t keep_alive_delay; /* seconds */
    bool allow_half_open, pause_on_connect, no_delay, keep_alive;
    bool handled;      /* by the handlers of serve() */
    PyObject *factory; /* the server's: called with the other options, it makes the socket; NULL: none */
};
/* An accepted connection. */
struct pn_accepted {
    struct pn_addr peer; /* family 0: a unix socket */
    enum pn_stream_kind kind;
    int fd;                      /* own, while `io` is NULL */
    struct pn_stream *io;        /* own: its handle, which does not read; NULL: it has none yet */
    struct pn_proxy_note *proxy; /* own; NULL: none */
};
/* Makes the socket of an accepted connection, which `server` (NULL: none) counts, and takes over what `c` owns, also on
 * failure. Reads nothing yet. NULL with an exception set. With a factory it runs user code. */
PnSocket *pn_socket_accept(PnState *st, PyObject *server, const struct pn_connection_options *o, struct pn_accepted *c);
/* Closes it; `reset`: by a reset. Runs no user code. */
void pn_accepted_close(struct pn_accepted *c, bool reset);

/* --- socket_state.c --- */
/* The paths of the two ends of a connected unix socket, as str; NULL, without an exception: that end has none. New
 * references. */
PyObject *pn_socket_local_path(PnSocket *s);
PyObject *pn_socket_peer_path(PnSocket *s);
/* struct pn_duplex_ops: `peer`. */
bool pn_socket_peer_for_error(PnDuplex *d, struct pn_addr *addr, PyObject **path);

/* --- socket_lost.c --- */
/* An `error` without a listener, or of a pipeline without a callback: true if the peer or the network has caused the
 * end of a connection that a server has accepted. It is logged then, and not uncaught. */
bool pn_socket_unheard(PnEmitter *e, PyObject *error);
/* _is_lost(error): whether it is an error that a peer or the network causes. */
PyObject *pn_socket_is_lost_function(PyObject *module, PyObject *error);
/* _unheard(socket, error): pn_socket_unheard(). */
PyObject *pn_socket_unheard_function(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

/* --- socket_options.c --- */
/* The names of the constructor's options, without the closing NULL; the enum has them in the same order. */
#define PN_SOCKET_OPTIONS                                                                                           \
    "allow_half_open", "high_water_mark", "no_delay", "keep_alive", "keep_alive_initial_delay",                     \
        "readable_high_water_mark", "writable_high_water_mark", "max_write_buffer", "encoding", "default_encoding", \
        "onread", "fd", "readable", "writable", "handle", "signal", "block_list", "type_of_service", "object_mode", \
        "readable_object_mode", "writable_object_mode", "close_timeout", "errors", "linger", "receive_handles"
enum pn_socket_option {
    PN_O_HALF_OPEN,
    PN_O_MARK,
    PN_O_NO_DELAY,
    PN_O_KEEP_ALIVE,
    PN_O_DELAY,
    PN_O_READ_MARK,
    PN_O_WRITE_MARK,
    PN_O_MAX_WRITE,
    PN_O_ENCODING,
    PN_O_DEFAULT_ENCODING,
    PN_O_ONREAD,
    PN_O_FD,
    PN_O_READABLE,
    PN_O_WRITABLE,
    PN_O_HANDLE,
    PN_O_SIGNAL,
    PN_O_BLOCK_LIST,
    PN_O_TOS,
    PN_O_OBJECT_MODE,
    PN_O_READ_OBJECT_MODE,
    PN_O_WRITE_OBJECT_MODE,
    PN_O_CLOSE_TIMEOUT,
    PN_O_ERRORS,
    PN_O_LINGER,
    PN_O_RECEIVE_HANDLES,
    PN_SOCKET_OPTION_COUNT,
};
/* Checks all options of the constructor (`values` in the order of PN_SOCKET_OPTIONS), then applies those that are mere
 * settings. 0, or -1 with an exception. */
int pn_socket_apply_options(PnSocket *s, PyObject **values);
/* The second step: takes over the options `fd` or `handle`, and follows `signal`. 0, or -1 with an exception. */
int pn_socket_begin(PnSocket *s, PyObject **values);
int pn_socket_init(PyObject *op, PyObject *args, PyObject *kwargs);

/* --- socket_fd.c --- */
/* Checks that the socket is unused and that it can take over the option fd. 0, or -1 with an exception. */
int pn_socket_check_fd(PnSocket *s, PyObject *obj);
int pn_socket_take_fd(PnSocket *s, PyObject **values);

/* --- socket_tcp.c --- */
/* The handle has just connected: applies the TCP settings that were stored before, in Node's order. */
void pn_socket_set_wire_options(PnSocket *s);
/* Queues a reset until the connection is made, behind the present listeners of `connect`. 0, or -1 with MemoryError. */
int pn_socket_reset_soon(PnSocket *s);
/* Called in its place among the listeners of `connect`: does the queued reset. */
void pn_socket_run_reset(PnSocket *s);
PyObject *pn_socket_set_no_delay_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_socket_set_keep_alive_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_socket_set_type_of_service_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs,
                                               PyObject *kwnames);
PyObject *pn_socket_get_type_of_service_method(PyObject *op, PyObject *unused);
PyObject *pn_socket_reset_and_destroy_method(PyObject *op, PyObject *unused);
extern const char pn_set_no_delay_doc[], pn_set_keep_alive_doc[], pn_set_type_of_service_doc[],
    pn_get_type_of_service_doc[], pn_reset_and_destroy_doc[];

/* --- socket_detach.c --- */
PyObject *pn_socket_detach_method(PyObject *op, PyObject *unused);
extern const char pn_detach_doc[];

/* --- socket_bound.c --- */
/* The option `handle`: a new socket adopts a BoundSocket. connect() uses its handle, after
 * pn_socket_own_by_handle(). 0, or -1 with TypeError, NetError (ERR_SOCKET_HANDLE_ADOPTED), or what opening raised:
 * the BoundSocket is closed then. */
int pn_socket_take_bound(PnSocket *s, PyObject *bound);

/* --- socket_extras.c --- */
/* Allocated by the first call; NULL with MemoryError. */
struct pn_socket_extras *pn_extras_of(PnSocket *s);
/* Makes `signal` abort the socket from now on; `link` is `abort` or `connect_abort` of `extras`. 1: the signal has been
 * aborted already, and is not followed. */
int pn_extras_watch(struct pn_socket_extras *extras, struct pn_abort_link *link, PyObject *signal);
/* On destroy: stops following both signals. The caller gets their references (NULL if there is none), since releasing
 * them may run user code. */
void pn_extras_unwatch(PnSocket *s, PyObject *signals[2]);
/* Signals do not reach the socket any more, but stay owned. Runs no user code. */
void pn_extras_cut(PnSocket *s);
void pn_extras_free(PnSocket *s);
int pn_extras_traverse(PnSocket *s, visitproc visit, void *arg);
/* Follows the constructor's signal; destroys the socket at once if it has been aborted. 0, or -1 with an exception. */
int pn_socket_follow(PnSocket *s, PyObject *signal);

/* --- socket_raw.c --- */
/* The socket is about to connect, by a descriptor of this family: applies what set_option() has stored. 0, or a
 * status. */
int pn_socket_prepare(PnSocket *s, int family);
PyObject *pn_socket_set_option_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_socket_get_option_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_socket_get_credentials(PyObject *op, void *closure);
extern const char pn_set_option_doc[], pn_get_option_doc[];

/* --- socket_detach.c --- */
/* Checks that it is connected, that all written bytes have been sent and all read bytes consumed; errors say that it
 * cannot be <verb>. Runs no user code if it succeeds. 0, or -1 with an exception. */
int pn_socket_check_detachable(PnSocket *s, const char *verb, const char *method);

/* --- proxy_note.c --- */
/* Copies a header that has been parsed. NULL, without an exception, when out of memory. */
struct pn_proxy_note *pn_proxy_note_new(const struct pn_proxy_header *h, const uint8_t *bytes, size_t len);
void pn_proxy_note_free(struct pn_proxy_note *note); /* may be NULL */
/* The client's end; NULL: the header has no addresses. */
static inline const struct pn_addr *
pn_proxy_client(const struct pn_proxy_note *note)
{
    return note->h.source.family != 0 ? &note->h.source : NULL;
}
/* --- socket_proxy.c --- */
/* The socket has just been accepted: its ends are those of the header from now on. Takes the note over. 0, or -1 with
 * MemoryError. */
int pn_socket_take_proxy(PnSocket *s, struct pn_proxy_note *note);
PyObject *pn_socket_get_proxy(PyObject *op, void *closure);

/* --- socket_travels.c --- */
/* _socket_lend(socket): checks that it may travel. Returns (descriptor, settings), a duplicate. */
PyObject *pn_socket_lend(PyObject *module, PyObject *socket);
/* _socket_arrives(fd, settings): the socket of a descriptor that it takes over, also when it raises. */
PyObject *pn_socket_arrives(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

/* --- socket_closing.c --- */
#define PN_CLOSE_TIMEOUT 30.0
#define PN_LINGER        2.0
/* close() is called: from now on destroy() lingers if there is unread input. 0, or -1 with MemoryError. */
int pn_socket_prepare_close(PnSocket *s);
/* How long destroy() lingers, in nanoseconds; 0: not at all. */
uint64_t pn_socket_linger_time(const PnSocket *s);
/* _lingers(socket): whether its close() lingers. */
PyObject *pn_socket_lingers_function(PyObject *module, PyObject *socket);
PyObject *pn_socket_get_linger(PyObject *op, void *closure);
int pn_socket_set_linger(PyObject *op, PyObject *value, void *closure);
/* Checks the option `close_timeout`. 0, or -1 with TypeError or ValueError. */
int pn_check_close_timeout(PyObject *obj, const char *name, double *seconds);
PyObject *pn_socket_get_close_timeout(PyObject *op, void *closure);
int pn_socket_set_close_timeout(PyObject *op, PyObject *value, void *closure);

/* --- socket_state.c --- */
extern PyGetSetDef pn_socket_getset[];
bool pn_socket_local(PnSocket *s, struct pn_addr *out);
bool pn_socket_peer(PnSocket *s, struct pn_addr *out);
/* The result of address(). New reference. */
PyObject *pn_socket_own_address(PnSocket *s);
PyObject *pn_socket_ready_state(PnSocket *s); /* borrowed */

#endif

/* socket.h - sockets: from the handle to the options, what only a connection has, BoundSocket.
 *
 *   socket_object.h      struct PnSocket
 *   socket_handle.c      making, accepting, the handle, what it reports, what destroy() does here; GC
 *   socket_options.c     the options of the constructor
 *   socket_checks.c      checks of single options, shared with servers and connect()
 *   socket_state.c       properties
 *   socket_tcp.c         no_delay, keep-alive, type of service, reset
 *   socket_fd.c          over a descriptor of the user's
 *   socket_bound.c       adopting a BoundSocket; bound_socket_type.c: the BoundSocket type
 *   socket_detach.c      detach(): to a socket.socket
 *   socket_extras.c      what few sockets have: block list, abort signal, type of service, ...
 *
 * The type itself is module/socket_type.c: its methods come from here, from stream/ and from connect/. */
#ifndef PN_PY_SOCKET_SOCKET_H
#define PN_PY_SOCKET_SOCKET_H

#include "py/socket/socket_object.h"

/* --- socket_handle.c --- */
PyObject *pn_socket_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
void pn_socket_dealloc(PyObject *op);
int pn_socket_traverse(PyObject *op, visitproc visit, void *arg);
int pn_socket_clear(PyObject *op);
extern const struct pn_stream_events pn_socket_stream_events;

/* What a server sets on each connection that it accepts. */
struct pn_connection_options {
    uint32_t high_water_mark, max_write_buffer;
    uint16_t keep_alive_delay; /* seconds */
    bool allow_half_open, pause_on_connect, no_delay, keep_alive;
};
/* An accepted connection, which `server` counts; the descriptor is taken over. Nothing is read yet. NULL with an
 * exception set. */
PnSocket *pn_socket_accept(PnState *st, PyObject *server, const struct pn_connection_options *o,
                           enum pn_stream_kind kind, int fd, const struct pn_addr *peer);

/* A new handle for a connect(). */
int pn_socket_open_handle(PnSocket *s, enum pn_stream_kind kind);
/* A stream whose owner we are becomes our handle, and holds a reference to us. */
void pn_socket_take_handle(PnSocket *s, struct pn_stream *io, enum pn_stream_kind kind);
/* Closes the handle of a failed attempt; emits nothing. */
void pn_socket_close_handle_silently(PnSocket *s);
/* The handle holds a reference to us from now on, as any other does. */
void pn_socket_own_by_handle(PnSocket *s);
/* Makes a destroyed socket without a handle as new, for connect(). False: code that this ran has begun another
 * connection already, or will. */
bool pn_socket_reset(PnSocket *s);
/* st->hooks->destroy_concerned */
void pn_socket_destroy_concerned(PnState *st, PyObject *emitter);
/* It has the handle of a BoundSocket, or of a descriptor that was not connected, and connect() has not been called. */
static inline bool
pn_socket_waits(const PnSocket *s)
{
    return s->bound && s->d.io != NULL && !s->d.connecting && !s->d.connected;
}

/* --- socket_options.c --- */
/* The options of the constructor, without the end of the list; the same in the same order as numbers. */
#define PN_SOCKET_OPTIONS                                                                                           \
    "allow_half_open", "high_water_mark", "no_delay", "keep_alive", "keep_alive_initial_delay",                     \
        "readable_high_water_mark", "writable_high_water_mark", "max_write_buffer", "encoding", "default_encoding", \
        "onread", "fd", "readable", "writable", "handle", "signal", "block_list", "type_of_service", "object_mode", \
        "readable_object_mode", "writable_object_mode"
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
    PN_SOCKET_OPTION_COUNT,
};
/* Checks all options of the constructor, values in the order of PN_SOCKET_OPTIONS, and sets those that are settings. */
int pn_socket_apply_options(PnSocket *s, PyObject **values);
/* Then: takes over the descriptor or the bound socket that it begins with, and follows the signal. */
int pn_socket_begin(PnSocket *s, PyObject **values);
int pn_socket_init(PyObject *op, PyObject *args, PyObject *kwargs);

/* --- socket_fd.c --- */
/* The socket is fresh and the option fd a descriptor that it can take: 0, or -1 with an exception. */
int pn_socket_check_fd(PnSocket *s, PyObject *obj);
int pn_socket_take_fd(PnSocket *s, PyObject **values);

/* --- socket_tcp.c --- */
/* The connection is there: sets what has been asked for before, in Node's order. */
void pn_socket_set_wire_options(PnSocket *s);
/* A reset waits for the connection, behind the listeners of `connect` that there are now. 0, or -1 with MemoryError. */
int pn_socket_reset_soon(PnSocket *s);
/* Its turn among the listeners of `connect` has come. */
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
/* The option `handle`: a new socket adopts a BoundSocket. connect() uses its handle, after pn_socket_own_by_handle(). 0, or -1
 * with TypeError, NetError (ERR_SOCKET_HANDLE_ADOPTED), or what opening raised: the BoundSocket is closed then. */
int pn_socket_take_bound(PnSocket *s, PyObject *bound);

/* --- socket_extras.c --- */
/* Made when needed; NULL with MemoryError. */
struct pn_socket_extras *pn_extras_of(PnSocket *s);
/* A signal aborts the socket from now on: `link` is one of the two above. 1: it has been aborted already, and nothing was
 * done. */
int pn_extras_watch(struct pn_socket_extras *extras, struct pn_abort_link *link, PyObject *signal);
/* The socket is destroyed: signals concern it no more. The caller gets the references (NULL without), since their
 * release may run anything. */
void pn_extras_unwatch(PnSocket *s, PyObject *signals[2]);
/* Signals do not lead to it any more; they stay owned. */
void pn_extras_cut(PnSocket *s);
void pn_extras_free(PnSocket *s);
int pn_extras_traverse(PnSocket *s, visitproc visit, void *arg);
/* The signal of the constructor, at once if it has been aborted. 0, or -1 with an exception. */
int pn_socket_follow(PnSocket *s, PyObject *signal);

/* --- socket_state.c --- */
extern PyGetSetDef pn_socket_getset[];
bool pn_socket_local(PnSocket *s, struct pn_addr *out);
bool pn_socket_peer(PnSocket *s, struct pn_addr *out);
/* What address() gives. New reference. */
PyObject *pn_socket_own_address(PnSocket *s);
PyObject *pn_socket_ready_state(PnSocket *s); /* borrowed */

#endif

/* socket.h - the Socket type, shared by the files that make it up.
 *
 *   socket.c          the type: options, properties, small methods
 *   socket_io.c       what the stream tells: reads, completions, the end of the handle
 *   socket_life.c     making, accepting, destroying
 *   socket_connect.c  connect(): forms, lookup, attempts
 *   readable.c        the reading half: flowing and paused, `data`, `end`
 *   writable.c        the writing half: queue, gathering, callbacks, `drain`, `finish`
 *   pipe.c            socket to socket in C
 *   idle.c            set_timeout() */
#ifndef PN_PY_SOCKET_H
#define PN_PY_SOCKET_H

#include "../core/chunkq.h"
#include "../uvio/stream.h"
#include "emitter.h"

#define PN_DEFAULT_HIGH_WATER_MARK 65536

/* A write with a callback. It is complete when `end` bytes of the queue have left. */
struct pn_write_record {
    struct pn_write_record *next;
    PyObject *callback; /* own; NULL: answered already */
    uint64_t end;
    bool in_tick; /* a tick stands for it and has not run */
};

/* The queue of a socket that has something to wait for. */
struct pn_writes {
    struct pn_chunkq q; /* what the kernel has not taken yet */
    struct pn_write_record *first, *last;
    PyObject *on_finish;   /* own: list of end() callbacks */
    uint64_t queued, sent; /* bytes that went through `q` */
    uint64_t connect_end;  /* where the first write before the connection ends */
    size_t in_flight;      /* bytes of libuv's request */
    bool busy;             /* libuv has a request */
};

/* Where a socket was connected, kept when it has died. */
struct pn_ends {
    struct pn_addr local, peer;
};

struct pn_connect;
struct pn_pipe;
struct pn_idle;

enum { PN_FLOWING_NULL = 0, PN_FLOWING_FALSE = 1, PN_FLOWING_TRUE = 2 };

struct PnSocket {
    PnEmitter em;
    struct pn_stream *io;       /* own; holds a reference to us until it is closed */
    PnServer *server;           /* own, NULL on clients */
    struct pn_chunkq *rq;       /* own: read and not consumed */
    struct pn_writes *wq;       /* own */
    struct pn_connect *connect; /* own: while connecting */
    struct pn_pipe *pipes;      /* own: out of our readable side */
    struct pn_pipe *piped_from; /* borrowed: pipes into our writable side */
    PnSocket *fast_dest;        /* borrowed: all that is read goes there and nowhere else */
    struct pn_idle *idle;       /* own */
    struct pn_ends *ends;       /* own */
    PyObject *errored;          /* own */
    PnSocket *next_flush;
    uint64_t bytes_read, bytes_written;
    uint64_t write_epoch; /* the call in which we wrote last */
    uint32_t high_water_mark;
    uint32_t keep_alive_delay; /* seconds */
    bool can_send;             /* connected, and neither ended, failed nor destroyed */
    unsigned connecting : 1;
    unsigned connected : 1;
    unsigned destroyed : 1;
    unsigned had_error : 1;        /* what `close` will say */
    unsigned had_error_before : 1; /* in the life before: its `close` may be still to come */
    unsigned counted : 1;          /* by its server */
    unsigned allow_half_open : 1;
    unsigned unref : 1;
    unsigned no_delay : 1;
    unsigned keep_alive : 1;
    unsigned flowing : 2; /* PN_FLOWING_* */
    unsigned paused : 1;  /* by pause() */
    unsigned r_ended : 1; /* the peer's end has been read */
    unsigned end_scheduled : 1;
    unsigned end_emitted : 1;
    unsigned resume_scheduled : 1;
    unsigned ending : 1; /* end() has been called */
    unsigned final_called : 1;
    unsigned finished : 1;
    unsigned need_drain : 1;
    unsigned in_flush : 1;
    unsigned fin_seen : 1; /* `end` came and the writable side was ended for it */
    unsigned write_failed : 1;
    unsigned is_pipe : 1;        /* a unix socket */
    unsigned was_connecting : 1; /* when it was destroyed */
    unsigned destroy_when_finished : 1;
    unsigned failing : 1; /* the one attempt has failed, `error` is to come */
};

#define PN_SOCKET(o) ((PnSocket *)(void *)(o))

extern PyType_Spec pn_socket_spec;
extern const struct pn_stream_events pn_socket_stream_events;

/* --- socket_life.c --- */
PyObject *pn_socket_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
void pn_socket_dealloc(PyObject *op);
int pn_socket_traverse(PyObject *op, visitproc visit, void *arg);
int pn_socket_clear(PyObject *op);
/* An accepted connection; the descriptor is taken over. NULL with an exception set. */
PnSocket *pn_socket_accept(PnServer *server, enum pn_stream_kind kind, int fd, const struct pn_addr *peer);
/* A new handle for a connect(). */
int pn_socket_open_handle(PnSocket *s, enum pn_stream_kind kind);
/* Lets a handle go without a word: an attempt that failed. */
void pn_socket_drop_handle(PnSocket *s);
void pn_socket_destroy(PnSocket *s, PyObject *error);
void pn_socket_destroy_steal(PnSocket *s, PyObject *error); /* NULL: takes the exception that is set */
void pn_socket_destroy_soon(PnSocket *s);
/* destroy() again by the next tick, when both halves are done: Node's autoDestroy. */
void pn_socket_maybe_destroy(PnSocket *s);
/* A destroyed socket is as new: for connect(). */
void pn_socket_reset(PnSocket *s);
/* At exit: closed without a word. */
void pn_socket_abandon(PnSocket *s);
bool pn_socket_has_unsent(PnSocket *s);
void pn_socket_close_tick(PnState *st, PyObject *self, void *arg);

/* --- socket.c --- */
PyObject *pn_address_info(PnState *st, const struct pn_addr *addr);
bool pn_socket_local(PnSocket *s, struct pn_addr *out);
bool pn_socket_peer(PnSocket *s, struct pn_addr *out);
extern const char *const pn_socket_option_names[];
/* Applies the options of the constructor from values in the order of pn_socket_option_names. */
int pn_socket_apply_options(PnSocket *s, PyObject **values);

/* --- readable.c --- */
void pn_readable_data(PnSocket *s, char *base, size_t len);
void pn_readable_eof(PnSocket *s);
void pn_readable_start(PnSocket *s); /* reads from the kernel when there is reason to */
void pn_readable_resume(PnSocket *s);
int pn_readable_pause(PnSocket *s);
void pn_readable_data_listener(PnSocket *s);
void pn_readable_maybe_end(PnSocket *s);
bool pn_readable_open(const PnSocket *s); /* Node's `readable` */

/* --- writable.c --- */
/* Writes; `bytes` (may be NULL) is the exact bytes object that holds the memory. 1: below the mark, 0: wait for drain,
 * -1 with an exception (out of memory). */
int pn_writable_write(PnSocket *s, PyObject *bytes, const char *base, size_t len, PyObject *callback);
/* What is left of a chunk that was sent at once; `sent` as pn_stream_try_write() gave it. As pn_writable_write(). */
int pn_writable_rest(PnSocket *s, PyObject *bytes, const char *base, size_t len, ssize_t sent, PyObject *callback);
/* end(data) too late: the error, then the callback. */
int pn_writable_refuse_end(PnSocket *s, PyObject *callback);
int pn_writable_end(PnSocket *s, PyObject *callback);
void pn_writable_flush(PnSocket *s);
void pn_writable_written(PnSocket *s, int status);
void pn_writable_shut(PnSocket *s, int status);
void pn_writable_connected(PnSocket *s);
void pn_writable_maybe_finish(PnSocket *s);
/* Answers everything that waits. `first` (may be NULL: as `rest`) goes to the first callback. */
void pn_writable_fail(PnSocket *s, PyObject *first, PyObject *rest);
/* The socket is being destroyed: callbacks of end() that wait for nothing but the end are answered by a tick. */
void pn_writable_fail_end_soon(PnSocket *s);
/* A new life begins: what still waits of the last one is answered by ticks. */
void pn_writable_leave_behind(PnSocket *s, PyObject *error);
void pn_writable_try_last(PnSocket *s);
/* `release` of a chunk whose owner is a Python object. */
void pn_release_object(void *owner);
void pn_writable_free(PnSocket *s);
int pn_writable_traverse(PnSocket *s, visitproc visit, void *arg);
bool pn_writable_open(const PnSocket *s); /* Node's `writable` */
size_t pn_writable_length(const PnSocket *s);
void pn_socket_flush_gathered(PnState *st);
PyObject *pn_socket_write_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_socket_end_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);

/* --- socket_connect.c --- */
PyObject *pn_socket_connect_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
void pn_connect_done(PnSocket *s, int status);
void pn_connect_free(PnSocket *s);
int pn_connect_traverse(PnSocket *s, visitproc visit, void *arg);
extern const char pn_connect_doc[];

/* --- pipe.c --- */
PyObject *pn_socket_pipe_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_socket_unpipe_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs);
void pn_pipe_data(PnSocket *s, PyObject *bytes, const char *base, size_t len);
/* The way of a chunk when nothing else is to be done with it; false: it is not that simple now. */
bool pn_pipe_fast(PnSocket *s, const char *base, size_t len);
void pn_pipe_source_ended(PnSocket *s);
void pn_pipe_dest_drained(PnSocket *s);
/* The destination has finished, failed or closed: its pipes are taken out. */
void pn_pipe_dest_gone(PnSocket *s);
void pn_pipe_free(PnSocket *s);
int pn_pipe_traverse(PnSocket *s, visitproc visit, void *arg);
extern const char pn_pipe_doc[], pn_unpipe_doc[];

/* --- idle.c --- */
PyObject *pn_socket_set_timeout_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_socket_get_timeout(PyObject *op, void *closure);
void pn_idle_touch_slow(PnSocket *s);
void pn_idle_stop(PnSocket *s);
void pn_idle_free(PnSocket *s);
int pn_idle_set(PnSocket *s, double ms);
extern const char pn_set_socket_timeout_doc[];

/* Something happened on the socket: its idle time starts anew. */
static inline void
pn_idle_touch(PnSocket *s)
{
    if (s->idle != NULL)
        pn_idle_touch_slow(s);
}

#endif

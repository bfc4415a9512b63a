/* socket.h - the Socket type, shared by the files that make it up.
 *
 *   socket.c          the type, small methods
 *   socket_options.c  the options of the constructor
 *   socket_fd.c       over a descriptor of the user's
 *   socket_tcp.c      no_delay, keep-alive, type of service, reset
 *   socket_detach.c   detach(): to a socket.socket
 *   socket_io.c       what the stream tells: reads, completions, the end of the handle
 *   socket_life.c     making, accepting, destroying
 *   socket_connect.c  connect(), see connect.h
 *   socket_state.c    properties
 *   socket_bound.c    adopting a BoundSocket
 *   socket_rare.c     what few sockets have: block list, abort signal, type of service, ...
 *   readable.c        the reading half: flowing and paused, `data`, `readable`, `end`
 *   readable_args.c   read(), unshift(), set_encoding() as methods
 *   onread.c          reading into the user's own buffer
 *   framing.c         read_until(), read_exactly(): what they find in what has been read
 *   writable.c        the writing half: gathering, callbacks, `drain`, `finish`
 *   writable_args.c   write(), writelines(), end(), cork() as methods
 *   writes.c          the queue behind it
 *   pipe.c            pipe() to sockets, in C; pipe_object.c to anything with a write()
 *   idle.c            set_timeout() */
#ifndef PN_PY_SOCKET_H
#define PN_PY_SOCKET_H

#include "../core/chunkq.h"
#include "../uvio/stream.h"
#include "abort.h"
#include "decoder.h"
#include "emitter.h"
#include "read_queue.h"

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
    bool before_connect;   /* and waits for it: `connect_end` holds */
    size_t in_flight;      /* bytes of libuv's request */
    bool busy;             /* libuv has a request */
};

struct pn_onread;

/* What the reading half of a socket has to keep, when there is something. */
struct pn_reads {
    struct pn_read_queue q;
    struct pn_read_queue told; /* read by hand outside the loop: ticks tell the `data` listeners */
    struct pn_decoder decoder; /* while `decoding` */
    bool decoding;             /* set_encoding() has been called */
    struct pn_onread *onread;  /* own */
    size_t want;               /* somebody waits for so much: reading goes on beyond the mark */
    PyObject *searched_for;    /* own: bytes or str, a separator that does not end within `searched` */
    size_t searched;
};

/* Where a socket was connected, kept when it has died. */
struct pn_ends {
    struct pn_addr local, peer;
};

/* What few sockets have. */
struct pn_rare {
    PnSocket *socket;                   /* borrowed */
    PyObject *attempted;                /* own: list of "address:port", auto_select_family_attempted_addresses */
    PyObject *block_list;               /* own: outbound */
    PyObject *bound_path;               /* own: str, the path that a BoundSocket gave us */
    struct pn_abort_link abort;         /* the signal of the constructor */
    struct pn_abort_link connect_abort; /* the signal of connect(), until the socket is destroyed */
    uint16_t keep_alive_interval;       /* seconds; 0: 1 */
    uint16_t keep_alive_count;          /* 0: 10 */
    uint8_t type_of_service;
};

struct pn_connect;
struct pn_pipe;
struct pn_idle;

enum { PN_FLOWING_NULL = 0, PN_FLOWING_FALSE = 1, PN_FLOWING_TRUE = 2 };

struct PnSocket {
    PnEmitter em;
    struct pn_stream *io;       /* own; holds a reference to us until it is closed */
    PnServer *server;           /* own, NULL on clients */
    struct pn_reads *r;         /* own; NULL: nothing to keep */
    struct pn_writes *wq;       /* own */
    struct pn_connect *connect; /* own: while connecting */
    struct pn_pipe *pipes;      /* own: out of our readable side */
    struct pn_pipe *piped_from; /* borrowed: pipes into our writable side */
    PnSocket *fast_dest;        /* borrowed: all that is read goes there and nowhere else */
    struct pn_idle *idle;       /* own */
    struct pn_ends *ends;       /* own */
    struct pn_rare *rare;       /* own */
    PyObject *errored;          /* own */
    PnSocket *next_flush;
    uint64_t bytes_read, bytes_written;
    uint64_t write_epoch;           /* the call in which we wrote last */
    uint32_t read_mark, write_mark; /* high-water marks */
    uint32_t max_write_buffer;      /* UINT32_MAX: no limit */
    uint16_t keep_alive_delay;      /* seconds */
    uint16_t corked;                /* by so many cork() */
    bool can_send;                  /* connected, and neither ended, failed nor destroyed */
    unsigned connecting : 1;
    unsigned connected : 1;
    unsigned destroyed : 1;
    unsigned had_error : 1;        /* what `close` will say */
    unsigned had_error_before : 1; /* in the life before: its `close` may be still to come */
    unsigned counted : 1;          /* by its server */
    unsigned going : 1;            /* counted, and its server's shutdown() waits for it */
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
    unsigned failing : 1;       /* the one attempt has failed, `error` is to come */
    unsigned was_connected : 1; /* in this life */
    unsigned error_emitted : 1;
    unsigned close_emitted : 1;
    unsigned default_encoding : 3; /* enum pn_encoding, of text that is written without one */
    unsigned reading : 1;          /* more has been asked for and has not come: Node's state.reading */
    unsigned reading_more : 1;     /* a tick will ask for more */
    unsigned need_readable : 1;
    unsigned emitted_readable : 1; /* `readable` is on its way, or has been told and not acted on */
    unsigned readable_listening : 1;
    unsigned did_read : 1;     /* something has been consumed */
    unsigned keeps_chunks : 1; /* the last big one was not let go by its listeners */
    unsigned bound
        : 1; /* the handle was a BoundSocket's, or a descriptor: without `connecting` and `connected`, one that waits */
    unsigned unheld : 1;               /* the handle holds no reference to us */
    unsigned aborted : 1;              /* the constructor's signal has been: it never connects */
    unsigned reset_when_connected : 1; /* reset_and_destroy() while connecting */
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
/* A stream whose owner we are becomes our handle, and holds a reference to us. */
void pn_socket_take_handle(PnSocket *s, struct pn_stream *io, enum pn_stream_kind kind);
/* Lets a handle go without a word: an attempt that failed. */
void pn_socket_drop_handle(PnSocket *s);
void pn_socket_destroy(PnSocket *s, PyObject *error);
void pn_socket_destroy_steal(PnSocket *s, PyObject *error); /* NULL: takes the exception that is set */
void pn_socket_destroy_soon(PnSocket *s);
/* destroy() again by the next tick, when both halves are done: Node's autoDestroy. */
void pn_socket_maybe_destroy(PnSocket *s);
/* A destroyed socket, without a handle, is as new: for connect(). False: what this ran has begun another life already,
 * or will. */
bool pn_socket_reset(PnSocket *s);
/* At exit: closed without a word. */
void pn_socket_abandon(PnSocket *s);
bool pn_socket_has_unsent(PnSocket *s);
/* Answers what still waits in the queue of a destroyed socket. */
void pn_socket_fail_writes(PnSocket *s);
void pn_socket_close_tick(PnState *st, PyObject *self, void *arg);

/* --- socket.c --- */
PyObject *pn_address_info(PnState *st, const struct pn_addr *addr);

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
/* Then: takes what it begins with over, the descriptor or the bound socket, and follows the signal. */
int pn_socket_begin(PnSocket *s, PyObject **values);
int pn_socket_init(PyObject *op, PyObject *args, PyObject *kwargs);
/* 0, or -1 with TypeError or ValueError. */
int pn_check_type_of_service(PyObject *obj, const char *name, uint8_t *out);
int pn_check_fd(PyObject *obj, int *out);
int pn_check_block_list(PnState *st, PyObject *obj);

/* --- socket_fd.c --- */
/* The socket is fresh and the option fd something that it can take: 0, or -1 with an exception. */
int pn_socket_check_fd(PnSocket *s, PyObject *obj);
int pn_socket_take_fd(PnSocket *s, PyObject **values);

/* --- socket_tcp.c --- */
/* The connection is there: what has been asked for before is set, in Node's order. */
void pn_socket_set_wire_options(PnSocket *s);
/* destroy() with a reset. */
void pn_socket_reset_now(PnSocket *s);
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
/* The option `handle`: a new socket adopts a BoundSocket. connect() is to use its handle, after pn_socket_hold(). 0, or -1
 * with TypeError, NetError (ERR_SOCKET_HANDLE_ADOPTED), or what opening raised: the BoundSocket is closed then. */
int pn_socket_take_bound(PnSocket *s, PyObject *bound);
/* The handle holds a reference to us from now on, as any other does. */
void pn_socket_hold(PnSocket *s);
/* Nobody has the socket any more: a handle that still waits is closed. */
void pn_socket_let_go(PnSocket *s);
/* It has the handle of a BoundSocket, or of a descriptor that was not connected, and connect() has not been called. */
static inline bool
pn_socket_waits(const PnSocket *s)
{
    return s->bound && s->io != NULL && !s->connecting && !s->connected;
}

/* --- socket_rare.c --- */
/* Made when needed; NULL with MemoryError. */
struct pn_rare *pn_rare_of(PnSocket *s);
/* A signal aborts the socket from now on: `link` is one of the two above. 1: it has been aborted already, and nothing was
 * done. */
int pn_rare_watch(struct pn_rare *rare, struct pn_abort_link *link, PyObject *signal);
/* The socket is destroyed: signals concern it no more. They are handed to the caller (own, NULL without), since letting
 * them go may run anything. */
void pn_rare_unwatch(PnSocket *s, PyObject *signals[2]);
/* Signals do not lead to it any more; they stay owned. */
void pn_rare_cut(PnSocket *s);
void pn_rare_free(PnSocket *s);
int pn_rare_traverse(PnSocket *s, visitproc visit, void *arg);
/* The signal of the constructor, at once if it has been aborted. 0, or -1 with an exception. */
int pn_socket_follow(PnSocket *s, PyObject *signal);

/* --- socket_state.c --- */
extern PyGetSetDef pn_socket_getset[];
bool pn_socket_local(PnSocket *s, struct pn_addr *out);
bool pn_socket_peer(PnSocket *s, struct pn_addr *out);
/* What address() gives. New reference. */
PyObject *pn_socket_own_address(PnSocket *s);
PyObject *pn_socket_ready_state(PnSocket *s); /* borrowed */

/* --- readable.c --- */
#define PN_READ_ALL SIZE_MAX
void pn_readable_data(PnSocket *s, char *base, size_t len);
void pn_readable_eof(PnSocket *s);
/* Node's read(0): asks for more when there is room, tells of what is there. */
void pn_readable_poll(PnSocket *s);
/* The connection is there: reading begins if somebody has asked for it or nobody is against it. */
void pn_readable_connected(PnSocket *s);
/* Node's read(n) without its `data`: the  first `n` bytes or characters, or with PN_READ_ALL the first chunk. New reference; NULL when there is not so much, or with an exception. */
PyObject *pn_readable_take(PnSocket *s, size_t n);
/* `data` from a method: at once inside a listener, else by a tick. 0, or -1 with an exception. */
int pn_readable_tell_data(PnSocket *s, PyObject *data);
/* A chunk is put back, or in front. 0, or -1 with an exception. */
int pn_readable_unshift(PnSocket *s, PyObject *data);
void pn_readable_resume(PnSocket *s);
int pn_readable_pause(PnSocket *s);
void pn_readable_data_listener(PnSocket *s);    /* one has been added */
int pn_readable_readable_listener(PnSocket *s); /* the same */
/* A listener was removed; for all of all events `name` is that of `readable`. */
void pn_readable_listener_gone(PnSocket *s, PyObject *name);
bool pn_readable_is_paused(const PnSocket *s);
size_t pn_readable_length(const PnSocket *s);
bool pn_readable_open(const PnSocket *s);  /* Node's `readable` */
struct pn_reads *pn_reads_of(PnSocket *s); /* made when needed; NULL with MemoryError */
void pn_reads_tidy(PnSocket *s);
void pn_reads_free(PnSocket *s);
/* A new life: what was read is forgotten, what was set stays. */
void pn_reads_reset(PnSocket *s);

/* --- readable_args.c --- */
PyObject *pn_socket_read_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_socket_unshift_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_socket_set_encoding_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
int pn_readable_set_encoding(PnSocket *s, enum pn_encoding encoding);
extern const char pn_read_doc[], pn_unshift_doc[], pn_set_encoding_doc[];

/* --- onread.c --- */
/* The option `onread`: checked and kept. 0, or -1 with an exception. */
int pn_onread_set(PnSocket *s, PyObject *option);
/* Sees to it that there is a place for the next bytes, on the driving thread; false: reading cannot begin. */
bool pn_onread_prepare(PnSocket *s);
/* pn_onread_prepare() would call the user's function. */
bool pn_onread_needs_call(const PnSocket *s);
void pn_onread_alloc(PnSocket *s, char **base, size_t *len);
void pn_onread_data(PnSocket *s, size_t len);
void pn_onread_release(PnSocket *s); /* the buffer is the user's again */
void pn_onread_free(PnSocket *s);
int pn_onread_traverse(PnSocket *s, visitproc visit, void *arg);

/* --- writable.c --- */
/* Writes; `bytes` (may be NULL) is the exact bytes object that holds the memory. 1: below the mark, 0: wait for drain,
 * -1 with an exception (out of memory). */
int pn_writable_write(PnSocket *s, PyObject *bytes, const char *base, size_t len, PyObject *callback);
/* What is left of a chunk that was sent at once; `sent` as pn_stream_try_write() gave it. As pn_writable_write(). */
int pn_writable_rest(PnSocket *s, PyObject *bytes, const char *base, size_t len, ssize_t sent, PyObject *callback);
/* end(data) too late: the error, then the callback. */
int pn_writable_refuse_end(PnSocket *s, PyObject *callback);
int pn_writable_end(PnSocket *s, PyObject *callback);
/* What write() answers; need_drain is set. `callback` (may be NULL) is the write's. */
int pn_writable_below_mark(PnSocket *s, PyObject *callback);
int pn_writable_uncork(PnSocket *s); /* one cork() less; 0, or -1 with MemoryError */
void pn_writable_flush(PnSocket *s);
void pn_writable_written(PnSocket *s, int status);
void pn_writable_shut(PnSocket *s, int status);
void pn_writable_connected(PnSocket *s);
void pn_writable_maybe_finish(PnSocket *s);
/* Answers everything that waits. `first` (may be NULL: as `rest`) goes to the first callback. */
void pn_writable_fail(PnSocket *s, PyObject *first, PyObject *rest);
/* The socket is being destroyed: callbacks of end() that wait for nothing but the end are answered by a tick. */
void pn_writable_fail_end_soon(PnSocket *s);
/* The same for what cork() holds back: nobody has tried to send it. */
void pn_writable_fail_corked_soon(PnSocket *s);
/* What still waits of the last life when a new one begins. */
struct pn_left_behind {
    struct pn_write_record *records; /* own */
    PyObject *on_finish;             /* own */
};
/* Takes it out of the queue; runs no code of the user's while there is memory. */
void pn_writable_leave_behind(PnSocket *s, struct pn_left_behind *left, PyObject *error);
/* Answers it by ticks, and frees it. */
void pn_writable_answer_left(PnSocket *s, struct pn_left_behind *left, PyObject *error);
void pn_writable_try_last(PnSocket *s);
/* `release` of a chunk whose owner is a Python object. */
void pn_release_object(void *owner);
void pn_writable_free(PnSocket *s);
int pn_writable_traverse(PnSocket *s, visitproc visit, void *arg);
bool pn_writable_open(const PnSocket *s); /* Node's `writable` */
size_t pn_writable_length(const PnSocket *s);
void pn_socket_flush_gathered(PnState *st);
PyObject *pn_socket_write_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_socket_writelines_method(PyObject *op, PyObject *lines);
PyObject *pn_socket_cork_method(PyObject *op, PyObject *unused);
PyObject *pn_socket_uncork_method(PyObject *op, PyObject *unused);
PyObject *pn_socket_set_default_encoding_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs,
                                                PyObject *kwnames);
extern const char pn_write_doc[], pn_writelines_doc[], pn_cork_doc[], pn_uncork_doc[], pn_end_doc[],
    pn_set_default_encoding_doc[];
PyObject *pn_socket_end_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);

/* --- writes_early.c --- */
/* The first write before the connection, which is queued. 0, or -1 with MemoryError. */
int pn_early_begin(PnSocket *s);
/* Its turn among the listeners of `connect` or `close` has come. */
void pn_early_run(PnSocket *s, PyObject *name, PyObject *marker);
/* A reset waits for the connection, behind the listeners of `connect` that there are now. 0, or -1 with MemoryError. */
int pn_early_reset(PnSocket *s);
void pn_early_forget(PnSocket *s);
/* The markers: as functions they do nothing. */
PyObject *pn_early_marker(PyObject *module, PyObject *args);

/* --- socket_connect.c --- */
PyObject *pn_socket_connect_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
/* An attempt's stream is connected, or is not. */
void pn_connect_done(PnSocket *s, struct pn_stream *io, int status);
void pn_connect_free(PnSocket *s);
/* The same for a socket that is being destroyed; what is to be told (own, may be NULL) of the attempts under way,
  * by pn_connect_tell_cancelled(), which steals it. */
PyObject *pn_connect_cancel(PnSocket *s);
void pn_connect_tell_cancelled(PnSocket *s, PyObject *told);
int pn_connect_traverse(PnSocket *s, visitproc visit, void *arg);
extern const char pn_connect_doc[];

/* --- pipe.c --- */
PyObject *pn_socket_pipe_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_socket_unpipe_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs);
/* What listens to `data` is the pipes, in their order, and nothing else. */
bool pn_pipe_only(const PnSocket *s);
/* Then: a chunk to all of them. */
void pn_pipe_data(PnSocket *s, const char *base, size_t len);
/* The way of a chunk when nothing else is to be done with it; false: it is not that simple now. */
bool pn_pipe_fast(PnSocket *s, const char *base, size_t len);
void pn_pipe_source_ended(PnSocket *s);
void pn_pipe_dest_drained(PnSocket *s);
/* The destination has finished, failed or closed: its pipes are taken out. */
void pn_pipe_dest_gone(PnSocket *s);
/* Its pipes do not lead to it any more. */
void pn_pipe_cut(PnSocket *s);
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

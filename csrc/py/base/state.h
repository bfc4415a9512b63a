/* state.h - PnState, the state of the module: the loop, its driver, the ticks, the types, the defaults.
 *
 * Objects keep a borrowed pointer to it. The module outlives them, since their types own a reference to it.
 *
 * The files of this folder:
 *   state.c   from a module or a type to its PnState; loading functions of the package's Python modules
 *   names.c   interned names, and Node's spelling of each public name (`set_no_delay` is `setNoDelay` too)
 *   errors.c  every exception: NetError and its family, wrong arguments, the text of a libuv status
 *   args.c    positional and keyword arguments, options, single values: numbers, ports, paths, callables */
#ifndef PN_PY_BASE_STATE_H
#define PN_PY_BASE_STATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <uv.h>

#include "core/links.h"
#include "py/base/names.h"
#include "uvio/loop.h"
#include "uvio/wake_fd.h"

typedef struct PnState PnState;

/* A callback for the tick queue, which runs in order: Node's process.nextTick(). The queue owns `self` until it has
 * run. */
struct pn_tick_entry {
    void (*run)(PnState *st, PyObject *self, void *arg);
    PyObject *self;
    void *arg; /* defined by `run`; if the tick is dropped without running, only this leaks */
};

struct pn_ring {
    struct pn_tick_entry *items; /* own */
    size_t head, count, capacity;
    size_t limit; /* it grows when there are so many: the places behind are for pn_tick_sure() */
    size_t kept;  /* capacity - limit, once it has memory */
};

/* The objects of pynet._run that the C module uses, in the order of st->run: named tuples, functions, sets. */
/* clang-format off */
#define PN_RUN(X) X(AddressInfo) X(AbortEvent) X(ServerStats) X(enter_thread) X(leave_thread) X(other_threads) X(begin) X(set_handlers) \
    X(thread_report) X(log_report) X(lost_report) X(register_exit) X(aggregate_text) X(add_where) X(lone_text_hint) \
    X(check_event) X(user_events) X(ended_by_itself) X(caller) X(add_in_use) X(group_id) X(check_host) X(graceful) \
    X(blocked) X(pending) X(wake_waiters) X(held_lock)
/* clang-format on */
#define PN_RUN_INDEX(name) PN_RUN_##name,
enum pn_run_index { PN_RUN(PN_RUN_INDEX) PN_RUN_COUNT };
#undef PN_RUN_INDEX

/* PN_ATTACHED: the loop of a host calls step() of a Drive. */
enum pn_mode { PN_IDLE, PN_BACKGROUND, PN_FOREGROUND, PN_ATTACHED };

/* A background thread, on whose stack this is. */
struct pn_own_thread {
    PyThreadState *state;
    struct pn_own_thread *next;
};

/* A bytes object that may still be in use, and the size of its memory. */
struct pn_lent {
    PyObject *bytes; /* own; NULL: none */
    size_t size;
};
#define PN_LENT       16

/* How many descriptors are kept for the next thread that waits. */
#define PN_KEPT_WAKES 8

/* The thread that drives the loop, and the threads that wait for it. The mutex guards only the condition variable:
 * the GIL guards the other fields. */
struct pn_driver {
    unsigned long thread; /* its ident */
    enum pn_mode mode;
    bool starting;      /* a background thread was started and does not drive yet */
    unsigned hand_over; /* threads whose run() waits for the background thread to stop driving */
    bool dispatching;   /* a turn is running */
    bool stop;          /* run() shall return */
    bool looks_again;   /* run() continues only because another thread may resume a socket */
    bool graceful;      /* run() shall close everything in order, then return */
    bool graceful_done;
    bool handlers_work;            /* the graceful end waits for handlers of serve() */
    bool grace_over;               /* the remaining objects have been destroyed */
    uint64_t grace;                /* ns that a graceful end may last; UINT64_MAX: without limit */
    uint64_t opened;               /* loop->opened when everything was closed in order */
    struct pn_loop_timer deadline; /* of the graceful end */
    int last_turns;                /* turns until run() returns, after that */
    bool log_uncaught;
    bool ran;               /* run() has been called: exit does not warn of a listening server */
    int holds;              /* open turn() blocks */
    int waiters;            /* threads in pn_driver_wait() */
    unsigned long *holders; /* own: the threads inside turn(), one entry for each block */
    size_t holders_size;
    struct PnDrive *drive;             /* while attached, borrowed, as the next three: it detaches before it is freed */
    PyObject *host;                    /* the host, such as an asyncio loop; may be NULL */
    PyObject *host_name;               /* the host in messages, by str() */
    PyObject *host_uncaught;           /* gets an exception that leaves a listener; may be NULL */
    bool automatic;                    /* an automatic attachment of pynet._attach */
    PyObject *thread_object;           /* own: the threading.Thread of the background thread */
    struct pn_own_thread *own_threads; /* borrowed: the background threads that have not ended */
    uv_mutex_t mutex;
    uv_cond_t cond;
};

/* Since the start of the process, see metrics(). */
struct pn_counters {
    uint64_t bytes_read,
        bytes_written; /* of destroyed sockets: a message costs nothing, and metrics() adds the others */
    uint64_t accepted, dropped, blocked; /* connections of servers */
    uint64_t connect_ok, connect_failed;
    uint64_t uncaught;
};

struct PnState {
    PyObject *module;               /* borrowed */
    const struct pn_hooks *hooks;   /* see loop/hooks.h; set when the module is created */
    struct pn_cleanup *cleanups;    /* see loop/hooks.h; newest first */
    struct pn_fd_table bound_fds;   /* of each BoundSocket that has its own */
    struct pn_loop *loop;           /* own; NULL before its first use and after exit */
    PyThreadState *callback_thread; /* the thread that runs callbacks now, else NULL */
    int depth;                      /* nested callback scopes */
    unsigned generation;            /* incremented in the child of a fork and at exit */
    bool closed;                    /* the interpreter is exiting: there is no loop any more */
    uint32_t epoch; /* incremented at the end of each outermost callback scope and of each tick; may wrap */
    struct pn_driver driver;
    struct pn_counters counters;
    struct pn_ring ticks;
    struct pn_ring immediates;
    size_t immediates_referenced;
    struct pn_deferred_error *deferred_errors; /* errors that wait for a listener, newest first */
    struct PnServer *pending_listens;          /* servers whose listen() is under way, newest first */
    size_t workers;                            /* processes of the cluster that have not ended: run() waits for them */
    PyObject *cluster_ask, *cluster_watch;     /* own: see listen_shared.c; NULL: not in a worker of a cluster */
    double cluster_wait;                       /* seconds that listen() waits for the answer of cluster_ask() */
    struct pn_connect *connecting;             /* connects in progress, newest first */
    struct pn_rewake *rewake;                  /* own: see rewake.c */
    struct pn_link waiters;                    /* what waits; see waiter.h */
    struct pn_link awake;                      /* the threads of these that have been woken */
    struct pn_host *hosts;                     /* own: the asyncio loops with waiting tasks, newest first */
    bool some_awake;                           /* something has been woken, and does not go on yet */
    bool retry_wakes;                          /* waking has failed for lack of memory */
    unsigned forks;                            /* incremented in the child of a fork */
    struct pn_wake_fd wakes[PN_KEPT_WAKES];    /* own: of threads that waited before */
    size_t wakes_count;
    PyObject *threading;                      /* own: the dict of the module threading, see waiter.c */
    PyObject *checked_lock;                   /* own: its Lock, when that was looked at */
    unsigned long main_thread;                /* its identifier; 0: not known yet */
    bool plain_lock;                          /* it is CPython's own */
    struct pn_link direct_reads;              /* the sockets that threads read themselves: read_direct.c */
    struct pn_loop_timer direct_review;       /* looks for those that no thread reads any more */
    struct pn_link tls_waiting;               /* handshakes that wait for the next turn: tls_turns.c */
    struct pn_loop_timer tls_next;            /* goes on with them */
    uint64_t tls_turn;                        /* the turn that `tls_in_turn` counts for */
    unsigned tls_in_turn;                     /* handshakes that have gone on in it */
    const struct pn_tls_library *tls_library; /* OpenSSL's functions, see tls_library.c; NULL: not yet, or none */
    bool tls_looked;                          /* it has been looked for */
    bool tls_indirect;                        /* they are not called: for tests */
    PyObject *direct_room;                    /* own: a bytes object that they read into */
    struct pn_writes *spare_writes;           /* own: an empty write queue, for the next stream that needs one */
    struct PnDuplex *flush;                   /* streams with gathered writes, newest first */
    PyObject *publish;                        /* own: see diagnostics.h; NULL: there is no subscriber */
    PyObject *slow_report;                    /* own: see slow.h; NULL: no call is measured */
    uint64_t slow_limit;                      /* ns */
    bool slow_measures;                       /* a call is being measured */
    PyObject *uncaught;                       /* own: the exception that run() will raise */
    PyObject *uncaught_handler;
    PyObject *raised;      /* own: the listener that raised, until the exception is reported; see pn_emit() */
    PyObject *spare;       /* own: a bytes object that the next small read reuses */
    Py_ssize_t spare_size; /* the length that it was created with */
    PyObject *direct[PN_READ_CLASSES]; /* own: the bytes objects that big reads fill, by read_class */
    struct pn_lent lent[PN_LENT];      /* bytes objects that calls have returned: the next reads reuse them */
    unsigned next_lent;
    uint32_t default_mark;   /* high-water mark of new sockets and servers */
    size_t sockets, servers; /* alive, for the tests */
    uint64_t connect_ids;
    double attempt_timeout;  /* ms: the default of auto_select_family_attempt_timeout */
    bool auto_select_family; /* the default of that option */
    bool race;               /* the default of happy_eyeballs is "race" */
    bool no_delay;           /* the default of that option */

    PyTypeObject *EventEmitter, *OnceListener, *ListenerDecorator, *Socket, *Server, *Pipe, *Timeout, *Immediate, *Turn,
        *Drive, *IntervalHistogram;
    PyTypeObject *TLS; /* see tls_type.c */
    PyTypeObject *SocketAddress, *BlockList, *AbortSignal, *AbortController, *BoundSocket, *LookupCallback,
        *AwaitableCall;
    PyObject *IPv4Address, *IPv6Address, *IPv4Network, *IPv6Network; /* of the module ipaddress, once it is imported */
    PyObject *AddressInfo, *AbortEvent;
    PyObject *NetError, *AggregateError, *AbortError, *LookupError;
    PyObject *errors_by_code; /* {code: subclass of NetError} */
    PyObject *MaxListenersExceededWarning, *TimeoutOverflowWarning;
    PyObject *error_monitor;
    PyObject *server_changed;            /* own: an internal event of servers; only their iterators listen to it */
    PyObject *early_write, *early_reset; /* own: see early.c */
    PyObject *read_wait;                 /* own: see read_slot.c */
    struct PnCall *free_calls;           /* own: see awaitable_type.c */
    size_t free_calls_count;
    PyObject *get_running_loop;  /* own: the function of the module _asyncio, once that is imported */
    PyObject *future_type;       /* own: its class Future */
    PyObject *future_set_result; /* own: that method of it */
    PyObject *future_blocking;   /* own: its descriptor _asyncio_future_blocking */
    PyObject *go_on;             /* own: the function _go_on, see waiter.c */
    PyObject *already; /* own: the future of every reached state that carries nothing, see pynet/_waiting.py */
    PyObject *waiting; /* own: the functions of pynet._waiting, see waiting.c */
    PyObject *tls;     /* own: the functions of pynet._tls, see tls_type.c */
    PyObject *run;     /* own: a tuple, see PN_RUN; set when the module is created */
    struct pn_names names;
};

PnState *pn_state_of_module(PyObject *module);
/* Returns the state for one of pynet's types or a subclass. */
PnState *pn_state_of_type(PyTypeObject *type);

/* A borrowed pointer to an object that is being freed must not become a reference. CPython postpones deeply nested
 * deallocations, and releases the __slots__ of a subclass before it calls our tp_dealloc: until then such pointers
 * still reach the object. */
static inline bool
pn_is_dying(const void *op)
{
    return Py_REFCNT((PyObject *)(uintptr_t)op) == 0;
}

/* Fills the tuple `all` from `first` to `end` with attributes of one of pynet's Python modules; names[i] goes to
 * index i. Returns 0, or -1 with the exception of the import. */
int pn_state_load(PyObject *all, Py_ssize_t first, Py_ssize_t end, const char *module, const char *const *names);
/* Returns the object of pynet._run at that index; borrowed. */
static inline PyObject *
pn_state_run(const PnState *st, enum pn_run_index which)
{
    return PyTuple_GET_ITEM(st->run, (Py_ssize_t)which);
}

#define PN_FASTCALL(f) ((PyCFunction)(void (*)(void))(f))

#endif

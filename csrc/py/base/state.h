/* state.h - PnState, all that the module knows: the loop, its driver, the ticks, the types.
 *
 * Objects keep a borrowed pointer to it; the module outlives them, since their types hold it. */
#ifndef PN_PY_BASE_STATE_H
#define PN_PY_BASE_STATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <uv.h>

#include "py/base/names.h"
#include "uvio/loop.h"

#ifdef Py_GIL_DISABLED
#error "pynet needs the GIL: it is the lock of its event loop. Free-threaded builds of Python are not supported."
#endif

typedef struct PnState PnState;

/* Something to run soon, in order: Node's process.nextTick(). `self` and `arg` are owned until it has run. */
struct pn_tick {
    void (*run)(PnState *st, PyObject *self, void *arg);
    PyObject *self;
    void *arg; /* what `run` makes of it; a tick that is dropped unrun leaks nothing but this */
};

struct pn_ring {
    struct pn_tick *items; /* own */
    size_t head, count, capacity;
};

/* What pynet._run has for the C module, in the order of st->run: named tuples, and functions. */
/* clang-format off */
#define PN_RUN(X) X(AddressInfo) X(AbortEvent) X(begin) X(set_handlers) X(thread_report) X(log_report) X(register_exit)
/* clang-format on */
#define PN_RUN_INDEX(name) PN_RUN_##name,
enum pn_run_index { PN_RUN(PN_RUN_INDEX) PN_RUN_COUNT };
#undef PN_RUN_INDEX

enum pn_mode { PN_IDLE, PN_BACKGROUND, PN_FOREGROUND };

/* Who drives the loop, and who waits for whom. The mutex guards nothing but the condition: the GIL guards the rest. */
struct pn_driver {
    unsigned long thread; /* its ident */
    enum pn_mode mode;
    bool starting;    /* a background thread has been asked for */
    bool hand_over;   /* run() waits for the background thread to leave */
    bool dispatching; /* a turn is under way */
    bool stop;        /* run() is to return */
    bool graceful;    /* close everything in order, then return */
    bool graceful_done;
    bool log_uncaught;
    bool ran;               /* run() has been called: the user knows of it */
    int holds;              /* turn() blocks that are open */
    int waiters;            /* threads in pn_driver_wait() */
    unsigned long *holders; /* own: the threads inside turn(), once for each */
    size_t holders_size;
    PyObject *thread_object; /* own: the background threading.Thread */
    uv_mutex_t mutex;
    uv_cond_t cond;
};

struct PnState {
    PyObject *module;               /* borrowed */
    const struct pn_hooks *hooks;   /* see loop/hooks.h; set when the module is made */
    struct pn_cleanup *cleanups;    /* see loop/hooks.h; newest first */
    struct pn_loop *loop;           /* own; NULL until needed and after exit */
    PyThreadState *callback_thread; /* the thread a listener runs on now, else NULL */
    int depth;                      /* of calls out of the loop */
    unsigned generation;            /* goes up in a forked child and at exit */
    bool closed;                    /* the interpreter is leaving: no loop any more */
    uint32_t epoch; /* goes up when an outermost call or a tick ends; it may wrap: only equality counts */
    struct pn_driver driver;
    struct pn_ring ticks;
    struct pn_ring immediates;
    size_t immediates_referenced;
    struct pn_deferred_error *deferred_errors; /* errors that wait for a listener, newest first */
    struct PnDuplex *flush;                    /* streams with gathered writes, newest first */
    PyObject *uncaught;                        /* own: what run() will raise */
    PyObject *uncaught_handler;
    PyObject *spare;                   /* own: a bytes object to be used again for a small read */
    Py_ssize_t spare_size;             /* what it was made for */
    PyObject *direct[PN_READ_CLASSES]; /* own: bytes objects that big reads land in, by read_class */
    uint32_t default_mark;             /* high-water mark of new sockets and servers */
    size_t sockets, servers;           /* alive, for the tests */
    uint64_t connect_ids;
    double attempt_timeout;  /* ms: the default of auto_select_family_attempt_timeout */
    bool auto_select_family; /* the default of that option */
    bool race;               /* the default of happy_eyeballs is "race" */

    PyTypeObject *EventEmitter, *OnceListener, *ListenerDecorator, *Socket, *Server, *Pipe, *Timeout, *Immediate, *Turn;
    PyTypeObject *SocketAddress, *BlockList, *AbortSignal, *AbortController, *BoundSocket, *LookupCallback;
    PyObject *IPv4Address, *IPv6Address, *IPv4Network, *IPv6Network; /* of the module ipaddress, once it is there */
    PyObject *AddressInfo, *AbortEvent;
    PyObject *NetError, *AggregateError, *AbortError, *LookupError;
    PyObject *errors_by_code; /* {code: subclass of NetError} */
    PyObject *MaxListenersExceededWarning, *TimeoutOverflowWarning;
    PyObject *error_monitor;
    PyObject *server_changed;            /* own: an event of servers that only those who loop over them know */
    PyObject *early_write, *early_reset; /* own: see early.c */
    PyObject *waiting;                   /* own: the functions of pynet._waiting, see waiting.c */
    PyObject *run;                       /* own: a tuple, see PN_RUN; there from the module's start */
    struct pn_names names;
};

PnState *pn_state_of_module(PyObject *module);
/* The state behind an instance of one of our types or of a subclass. */
PnState *pn_state_of_type(PyTypeObject *type);

/* A borrowed pointer to an object that is being freed must not become a reference. CPython postpones deallocations that are
 * nested deeply, and releases the __slots__ of a subclass before it calls our tp_dealloc: until then nothing is cut. */
static inline bool
pn_is_dying(const void *op)
{
    return Py_REFCNT((PyObject *)(uintptr_t)op) == 0;
}

/* Fills the tuple `all` from `first` to `end` with attributes of a Python module of ours; names[i] goes to place i.
 * 0, or -1 with the exception of the import. */
int pn_state_load(PyObject *all, Py_ssize_t first, Py_ssize_t end, const char *module, const char *const *names);
/* The object of pynet._run at that place; borrowed. */
static inline PyObject *
pn_state_run(const PnState *st, enum pn_run_index which)
{
    return PyTuple_GET_ITEM(st->run, (Py_ssize_t)which);
}

#define PN_FASTCALL(f) ((PyCFunction)(void (*)(void))(f))

#endif

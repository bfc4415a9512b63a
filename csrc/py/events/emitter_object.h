/* emitter_object.h - the layout of EventEmitter, and the functions that a type above it adds: struct pn_emitter_ops. */
#ifndef PN_PY_EVENTS_EMITTER_OBJECT_H
#define PN_PY_EVENTS_EMITTER_OBJECT_H

#include "py/base/errors.h"
#include "py/loop/tick.h"

typedef struct PnEmitter PnEmitter;

/* One listener: its event (interned, so names compare by pointer) and the function with tag bits. */
struct pn_listener_entry {
    PyObject *name; /* own; NULL: an empty place, left by a once() listener until the emission ends */
    uintptr_t fn;   /* own; PN_FN_* bits */
};

#define PN_FN_ONCE     ((uintptr_t)1) /* the function is a OnceListener */
#define PN_FN_WARNED   ((uintptr_t)2) /* on an event's first entry: the leak warning has been given */
#define PN_FN_INTERNAL ((uintptr_t)4) /* hidden from listeners(), listener_count() and off() */
#define PN_FN_TAGS     ((uintptr_t)7)

struct pn_listeners {
    uint32_t count, capacity;
    uint32_t changes;   /* entries of `newListener` and `removeListener` */
    uint32_t change_at; /* there is none of them before */
    struct pn_listener_entry at[];
};

/* The events that happen once in a cycle: from connect() or listen() to `close`. See missed.c. */
enum pn_cycle_event {
    PN_CYCLE_NONE,
    PN_CYCLE_CONNECT,
    PN_CYCLE_READY,
    PN_CYCLE_SECURE_CONNECT,
    PN_CYCLE_LISTENING,
    PN_CYCLE_END,
    PN_CYCLE_ERROR,
    PN_CYCLE_CLOSE,
};

/* The functions that a type above adds to the emitter; NULL for a plain EventEmitter. All but `listener_added` are cold. */
struct pn_emitter_ops {
    /* 0, or -1 with an exception. */
    int (*listener_added)(PnEmitter *e, PyObject *name);
    /* NULL: nothing to do. `name` NULL: all listeners of all events. */
    void (*listener_removed)(PnEmitter *e, PyObject *name);
    /* An internal listener is to be called: true when it is a marker of the type, which has then handled it. */
    bool (*call_marker)(PnEmitter *e, PyObject *name, PyObject *marker, PyObject *const *args, size_t nargs);
    /* The event has been emitted already in this cycle; `*arg` (borrowed) is its argument. */
    bool (*reached)(PnEmitter *e, PyObject *name, PyObject **arg);
    /* Its cycle is over: no event comes any more. */
    bool (*close_emitted)(const PnEmitter *e);
    /* NULL: none. The error, already emitted, that ended the cycle without a `close`; borrowed, NULL when there is none. */
    PyObject *(*failure)(const PnEmitter *e);
    /* NULL: nothing to do. An `error` has no listener: true if that needs no report as uncaught. */
    bool (*unheard)(PnEmitter *e, PyObject *error);
    /* NULL: nothing to do. A wait for the event begins: makes it come, when nothing else would. */
    void (*wait_begins)(PnEmitter *e, PyObject *name);
    bool close_has_argument; /* had_error */
};

struct PnEmitter {
    PyObject_HEAD
    PnState *st;                      /* borrowed */
    const struct pn_emitter_ops *ops; /* NULL: a plain EventEmitter */
    struct pn_listeners *listeners;   /* own, NULL when there are none */
    PyObject *dict, *weakrefs;
    PyObject *missed_errors;            /* own: a list, the argument of each deferred or missed `error` */
    struct pn_deferred_error *deferred; /* own: an error that waits for its listener */
    unsigned generation;
    uint32_t missed;           /* up to eight pn_cycle_event, 4 bits each, the oldest lowest */
    int32_t max_listeners;     /* -1: the default; 0: no limit */
    uint8_t missed_cycle;      /* incremented when the missed events are dropped */
    bool outside : 1;          /* made or used outside a listener */
    bool replaying : 1;        /* a replay of missed events is queued */
    bool missed_had_error : 1; /* the argument of the missed `close` */
    bool hears_changes : 1;    /* `newListener` or `removeListener` may have listeners */
    bool read_by_calls : 1;    /* of a socket: it has the listeners of read_slot.c */
    uint16_t connection;       /* of a socket: counts connect() calls, tells what belongs to an earlier connection */
};

#define PN_DEFAULT_MAX_LISTENERS 10

#define PN_EMITTER(o)            ((PnEmitter *)(void *)(o))

/* The function or OnceListener of an entry, borrowed. */
static inline PyObject *
pn_entry_fn(const struct pn_listener_entry *entry)
{
    return (PyObject *)(void *)(entry->fn & ~PN_FN_TAGS);
}

static inline void
pn_emitter_listener_removed(PnEmitter *e, PyObject *name)
{
    if (e->ops != NULL && e->ops->listener_removed != NULL)
        e->ops->listener_removed(e, name);
}

/* Each method that uses an emitter calls this: it remembers a use from outside the loop. */
static inline void
pn_mark_outside(PnEmitter *e)
{
    if (!e->outside && !pn_in_callback(e->st))
        e->outside = true;
}

/* 0, or -1 with an error raised: the object belongs to a parent process, or the interpreter is exiting. */
static inline int
pn_check_alive(PnEmitter *e)
{
    return e->generation == e->st->generation ? 0 : pn_raise_forked(e->st, Py_TYPE(e));
}

#endif

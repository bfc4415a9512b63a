/* emitter.h - the EventEmitter type, and emitting from C. */
#ifndef PN_PY_EMITTER_H
#define PN_PY_EMITTER_H

#include "state.h"

/* One listener: its event (interned, so names compare by pointer) and the function with two tag bits. */
struct pn_listener_entry {
    PyObject *name; /* own */
    uintptr_t fn;   /* own; PN_FN_* bits */
};

#define PN_FN_ONCE   ((uintptr_t)1) /* the function is a OnceListener */
#define PN_FN_WARNED ((uintptr_t)2) /* on an event's first entry: the leak warning has been given */
#define PN_FN_QUIET  ((uintptr_t)4) /* our own: nobody sees, counts or removes it but who added it */
#define PN_FN_TAGS   ((uintptr_t)7)

struct pn_listeners {
    uint32_t count, capacity;
    struct pn_listener_entry at[];
};

/* The events that happen once in a cycle of an object's life; see emitter_late.c. */
enum pn_cycle_event {
    PN_CYCLE_NONE,
    PN_CYCLE_CONNECT,
    PN_CYCLE_READY,
    PN_CYCLE_LISTENING,
    PN_CYCLE_END,
    PN_CYCLE_ERROR,
    PN_CYCLE_CLOSE,
};

enum pn_emitter_kind { PN_PLAIN_KIND, PN_SOCKET_KIND, PN_SERVER_KIND };

struct PnEmitter {
    PyObject_HEAD
    PnState *st;                    /* borrowed */
    struct pn_listeners *listeners; /* own, NULL when there are none */
    PyObject *dict, *weakrefs;
    PyObject *late_error; /* own: a list, what each held `error` carries */
    struct pn_hold *hold; /* own: an error waits for its listener */
    unsigned generation;
    uint32_t late;         /* up to eight pn_cycle_event, 4 bits each, the oldest lowest */
    int32_t max_listeners; /* -1: the default; 0: no limit */
    uint8_t kind;          /* enum pn_emitter_kind */
    uint8_t late_cycle;    /* goes up when the late events are forgotten */
    bool outside;          /* made or used by somebody who is not in a listener */
    bool replaying;        /* a replay of late events is queued */
    bool late_had_error;   /* what the late `close` carries */
};

#define PN_EMITTER(o) ((PnEmitter *)(void *)(o))

/* The function or OnceListener of an entry, borrowed. */
static inline PyObject *
pn_entry_fn(const struct pn_listener_entry *entry)
{
    return (PyObject *)(void *)(entry->fn & ~PN_FN_TAGS);
}

/* --- emitter_list.c --- */
/* Without the quiet ones. */
size_t pn_count_listeners(const PnEmitter *e, PyObject *name);
/* Its once() wrappers do not lead to it any more. */
void pn_list_cut(PnEmitter *e);
void pn_list_free(PnEmitter *e);
int pn_list_insert(PnEmitter *e, PyObject *name, PyObject *fn, bool once, bool prepend);
/* At the end, PN_FN_QUIET. */
int pn_list_insert_quiet(PnEmitter *e, PyObject *name, PyObject *fn);
void pn_list_remove(PnEmitter *e, uint32_t i);
/* All but the quiet ones. */
void pn_list_remove_loud(PnEmitter *e);

extern PyType_Spec pn_emitter_spec;
extern PyType_Spec pn_once_spec;
extern PyType_Spec pn_decorator_spec;

/* For subclasses in C. */
PyObject *pn_emitter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
int pn_emitter_traverse(PyObject *self, visitproc visit, void *arg);
int pn_emitter_clear(PyObject *self);
/* In tp_dealloc, after pn_list_cut() and PyObject_ClearWeakRefs(). */
void pn_emitter_free_parts(PnEmitter *e);

/* 1 when there were listeners, 0 when not, -1 when one raised (the exception is set). An `error` without listeners
 * raises only through emit(), not here. `args` needs one free place before it. */
int pn_emit(PnEmitter *e, PyObject *name, PyObject *const *args, size_t nargs);
/* From the loop: what a listener raises is reported as uncaught. `concerned` (may be NULL) is the socket to destroy
 * instead of the emitter. 1, 0, or -1 when it raised. */
int pn_emit_loop(PnEmitter *e, PyObject *name, PyObject *const *args, size_t nargs, PnSocket *concerned);
int pn_emit0(PnEmitter *e, PyObject *name);
int pn_emit1(PnEmitter *e, PyObject *name, PyObject *arg);
/* From a method: at once when called inside a listener, else by a tick. */
int pn_emit_from_method(PnEmitter *e, PyObject *name);

bool pn_has_listeners(const PnEmitter *e, PyObject *name);
/* Adds a checked function; 0, or -1 with what a newListener listener or the leak warning raised. */
int pn_add_listener(PnEmitter *e, PyObject *name, PyObject *fn, bool once, bool prepend);
/* A listener with all that a listener causes, but which nobody else is told of; 0 or -1. For those who wait. */
int pn_add_quiet_listener(PnEmitter *e, PyObject *name, PyObject *fn);
/* Takes it out, if it is there. */
void pn_remove_quiet_listener(PnEmitter *e, PyObject *name, PyObject *fn);
/* Takes out the newest entry of exactly this OnceListener or function and emits removeListener. 1, 0 when it is not
 * there, -1 when a removeListener listener raised. */
int pn_remove_entry(PnEmitter *e, PyObject *name, PyObject *fn);
/* The interned name of an event; NULL with TypeError. New reference. */
PyObject *pn_event_name(PnState *st, PyObject *name);

/* --- emitter_once.c --- */
PyObject *pn_once_new(PnEmitter *e, PyObject *name, PyObject *fn);
PyObject *pn_once_listener(PyObject *once); /* borrowed */
/* The entry has left the emitter's list. */
void pn_once_detach(PyObject *once);
/* Marks it as fired; false when it was already. */
bool pn_once_fire(PyObject *once);

/* --- emitter_decorator.c --- */
PyObject *pn_decorator_new(PnEmitter *e, PyObject *name, bool once, bool prepend);

/* --- emitter_late.c --- */
/* Emits an event of the cycle from the loop; when nobody listens it is remembered, and an unheard error is held back
 * or uncaught. `arg` is the error, the bool of a socket's close, or NULL. As pn_emit_loop(). */
int pn_emit_cycle(PnEmitter *e, enum pn_cycle_event event, PyObject *arg);
/* A listener for `name` has been added: replays what it missed if it comes from outside. */
int pn_late_listener_added(PnEmitter *e, PyObject *name);
/* A new connect() or listen(): nothing of the last cycle is told any more. */
void pn_late_forget(PnEmitter *e);
/* Every held error is uncaught now: the interpreter leaves. */
void pn_late_give_up(PnState *st);
/* The emitter goes away. */
void pn_late_free(PnEmitter *e);
/* Called by whoever uses an emitter: remembers that it is used from outside the loop. */
static inline void pn_mark_outside(PnEmitter *e);

#include "tick.h"

static inline void
pn_mark_outside(PnEmitter *e)
{
    if (!e->outside && !pn_inside(e->st))
        e->outside = true;
}

/* 0, or -1 with an error raised: the object is one of a parent process, or the interpreter is leaving. */
int pn_stale(PnEmitter *e);
static inline int
pn_check_alive(PnEmitter *e)
{
    return e->generation == e->st->generation ? 0 : pn_stale(e);
}

#endif

/* emitter.h - the EventEmitter type, and emitting from C.
 *
 * The files of this folder:
 *   listeners.c       the list of listeners, and calling them
 *   emit.c            emitting from the loop and from methods
 *   add.c             adding a listener: `newListener`, the leak warning
 *   event_names.c     warns of misspelt names of events
 *   missed.c          remembers events without a listener and replays them; defers an `error` without a listener
 *   emitter_type.c    the methods of EventEmitter
 *   once_type.c       OnceListener: the wrapper that once() registers (created in listeners.c)
 *   decorator_type.c  @emitter.on("event")
 *   rewake.c          wakes all waits again when an internal listener has failed, as without memory
 *   awaitable_type.c  AwaitableCall: a call that waits in C, for threads and for asyncio; awaitable.h: its layout
 *   waiting.c         wait(), drain(), lines(), `with`, `for`, `await`: the way to pynet/_waiting.py
 *   emitter_object.h  the layout of EventEmitter, and the operations that its subtypes add */
#ifndef PN_PY_EVENTS_EMITTER_H
#define PN_PY_EVENTS_EMITTER_H

#include "py/events/emitter_object.h"
#include "py/loop/uncaught.h"

/* --- listeners.c --- */
bool pn_has_listeners(const PnEmitter *e, PyObject *name);
/* Does not count internal listeners. */
size_t pn_count_listeners(const PnEmitter *e, PyObject *name);
/* Its once() wrappers do not borrow the emitter any more. */
void pn_list_cut(PnEmitter *e);
void pn_list_free(PnEmitter *e);
int pn_list_insert(PnEmitter *e, PyObject *name, PyObject *fn, bool once, bool prepend);
/* Appends an internal listener. */
int pn_list_insert_internal(PnEmitter *e, PyObject *name, PyObject *fn);
void pn_list_remove(PnEmitter *e, uint32_t i);
/* Removes all but the internal listeners, of one event or (NULL) of all, and emits nothing. Returns how many. */
size_t pn_list_remove_public(PnEmitter *e, PyObject *name);
/* Removes the newest entry of exactly this OnceListener or function, and emits `removeListener`. 1, 0 when it is not
 * there, -1 when a removeListener listener raised. */
int pn_remove_entry(PnEmitter *e, PyObject *name, PyObject *fn);
/* Removes an internal listener, if it is there; emits nothing. */
void pn_remove_internal_listener(PnEmitter *e, PyObject *name, PyObject *fn);
/* The function that once() was given; borrowed. */
PyObject *pn_once_listener(PyObject *once);
/* 1 when there were listeners, 0 when not, -1 when one raised (the exception is set). An `error` without listeners
 * raises only through emit(), not here. `args` has one free place before it, for
 * PY_VECTORCALL_ARGUMENTS_OFFSET. */
int pn_emit(PnEmitter *e, PyObject *name, PyObject *const *args, size_t nargs);
/* pn_emit() of `newListener` or `removeListener`: looks only at their entries; the caller of the function gets the
 * exception, so st->raised is not needed. */
int pn_emit_change(PnEmitter *e, PyObject *name, PyObject *const *args, size_t nargs);
/* pn_emit() for a function whose caller gets the exception: it is not reported, so st->raised is not needed. */
static inline int
pn_emit_for_caller(PnEmitter *e, PyObject *name, PyObject *const *args, size_t nargs)
{
    int status = pn_emit(e, name, args, nargs);
    if (status < 0)
        pn_forget_raised(e->st);
    return status;
}

/* --- emit.c --- */
/* Emits from the loop: an exception of a listener is reported as uncaught. `concerned` (may be NULL) is the socket to
 * destroy instead of the emitter. 1, 0, or -1 as pn_emit(). In a halted turn the listeners are called by a tick, 1. */
int pn_emit_loop(PnEmitter *e, PyObject *name, PyObject *const *args, size_t nargs, PyObject *concerned);
int pn_emit0(PnEmitter *e, PyObject *name);
int pn_emit1(PnEmitter *e, PyObject *name, PyObject *arg);
/* Emits from a tuple of at most 5 arguments, which it steals (NULL: reports the exception). */
void pn_emit_args(PnEmitter *e, PyObject *name, PyObject *args);
/* Emits from a method: at once when called inside a listener, else by a tick. 0, or -1 with an exception. */
int pn_emit_from_method(PnEmitter *e, PyObject *name);

/* --- add.c --- */
/* The interned name of an event; NULL with TypeError. New reference. */
PyObject *pn_event_name(PnState *st, PyObject *name);
/* Adds a checked function; 0, or -1 with what a newListener listener or the leak warning raised. */
int pn_add_listener(PnEmitter *e, PyObject *name, PyObject *fn, bool once, bool prepend);
/* Adds an internal listener, for code that waits: it acts on the emitter as any listener does, but is hidden from user
 * code, and no `newListener` is emitted. 0 or -1. */
int pn_add_internal_listener(PnEmitter *e, PyObject *name, PyObject *fn);

/* --- event_names.c --- */
/* Warns if the name is nearly that of an event of the emitter. 0, or -1 when the warning is raised. */
int pn_check_event(PnEmitter *e, PyObject *name);
/* The user has emitted an event of that name: it is not a typing mistake. 0 or -1. */
int pn_note_user_event(PnEmitter *e, PyObject *name);

/* --- emitter_type.c --- */
extern PyType_Spec pn_emitter_spec;
/* For subclasses in C. */
PyObject *pn_emitter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
int pn_emitter_traverse(PyObject *self, visitproc visit, void *arg);
int pn_emitter_clear(PyObject *self);
/* In tp_dealloc, after pn_list_cut() and PyObject_ClearWeakRefs(). */
void pn_emitter_free_parts(PnEmitter *e);

/* --- decorator_type.c --- */
extern PyType_Spec pn_decorator_spec;
PyObject *pn_decorator_new(PnEmitter *e, PyObject *name, bool once, bool prepend);

/* --- missed.c --- */
/* Emits an event of the cycle from the loop. Without a listener, other than internal ones, it becomes a missed event.
 * An `error` without any listener is deferred or uncaught. `arg` is the error, the bool of a socket's `close`, or NULL.
 * Returns as pn_emit_loop(). */
int pn_emit_cycle(PnEmitter *e, enum pn_cycle_event event, PyObject *arg);
/* A listener for `name` has been added: replays missed events if it was added outside a listener, or an error is
 * deferred. */
int pn_missed_listener_added(PnEmitter *e, PyObject *name);
/* A new connect() or listen(): drops the missed events and the deferred error of the last cycle. */
void pn_missed_forget(PnEmitter *e);
/* Calls visit() for each emitter with a deferred error; it must not run user code. */
void pn_missed_each_deferred(PnState *st, void (*visit)(PyObject *emitter, void *arg), void *arg);
/* The interpreter exits: reports every deferred error as uncaught now. */
void pn_missed_report_all(PnState *st);
/* An error is deferred, or missed and not yet replayed. */
static inline bool
pn_error_pending(const PnEmitter *e)
{
    return e->deferred != NULL || e->missed_errors != NULL;
}
/* The emitter is being freed. */
void pn_missed_free(PnEmitter *e);

#endif

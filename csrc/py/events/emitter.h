/* emitter.h - the EventEmitter type, and emitting from C. */
#ifndef PN_PY_EVENTS_EMITTER_H
#define PN_PY_EVENTS_EMITTER_H

#include "py/events/emitter_object.h"

/* --- listeners.c --- */
/* Without the quiet ones. */
size_t pn_count_listeners(const PnEmitter *e, PyObject *name);
/* Its once() wrappers do not lead to it any more. */
void pn_list_cut(PnEmitter *e);
void pn_list_free(PnEmitter *e);
int pn_list_insert(PnEmitter *e, PyObject *name, PyObject *fn, bool once, bool prepend);
/* At the end, PN_FN_INTERNAL. */
int pn_list_insert_internal(PnEmitter *e, PyObject *name, PyObject *fn);
void pn_list_remove(PnEmitter *e, uint32_t i);
/* All but the quiet ones. */
void pn_list_remove_public(PnEmitter *e);

extern PyType_Spec pn_emitter_spec;
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
int pn_emit_loop(PnEmitter *e, PyObject *name, PyObject *const *args, size_t nargs, PyObject *concerned);
int pn_emit0(PnEmitter *e, PyObject *name);
int pn_emit1(PnEmitter *e, PyObject *name, PyObject *arg);
/* Emits from a tuple of at most 5 arguments, which it steals (NULL: reports the exception). */
void pn_emit_args(PnEmitter *e, PyObject *name, PyObject *args);
/* From a method: at once when called inside a listener, else by a tick. */
int pn_emit_from_method(PnEmitter *e, PyObject *name);

bool pn_has_listeners(const PnEmitter *e, PyObject *name);
/* Adds a checked function; 0, or -1 with what a newListener listener or the leak warning raised. */
int pn_add_listener(PnEmitter *e, PyObject *name, PyObject *fn, bool once, bool prepend);
/* A listener with all that a listener causes, but which nobody else is told of; 0 or -1. For those who wait. */
int pn_add_internal_listener(PnEmitter *e, PyObject *name, PyObject *fn);
/* Takes it out, if it is there. */
void pn_remove_internal_listener(PnEmitter *e, PyObject *name, PyObject *fn);
/* Takes out the newest entry of exactly this OnceListener or function and emits removeListener. 1, 0 when it is not
 * there, -1 when a removeListener listener raised. */
int pn_remove_entry(PnEmitter *e, PyObject *name, PyObject *fn);
/* The interned name of an event; NULL with TypeError. New reference. */
PyObject *pn_event_name(PnState *st, PyObject *name);

/* The function that once() was given; borrowed. */
PyObject *pn_once_listener(PyObject *once);

/* --- decorator_type.c --- */
PyObject *pn_decorator_new(PnEmitter *e, PyObject *name, bool once, bool prepend);

/* --- missed.c --- */
/* Emits an event of the cycle from the loop; when nobody listens it is remembered, and an unheard error is held back
 * or uncaught. `arg` is the error, the bool of a socket's close, or NULL. As pn_emit_loop(). */
int pn_emit_cycle(PnEmitter *e, enum pn_cycle_event event, PyObject *arg);
/* A listener for `name` has been added: replays what it missed if it comes from outside. */
int pn_missed_listener_added(PnEmitter *e, PyObject *name);
/* A new connect() or listen(): nothing of the last cycle is told any more. */
void pn_missed_forget(PnEmitter *e);
/* Every held error is uncaught now: the interpreter leaves. */
void pn_missed_report_all(PnState *st);
/* An error that nobody has heard: it is still to be told. */
static inline bool
pn_error_pending(const PnEmitter *e)
{
    return e->deferred != NULL || e->missed_errors != NULL;
}
/* The emitter goes away. */
void pn_missed_free(PnEmitter *e);

#endif

/* tick.h - the callback scope around everything that the loop causes, pn_call(), and the tick queue that runs when the
 * scope closes (Node's process.nextTick).
 *
 * Everything that the loop causes runs between pn_callback_scope_open() and pn_callback_scope_close(). When the
 * outermost scope closes, the gathered writes are sent and the ticks run. After each tick the writes that it gathered
 * are sent. */
#ifndef PN_PY_LOOP_TICK_H
#define PN_PY_LOOP_TICK_H

#include "py/base/state.h"

/* Appends; takes a reference to `self`. 0, or -1 with MemoryError. Wakes the driver. */
int pn_tick(PnState *st, void (*run)(PnState *, PyObject *, void *), PyObject *self, void *arg);
/* The same for a tick that waits depend on, such as that of `close`: without memory it takes one of the places that
 * are kept for such ticks. When fewer than `places` are left, it runs at once: 1, or more if others must follow it. */
void pn_tick_sure(PnState *st, void (*run)(PnState *, PyObject *, void *), PyObject *self, void *arg, size_t places);
/* Makes the queue, empty, with its kept places. 0, or -1 with MemoryError. */
int pn_ticks_init(PnState *st);
void pn_callback_scope_close_outermost(PnState *st);

/* Returns the generation for pn_callback_scope_close(). After a fork or the exit in between, closing does nothing: the
 * scope belongs to an earlier generation. */
static inline unsigned
pn_callback_scope_open(PnState *st)
{
    st->depth++;
    return st->generation;
}

static inline void
pn_callback_scope_close(PnState *st, unsigned generation)
{
    if (generation != st->generation)
        return;
    if (st->depth == 1)
        pn_callback_scope_close_outermost(st);
    if (generation == st->generation)
        st->depth--;
}

/* True when this thread is inside a listener that the loop called. */
static inline bool
pn_in_callback(const PnState *st)
{
    return st->depth > 0 && st->callback_thread == PyThreadState_Get();
}

/* Calls `callable` from the loop. An exception that it raises is reported as uncaught, with `emitter` (may be NULL) as
 * the object concerned. 0, or -1 when it raised. In a halted turn the call becomes a tick; at exit nothing is
 * called (-1). */
int pn_call(PnState *st, PyObject *emitter, PyObject *callable, PyObject *const *args, size_t nargs);
/* The same with one argument, None for NULL. */
int pn_call_one(PnState *st, PyObject *emitter, PyObject *callable, PyObject *arg);

/* pn_tick() with the tuple (first, second, args...) as `self`; reports a failure. For calls that a halted turn must not
 * make any more. */
int pn_tick_with(PnState *st, void (*run)(PnState *, PyObject *, void *), PyObject *first, PyObject *second,
                 PyObject *const *args, size_t nargs);

/* Runs the queued ticks until none is left or the turn is halted. */
void pn_ticks_run(PnState *st);

int pn_ring_push(struct pn_ring *ring, struct pn_tick_entry item);
bool pn_ring_shift(struct pn_ring *ring, struct pn_tick_entry *out);
void pn_ring_clear(struct pn_ring *ring);
int pn_ring_traverse(const struct pn_ring *ring, visitproc visit, void *arg);

/* next_tick(callback, *args) */
PyObject *pn_next_tick(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
extern const char pn_next_tick_doc[];
/* The callback of next_tick(), borrowed; NULL: a tick of our own. */
PyObject *pn_tick_callback(const struct pn_tick_entry *tick);

#endif

/* rewake.c - a wait is woken by an internal listener, which is Python code: when that fails for lack of memory, nothing
 * else would wake it. A timer then calls pynet._exit.wake_waiters() until it succeeds; each wait looks at its state again.
 *
 * Owns: st->rewake, the timer. */
#include "py/events/rewake.h"

#include "py/loop/tick.h"
#include "py/loop/uncaught.h"
#include "uvio/loop.h"

#define RETRY_NS (10 * (uint64_t)1000000)

struct pn_rewake {
    struct pn_loop_timer timer; /* first */
    PnState *st;                /* borrowed: it frees us */
    unsigned generation;
};

static void
on_fire(struct pn_loop_timer *timer)
{
    PnState *st = ((struct pn_rewake *)(void *)timer)->st;
    unsigned scope = pn_callback_scope_open(st);
    PyObject *result = PyObject_CallNoArgs(pn_state_run(st, PN_RUN_wake_waiters));
    if (result == NULL && PyErr_ExceptionMatches(PyExc_Exception)) {
        PyErr_Clear();
        pn_rewake_soon(st);
    }
    else if (result == NULL) { /* KeyboardInterrupt, SystemExit */
        pn_uncaught(st, NULL, NULL);
    }
    Py_XDECREF(result);
    pn_callback_scope_close(st, scope);
}

static void
begin(struct pn_rewake *w, PnState *st)
{
    w->st = st;
    w->generation = st->generation;
    pn_loop_timer_init(&w->timer, on_fire, true);
}

int
pn_rewake_prepare(PnState *st)
{
    if (st->rewake != NULL)
        return 0;
    struct pn_rewake *w = PyMem_RawMalloc(sizeof(*w));
    if (w == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    begin(w, st);
    st->rewake = w;
    return 0;
}

void
pn_rewake_soon(PnState *st)
{
    struct pn_rewake *w = st->rewake;
    if (w == NULL || st->loop == NULL || st->closed)
        return;
    if (w->generation != st->generation) /* in the child of a fork: the timer was one of the parent's loop */
        begin(w, st);
    (void)pn_loop_arm(st->loop, &w->timer, uv_hrtime() + RETRY_NS);
}

bool
pn_rewake_is_due(const PnState *st)
{
    return st->rewake != NULL && st->rewake->generation == st->generation && pn_timer_armed(&st->rewake->timer.t);
}

void
pn_rewake_free(PnState *st)
{
    PyMem_RawFree(st->rewake);
    st->rewake = NULL;
}

/* graceful.c - what run(signals=True) does after the first SIGINT or SIGTERM: servers stop accepting, connections send
 * what is queued and end. A connection with a handler of serve() ends when the handler returns, and clients end after
 * the last of these. What is left when the grace is over is destroyed, and counted on stderr.
 *
 * What user code opens meanwhile is treated alike, so that run() ends whatever listeners do. */
#include <stddef.h>

#include "py/loop/driver.h"
#include "py/loop/hooks.h"
#include "py/loop/tick.h"
#include "uvio/handles.h"

/* What has been destroyed needs a turn to close and to emit `close`. Listeners of that may open something again. */
#define LAST_TURNS 10

void
pn_graceful_reset(PnState *st)
{
    struct pn_driver *d = &st->driver;
    if (d->deadline.fire != NULL)
        pn_loop_disarm(st->loop, &d->deadline);
    d->stop = d->graceful = d->graceful_done = d->handlers_work = d->grace_over = false;
}

static void
report(PnState *st, size_t count)
{
    PyObject *seconds = count > 0 ? PyFloat_FromDouble((double)st->driver.grace / 1e9) : NULL;
    if (seconds != NULL)
        PySys_FormatStderr(
            "pynet: run() has destroyed %zu connection%s that had not closed %S seconds after the signal\n", count,
            count == 1 ? "" : "s", seconds);
    PyErr_Clear();
    Py_XDECREF(seconds);
}

/* The timer is a field of st->driver. */
static void
on_deadline(struct pn_loop_timer *t)
{
    PnState *st = (PnState *)(void *)((char *)t - offsetof(PnState, driver.deadline));
    unsigned scope = pn_callback_scope_open(st);
    st->driver.grace_over = true;
    st->driver.last_turns = LAST_TURNS;
    st->hooks->close_pending_listens(st);
    report(st, pn_handles_destroy(st->loop));
    pn_callback_scope_close(st, scope);
}

void
pn_graceful_begin(PnState *st)
{
    struct pn_driver *d = &st->driver;
    d->graceful = true;
    if (st->loop == NULL)
        return;
    pn_loop_timer_init(&d->deadline, on_deadline, false);
    if (d->grace != UINT64_MAX && pn_loop_arm(st->loop, &d->deadline, uv_hrtime() + d->grace) < 0)
        PySys_WriteStderr("pynet: out of memory: run() waits without limit for its connections\n");
    pn_loop_wake(st->loop);
}

/* Tells the parts of pynet that are written in Python, before anything is closed: the primary of a cluster. */
static void
begin_in_python(PnState *st)
{
    double grace = st->driver.grace == UINT64_MAX ? -1 : (double)st->driver.grace / 1e9;
    PyObject *result = PyObject_CallFunction(pn_state_run(st, PN_RUN_graceful), "d", grace);
    if (result == NULL)
        PyErr_WriteUnraisable(NULL);
    Py_XDECREF(result);
}

void
pn_close_gracefully(PnState *st)
{
    struct pn_driver *d = &st->driver;
    if (d->grace_over && --d->last_turns == 0)
        d->stop = true;
    bool work = !d->grace_over && (d->handlers_work || !d->graceful_done) && pn_handles_are_handled(st->loop);
    if (d->graceful_done && d->opened == st->loop->opened && st->pending_listens == NULL && d->handlers_work == work)
        return;
    unsigned scope = pn_callback_scope_open(st);
    if (!d->graceful_done)
        begin_in_python(st);
    d->graceful_done = true;
    d->handlers_work = work;
    d->opened = st->loop->opened;
    st->hooks->close_pending_listens(st);
    if (d->grace_over)
        (void)pn_handles_destroy(st->loop);
    else
        pn_handles_close_in_order(st->loop, work);
    pn_callback_scope_close(st, scope);
}

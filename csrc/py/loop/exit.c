/* exit.c - closes everything when the interpreter exits, and resets the state in a forked child.
 *
 * At exit no listener is called any more. The exit waits at most one second for the driver to leave, sends queued
 * writes from C for at most another second, and closes every handle. If a listener blocks the driver, the exit does not
 * wait longer, and frees nothing that the driver still uses. */
#include <string.h>

#include "py/loop/driver.h"
#include "py/loop/hooks.h"
#include "py/loop/tick.h"
#include "py/loop/waiter.h"
#include "uvio/handles.h"

#define GRACE_NS ((uint64_t)1000000000)

/* --- cleanups, see hooks.h --- */

void
pn_cleanup_add(PnState *st, struct pn_cleanup *c)
{
    c->prev = NULL;
    c->next = st->cleanups;
    if (c->next != NULL)
        c->next->prev = c;
    st->cleanups = c;
}

void
pn_cleanup_remove(PnState *st, struct pn_cleanup *c)
{
    if (c->next != NULL)
        c->next->prev = c->prev;
    if (c->prev != NULL)
        c->prev->next = c->next;
    else if (st->cleanups == c)
        st->cleanups = c->next;
    c->next = c->prev = NULL;
}

static void
run_cleanups(PnState *st)
{
    while (st->cleanups != NULL)
        st->cleanups->at_exit(st->cleanups);
}

/* --- exit --- */

static bool
is_interactive(void)
{
    PyObject *flags = PySys_GetObject("flags");
    PyObject *flag = flags != NULL ? PyObject_GetAttrString(flags, "interactive") : NULL;
    bool yes = PySys_GetObject("ps1") != NULL || (flag != NULL && PyObject_IsTrue(flag) == 1);
    PyErr_Clear();
    Py_XDECREF(flag);
    return yes;
}

/* The script has ended by itself, and not in run(): what goes on in the background ends without its author's wish. */
static bool
ends_early(PnState *st)
{
    if (st->driver.ran || is_interactive())
        return false;
    PyObject *answer = PyObject_CallNoArgs(pn_state_run(st, PN_RUN_ended_by_itself));
    bool yes = answer == Py_True;
    PyErr_Clear();
    Py_XDECREF(answer);
    return yes;
}

static void
warn_of_server(PnState *st)
{
    if (pn_handles_are_serving(st->loop) || st->pending_listens != NULL)
        PySys_WriteStderr("pynet: the script ended while a server was listening; end it with pynet.run() to keep "
                          "serving\n");
}

static void
warn_of_connect(PnState *st, bool driver_left)
{
    if (driver_left && pn_loop_wait(st->loop, 0) == 0)
        pn_loop_turn(st->loop); /* it may have connected just now */
    PyObject *target = st->hooks->still_connecting(st);
    PyErr_Clear();
    if (target != NULL)
        PySys_FormatStderr("pynet: the script ended while a socket was connecting to %U; wait for it, or end the "
                           "script with pynet.run()\n",
                           target);
    Py_XDECREF(target);
}

/* True when the driver has left: the background thread, a user thread inside run(), or the loop of a host. */
static bool
join_driver(PnState *st)
{
    struct pn_driver *d = &st->driver;
    uint64_t deadline = uv_hrtime() + GRACE_NS;
    if ((d->mode == PN_FOREGROUND || (d->mode == PN_ATTACHED && d->dispatching)) &&
        d->thread == PyThread_get_thread_ident())
        return false; /* called by a listener: the driver is below us on this stack */
    if (d->mode == PN_ATTACHED && !d->dispatching)
        pn_drive_cut(st); /* the host calls no more, or for nothing */
    while ((d->mode != PN_IDLE || d->starting) && uv_hrtime() < deadline) {
        d->stop = true;
        pn_loop_wake(st->loop);
        (void)pn_driver_wait(st, 20);
        PyErr_Clear();
    }
    return d->mode == PN_IDLE;
}

static void
flush_for_a_while(PnState *st)
{
    struct pn_loop *loop = st->loop;
    uint64_t deadline = uv_hrtime() + GRACE_NS;
    pn_handles_stop_input(loop);
    for (;;) {
        uint64_t now = uv_hrtime();
        if (!pn_handles_have_unsent(loop) || now >= deadline)
            return;
        int64_t timeout = pn_loop_timeout(loop, now);
        int64_t left = (int64_t)(deadline - now);
        PyThreadState *ts = PyEval_SaveThread();
        int status = pn_loop_wait(loop, timeout < 0 || timeout > left ? left : timeout);
        PyEval_RestoreThread(ts);
        if (status != 0)
            return;
        pn_loop_turn(loop);
    }
}

/* 20000000 as "20,000,000". */
static void
format_grouped(uint64_t n, char *out, size_t size)
{
    char digits[24];
    int len = PyOS_snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
    size_t at = 0;
    for (int i = 0; i < len && at + 2 < size; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

static void
warn_of_unsent(PnState *st)
{
    struct pn_unsent left = pn_handles_unsent(st->loop);
    char bytes[40];
    if (left.connections == 0)
        return;
    format_grouped(left.bytes, bytes, sizeof(bytes));
    PySys_WriteStderr("pynet: %llu connection%s closed with %s bytes unsent\n", (unsigned long long)left.connections,
                      left.connections == 1 ? "" : "s", bytes);
}

static void
close_everything(PnState *st, bool driver_left)
{
    struct pn_loop *loop = st->loop;
    warn_of_unsent(st);
    pn_handles_abandon(loop);
    pn_ring_clear(&st->ticks);
    pn_ring_clear(&st->immediates);
    if (!driver_left || loop->dead || !pn_loop_can_run(loop))
        return; /* the driver is still inside uv_run(), or libuv would abort: the memory stays */
    for (int i = 0; i < 3; i++)
        (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    if (pn_loop_free(loop) == 0)
        st->loop = NULL;
}

PyObject *
pn_at_exit(PyObject *module, PyObject *unused)
{
    (void)unused;
    PnState *st = pn_state_of_module(module);
    if (st->closed)
        Py_RETURN_NONE;
    if (st->loop == NULL || st->loop->dead) {
        st->closed = true;
        run_cleanups(st);
        st->generation++;
        pn_waiters_wake_all(st);
        Py_RETURN_NONE;
    }
    bool early = ends_early(st);
    if (early)
        warn_of_server(st);
    st->hooks->before_exit(st);
    PyErr_Clear();
    st->closed = true;
    pn_driver_notify_all(st);
    bool left = join_driver(st);
    left = left && !st->driver.dispatching;
    if (left)
        flush_for_a_while(st);
    if (early)
        warn_of_connect(st, left);
    close_everything(st, left);
    run_cleanups(st);
    st->generation++;
    pn_waiters_wake_all(st);
    Py_RETURN_NONE;
}

/* --- fork --- */

PyObject *
pn_after_fork(PyObject *module, PyObject *unused)
{
    (void)unused;
    PnState *st = pn_state_of_module(module);
    struct pn_driver *d = &st->driver;
    if (st->loop != NULL)
        pn_handles_after_fork(st->loop);
    for (struct pn_cleanup *c = st->cleanups; c != NULL; c = c->next)
        c->after_fork(c);
    st->cleanups = NULL;
    /* References that the parent's loop held are not released: that could run user code. */
    st->loop = NULL;
    st->generation++;
    st->depth = 0;
    st->callback_thread = NULL;
    st->flush = NULL;
    st->pending_listens = NULL;
    st->workers = 0;
    st->cluster_ask = st->cluster_watch = NULL; /* it is no worker: the channel is its parent's */
    st->connecting = NULL;
    st->deferred_errors = NULL;
    st->uncaught = NULL;
    st->slow_measures = false;
    st->spare = NULL;
    memset(&st->counters, 0, sizeof(st->counters));
    memset(st->direct, 0, sizeof(st->direct));
    memset(st->lent, 0, sizeof(st->lent));
    pn_links_init(&st->direct_reads);
    pn_links_remove_all(&st->tls_waiting);
    pn_timer_init(&st->tls_next.t);
    pn_timer_init(&st->direct_review.t);
    pn_waiters_after_fork(st);
    st->immediates_referenced = 0;
    memset(&st->immediates, 0, sizeof(st->immediates));
    memset(d, 0, sizeof(*d));
    if (pn_driver_init(st) < 0 || pn_ticks_init(st) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* missed.c - missed events: remembers those that had no listener, replays them to a listener that is added afterwards,
 * and defers an `error` without a listener for 250 ms before it is uncaught.
 *
 * In a script the loop runs in the background: `s = connect(...)` may have connected before `s.on("connect", f)` is
 * reached. An event that happens once in a cycle is therefore remembered when it has no listener, and emitted when a
 * listener is added from outside the loop. When an object is used from outside, an `error` without a listener is
 * deferred, and so are the events after it. */
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/loop/uncaught.h"

#define DEFER_NS (250 * (uint64_t)1000000)

/* A deferred error: it waits for its listener. */
struct pn_deferred_error {
    struct pn_loop_timer timer; /* first */
    PnEmitter *emitter;         /* own */
    struct pn_deferred_error *next, *prev;
};

/* --- the list --- */

static PyObject *
name_of(PnState *st, unsigned event)
{
    switch (event) {
    case PN_CYCLE_CONNECT:
        return st->names.connect;
    case PN_CYCLE_READY:
        return st->names.ready;
    case PN_CYCLE_SECURE_CONNECT:
        return st->names.secureConnect;
    case PN_CYCLE_LISTENING:
        return st->names.listening;
    case PN_CYCLE_END:
        return st->names.end;
    case PN_CYCLE_ERROR:
        return st->names.error;
    default:
        return st->names.close;
    }
}

static void
append(PnEmitter *e, unsigned event)
{
    unsigned shift = 0;
    while (shift < 32 && ((e->missed >> shift) & 15) != 0)
        shift += 4;
    if (shift < 32)
        e->missed |= (uint32_t)event << shift;
}

static void
take_out(PnEmitter *e, unsigned shift)
{
    uint64_t list = e->missed;
    uint64_t before = list & (((uint64_t)1 << shift) - 1);
    e->missed = (uint32_t)(before | (list >> (shift + 4)) << shift);
}

/* The errors are in a list of their own: a server may fail to listen more than once. */
static int
remember_error(PnEmitter *e, PyObject *error)
{
    if (e->missed_errors == NULL && (e->missed_errors = PyList_New(0)) == NULL)
        return -1;
    return PyList_Append(e->missed_errors, error);
}

/* Takes the first of them out; None when there is none. New reference. */
static PyObject *
next_error(PnEmitter *e)
{
    PyObject *list = e->missed_errors;
    if (list == NULL || PyList_GET_SIZE(list) == 0)
        return Py_NewRef(Py_None);
    PyObject *error = Py_NewRef(PyList_GET_ITEM(list, 0));
    if (PyList_SetSlice(list, 0, 1, NULL) < 0)
        PyErr_Clear();
    if (PyList_GET_SIZE(list) == 0)
        Py_CLEAR(e->missed_errors);
    return error;
}

static bool
is_missed(const PnEmitter *e, PyObject *name)
{
    for (uint32_t list = e->missed; list != 0; list >>= 4) {
        if (name_of(e->st, list & 15) == name)
            return true;
    }
    return false;
}

/* --- deferring an error --- */

static void
drop_deferred(struct pn_deferred_error *h)
{
    PnEmitter *e = h->emitter;
    PnState *st = e->st;
    if (st->loop != NULL && e->generation == st->generation)
        pn_loop_disarm(st->loop, &h->timer);
    if (h->prev != NULL)
        h->prev->next = h->next;
    else if (st->deferred_errors == h)
        st->deferred_errors = h->next;
    if (h->next != NULL)
        h->next->prev = h->prev;
    e->deferred = NULL;
    PyMem_RawFree(h);
    Py_DECREF(e);
}

static void
uncaught_error(PnEmitter *e, PyObject *error)
{
    if (e->ops != NULL && e->ops->unheard != NULL && e->ops->unheard(e, error))
        return;
    if (PyExceptionInstance_Check(error))
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    else
        PyErr_Format(PyExc_RuntimeError, "Unhandled error. (%R)", error);
    pn_note_where(e->st, (PyObject *)e, NULL, NULL);
    pn_uncaught(e->st, (PyObject *)e, NULL);
}

static int
emit_error(PnEmitter *e, PyObject *error)
{
    PyObject *stack[2] = {NULL, error};
    (void)pn_emit_loop(e, e->st->error_monitor, stack + 1, 1, NULL);
    int status = pn_emit_loop(e, e->st->names.error, stack + 1, 1, NULL);
    if (status == 0)
        uncaught_error(e, error);
    return status;
}

static void replay_tick(PnState *st, PyObject *self, void *arg);

static int
queue_replay(PnEmitter *e)
{
    e->replaying = true;
    if (pn_tick(e->st, replay_tick, (PyObject *)e, NULL) == 0)
        return 0;
    e->replaying = false;
    return -1;
}

static void
emit_missed(PnEmitter *e, unsigned event)
{
    PyObject *stack[2] = {NULL, e->missed_had_error ? Py_True : Py_False};
    size_t nargs = event == PN_CYCLE_CLOSE && e->ops != NULL && e->ops->close_has_argument ? 1 : 0;
    (void)pn_emit_loop(e, name_of(e->st, event), stack + 1, nargs, NULL);
}

/* Emits the missed events that have a listener now; the rest stays in the list. */
static void
replay(PnEmitter *e)
{
    PnState *st = e->st;
    uint8_t cycle = e->missed_cycle;
    unsigned shift = 0;
    /* Those that stay remain in the list all the time: a listener for them may be added in between. */
    while (shift < 32 && (e->missed >> shift) != 0 && cycle == e->missed_cycle && e->deferred == NULL) {
        if (st->loop->halted) {
            /* run() must raise first; the tick waits for the next run(). */
            if (queue_replay(e) < 0)
                PyErr_WriteUnraisable((PyObject *)e);
            return;
        }
        unsigned event = (e->missed >> shift) & 15;
        if (event != PN_CYCLE_ERROR && pn_count_listeners(e, name_of(st, event)) == 0) {
            emit_missed(e, event); /* internal listeners did not get it while an error was deferred */
            shift += 4;
            continue;
        }
        take_out(e, shift);
        if (event == PN_CYCLE_ERROR) {
            PyObject *error = next_error(e);
            (void)emit_error(e, error);
            Py_DECREF(error);
        }
        else {
            emit_missed(e, event);
            if (event == PN_CYCLE_CLOSE && cycle == e->missed_cycle) {
                e->missed = 0;
                return;
            }
        }
    }
}

static void
on_deferred_expired(struct pn_loop_timer *timer)
{
    struct pn_deferred_error *h = (struct pn_deferred_error *)(void *)timer;
    PnEmitter *e = h->emitter;
    PnState *st = e->st;
    Py_INCREF(e);
    drop_deferred(h);
    unsigned scope = pn_callback_scope_open(st);
    replay(e);
    pn_callback_scope_close(st, scope);
    Py_DECREF(e);
}

static int
defer_error(PnEmitter *e, PyObject *error)
{
    PnState *st = e->st;
    Py_CLEAR(e->missed_errors);
    if (remember_error(e, error) < 0) {
        PyErr_Clear();
        return -1;
    }
    struct pn_deferred_error *h = PyMem_RawMalloc(sizeof(*h));
    if (h == NULL)
        return -1;
    pn_loop_timer_init(&h->timer, on_deferred_expired, true);
    if (pn_loop_arm(st->loop, &h->timer, uv_hrtime() + DEFER_NS) < 0) {
        PyMem_RawFree(h);
        return -1;
    }
    Py_INCREF(e);
    h->emitter = e;
    h->prev = NULL;
    h->next = st->deferred_errors;
    if (h->next != NULL)
        h->next->prev = h;
    st->deferred_errors = h;
    e->deferred = h;
    append(e, PN_CYCLE_ERROR);
    return 0;
}

void
pn_missed_each_deferred(PnState *st, void (*visit)(PyObject *emitter, void *arg), void *arg)
{
    for (const struct pn_deferred_error *h = st->deferred_errors; h != NULL; h = h->next)
        visit((PyObject *)h->emitter, arg);
}

void
pn_missed_report_all(PnState *st)
{
    while (st->deferred_errors != NULL) {
        PnEmitter *e = st->deferred_errors->emitter;
        Py_INCREF(e);
        drop_deferred(st->deferred_errors);
        while (e->missed_errors != NULL) {
            PyObject *error = next_error(e);
            /* A listener that was added meanwhile is not called any more, but with it the error is not uncaught. */
            if (!pn_has_listeners(e, st->names.error))
                uncaught_error(e, error);
            Py_DECREF(error);
        }
        Py_DECREF(e);
    }
}

/* --- emitting --- */

int
pn_emit_cycle(PnEmitter *e, enum pn_cycle_event event, PyObject *arg)
{
    PnState *st = e->st;
    if (event == PN_CYCLE_CLOSE)
        e->missed_had_error = arg == Py_True;
    if (e->deferred != NULL) {
        if (event == PN_CYCLE_ERROR && remember_error(e, arg) < 0)
            PyErr_WriteUnraisable((PyObject *)e);
        else
            append(e, event);
        return 0;
    }
    PyObject *name = name_of(st, event);
    if (event == PN_CYCLE_ERROR) {
        if (pn_has_listeners(e, name) || !e->outside || st->closed || defer_error(e, arg) < 0)
            return emit_error(e, arg);
        return 0;
    }
    /* Internal listeners do not count: a listener that is added afterwards still gets the event. */
    if (pn_count_listeners(e, name) == 0)
        append(e, event);
    else if (event == PN_CYCLE_CLOSE)
        pn_missed_forget(e);
    PyObject *stack[2] = {NULL, arg};
    return pn_emit_loop(e, name, stack + 1, arg != NULL ? 1 : 0, NULL);
}

static void
replay_tick(PnState *st, PyObject *self, void *arg)
{
    PnEmitter *e = PN_EMITTER(self);
    (void)arg;
    e->replaying = false;
    if (e->deferred != NULL) {
        if (!pn_has_listeners(e, st->names.error))
            return;
        drop_deferred(e->deferred);
    }
    replay(e);
}

int
pn_missed_listener_added(PnEmitter *e, PyObject *name)
{
    PnState *st = e->st;
    if (e->missed == 0 || e->replaying || !is_missed(e, name) || e->generation != st->generation)
        return 0;
    if (e->deferred == NULL && pn_in_callback(st))
        return 0;
    return queue_replay(e) < 0 ? -1 : pn_driver_ensure(st);
}

void
pn_missed_forget(PnEmitter *e)
{
    e->missed = 0;
    e->missed_cycle++;
    Py_CLEAR(e->missed_errors);
    if (e->deferred != NULL)
        drop_deferred(e->deferred);
}

void
pn_missed_free(PnEmitter *e)
{
    /* A deferred error owns its emitter: there is none here. */
    Py_CLEAR(e->missed_errors);
}

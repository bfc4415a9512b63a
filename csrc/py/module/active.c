/* active.c - _active(): all that keeps run() going, for pynet.active() (pynet/_active.py), which words it.
 *
 * What pn_is_busy() and pn_look_for_work() count is listed here. All is collected before any object is made, since that
 * may run user code. Changes nothing.
 *
 * Owns: a reference to each object that it has collected. */
#include "py/connect/connect.h"
#include "py/events/emitter.h"
#include "py/events/rewake.h"
#include "py/loop/driver.h"
#include "py/loop/timer_types.h"
#include "py/module/functions.h"
#include "py/server/server.h"
#include "py/stream/duplex.h"
#include "py/stream/pipe.h"
#include "uvio/handles.h"

struct item {
    PyObject *what;     /* own; NULL: nothing that the user has */
    PyObject *callback; /* own; NULL: none */
    const char *why;
    uint64_t left; /* ns; of a timer */
};

struct items {
    PnState *st;
    struct item *at; /* own */
    size_t count, capacity;
    bool out_of_memory;
};

/* --- collecting; runs no user code --- */

static PyObject *
reference(PyObject *op)
{
    return op != NULL && !pn_is_dying(op) ? Py_NewRef(op) : NULL;
}

static void
add_with(struct items *all, PyObject *what, const char *why, PyObject *callback, uint64_t left)
{
    if (all->count == all->capacity) {
        size_t capacity = all->capacity > 0 ? all->capacity * 2 : 32;
        struct item *at = PyMem_RawRealloc(all->at, capacity * sizeof(*at));
        if (at == NULL) {
            all->out_of_memory = true;
            return;
        }
        all->at = at;
        all->capacity = capacity;
    }
    all->at[all->count++] = (struct item){reference(what), reference(callback), why, left};
}

static void
add(struct items *all, PyObject *what, const char *why)
{
    add_with(all, what, why, NULL, 0);
}

static void
add_handle(void *owner, unsigned work, bool held, void *arg)
{
    static const struct {
        unsigned bit;
        const char *why;
    } reasons[] = {
        {PN_WORK_LISTENS, "listens"}, {PN_WORK_CONNECTS, "connects"}, {PN_WORK_READS, "reads"},
        {PN_WORK_WRITES, "writes"},   {PN_WORK_ENDS, "ends"},         {PN_WORK_CLOSES, "closes"},
    };
    struct items *all = arg;
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (work & reasons[i].bit)
            add(all, owner, reasons[i].why);
    }
    if (pn_closes_all(all->st)) {
        if (work == 0)
            add(all, owner, "is open");
        return;
    }
    if (held)
        add(all, owner, "paused");
    if (work == 0 && owner != NULL && PyObject_TypeCheck(owner, all->st->Socket) && PN_SOCKET(owner)->begins &&
        !PN_SOCKET(owner)->unref && !pn_readable_is_paused(PN_DUPLEX(owner)))
        add(all, owner, "reads"); /* as soon as the listeners of `connect` and `ready` return */
}

static void
add_connects(struct items *all)
{
    for (const struct pn_connect *c = all->st->connecting; c != NULL; c = c->next) {
        PyObject *socket = (PyObject *)c->socket;
        if (c->lookup != NULL)
            add(all, socket, "looks up its host");
        else if (c->asked)
            add(all, socket, "waits for its lookup function");
        else if (pn_timer_armed(&c->limit.t))
            add(all, socket, "connects");
    }
}

static void
add_listens(struct items *all)
{
    for (const PnServer *s = all->st->pending_listens; s != NULL; s = s->places->next)
        add(all, (PyObject *)(uintptr_t)s,
            s->places->lookup != NULL ? "looks up its host" : "waits for the cluster's primary");
}

static void
add_timer(PyObject *timer, PyObject *callback, uint64_t left, void *arg)
{
    add_with(arg, timer, "timer", callback, left);
}

static void
add_immediate(PyObject *immediate, PyObject *callback, uint64_t left, void *arg)
{
    add_with(arg, immediate, "immediate", callback, left);
}

static void
add_deferred(PyObject *emitter, void *arg)
{
    add(arg, emitter, "has an error that waits for its listener");
}

/* What a tick of our own is for: it has the object, or a tuple of what it needs, in which the object is the first. */
static PyObject *
object_of_tick(PnState *st, PyObject *self)
{
    Py_ssize_t count = self != NULL && PyTuple_Check(self) ? PyTuple_GET_SIZE(self) : 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (PyTuple_GET_ITEM(self, i) != Py_None) {
            self = PyTuple_GET_ITEM(self, i);
            break;
        }
    }
    if (self != NULL && PyObject_TypeCheck(self, st->Pipe))
        self = (PyObject *)((const struct pn_pipe *)(const void *)self)->source; /* reference() checks it */
    return self;
}

static void
add_ticks(struct items *all)
{
    const struct pn_ring *ring = &all->st->ticks;
    for (size_t i = 0; i < ring->count; i++) {
        const struct pn_tick_entry *tick = &ring->items[(ring->head + i) & (ring->capacity - 1)];
        PyObject *callback = pn_tick_callback(tick);
        if (callback != NULL) {
            add_with(all, callback, "next tick", callback, 0);
            continue;
        }
        PyObject *what = object_of_tick(all->st, tick->self);
        bool connects = what != NULL && PyObject_TypeCheck(what, all->st->Socket) && PN_SOCKET(what)->connect != NULL;
        add(all, what, connects ? "connects" : "has a queued event");
    }
}

static void
collect(struct items *all)
{
    PnState *st = all->st;
    if (st->loop == NULL || st->loop->dead || st->closed)
        return;
    pn_handles_each_work(st->loop, add_handle, all);
    if (!pn_closes_all(st)) {
        add_listens(all);
        add_connects(all);
        pn_missed_each_deferred(st, add_deferred, all);
        pn_timeouts_each_referenced(st, add_timer, all);
        pn_immediates_each_referenced(st, add_immediate, all);
        if (pn_rewake_is_due(st))
            add(all, NULL, "wakes all waits once more");
    }
    if (st->workers > 0)
        add(all, NULL, "waits for the worker processes of the cluster");
    add_ticks(all);
}

/* --- the answer --- */

/* (object or None, why, ms or None, callback or None) */
static PyObject *
tuple_of(const struct item *item)
{
    PyObject *what = item->what != NULL ? item->what : Py_None;
    PyObject *callback = item->callback != NULL ? item->callback : Py_None;
    return Py_BuildValue("(OsKO)", what, item->why, (unsigned long long)(item->left / 1000000), callback);
}

PyObject *
pn_active(PyObject *module, PyObject *unused)
{
    (void)unused;
    struct items all = {.st = pn_state_of_module(module)};
    collect(&all);
    PyObject *list = all.out_of_memory ? PyErr_NoMemory() : PyList_New(0);
    for (size_t i = 0; list != NULL && i < all.count; i++) {
        PyObject *tuple = tuple_of(&all.at[i]);
        if (tuple == NULL || PyList_Append(list, tuple) < 0)
            Py_CLEAR(list);
        Py_XDECREF(tuple);
    }
    PyObject *error = pn_take_exception();
    for (size_t i = 0; i < all.count; i++) {
        Py_XDECREF(all.at[i].what);
        Py_XDECREF(all.at[i].callback);
    }
    PyMem_RawFree(all.at);
    pn_put_back_exception(error);
    return list;
}

PyObject *
pn_other_threads_function(PyObject *module, PyObject *unused)
{
    (void)unused;
    return pn_other_threads(pn_state_of_module(module));
}

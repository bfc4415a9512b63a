/* timeout_type.c - set_timeout(), set_interval(), clear_timeout() and the Timeout type.
 *
 * Owns:    the callback and its arguments; while armed, a reference to itself.
 * Threads: the GIL is held everywhere; the driver calls the callback. */
#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/loop/driver.h"
#include "py/loop/tick.h"
#include "py/loop/timer_types.h"

#define MAX_MS 2147483647.0

typedef struct {
    PyObject_HEAD
    struct pn_loop_timer timer;
    PnState *st;        /* borrowed */
    PyObject *callback; /* own */
    PyObject *args;     /* own: a tuple */
    uint64_t delay;     /* nanoseconds */
    unsigned generation;
    bool repeat;
    bool cleared;
} PnTimeout;

#define OF_TIMER(t) ((PnTimeout *)(void *)((char *)(t) - offsetof(PnTimeout, timer)))

/* --- helpers --- */

int
pn_timer_delay(PnState *st, double ms, uint64_t *out)
{
    *out = 1000000;
    if (ms > MAX_MS) {
        return PyErr_WarnFormat(st->TimeoutOverflowWarning, 1,
                                "a delay does not fit into a 32-bit signed integer: it was set to 1 ms");
    }
    if (ms >= 1)
        *out = (uint64_t)(ms * 1e6);
    return 0;
}

static bool
is_armed(const PnTimeout *self)
{
    return self->generation == self->st->generation && pn_timer_armed(&self->timer.t);
}

static int
arm(PnTimeout *self)
{
    bool was = is_armed(self);
    if (self->generation != self->st->generation)
        return 0;
    if (pn_loop_arm(self->st->loop, &self->timer, uv_hrtime() + self->delay) < 0) {
        if (was)
            Py_DECREF(self);
        PyErr_NoMemory();
        return -1;
    }
    if (!was)
        Py_INCREF(self);
    return 0;
}

static void
disarm(PnTimeout *self)
{
    self->cleared = true;
    if (!is_armed(self))
        return;
    pn_loop_disarm(self->st->loop, &self->timer);
    Py_DECREF(self);
}

static void
on_fire(struct pn_loop_timer *timer)
{
    PnTimeout *self = OF_TIMER(timer); /* the reference of the armed timer is ours now */
    PnState *st = self->st;
    if (!st->closed && self->callback != NULL) {
        unsigned scope = pn_callback_scope_open(st);
        PyObject *args = Py_NewRef(self->args);
        (void)pn_call(st, NULL, self->callback, &PyTuple_GET_ITEM(args, 0), (size_t)PyTuple_GET_SIZE(args));
        Py_DECREF(args);
        if (self->repeat && !self->cleared && !is_armed(self) && arm(self) < 0)
            PyErr_WriteUnraisable((PyObject *)self);
        pn_callback_scope_close(st, scope);
    }
    Py_DECREF(self);
}

static PyObject *
create(PnState *st, PyObject *const *args, Py_ssize_t nargs, bool repeat)
{
    double ms = 1;
    PyObject *callback = nargs > 0 ? args[0] : Py_None;
    uint64_t delay;
    if (pn_check_callable(st, callback, "callback") < 0)
        return NULL;
    if (nargs > 1 && args[1] != Py_None && pn_arg_number(args[1], "ms", &ms) < 0)
        return NULL;
    if (pn_timer_delay(st, ms, &delay) < 0 || pn_state_loop(st) == NULL)
        return NULL;
    PnTimeout *self = (PnTimeout *)(void *)st->Timeout->tp_alloc(st->Timeout, 0);
    if (self == NULL)
        return NULL;
    pn_loop_timer_init(&self->timer, on_fire, true);
    self->st = st;
    self->generation = st->generation;
    self->delay = delay;
    self->repeat = repeat;
    self->callback = Py_NewRef(callback);
    self->args = PyTuple_New(nargs > 2 ? nargs - 2 : 0);
    for (Py_ssize_t i = 2; self->args != NULL && i < nargs; i++)
        PyTuple_SET_ITEM(self->args, i - 2, Py_NewRef(args[i]));
    if (self->args == NULL || arm(self) < 0 || pn_driver_ensure(st) < 0) {
        if (self->args != NULL)
            disarm(self);
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

void
pn_timeouts_each_referenced(PnState *st, pn_timer_visit visit, void *arg)
{
    const struct pn_timers *timers = &st->loop->timers;
    uint64_t now = uv_hrtime();
    for (size_t i = 0; i < timers->count; i++) {
        struct pn_loop_timer *timer = (struct pn_loop_timer *)(void *)timers->heap[i];
        PnTimeout *self = OF_TIMER(timer);
        if (timer->fire == on_fire && timer->referenced)
            visit((PyObject *)self, self->callback, timer->t.deadline > now ? timer->t.deadline - now : 0, arg);
    }
}

/* --- functions --- */

const char pn_set_timeout_doc[] =
    "set_timeout(callback, ms=1, /, *args)\n--\n\n"
    "Calls callback(*args) once, after at least ms milliseconds. Returns a Timeout. A value below 1 counts as\n"
    "1. A value above 2,147,483,647 also counts as 1, with a TimeoutOverflowWarning. Raises TypeError\n"
    "(ERR_INVALID_ARG_TYPE). Node: setTimeout().";

PyObject *
pn_set_timeout(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return create(pn_state_of_module(module), args, nargs, false);
}

const char pn_set_interval_doc[] =
    "set_interval(callback, ms=1, /, *args)\n--\n\n"
    "Calls callback(*args) again and again. The delay of ms milliseconds starts at the end of each call.\n"
    "Returns a Timeout. Otherwise it is like set_timeout(). Node: setInterval().";

PyObject *
pn_set_interval(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return create(pn_state_of_module(module), args, nargs, true);
}

const char pn_clear_timeout_doc[] =
    "clear_timeout(timer, /)\n--\n\n"
    "Cancels a Timeout of set_timeout() or set_interval(). Does nothing if it has fired, and for None. Raises\n"
    "TypeError (ERR_INVALID_ARG_TYPE) for anything else. Node: clearTimeout(), clearInterval().";

PyObject *
pn_clear_timeout(PyObject *module, PyObject *timer)
{
    PnState *st = pn_state_of_module(module);
    if (timer == Py_None)
        Py_RETURN_NONE;
    if (!PyObject_TypeCheck(timer, st->Timeout))
        return pn_raise_arg_type("timer", "an instance of Timeout or None", timer);
    disarm((PnTimeout *)(void *)timer);
    Py_RETURN_NONE;
}

/* --- methods --- */

static PyObject *
set_ref(PyObject *op, bool referenced)
{
    PnTimeout *self = (PnTimeout *)(void *)op;
    if (self->generation == self->st->generation)
        pn_loop_timer_ref(self->st->loop, &self->timer, referenced);
    return Py_NewRef(op);
}

static PyObject *
timeout_ref(PyObject *op, PyObject *unused)
{
    (void)unused;
    return set_ref(op, true);
}

static PyObject *
timeout_unref(PyObject *op, PyObject *unused)
{
    (void)unused;
    return set_ref(op, false);
}

static PyObject *
timeout_has_ref(PyObject *op, PyObject *unused)
{
    (void)unused;
    return PyBool_FromLong(((PnTimeout *)(void *)op)->timer.referenced);
}

static PyObject *
timeout_refresh(PyObject *op, PyObject *unused)
{
    (void)unused;
    PnTimeout *self = (PnTimeout *)(void *)op;
    if (!self->cleared && (arm(self) < 0 || pn_driver_ensure(self->st) < 0))
        return NULL;
    return Py_NewRef(op);
}

static PyObject *
timeout_close(PyObject *op, PyObject *unused)
{
    (void)unused;
    disarm((PnTimeout *)(void *)op);
    return Py_NewRef(op);
}

static PyObject *
timeout_repr(PyObject *op)
{
    PnTimeout *self = (PnTimeout *)(void *)op;
    const char *state = self->cleared ? "cleared" : is_armed(self) ? "armed" : "fired";
    return PyUnicode_FromFormat("<pynet.Timeout %s, %s %d ms>", state, self->repeat ? "every" : "after",
                                (int)(self->delay / 1000000));
}

/* --- lifetime --- */

static int
timeout_traverse(PyObject *op, visitproc visit, void *arg)
{
    PnTimeout *self = (PnTimeout *)(void *)op;
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(self->callback);
    Py_VISIT(self->args);
    return 0;
}

static int
timeout_clear(PyObject *op)
{
    PnTimeout *self = (PnTimeout *)(void *)op;
    Py_CLEAR(self->callback);
    Py_CLEAR(self->args);
    return 0;
}

static void
timeout_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    Py_TRASHCAN_BEGIN(op, timeout_dealloc) /* arguments may form long chains */
        (void) timeout_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

/* --- tables --- */

static PyMethodDef timeout_methods[] = {
    {"ref", timeout_ref, METH_NOARGS,
     "ref($self, /)\n--\n\n"
     "The timer keeps run() from returning, which is the default. Returns the timer."},
    {"unref", timeout_unref, METH_NOARGS,
     "unref($self, /)\n--\n\n"
     "The timer does not keep run() from returning. Returns the timer."},
    {"has_ref", timeout_has_ref, METH_NOARGS,
     "has_ref($self, /)\n--\n\n"
     "True, unless unref() was called last."},
    {"refresh", timeout_refresh, METH_NOARGS,
     "refresh($self, /)\n--\n\n"
     "Starts the delay again, also after the timer has fired. Returns the timer."},
    {"close", timeout_close, METH_NOARGS,
     "close($self, /)\n--\n\n"
     "Cancels the timer, like clear_timeout(). Returns the timer."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot timeout_slots[] = {
    {Py_tp_doc, "What set_timeout() and set_interval() return. Node: class Timeout."},
    {Py_tp_methods, timeout_methods},
    {Py_tp_repr, timeout_repr},
    {Py_tp_traverse, timeout_traverse},
    {Py_tp_clear, timeout_clear},
    {Py_tp_dealloc, timeout_dealloc},
    {0, NULL},
};

PyType_Spec pn_timeout_spec = {
    .name = "pynet.Timeout",
    .basicsize = sizeof(PnTimeout),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = timeout_slots,
};

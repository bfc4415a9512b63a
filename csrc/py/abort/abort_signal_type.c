/* abort_signal_type.c - the AbortSignal type, and its class methods timeout(), any() and abort().
 *
 * Owns:    its listeners; the signals that it follows (abort_follow.c). A link belongs to what the signal ends, and
 *          owns the signal.
 * Threads: any method from any thread. The thread that calls abort() calls the listeners; for timeout() the driver. */

#include <float.h>
#include <math.h>

#include "py/abort/signal_object.h"
#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/loop/driver.h"
#include "py/loop/tick.h"
#include "py/loop/uncaught.h"

#include <structmember.h>

#define MAX_MS 4294967295.0

/* --- helpers --- */

static void
on_fire(struct pn_loop_timer *timer)
{
    PnAbortSignal *s = (PnAbortSignal *)(void *)((char *)timer - offsetof(PnAbortSignal, timer));
    PnState *st = s->st;
    if (st->closed || pn_is_dying(s))
        return;
    unsigned scope = pn_callback_scope_open(st);
    Py_INCREF(s);
    PyObject *reason = pn_net_error(st, "TIMEOUT_ERR", "The operation was aborted due to timeout");
    if (reason == NULL)
        reason = pn_take_exception();
    if (pn_signal_abort(s, reason) < 0)
        pn_uncaught(st, (PyObject *)s, NULL);
    Py_DECREF(reason);
    Py_DECREF(s);
    pn_callback_scope_close(st, scope);
}

/* 1 for "abort", 0 for events that never come, -1 with TypeError. */
static int
event_type(PyObject *type)
{
    if (PyUnicode_Check(type))
        return PyUnicode_CompareWithASCIIString(type, "abort") == 0;
    pn_raise_arg_type("type", "a str", type);
    return -1;
}

/* --- methods --- */

static const char add_event_listener_doc[] =
    "add_event_listener($self, type, listener, options=None, once=False)\n--\n\n"
    "Adds a function. An abort of the signal calls it with an AbortEvent. type is \"abort\"; there are no other\n"
    "events. The same function is added only once. With once=True (or {\"once\": True} as options) it is removed\n"
    "before the call. After the abort no function is added.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE). Node: signal.addEventListener().";

static PyObject *
signal_add_event_listener(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"type", "listener", "options", "once", NULL};
    static const char *const option_names[] = {"once", NULL};
    PnAbortSignal *s = PN_SIGNAL(op);
    PyObject *v[4], *in_options[1] = {NULL};
    if (pn_unpack("add_event_listener", names, 2, args, nargs, kwnames, v) < 0)
        return NULL;
    int type = event_type(v[0]);
    if (type < 0 || pn_check_callable(s->st, v[1], "listener") < 0)
        return NULL;
    PyObject *options = v[2] == Py_None ? NULL : v[2];
    if (options != NULL && !pn_is_options(options))
        return pn_raise_arg_type("options", "a mapping", options);
    if (options != NULL && pn_options("add_event_listener", option_names, options, NULL, NULL, in_options) < 0)
        return NULL;
    PyObject *value = v[3] != NULL && v[3] != Py_None ? v[3] : in_options[0];
    int once = value != NULL ? pn_arg_bool(value) : 0;
    pn_options_clear(in_options, 1);
    if (once < 0 || (type == 1 && pn_signal_add(s, v[1], once) < 0))
        return NULL;
    Py_RETURN_NONE;
}

static const char remove_event_listener_doc[] =
    "remove_event_listener($self, type, listener, options=None)\n--\n\n"
    "Removes a function that add_event_listener() added. Does nothing if the signal does not have it. options\n"
    "are ignored. Raises TypeError (ERR_INVALID_ARG_TYPE). Node: signal.removeEventListener().";

static PyObject *
signal_remove_event_listener(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"type", "listener", "options", NULL};
    PyObject *v[3];
    if (pn_unpack("remove_event_listener", names, 2, args, nargs, kwnames, v) < 0)
        return NULL;
    int type = event_type(v[0]);
    if (type < 0)
        return NULL;
    if (!PyCallable_Check(v[1]))
        return pn_raise_arg_type("listener", "a callable", v[1]);
    if (type == 1)
        pn_signal_remove(PN_SIGNAL(op), v[1]);
    Py_RETURN_NONE;
}

static const char throw_if_aborted_doc[] =
    "throw_if_aborted($self, /)\n--\n\n"
    "Raises the reason, if the signal has been aborted. A reason that is not an exception becomes the `reason`\n"
    "of an AbortError. Node: signal.throwIfAborted().";

static PyObject *
signal_throw_if_aborted(PyObject *op, PyObject *unused)
{
    (void)unused;
    PyObject *reason = PN_SIGNAL(op)->reason;
    if (reason == NULL)
        Py_RETURN_NONE;
    if (PyExceptionInstance_Check(reason))
        return pn_raise(Py_NewRef(reason));
    Py_INCREF(reason);
    PyObject *exc = pn_abort_error(PN_SIGNAL(op)->st, reason);
    Py_DECREF(reason);
    return pn_raise(exc);
}

static PyObject *
signal_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<AbortSignal aborted=%s>", PN_SIGNAL(op)->reason != NULL ? "True" : "False");
}

/* --- class methods --- */

static const char abort_doc[] =
    "abort($type, /, reason=None)\n--\n\n"
    "Returns a signal that has already been aborted. reason is as in AbortController.abort().\n"
    "Node: AbortSignal.abort().";

static PyObject *
signal_abort(PyObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"reason", NULL};
    PyObject *v[1];
    if (pn_unpack("abort", names, 0, args, nargs, kwnames, v) < 0)
        return NULL;
    PnAbortSignal *s = pn_signal_new(pn_state_of_type((PyTypeObject *)(void *)cls));
    if (s != NULL)
        pn_signal_abort_new(s, v[0] != NULL ? v[0] : Py_None);
    return (PyObject *)s;
}

static const char timeout_doc[] =
    "timeout($type, ms, /)\n--\n\n"
    "Returns a signal that is aborted after at least ms milliseconds (a whole number from 0 to 4294967295), on\n"
    "the thread that drives the loop. The reason is a NetTimeoutError (TIMEOUT_ERR). The signal does not keep\n"
    "run() from returning. While it has listeners it lives until that time, also without a reference to it.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE). Node: AbortSignal.timeout().";

static PyObject *
signal_timeout(PyObject *cls, PyObject *delay)
{
    PnState *st = pn_state_of_type((PyTypeObject *)(void *)cls);
    double ms;
    if (pn_arg_number(delay, "ms", &ms) < 0)
        return NULL;
    if (!(fabs(ms) <= DBL_MAX) || floor(ms) != ms)
        return pn_raise_range("ms", "an integer", delay);
    if (ms < 0 || ms > MAX_MS)
        return pn_raise_range("ms", ">= 0 && <= 4294967295", delay);
    PnAbortSignal *s = pn_state_loop(st) != NULL ? pn_signal_new(st) : NULL;
    if (s == NULL)
        return NULL;
    uint64_t ns = ms < 1 ? 1000000 : (uint64_t)ms * 1000000;
    struct pn_loop *loop = pn_state_loop(st); /* the allocation may have run user code */
    s->generation = st->generation;
    if (loop != NULL && pn_loop_arm(loop, &s->timer, uv_hrtime() + ns) < 0)
        PyErr_NoMemory();
    if (PyErr_Occurred() || pn_driver_ensure(st) < 0)
        Py_CLEAR(s);
    return (PyObject *)s;
}

/* A new signal that follows those of a list; the caller has checked their types. */
static PyObject *
make_any(PnState *st, PyObject *signals)
{
    PnAbortSignal *self = pn_signal_new(st);
    if (self == NULL)
        return NULL;
    /* From here on no user code runs that could abort one of them. */
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(signals); i++) {
        PyObject *reason = pn_abort_reason(PyList_GET_ITEM(signals, i));
        if (reason != NULL) {
            self->reason = Py_NewRef(reason);
            self->over = true;
            return (PyObject *)self;
        }
    }
    if (pn_signal_follow(self, signals) < 0)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static const char any_doc[] =
    "any($type, signals, /)\n--\n\n"
    "Returns a signal that is aborted as soon as one of signals is, with the same reason; at once if one of\n"
    "them has already been aborted. signals is an iterable of AbortSignal. Raises TypeError\n"
    "(ERR_INVALID_ARG_TYPE). Node: AbortSignal.any().";

static PyObject *
signal_any(PyObject *cls, PyObject *iterable)
{
    PnState *st = pn_state_of_type((PyTypeObject *)(void *)cls);
    PyObject *iterator = PyObject_GetIter(iterable);
    if (iterator == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_TypeError) || Py_TYPE(iterable)->tp_iter != NULL)
            return NULL;
        PyErr_Clear();
        return pn_raise_arg_type("signals", "an iterable of AbortSignal", iterable);
    }
    PyObject *signals = PySequence_List(iterator);
    Py_DECREF(iterator);
    if (signals == NULL)
        return NULL;
    PyObject *result = NULL;
    Py_ssize_t i = 0;
    char name[40] = "";
    while (i < PyList_GET_SIZE(signals) && PyObject_TypeCheck(PyList_GET_ITEM(signals, i), st->AbortSignal))
        i++;
    if (i == PyList_GET_SIZE(signals)) {
        result = make_any(st, signals);
    }
    else {
        PyOS_snprintf(name, sizeof(name), "signals[%lld]", (long long)i);
        pn_raise_arg_type(name, "an instance of AbortSignal", PyList_GET_ITEM(signals, i));
    }
    Py_DECREF(signals);
    return result;
}

/* --- getters --- */

static PyObject *
signal_get_aborted(PyObject *op, void *closure)
{
    (void)closure;
    return PyBool_FromLong(PN_SIGNAL(op)->reason != NULL);
}

static PyObject *
signal_get_reason(PyObject *op, void *closure)
{
    (void)closure;
    PyObject *reason = PN_SIGNAL(op)->reason;
    return Py_NewRef(reason != NULL ? reason : Py_None);
}

static PyObject *
signal_get_onabort(PyObject *op, void *closure)
{
    (void)closure;
    PyObject *fn = PN_SIGNAL(op)->onabort;
    return Py_NewRef(fn != NULL ? fn : Py_None);
}

static int
signal_set_onabort(PyObject *op, PyObject *value, void *closure)
{
    (void)closure;
    PnAbortSignal *s = PN_SIGNAL(op);
    if (value == Py_None)
        value = NULL;
    if (value != NULL && pn_check_callable(s->st, value, "onabort") < 0)
        return -1;
    return pn_signal_set_handler(s, value);
}

/* --- lifetime --- */

PnAbortSignal *
pn_signal_new(PnState *st)
{
    PnAbortSignal *s = PN_SIGNAL(st->AbortSignal->tp_alloc(st->AbortSignal, 0));
    if (s == NULL)
        return NULL;
    s->st = st;
    s->last = &s->first;
    s->last_dependent = &s->dependents;
    pn_loop_timer_init(&s->timer, on_fire, false);
    return s;
}

static PyObject *
signal_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)type;
    (void)args;
    (void)kwargs;
    return pn_raise_coded(PyExc_TypeError, "ERR_ILLEGAL_CONSTRUCTOR",
                          "An AbortSignal cannot be constructed: it is the signal of an AbortController, or comes from "
                          "AbortSignal.timeout(), any() or abort()");
}

static int
signal_traverse(PyObject *op, visitproc visit, void *arg)
{
    PnAbortSignal *s = PN_SIGNAL(op);
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(s->reason);
    Py_VISIT(s->queued);
    for (size_t i = 0; i < s->edge_count; i++)
        Py_VISIT(s->edges[i].source);
    for (struct pn_abort_edge *e = s->dependents; e != NULL; e = e->next) {
        if (e->strong)
            Py_VISIT(e->dependent);
    }
    return pn_signal_traverse_list(s, visit, arg);
}

/* The links stay: their owners unlink them. */
static int
signal_clear(PyObject *op)
{
    PnAbortSignal *s = PN_SIGNAL(op);
    PyObject *reason = s->reason, *onabort = s->onabort;
    if (reason != NULL)
        s->reason = Py_NewRef(Py_None); /* still aborted */
    s->onabort = NULL;
    pn_signal_drop_listeners(s);
    pn_signal_unfollow(s);
    Py_XDECREF(reason);
    Py_XDECREF(onabort);
    return 0;
}

static void
signal_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PnAbortSignal *s = PN_SIGNAL(op);
    PyObject_GC_UnTrack(op);
    if (pn_signal_timed(s))
        pn_loop_disarm(s->st->loop, &s->timer);
    pn_signal_cut(s);
    Py_TRASHCAN_BEGIN(op, signal_dealloc) /* reasons may form long chains */
        if (s->weakrefs != NULL) PyObject_ClearWeakRefs(op);
    (void)signal_clear(op);
    Py_XDECREF(s->reason);
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

/* --- tables --- */

static PyMethodDef signal_methods[] = {
    {"add_event_listener", PN_FASTCALL(signal_add_event_listener), METH_FASTCALL | METH_KEYWORDS,
     add_event_listener_doc},
    {"remove_event_listener", PN_FASTCALL(signal_remove_event_listener), METH_FASTCALL | METH_KEYWORDS,
     remove_event_listener_doc},
    {"throw_if_aborted", signal_throw_if_aborted, METH_NOARGS, throw_if_aborted_doc},
    {"abort", PN_FASTCALL(signal_abort), METH_FASTCALL | METH_KEYWORDS | METH_CLASS, abort_doc},
    {"timeout", signal_timeout, METH_O | METH_CLASS, timeout_doc},
    {"any", signal_any, METH_O | METH_CLASS, any_doc},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef signal_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(PnAbortSignal, weakrefs), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef signal_getset[] = {
    {"aborted", signal_get_aborted, NULL, "True after the abort.", NULL},
    {"reason", signal_get_reason, NULL,
     "The reason of the abort: the argument of abort(), or an AbortError. None before.", NULL},
    {"onabort", signal_get_onabort, signal_set_onabort,
     "A function that an abort calls with an AbortEvent, like a listener, or None. You may set it.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot signal_slots[] = {
    {Py_tp_doc, "AbortSignal(*args)\n--\n\n"
                "An abort of the signal ends the sockets, servers and waits that have it. Get one from\n"
                "AbortController().signal, or from timeout(), any() or abort(). Node: class AbortSignal."},
    {Py_tp_new, signal_new},
    {Py_tp_repr, signal_repr},
    {Py_tp_traverse, signal_traverse},
    {Py_tp_clear, signal_clear},
    {Py_tp_dealloc, signal_dealloc},
    {Py_tp_methods, signal_methods},
    {Py_tp_members, signal_members},
    {Py_tp_getset, signal_getset},
    {0, NULL},
};

PyType_Spec pn_abort_signal_spec = {
    .name = "pynet.AbortSignal",
    .basicsize = sizeof(PnAbortSignal),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = signal_slots,
};

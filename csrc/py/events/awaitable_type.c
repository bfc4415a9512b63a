/* awaitable_type.c - AwaitableCall: a call of read_exactly() and the like, to be awaited; see awaitable.h.
 *
 * asyncio drives it as it drives a coroutine: by send() and throw(). When there is something it returns at once, without
 * a future and without a switch of tasks. Else send() gives the future that the task waits for.
 *
 * Owns:    a few objects that are kept for reuse: st->free_calls.
 * Threads: the task or the thread that waits calls everything here. */
#include "py/events/awaitable.h"

#include <structmember.h>

#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"

#define KEPT 64

/* --- creating and freeing --- */

static void
on_dropped(struct pn_waiter *w)
{
    PnCall *c = PN_CALL(w->owner);
    c->state = PN_CALL_DONE;
    c->ops->leave(c, true);
    pn_waiter_end(w);
}

/* Seconds as the waits of threading take them; -1 for None. 0, or -1 with an exception. */
static int
parse_seconds(PyObject *timeout, double *seconds)
{
    *seconds = -1;
    if (timeout == NULL || timeout == Py_None)
        return 0;
    bool number = !PyBool_Check(timeout) && (PyFloat_Check(timeout) || PyLong_Check(timeout));
    double value = number ? PyFloat_AsDouble(timeout) : -1;
    if (value == -1 && PyErr_Occurred())
        PyErr_Clear();
    else if (value >= 0 && value < 1e9) {
        *seconds = value;
        return 0;
    }
    PyObject *support = PyImport_ImportModule("pynet._support");
    PyObject *checked = support != NULL ? PyObject_CallMethod(support, "seconds_of", "O", timeout) : NULL;
    *seconds = checked != NULL ? PyFloat_AsDouble(checked) : -1;
    Py_XDECREF(support);
    Py_XDECREF(checked);
    return PyErr_Occurred() ? -1 : 0;
}

static PnCall *
allocate(PnState *st)
{
    PnCall *c = st->free_calls;
    if (c == NULL)
        return PyObject_GC_New(PnCall, st->AwaitableCall);
    st->free_calls = (PnCall *)(void *)c->weakrefs;
    st->free_calls_count--;
    (void)PyObject_Init((PyObject *)c, st->AwaitableCall);
    return c;
}

PnCall *
pn_call_new(PnEmitter *source, const struct pn_call_ops *ops, PyObject *timeout)
{
    PnState *st = source->st;
    double seconds;
    if (parse_seconds(timeout, &seconds) < 0)
        return NULL;
    PnCall *c = allocate(st);
    if (c == NULL)
        return NULL;
    c->weakrefs = c->arg = c->error = c->loop = c->result = NULL;
    c->st = st;
    c->ops = ops;
    c->source = (PnEmitter *)Py_NewRef(source);
    c->size = 0;
    c->seconds = seconds;
    c->deadline = 0;
    c->state = PN_CALL_NEW;
    c->awaited = c->closed = c->asynchronous = c->keep_ends = false;
    pn_link_clear(&c->place);
    pn_waiter_init(&c->w, st, (PyObject *)c, on_dropped);
    PyObject_GC_Track(c);
    return c;
}

void
pn_calls_free(PnState *st)
{
    while (st->free_calls != NULL) {
        PnCall *c = st->free_calls;
        st->free_calls = (PnCall *)(void *)c->weakrefs;
        PyObject_GC_Del(c);
    }
    st->free_calls_count = 0;
}

/* The wait is over, with an exception that is kept, or without one. */
static void
end(PnCall *c, bool gave_up)
{
    PyObject *error = pn_take_exception();
    c->state = PN_CALL_DONE;
    c->ops->leave(c, gave_up);
    pn_waiter_end(&c->w);
    pn_put_back_exception(error);
}

static int
call_traverse(PyObject *op, visitproc visit, void *arg)
{
    PnCall *c = PN_CALL(op);
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(c->source);
    Py_VISIT(c->arg);
    Py_VISIT(c->error);
    Py_VISIT(c->result);
    Py_VISIT(c->loop);
    return 0;
}

static int
call_clear(PyObject *op)
{
    PnCall *c = PN_CALL(op);
    Py_CLEAR(c->arg);
    Py_CLEAR(c->error);
    Py_CLEAR(c->result);
    Py_CLEAR(c->loop);
    return 0;
}

static void
warn_never_awaited(PnCall *c)
{
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyObject *text = c->ops->text(c);
    if (text == NULL ||
        PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "%U was never awaited: write await %U", text, text) < 0)
        PyErr_WriteUnraisable((PyObject *)Py_TYPE(c));
    Py_XDECREF(text);
    PyErr_Restore(type, value, trace);
}

static void
call_dealloc(PyObject *op)
{
    PnCall *c = PN_CALL(op);
    PyTypeObject *type = Py_TYPE(op);
    PnState *st = c->st;
    PyObject_GC_UnTrack(op);
    if (c->state == PN_CALL_WAITING) /* driven by hand, and dropped */
        end(c, true);
    if (c->weakrefs != NULL)
        PyObject_ClearWeakRefs(op);
    if (c->state == PN_CALL_NEW)
        warn_never_awaited(c);
    (void)call_clear(op);
    Py_CLEAR(c->source);
    if (st->free_calls_count < KEPT && st->AwaitableCall == type) {
        c->weakrefs = (PyObject *)(void *)st->free_calls;
        st->free_calls = c;
        st->free_calls_count++;
    }
    else {
        PyObject_GC_Del(op);
    }
    Py_DECREF(type);
}

/* --- the outcome --- */

static PyObject *
raise_timeout(const PnCall *c, double seconds)
{
    PyObject *number = PyFloat_FromDouble(seconds);
    if (number != NULL && c->ops->is_for_event)
        PyErr_Format(PyExc_TimeoutError, "no %R within %R seconds", c->arg, number);
    else if (number != NULL)
        PyErr_Format(PyExc_TimeoutError, "%s has waited for %R seconds", c->ops->what, number);
    Py_XDECREF(number);
    return NULL;
}

PyObject *
pn_call_raise_error(PnCall *c)
{
    PyObject *error = c->error;
    if (PyExceptionInstance_Check(error))
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    else
        PyErr_Format(PyExc_RuntimeError, "Unhandled error. (%R)", error);
    return NULL;
}

/* Raises the error of the source, or ERR_STREAM_PREMATURE_CLOSE. */
static void
raise_closed(PnCall *c)
{
    PyObject *support = PyImport_ImportModule("pynet._support");
    PyObject *before = support != NULL ? PyObject_Repr(c->arg) : NULL;
    PyObject *error =
        before != NULL ? PyObject_CallMethod(support, "what_it_died_of", "OO", (PyObject *)c->source, before) : NULL;
    if (error != NULL)
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_XDECREF(error);
    Py_XDECREF(before);
    Py_XDECREF(support);
}

PyObject *
pn_call_raise_over(PnCall *c, bool closed)
{
    PnEmitter *e = c->source;
    if (c->error != NULL)
        return pn_call_raise_error(c);
    bool pending = pn_error_pending(e);
    /* The error of listen(): until another one only `close` can come. */
    bool asks = !pending && e->ops->failure != NULL && c->arg != c->st->names.close;
    PyObject *failure = asks ? e->ops->failure(e) : NULL;
    if (failure != NULL)
        PyErr_SetObject((PyObject *)Py_TYPE(failure), failure);
    else if (closed || (!pending && e->ops->close_emitted(e)))
        raise_closed(c);
    return NULL;
}

void
pn_call_event(PnCall *c, PyObject *name, PyObject *const *args, size_t nargs)
{
    const struct pn_names *n = &c->st->names;
    bool over = c->error != NULL || c->result != NULL;
    if (!over && name == n->error)
        c->error = Py_NewRef(nargs > 0 ? args[0] : Py_None);
    else if (!over && c->ops->is_for_event && (name == c->arg || (name == n->finish && c->arg == n->drain)))
        c->result = Py_NewRef(nargs > 0 ? args[0] : Py_None);
    pn_waiter_wake(&c->w);
}

static uint64_t
deadline_of(double seconds)
{
    return seconds < 0 ? 0 : uv_hrtime() + (uint64_t)(seconds * 1e9);
}

/* --- blocking a thread --- */

/* Looks, waits and looks again. The call has joined. */
static PyObject *
block_until(PnCall *c, double seconds, uint64_t deadline)
{
    for (;;) {
        pn_waiter_look(&c->w);
        PyObject *result = c->ops->look(c);
        if (result != NULL || PyErr_Occurred())
            return result;
        int fd = -1;
        int got = c->ops->get != NULL ? c->ops->get(c, &fd) : 0;
        if (got > 0)
            continue;
        if (got < 0 || pn_driver_needed(c->st, pn_waiter_loop(&c->w)) < 0 || pn_waiter_again(&c->w) < 0)
            return NULL;
        int woken = pn_waiter_block(&c->w, deadline, fd);
        if (woken < 0)
            return NULL;
        if (woken == 0)
            return raise_timeout(c, seconds);
    }
}

static PyObject *
block(PnCall *c, double seconds)
{
    if (pn_check_may_wait(c->st, c->ops->what, NULL) < 0)
        return NULL;
    uint64_t deadline = deadline_of(seconds);
    PyObject *result = c->ops->look(c);
    if (result != NULL || PyErr_Occurred())
        return result;
    if (pn_waiter_begin_thread(&c->w) < 0)
        return NULL;
    if (c->ops->join(c) == 0)
        result = block_until(c, seconds, deadline);
    end(c, result == NULL);
    return result;
}

PyObject *
pn_call_block(PnCall *c)
{
    c->state = PN_CALL_DONE;
    return block(c, c->seconds);
}

PyObject *
pn_call_begin(PnCall *c)
{
    PyObject *loop = pn_running_loop(c->st);
    if (loop != NULL) {
        c->loop = loop;
        return (PyObject *)c;
    }
    c->state = PN_CALL_DONE;
    PyObject *result = PyErr_Occurred() ? NULL : pn_call_block(c);
    Py_DECREF(c);
    return result;
}

/* --- await --- */

/* The wait of a task begins. 0, or -1 with an exception. */
static int
begin_task(PnCall *c)
{
    PnState *st = c->st;
    /* The call is awaited at once, nearly always: the loop to which pynet is attached still runs here. */
    PyObject *loop = c->loop != NULL && pn_attached_to(st, c->loop) ? Py_NewRef(c->loop) : pn_running_loop(st);
    int status = -1;
    Py_CLEAR(c->loop);
    if (loop == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_RuntimeError, "no running event loop");
        return -1;
    }
    if (pn_check_may_wait(st, c->ops->what, true) == 0 && pn_waiter_begin_task(&c->w, loop) == 0)
        status = c->ops->join(c);
    if (status == 0 && c->deadline != 0 &&
        (pn_state_loop(st) == NULL || pn_driver_ensure(st) < 0 || pn_waiter_arm(&c->w, c->deadline) < 0))
        status = -1;
    Py_DECREF(loop);
    return status;
}

/* The future that the task waits for, marked as asyncio wants it. */
static PyObject *
future_of(PnCall *c)
{
    PyObject *future = c->w.wakes;
    PyObject *blocking = c->st->future_blocking;
    /* Of asyncio's own type without looking for the attribute. */
    bool own = (PyObject *)Py_TYPE(future) == c->st->future_type && Py_TYPE(blocking)->tp_descr_set != NULL;
    int status = own ? Py_TYPE(blocking)->tp_descr_set(blocking, future, Py_True)
                     : PyObject_SetAttr(future, c->st->names._asyncio_future_blocking, Py_True);
    return status < 0 ? NULL : Py_NewRef(future);
}

/* Looks; without an outcome `*result` is the future to wait for, which is another one when the call has waited before. */
static PySendResult
look(PnCall *c, bool waited, PyObject **result)
{
    pn_waiter_look(&c->w);
    bool timed_out = c->w.timed_out;
    *result = c->ops->look(c);
    if (*result != NULL)
        return PYGEN_RETURN;
    if (PyErr_Occurred())
        return PYGEN_ERROR;
    if (timed_out) {
        (void)raise_timeout(c, c->seconds);
        return PYGEN_ERROR;
    }
    if (pn_driver_needed(c->st, pn_waiter_loop(&c->w)) < 0 || (waited && pn_waiter_again(&c->w) < 0))
        return PYGEN_ERROR;
    *result = future_of(c);
    return *result != NULL ? PYGEN_NEXT : PYGEN_ERROR;
}

static PySendResult
begin(PnCall *c, PyObject **result)
{
    c->deadline = deadline_of(c->seconds);
    *result = c->ops->look(c);
    if (*result != NULL) {
        c->state = PN_CALL_DONE;
        return PYGEN_RETURN;
    }
    if (PyErr_Occurred() || begin_task(c) < 0)
        return PYGEN_ERROR;
    return look(c, false, result);
}

static PySendResult
call_send(PyObject *op, PyObject *value, PyObject **result)
{
    PnCall *c = PN_CALL(op);
    enum pn_call_state before = c->state;
    (void)value;
    *result = NULL;
    if (before == PN_CALL_RUNNING || before == PN_CALL_DONE) {
        PyObject *text = c->ops->text(c);
        if (text != NULL)
            PyErr_Format(PyExc_RuntimeError, "%U has been used already", text);
        Py_XDECREF(text);
        return PYGEN_ERROR;
    }
    Py_INCREF(op);
    c->state = PN_CALL_RUNNING;
    PySendResult status = before == PN_CALL_NEW ? begin(c, result) : look(c, true, result);
    if (status == PYGEN_NEXT)
        c->state = PN_CALL_WAITING;
    else
        end(c, status == PYGEN_ERROR);
    Py_DECREF(op);
    return status;
}

static PyObject *
stop_iteration(PyObject *value)
{
    PyObject *stop = PyObject_CallOneArg(PyExc_StopIteration, value);
    if (stop != NULL)
        PyErr_SetObject(PyExc_StopIteration, stop);
    Py_XDECREF(stop);
    Py_DECREF(value);
    return NULL;
}

static PyObject *
call_next(PyObject *op)
{
    PyObject *result;
    PySendResult status = call_send(op, Py_None, &result);
    return status == PYGEN_RETURN ? stop_iteration(result) : result;
}

static PyObject *
call_send_method(PyObject *op, PyObject *value)
{
    (void)value;
    return call_next(op);
}

static PyObject *
call_await(PyObject *op)
{
    PN_CALL(op)->awaited = true;
    return Py_NewRef(op);
}

/* What __await__() returns must be an iterator; the call itself is none. */
static PyObject *
call_iter(PyObject *op)
{
    if (PN_CALL(op)->awaited)
        return Py_NewRef(op);
    PyObject *text = PN_CALL(op)->ops->text(PN_CALL(op));
    if (text != NULL)
        PyErr_Format(PyExc_TypeError, "%U is not iterable: write await %U", text, text);
    Py_XDECREF(text);
    return NULL;
}

/* --- methods --- */

/* Ends a call that has not begun, or waits. */
static void
give_up(PnCall *c)
{
    if (c->state == PN_CALL_NEW)
        c->state = PN_CALL_DONE;
    else if (c->state == PN_CALL_WAITING)
        end(c, true);
}

static PyObject *
call_throw(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs < 1 || nargs > 3)
        return PyErr_Format(PyExc_TypeError, "throw() takes 1 to 3 arguments (%zd given)", nargs);
    PyObject *type = args[0], *value = nargs > 1 ? args[1] : NULL, *trace = nargs > 2 ? args[2] : NULL;
    if (trace == Py_None)
        trace = NULL;
    if (trace != NULL && !PyTraceBack_Check(trace))
        return PyErr_Format(PyExc_TypeError, "throw() third argument must be a traceback object");
    if (PyExceptionInstance_Check(type)) {
        value = type;
        type = (PyObject *)Py_TYPE(type);
    }
    else if (!PyExceptionClass_Check(type)) {
        return PyErr_Format(PyExc_TypeError, "exceptions must derive from BaseException, not %R", Py_TYPE(type));
    }
    Py_INCREF(op);
    give_up(PN_CALL(op));
    if (trace == NULL && value != NULL && PyExceptionInstance_Check(value))
        trace = PyException_GetTraceback(value);
    else
        Py_XINCREF(trace);
    PyErr_Restore(Py_NewRef(type), Py_XNewRef(value == Py_None ? NULL : value), trace);
    Py_DECREF(op);
    return NULL;
}

static PyObject *
call_close(PyObject *op, PyObject *unused)
{
    (void)unused;
    Py_INCREF(op);
    give_up(PN_CALL(op));
    Py_DECREF(op);
    Py_RETURN_NONE;
}

static PyObject *
call_result(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"timeout", NULL};
    PnCall *c = PN_CALL(op);
    PyObject *a[1];
    double limit;
    if (pn_unpack("result", names, 0, args, nargs, kwnames, a) < 0 || parse_seconds(a[0], &limit) < 0)
        return NULL;
    PyObject *text = c->ops->text(c);
    PyObject *loop = text != NULL ? pn_running_loop(c->st) : NULL;
    if (loop != NULL)
        PyErr_Format(PyExc_RuntimeError,
                     "result() would block the asyncio loop that runs on this thread (a notebook's cell has one as "
                     "well): write await %U",
                     text);
    else if (text != NULL && !PyErr_Occurred() && c->state != PN_CALL_NEW)
        PyErr_Format(PyExc_RuntimeError, "%U has been awaited already", text);
    Py_XDECREF(text);
    Py_XDECREF(loop);
    if (PyErr_Occurred())
        return NULL;
    c->state = PN_CALL_DONE;
    return block(c, c->seconds < 0 || (limit >= 0 && limit < c->seconds) ? limit : c->seconds);
}

static PyObject *
call_repr(PyObject *op)
{
    PyObject *text = PN_CALL(op)->ops->text(PN_CALL(op));
    PyObject *repr = text != NULL ? PyUnicode_FromFormat("<pynet: await %U>", text) : NULL;
    Py_XDECREF(text);
    return repr;
}

/* The user takes it for the data. */
static PyObject *
call_getattro(PyObject *op, PyObject *name)
{
    PyObject *value = PyObject_GenericGetAttr(op, name);
    if (value != NULL || !PyErr_ExceptionMatches(PyExc_AttributeError))
        return value;
    PyErr_Clear();
    PyObject *text = PN_CALL(op)->ops->text(PN_CALL(op));
    if (text != NULL)
        PyErr_Format(PyExc_AttributeError, "%U has no attribute %R before it is awaited: write await %U", text, name,
                     text);
    Py_XDECREF(text);
    return NULL;
}

/* --- tables --- */

static PyMethodDef call_methods[] = {
    {"result", PN_FASTCALL(call_result), METH_FASTCALL | METH_KEYWORDS,
     "result($self, timeout=None)\n--\n\n"
     "What `await` gives, for a thread without an asyncio loop; timeout in seconds, beside that of the call."},
    {"send", call_send_method, METH_O, "send($self, value, /)\n--\n\nAs of a coroutine: asyncio calls it."},
    {"throw", PN_FASTCALL(call_throw), METH_FASTCALL, "As throw() of a coroutine: the wait ends with the exception."},
    {"close", call_close, METH_NOARGS, "close($self, /)\n--\n\nAs of a coroutine: ends the wait."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef call_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(PnCall, weakrefs), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot call_slots[] = {
    {Py_tp_doc,
     "A call that waits, under asyncio: `await` it, or call its result(timeout) in another thread.\n\n"
     "It begins when it is awaited. It is a coroutine for asyncio: create_task(), gather() and wait_for() take "
     "it."},
    {Py_am_await, call_await},
    {Py_am_send, call_send},
    {Py_tp_iter, call_iter},
    {Py_tp_iternext, call_next},
    {Py_tp_repr, call_repr},
    {Py_tp_getattro, call_getattro},
    {Py_tp_traverse, call_traverse},
    {Py_tp_clear, call_clear},
    {Py_tp_dealloc, call_dealloc},
    {Py_tp_methods, call_methods},
    {Py_tp_members, call_members},
    {0, NULL},
};

PyType_Spec pn_awaitable_spec = {
    .name = "pynet.AwaitableCall",
    .basicsize = sizeof(PnCall),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = call_slots,
};

/* wait_method.c - wait(event) of sockets and servers for the states that they reach: connect, ready, listening, drain, end,
 * finish, close. Other events are waited for in Python: pynet/_waiting.py.
 *
 * The call is itself the listener of the event, and of what makes it impossible. It is woken by each of them, and looks
 * where it waits. */
#include "py/base/args.h"
#include "py/events/awaitable.h"
#include "py/events/emitter.h"
#include "py/events/waiting.h"
#include "py/loop/driver.h"

static bool
is_server(const PnEmitter *e)
{
    return PyObject_TypeCheck((PyObject *)(uintptr_t)e, e->st->Server);
}

/* A state that a socket or a server reaches. */
static bool
is_state(PnState *st, PyObject *name)
{
    const struct pn_names *n = &st->names;
    return name == n->connect || name == n->ready || name == n->listening || name == n->drain || name == n->end ||
           name == n->secureConnect || name == n->finish || name == n->close;
}

/* --- the outcome --- */

static PyObject *
text_of(const PnCall *c)
{
    return PyUnicode_FromFormat("%s.wait(%R)", is_server(c->source) ? "server" : "sock", c->arg);
}

static PyObject *
look(PnCall *c)
{
    PnEmitter *e = c->source;
    PyObject *arg = NULL;
    if (pn_check_alive(e) < 0)
        return NULL;
    if (c->result != NULL)
        return Py_NewRef(c->result);
    if (c->error != NULL)
        return pn_call_raise_error(c);
    if (e->ops->reached(e, c->arg, &arg))
        return Py_NewRef(arg != NULL ? arg : Py_None);
    return pn_call_raise_over(c, false);
}

/* --- the listeners --- */

/* The events that wake it. Returns how many. */
static size_t
events_of(const PnCall *c, PyObject *names[4])
{
    struct pn_names *n = &c->st->names;
    size_t count = 0;
    names[count++] = c->arg;
    names[count++] = n->error;
    if (c->arg == n->drain)
        names[count++] = n->finish; /* after end() no `drain` is emitted any more */
    if (c->arg != n->close)
        names[count++] = n->close;
    else if (is_server(c->source))
        names[count++] = c->st->server_changed;
    return count;
}

static void
remove_all(PnCall *c, size_t count)
{
    PyObject *names[4];
    (void)events_of(c, names);
    while (count > 0)
        pn_remove_internal_listener(c->source, names[--count], (PyObject *)c);
}

static int
join(PnCall *c)
{
    PnEmitter *e = c->source;
    PyObject *names[4];
    size_t count = events_of(c, names), added = 0;
    if (pn_check_alive(e) < 0 || (c->st->loop != NULL && pn_driver_ensure(c->st) < 0))
        return -1;
    while (added < count && pn_add_internal_listener(e, names[added], (PyObject *)c) == 0)
        added++;
    if (added < count) {
        PyObject *error = pn_take_exception();
        remove_all(c, added);
        pn_put_back_exception(error);
        return -1;
    }
    pn_links_init(&c->place); /* it has joined */
    if (e->ops->wait_begins != NULL)
        e->ops->wait_begins(e, c->arg);
    return 0;
}

static void
leave(PnCall *c, bool gave_up)
{
    PyObject *names[4];
    (void)gave_up;
    if (pn_link_is_clear(&c->place))
        return;
    pn_link_clear(&c->place);
    remove_all(c, events_of(c, names));
}

static const struct pn_call_ops wait_ops = {
    .what = "wait()",
    .is_for_event = true,
    .text = text_of,
    .look = look,
    .join = join,
    .leave = leave,
};

/* --- the method --- */

/* Under asyncio, a caller that throws the result away would not wait at all: refused. */
static int
refuse_dropped(PnCall *c)
{
    PyObject *frame = (PyObject *)PyEval_GetFrame();
    PyObject *module = frame != NULL ? PyImport_ImportModule("pynet._awaitable") : NULL;
    PyObject *text = module != NULL ? text_of(c) : NULL;
    PyObject *none = text != NULL ? PyObject_CallMethod(module, "refuse_dropped", "OO", frame, text) : NULL;
    int status = frame == NULL || none != NULL ? 0 : -1;
    Py_XDECREF(none);
    Py_XDECREF(text);
    Py_XDECREF(module);
    return status;
}

static PyObject *
begin(PnCall *c)
{
    PyObject *result = pn_call_begin((PnCall *)(void *)Py_NewRef((PyObject *)c));
    if (result == (PyObject *)c && refuse_dropped(c) < 0) {
        c->state = PN_CALL_DONE; /* so there is no warning */
        Py_CLEAR(result);
    }
    Py_DECREF(c);
    return result;
}

PyObject *
pn_waiting_wait_for_event(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"event", "timeout", NULL};
    PnState *st = PN_EMITTER(op)->st;
    PyObject *a[2];
    if (pn_unpack("wait", names, 1, args, nargs, kwnames, a) < 0)
        return NULL;
    PyObject *name = PyUnicode_CheckExact(a[0]) ? pn_event_name(st, a[0]) : NULL;
    if (name == NULL || !is_state(st, name)) {
        PyErr_Clear();
        Py_XDECREF(name);
        return pn_waiting_wait(op, args, nargs, kwnames);
    }
    PnCall *c = pn_call_new(PN_EMITTER(op), &wait_ops, a[1]);
    if (c == NULL) {
        Py_DECREF(name);
        return NULL;
    }
    c->arg = name;
    return begin(c);
}

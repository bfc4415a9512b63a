/* emit.c - emitting from the loop, where an exception of a listener is uncaught, and from methods. pn_emit(), which
 * calls the listeners, is in listeners.c. */
#include "py/events/emitter.h"
#include "py/loop/uncaught.h"

/* self is the tuple (emitter, name, arguments...). */
static void
deferred_emit_tick(PnState *st, PyObject *self, void *arg)
{
    PyObject *stack[8] = {NULL};
    size_t nargs = (size_t)PyTuple_GET_SIZE(self) - 2;
    (void)st;
    (void)arg;
    for (size_t i = 0; i < nargs; i++)
        stack[i + 1] = PyTuple_GET_ITEM(self, (Py_ssize_t)i + 2);
    (void)pn_emit_loop(PN_EMITTER(PyTuple_GET_ITEM(self, 0)), PyTuple_GET_ITEM(self, 1), stack + 1, nargs, NULL);
}

int
pn_emit_loop(PnEmitter *e, PyObject *name, PyObject *const *args, size_t nargs, PyObject *concerned)
{
    if (e->st->loop != NULL && e->st->loop->halted && pn_has_listeners(e, name))
        return pn_tick_with(e->st, deferred_emit_tick, (PyObject *)e, name, args, nargs) < 0 ? -1 : 1;
    int status = pn_emit(e, name, args, nargs);
    if (status < 0) {
        PyObject *raised = e->st->raised;
        e->st->raised = NULL;
        pn_note_where(e->st, (PyObject *)e, name, raised);
        pn_uncaught(e->st, (PyObject *)e, concerned);
        Py_XDECREF(raised);
    }
    return status;
}

int
pn_emit0(PnEmitter *e, PyObject *name)
{
    PyObject *stack[1] = {NULL};
    return pn_emit_loop(e, name, stack + 1, 0, NULL);
}

int
pn_emit1(PnEmitter *e, PyObject *name, PyObject *arg)
{
    PyObject *stack[2] = {NULL, arg};
    return pn_emit_loop(e, name, stack + 1, 1, NULL);
}

void
pn_emit_args(PnEmitter *e, PyObject *name, PyObject *args)
{
    PyObject *stack[6] = {NULL};
    if (args == NULL) {
        PyErr_WriteUnraisable((PyObject *)e);
        return;
    }
    size_t n = (size_t)PyTuple_GET_SIZE(args);
    for (size_t i = 0; i < n; i++)
        stack[i + 1] = PyTuple_GET_ITEM(args, (Py_ssize_t)i);
    (void)pn_emit_loop(e, name, stack + 1, n, NULL);
    Py_DECREF(args);
}

static void
emit_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)pn_emit0(PN_EMITTER(self), arg);
}

int
pn_emit_from_method(PnEmitter *e, PyObject *name)
{
    if (!pn_has_listeners(e, name))
        return 0;
    if (!pn_in_callback(e->st))
        return pn_tick(e->st, emit_tick, (PyObject *)e, name); /* borrowed: event names exist as long as the module */
    PyObject *stack[1] = {NULL};
    return pn_emit_for_caller(e, name, stack + 1, 0) < 0 ? -1 : 0;
}

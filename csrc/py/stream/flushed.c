/* flushed.c - notices when the kernel has taken what was written; drain() and flush() when there is nothing to wait for.
 *
 * The callback is that of a write of nothing behind all others, but nothing is written: it comes too when end() has been
 * called. */
#include "py/stream/flushed.h"

#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/events/emitter.h"
#include "py/events/waiting.h"
#include "py/stream/duplex.h"
#include "py/stream/writes.h"

PyObject *
pn_flushed(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_flushed(socket, callback)");
    if (!PN_IS_DUPLEX(st, args[0]))
        return pn_raise_arg_type("sock", "an instance of Socket", args[0]);
    if (pn_check_alive(PN_EMITTER(args[0])) < 0 || pn_check_callable(st, args[1], "callback") < 0)
        return NULL;
    PnDuplex *s = PN_DUPLEX(args[0]);
    if (!s->destroyed)
        pn_writable_flush(s);
    if (s->wq == NULL || (s->wq->q.count == 0 && !s->wq->busy))
        Py_RETURN_TRUE;
    if (pn_writes_add_record(s, args[1], false) < 0)
        return NULL;
    Py_RETURN_FALSE;
}

/* --- drain() and flush(), when there is nothing to wait for --- */

/* Whether the arguments are none, or a timeout that needs no check. */
static bool
may_ignore(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    Py_ssize_t count = nargs + (kwnames != NULL ? PyTuple_GET_SIZE(kwnames) : 0);
    if (count == 0)
        return true;
    if (count > 1 || (nargs == 0 && PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(kwnames, 0), "timeout") != 0))
        return false;
    return args[0] == Py_None || (PyFloat_CheckExact(args[0]) && PyFloat_AS_DOUBLE(args[0]) >= 0);
}

PyObject *
pn_duplex_drain_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnDuplex *s = PN_DUPLEX(op);
    PnState *st = s->em.st;
    bool drained = s->finished || (!s->destroyed && !s->need_drain);
    if (drained && st->already != NULL && s->em.generation == st->generation && may_ignore(args, nargs, kwnames))
        return Py_NewRef(st->already);
    return pn_waiting_drain(op, args, nargs, kwnames);
}

PyObject *
pn_duplex_flush_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnDuplex *s = PN_DUPLEX(op);
    PnState *st = s->em.st;
    if (st->already != NULL && !s->destroyed && s->em.generation == st->generation &&
        may_ignore(args, nargs, kwnames)) {
        pn_writable_flush(s);
        if (!s->destroyed && (s->wq == NULL || (s->wq->q.count == 0 && !s->wq->busy)))
            return Py_NewRef(st->already);
    }
    return pn_waiting_flush(op, args, nargs, kwnames);
}

PyObject *
pn_set_already(PyObject *module, PyObject *future)
{
    Py_XSETREF(pn_state_of_module(module)->already, Py_NewRef(future));
    Py_RETURN_NONE;
}

/* --- send_file() --- */

PyObject *
pn_sent_outside(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_sent_outside(socket, count)");
    if (!PN_IS_DUPLEX(st, args[0]))
        return pn_raise_arg_type("sock", "an instance of Socket", args[0]);
    size_t count = PyLong_AsSize_t(args[1]);
    if (count == (size_t)-1 && PyErr_Occurred())
        return NULL;
    PN_DUPLEX(args[0])->bytes_written += count;
    pn_idle_touch(PN_DUPLEX(args[0]));
    Py_RETURN_NONE;
}

/* flushed.c - notices when the kernel has taken what was written; see flushed.h.
 *
 * The callback is that of a write of nothing behind all others, but nothing is written: it comes too when end() has been
 * called. */
#include "py/stream/flushed.h"

#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/events/emitter.h"
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

/* slow.h - set_slow_listener(): reports each listener and callback that takes long. Until it is switched on, a call costs
 * one test. */
#ifndef PN_PY_LOOP_SLOW_H
#define PN_PY_LOOP_SLOW_H

#include "py/base/state.h"

/* PyObject_Vectorcall(), which measures the outermost call that the loop makes. `emitter` and `event` may be NULL. */
PyObject *pn_slow_call(PnState *st, PyObject *emitter, PyObject *event, PyObject *callable, PyObject *const *args,
                       size_t nargs);

static inline PyObject *
pn_vectorcall(PnState *st, PyObject *emitter, PyObject *event, PyObject *callable, PyObject *const *args, size_t nargs)
{
    if (st->slow_report == NULL)
        return PyObject_Vectorcall(callable, args, nargs, NULL);
    return pn_slow_call(st, emitter, event, callable, args, nargs);
}

/* _slow_listener(seconds, report): calls report(listener, event, emitter, seconds); None switches it off. */
PyObject *pn_slow_listener(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

#endif

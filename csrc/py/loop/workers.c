/* workers.c - how many processes of the cluster have not ended: run() waits for them. The primary counts them, in Python. */
#include "py/loop/driver.h"

PyObject *
pn_set_workers(PyObject *module, PyObject *count)
{
    PnState *st = pn_state_of_module(module);
    size_t n = PyLong_AsSize_t(count);
    if (n == (size_t)-1 && PyErr_Occurred())
        return NULL;
    if (pn_state_loop(st) == NULL)
        return NULL;
    st->workers = n;
    if (pn_driver_ensure(st) < 0)
        return NULL;
    Py_RETURN_NONE;
}

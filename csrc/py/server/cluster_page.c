/* cluster_page.c - the functions by which Python reaches the page in which the processes of a cluster count their
 * connections: uvio/brake.h. */
#include <limits.h>

#include "py/base/args.h"
#include "py/loop/driver.h"
#include "py/server/server.h"

/* _cluster_page(fd, index, count): maps `count` slots of 64 bytes of the file. From now on this process counts the
 * connections of its servers in the slot `index`, which is live then; -1: in none, and only looks. The descriptor stays the
 * caller's. */
PyObject *
pn_cluster_page(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    long fd, index, count;
    if (nargs != 3)
        return PyErr_Format(PyExc_TypeError, "_cluster_page(fd, index, count)");
    if (pn_arg_int(args[0], "fd", 0, INT_MAX, ">= 0", &fd) < 0 ||
        pn_arg_int(args[2], "count", 1, PN_SLOTS_MOST, ">= 1 and <= 4096", &count) < 0 ||
        pn_arg_int(args[1], "index", -1, count - 1, ">= -1 and < count", &index) < 0 || pn_state_loop(st) == NULL)
        return NULL;
    int status = pn_brake_map(&st->loop->brake, (int)fd, (int)index, (size_t)count);
    if (status != 0)
        return pn_raise_uv(st, status, "mmap");
    Py_RETURN_NONE;
}

/* _cluster_slots(): [(state, connections)] of the page; empty without one. state: 0 unused, 1 live. */
PyObject *
pn_cluster_slots(PyObject *module, PyObject *unused)
{
    PnState *st = pn_state_of_module(module);
    (void)unused;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && st->loop != NULL && i < st->loop->brake.count; i++) {
        const struct pn_slot *slot = &st->loop->brake.page[i];
        PyObject *pair =
            Py_BuildValue("II", (unsigned)atomic_load(&slot->state), (unsigned)atomic_load(&slot->connections));
        if (pair == NULL || PyList_Append(list, pair) < 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

/* _cluster_clear(index): the process of this slot has died. */
PyObject *
pn_cluster_clear(PyObject *module, PyObject *op)
{
    PnState *st = pn_state_of_module(module);
    size_t count = st->loop != NULL ? st->loop->brake.count : 0;
    long index;
    if (pn_arg_int(op, "index", 0, (long)count - 1, ">= 0 and the index of a slot of the page", &index) < 0)
        return NULL;
    pn_brake_clear(&st->loop->brake, (size_t)index);
    Py_RETURN_NONE;
}

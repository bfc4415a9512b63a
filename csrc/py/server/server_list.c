/* server_list.c - the servers of this process that listen, for servers() and for the error of an address in use. */
#include "py/server/server.h"
#include "uvio/handles.h"

/* Appending to a list runs no user code, so that all listeners are seen as they are now. */
static void
append(struct pn_listener *l, void *arg)
{
    PyObject **list = arg;
    PnServer *s = l->owner;
    if (*list == NULL || pn_is_dying(s))
        return;
    PyObject *place = s->listened_at != NULL ? s->listened_at : Py_None;
    PyObject *pair = PyTuple_New(2);
    if (pair == NULL) {
        Py_CLEAR(*list);
        return;
    }
    PyTuple_SET_ITEM(pair, 0, Py_NewRef((PyObject *)s));
    PyTuple_SET_ITEM(pair, 1, Py_NewRef(place));
    if (PyList_Append(*list, pair) < 0)
        Py_CLEAR(*list);
    Py_DECREF(pair);
}

PyObject *
pn_server_list(PyObject *module, PyObject *unused)
{
    (void)unused;
    PnState *st = pn_state_of_module(module);
    PyObject *list = PyList_New(0);
    if (list != NULL && st->loop != NULL)
        pn_handles_each_listener(st->loop, append, &list);
    return list;
}

PyObject *
pn_server_note_in_use(PnState *st, int status, PyObject *error)
{
    if (status != UV_EADDRINUSE || error == NULL)
        return error;
    PyObject *result = PyObject_CallOneArg(pn_state_run(st, PN_RUN_add_in_use), error);
    Py_XDECREF(result);
    if (!pn_clear_wording())
        Py_CLEAR(error);
    return error;
}

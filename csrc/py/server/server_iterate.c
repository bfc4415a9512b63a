/* server_iterate.c - iterators over a server (`for sock in server`): counts them and hands out the accepted
 * connections. The Python half is pynet/_server.py. */
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/server/server.h"
#include "py/stream/duplex.h"

/* Returns the server, or NULL with an exception. */
static PnServer *
check_server(PyObject *module, PyObject *op)
{
    if (PyObject_TypeCheck(op, pn_state_of_module(module)->Server))
        return pn_check_alive(PN_EMITTER(op)) < 0 ? NULL : PN_SERVER(op);
    pn_raise_arg_type("server", "a Server", op);
    return NULL;
}

/* _iter_open(server): from now on connections are kept for _iter_next(). */
PyObject *
pn_server_iter_open(PyObject *module, PyObject *op)
{
    PyObject *list = PyList_New(0);
    PnServer *s = list != NULL ? check_server(module, op) : NULL;
    if (s == NULL) {
        Py_XDECREF(list);
        return NULL;
    }
    s->iterators++;
    if (s->pending_connections == NULL)
        s->pending_connections = list;
    else
        Py_DECREF(list);
    Py_RETURN_NONE;
}

/* Takes the oldest waiting connection. The places at the beginning of the list are removed when they are the half of
 * it: each costs O(1). New reference, or NULL with an exception. */
static PyObject *
take_oldest(PnServer *s)
{
    PyObject *list = s->pending_connections;
    PyObject *sock = PyList_GET_ITEM(list, s->taken);
    PyList_SET_ITEM(list, s->taken, Py_NewRef(Py_None));
    s->taken++;
    if (s->taken * 2 < PyList_GET_SIZE(list))
        return sock;
    Py_ssize_t taken = s->taken;
    s->taken = 0;
    if (PyList_SetSlice(list, 0, taken, NULL) == 0)
        return sock;
    s->taken = taken;
    PyErr_Clear(); /* out of memory: the next call tries again */
    return sock;
}

/* _iter_next(server): the next connection; None if there is none yet, False if the server is closed and none will
 * come. */
PyObject *
pn_server_iter_next(PyObject *module, PyObject *op)
{
    PnServer *s = check_server(module, op);
    if (s == NULL)
        return NULL;
    PyObject *list = s->pending_connections;
    if (list != NULL && PyList_GET_SIZE(list) > s->taken)
        return take_oldest(s);
    if (s->listener == NULL && s->lookup == NULL &&
        (s->close_emitted || s->shut || s->closes > 0 || s->connections > 0))
        Py_RETURN_FALSE;
    if (s->iterators > 0)
        pn_server_connection_listener(s);
    if (s->listener != NULL && pn_driver_ensure(s->em.st) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* Destroys the connections that no iterator has taken, unless a `connection` listener has received them. */
static void
destroy_left(PnServer *s, PyObject *left, Py_ssize_t taken)
{
    if (pn_has_listeners(&s->em, s->em.st->names.connection))
        return;
    for (Py_ssize_t i = taken; i < PyList_GET_SIZE(left); i++) {
        PnSocket *sock = PN_SOCKET(PyList_GET_ITEM(left, i));
        pn_mark_outside(&sock->d.em);
        pn_duplex_destroy(&sock->d, NULL);
    }
}

/* _iter_close(server): removes one iterator. Does nothing for the server of a parent process and at exit. */
PyObject *
pn_server_iter_close(PyObject *module, PyObject *op)
{
    PnState *st = pn_state_of_module(module);
    PnServer *s = PN_SERVER(op);
    if (!PyObject_TypeCheck(op, st->Server))
        return pn_raise_arg_type("server", "a Server", op);
    if (s->em.generation != st->generation || st->closed || s->iterators == 0 || --s->iterators > 0)
        Py_RETURN_NONE;
    PyObject *left = s->pending_connections;
    Py_ssize_t taken = s->taken;
    s->pending_connections = NULL;
    s->taken = 0;
    pn_server_wait_for_listener(s);
    if (left != NULL)
        destroy_left(s, left, taken);
    Py_XDECREF(left);
    if (st->loop != NULL && pn_driver_ensure(st) < 0) {
        /* Python 3.12 starts no thread after the main thread has ended, even while other threads run. */
        if (!PyErr_ExceptionMatches(PyExc_RuntimeError))
            return NULL;
        PyErr_Clear();
    }
    Py_RETURN_NONE;
}

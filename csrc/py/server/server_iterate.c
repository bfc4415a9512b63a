/* server_iterate.c - loops over a server (`for sock in server`) and waits for a connection: counts them, and hands out
 * the accepted connections. The Python half is pynet/_server.py and pynet/_waiting.py; accept() is in accept_method.c. */
#include "py/loop/driver.h"
#include "py/server/server.h"

/* Returns the server, or NULL with an exception. */
static PnServer *
check_server(PyObject *module, PyObject *op)
{
    if (PyObject_TypeCheck(op, pn_state_of_module(module)->Server))
        return pn_check_alive(PN_EMITTER(op)) < 0 ? NULL : PN_SERVER(op);
    pn_raise_arg_type("server", "a Server", op);
    return NULL;
}

/* _set_handled(server): each connection that comes from now on has a handler, and is closed when that returns. */
PyObject *
pn_server_set_handled(PyObject *module, PyObject *op)
{
    PnServer *s = check_server(module, op);
    if (s == NULL)
        return NULL;
    s->options.handled = true;
    Py_RETURN_NONE;
}

/* --- the queue --- */

/* Makes the list for its connections. 0, or -1 with an exception. */
static int
prepare(PnServer *s)
{
    PyObject *list = PyList_New(0); /* may run user code: it is made before the check */
    if (list != NULL && pn_check_alive(&s->em) == 0 && s->pending_connections == NULL) {
        s->pending_connections = list;
        return 0;
    }
    Py_XDECREF(list);
    return PyErr_Occurred() ? -1 : 0;
}

/* --- loops and waits --- */

/* _iter_open(server): from now on connections are kept for _iter_next(). */
PyObject *
pn_server_iter_open(PyObject *module, PyObject *op)
{
    PnServer *s = check_server(module, op);
    if (s == NULL || prepare(s) < 0)
        return NULL;
    s->iterators++;
    Py_RETURN_NONE;
}

int
pn_server_taker_begins(PnServer *s)
{
    if (prepare(s) < 0)
        return -1;
    s->takers++;
    s->keeps = 1;
    return 0;
}

/* _take_open(server): the same for one wait. Connections are kept also when it has ended, until the server closes. */
PyObject *
pn_server_take_open(PyObject *module, PyObject *op)
{
    PnServer *s = check_server(module, op);
    if (s == NULL || pn_server_taker_begins(s) < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyObject *
pn_server_next(PnServer *s)
{
    PyObject *sock = pn_server_take_kept(s);
    if (sock != NULL || PyErr_Occurred())
        return sock;
    if (s->listener == NULL && s->places == NULL &&
        (s->close_emitted || s->shut || s->closes > 0 || s->connections > 0))
        Py_RETURN_FALSE;
    if (pn_server_is_taken(s))
        pn_server_connection_listener(s);
    if (s->listener != NULL && pn_driver_ensure(s->em.st) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* _iter_next(server): the next connection; None if there is none yet, False if the server is closed and none will
 * come. */
PyObject *
pn_server_iter_next(PyObject *module, PyObject *op)
{
    PnServer *s = check_server(module, op);
    return s != NULL ? pn_server_next(s) : NULL;
}

/* A loop or a wait has ended. 0, or -1 with an exception. */
static int
left_one(PnServer *s)
{
    PnState *st = s->em.st;
    if (pn_server_is_taken(s))
        return 0;
    pn_server_wait_for_listener(s);
    pn_server_drop_kept(s);
    if (st->loop != NULL && pn_driver_ensure(st) < 0) {
        /* Python 3.12 starts no thread after the main thread has ended, even while other threads run. */
        if (!PyErr_ExceptionMatches(PyExc_RuntimeError))
            return -1;
        PyErr_Clear();
    }
    return 0;
}

/* The server, to end a loop or a wait of it. NULL: there is nothing to do, as for the server of a parent process and at
 * exit, or an exception is set. */
static PnServer *
check_leaving(PyObject *module, PyObject *op)
{
    PnState *st = pn_state_of_module(module);
    if (PyObject_TypeCheck(op, st->Server))
        return PN_EMITTER(op)->generation != st->generation || st->closed ? NULL : PN_SERVER(op);
    pn_raise_arg_type("server", "a Server", op);
    return NULL;
}

/* _iter_close(server): removes one iterator. */
PyObject *
pn_server_iter_close(PyObject *module, PyObject *op)
{
    PnServer *s = check_leaving(module, op);
    if (s != NULL && s->iterators > 0) {
        s->iterators--;
        (void)left_one(s);
    }
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

int
pn_server_taker_ends(PnServer *s)
{
    if (s->em.generation != s->em.st->generation || s->em.st->closed || s->takers == 0)
        return 0;
    s->takers--;
    return left_one(s);
}

/* _take_close(server): removes one wait. */
PyObject *
pn_server_take_close(PyObject *module, PyObject *op)
{
    PnServer *s = check_leaving(module, op);
    if (s != NULL)
        (void)pn_server_taker_ends(s);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/* _put_back(server, socket): a wait took the connection and has given up since: it is the next one again. */
PyObject *
pn_server_put_back(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnServer *s = nargs == 2 ? check_leaving(module, args[0]) : NULL;
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_put_back(server, socket)");
    if (PyErr_Occurred())
        return NULL;
    if (!PyObject_TypeCheck(args[1], pn_state_of_module(module)->Socket))
        return pn_raise_arg_type("socket", "a Socket", args[1]);
    PnSocket *sock = PN_SOCKET(args[1]);
    if (s == NULL || sock->d.destroyed || sock->server != (PyObject *)s || sock->kept)
        Py_RETURN_NONE;
    pn_server_keep_first(s, sock);
    pn_server_changed_soon(s);
    if (pn_driver_ensure(s->em.st) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* server_shutdown.c - all connections of a server at once: `connections`, destroying them, the C half of shutdown().
 *
 * shutdown() itself is in pynet/_server.py: the Future and its timer. This file does what must be one step, with
 * nothing dispatched in between, and counts the connections that shutdown() waits for. */
#include "py/loop/driver.h"
#include "py/server/server.h"
#include "py/stream/duplex.h"

/* --- all connections --- */

struct gathering {
    PnServer *server;
    PyObject *list; /* own */
    bool failed;
};

static void
gather(struct pn_stream *io, void *arg)
{
    struct gathering *g = arg;
    if (io->owner == NULL || io->events != &pn_socket_stream_events)
        return;
    PnSocket *s = io->owner;
    if (s->counted && s->server == (PyObject *)g->server && PyList_Append(g->list, (PyObject *)s) < 0)
        g->failed = true;
}

PyObject *
pn_server_sockets(PnServer *s)
{
    PnState *st = s->em.st;
    struct gathering g = {s, PyList_New(0), false};
    if (g.list == NULL || st->loop == NULL || st->closed || s->em.generation != st->generation)
        return g.list;
    pn_stream_each(&s->streams, gather, &g);
    if (g.failed)
        Py_CLEAR(g.list);
    return g.list;
}

PnServer *
pn_server_check(PyObject *module, PyObject *op)
{
    PnState *st = pn_state_of_module(module);
    if (PyObject_TypeCheck(op, st->Server))
        return pn_check_alive(PN_EMITTER(op)) < 0 || pn_state_loop(st) == NULL ? NULL : PN_SERVER(op);
    pn_raise_arg_type("server", "a Server", op);
    return NULL;
}

/* Destroys all connections, or with `draining` those that shutdown() waits for. */
static PyObject *
destroy_all(PnServer *s, bool draining)
{
    PyObject *list = pn_server_sockets(s);
    if (list == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PnSocket *sock = PN_SOCKET(PyList_GET_ITEM(list, i));
        if (sock->d.destroyed || (draining && !sock->draining))
            continue;
        if (sock->draining)
            s->counts->force_closed++;
        pn_mark_outside(&sock->d.em);
        pn_duplex_destroy(&sock->d, NULL);
    }
    Py_DECREF(list);
    if (pn_driver_ensure(s->em.st) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* _destroy_connections(server): destroys all open connections that the server has accepted. */
PyObject *
pn_server_destroy_connections(PyObject *module, PyObject *op)
{
    PnServer *s = pn_server_check(module, op);
    return s != NULL ? destroy_all(s, false) : NULL;
}

/* --- shutdown() --- */

static void
end_connection(const PnServer *s, PnSocket *sock)
{
    if (sock->d.destroyed || sock->d.ending)
        return;
    pn_mark_outside(&sock->d.em);
    if (s->counts->tls != NULL && !sock->secured)
        pn_duplex_destroy(&sock->d, NULL); /* in its handshake: a listener could write nothing to it any more */
    else if (pn_writable_end(&sock->d, NULL) < 0)
        pn_duplex_destroy_steal(&sock->d, NULL);
}

/* Stops accepting, and ends the connections of `list` unless they may go on (`drain`); shutdown() waits for them from
 * now on. */
static void
begin_shutdown(PnServer *s, PyObject *list, bool drain)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PnSocket *sock = PN_SOCKET(PyList_GET_ITEM(list, i));
        s->draining += !sock->draining;
        sock->draining = 1;
    }
    pn_mark_outside(&s->em);
    if (s->listener != NULL || s->places != NULL) {
        pn_server_cancel_listen(s);
        pn_server_close(s);
    }
    for (Py_ssize_t i = 0; !drain && i < PyList_GET_SIZE(list); i++)
        end_connection(s, PN_SOCKET(PyList_GET_ITEM(list, i)));
}

/* _shut_down(server, future, drain): begins or continues the shutdown. Returns the future of the shutdown in progress, or of a
 * finished one if there is nothing new to do, else `future`. */
PyObject *
pn_server_shut_down(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    int drain = nargs == 3 ? PyObject_IsTrue(args[2]) : -1;
    if (nargs != 3)
        return PyErr_Format(PyExc_TypeError, "_shut_down(server, future, drain)");
    PnServer *s = drain >= 0 ? pn_server_check(module, args[0]) : NULL;
    if (s == NULL)
        return NULL;
    PyObject *list = pn_server_sockets(s);
    if (list == NULL)
        return NULL;
    PnState *st = s->em.st;
    PyObject *old = NULL, *result = NULL;
    bool something = s->listener != NULL || s->places != NULL || pn_server_open(s) > 0 || s->closes > 0;
    bool fresh = s->shutdown == NULL || (something && !s->shutting_down);
    if (fresh) {
        old = s->shutdown;
        s->shutdown = Py_NewRef(args[1]);
        s->counts->force_closed = 0;
        s->shutting_down = something;
    }
    result = Py_NewRef(s->shutdown);
    if (something) {
        begin_shutdown(s, list, drain != 0);
    }
    else {
        s->shut = 1; /* ends the loops and waits that began before listen() */
        pn_server_changed_soon(s);
        if (fresh)
            pn_server_finish(st, result, 0);
    }
    Py_DECREF(list);
    Py_XDECREF(old);
    if (pn_driver_ensure(st) < 0)
        Py_CLEAR(result);
    return result;
}

/* _destroy_draining(server): the timeout of shutdown() has expired; destroys the connections that it waits for. */
PyObject *
pn_server_destroy_draining(PyObject *module, PyObject *op)
{
    PnServer *s = pn_server_check(module, op);
    return s != NULL ? destroy_all(s, true) : NULL;
}

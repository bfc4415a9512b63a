/* server_queue.c - the connections that a server has accepted and that no loop or wait has taken yet: a list that is
 * taken from at its beginning. */
#include "py/events/emitter.h"
#include "py/server/server.h"
#include "py/stream/duplex.h"

int
pn_server_keep(PnServer *s, PnSocket *sock)
{
    if (s->pending_connections == NULL || PyList_Append(s->pending_connections, (PyObject *)sock) < 0)
        return -1;
    sock->kept = 1;
    return 0;
}

/* Removes what has closed. */
static void
prune_tick(PnState *st, PyObject *self, void *arg)
{
    PnServer *s = PN_SERVER(self);
    PyObject *list = PyList_New(0); /* first: it may run user code */
    PyObject *old = s->pending_connections;
    (void)arg;
    s->pruning = 0;
    for (Py_ssize_t i = s->taken; list != NULL && old != NULL && i < PyList_GET_SIZE(old); i++) {
        PnSocket *sock = PN_SOCKET(PyList_GET_ITEM(old, i));
        if (sock->counted && PyList_Append(list, (PyObject *)sock) < 0)
            Py_CLEAR(list);
    }
    if (list == NULL || old == NULL || s->em.generation != st->generation) {
        PyErr_Clear(); /* out of memory: they stay */
        Py_XDECREF(list);
        return;
    }
    s->pending_connections = list;
    s->taken = 0;
    s->gone = 0;
    Py_DECREF(old);
}

/* Where `connection` listeners receive each connection as well, no loop or wait may ever come for those that are kept.
 * Without such listeners, at most a few are kept. */
void
pn_server_kept_gone(PnServer *s)
{
    if (s->pending_connections == NULL || pn_count_listeners(&s->em, s->em.st->names.connection) == 0)
        return;
    s->gone++;
    if (!s->pruning && s->gone * 2 > (size_t)(PyList_GET_SIZE(s->pending_connections) - s->taken))
        s->pruning = pn_tick(s->em.st, prune_tick, (PyObject *)s, NULL) == 0;
    if (!s->pruning)
        PyErr_Clear(); /* not yet, or out of memory: the next one tries again */
}

/* Destroys the connections that were not taken, unless a `connection` listener has received them. */
static void
destroy_left(PnServer *s, PyObject *left, Py_ssize_t taken)
{
    if (pn_server_is_heard(s))
        return;
    for (Py_ssize_t i = taken; i < PyList_GET_SIZE(left); i++) {
        PnSocket *sock = PN_SOCKET(PyList_GET_ITEM(left, i));
        pn_mark_outside(&sock->d.em);
        pn_duplex_destroy(&sock->d, NULL);
    }
}

void
pn_server_drop_kept(PnServer *s)
{
    PyObject *left = s->pending_connections;
    Py_ssize_t taken = s->taken;
    if (left == NULL || pn_server_is_taken(s) || s->keeps)
        return;
    s->pending_connections = NULL;
    s->taken = 0;
    s->gone = 0;
    destroy_left(s, left, taken);
    Py_DECREF(left);
}

void
pn_server_keep_first(PnServer *s, PnSocket *sock)
{
    if (s->pending_connections != NULL && PyList_Insert(s->pending_connections, s->taken, (PyObject *)sock) == 0) {
        sock->kept = 1;
        pn_server_drop_kept(s);
        return;
    }
    PyErr_Clear(); /* no loop or wait can come any more; or out of memory */
    if (!pn_server_is_heard(s)) {
        pn_mark_outside(&sock->d.em);
        pn_duplex_destroy(&sock->d, NULL);
    }
}

/* The places at the beginning of the list are removed when they are the half of
 * it: each costs O(1). */
PyObject *
pn_server_take_kept(PnServer *s)
{
    PyObject *list = s->pending_connections;
    if (list == NULL || PyList_GET_SIZE(list) <= s->taken)
        return NULL;
    PyObject *sock = PyList_GET_ITEM(list, s->taken);
    PN_SOCKET(sock)->kept = 0;
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

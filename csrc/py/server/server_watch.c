/* server_watch.c - whether a server accepts now: a listener is watched unless there is a reason against it. Reports the
 * state of a listener whose connections the cluster's primary accepts, and that a shared one has closed.
 *
 * The reasons: no `connection` listener and no loop or wait takes connections; max_connections are open, and another
 * worker of the cluster may take the rest; the cluster holds the server back. */
#include "py/events/emitter.h"
#include "py/server/server.h"
#include "py/server/server_proxy.h"

struct pn_listener *
pn_server_listener(const PnServer *s, size_t i, PyObject **path)
{
    if (i > 0 && (s->others == NULL || i > s->others->count))
        return NULL;
    if (path != NULL)
        *path = i == 0 ? s->path : s->others->at[i - 1].path;
    return i == 0 ? s->listener : s->others->at[i - 1].listener;
}

/* --- telling the primary --- */

#define CLOSED UINTPTR_MAX

/* `arg` is twice the index, plus 1 when it accepts; or CLOSED. */
static void
tell_tick(PnState *st, PyObject *self, void *arg)
{
    uintptr_t what = (uintptr_t)arg;
    if (st->cluster_watch == NULL)
        return;
    PyObject *index = PyLong_FromSize_t(what == CLOSED ? 0 : (size_t)(what >> 1));
    PyObject *watch = Py_NewRef(st->cluster_watch);
    if (index != NULL) {
        PyObject *accepting = what == CLOSED ? Py_None : (what & 1) != 0 ? Py_True : Py_False;
        PyObject *stack[4] = {NULL, self, index, accepting};
        (void)pn_call(st, self, watch, stack + 1, 3 | PY_VECTORCALL_ARGUMENTS_OFFSET);
    }
    else {
        PyErr_WriteUnraisable(self);
    }
    Py_DECREF(watch);
    Py_XDECREF(index);
}

void
pn_server_tell_accepting(PnServer *s, size_t count, bool accepting)
{
    s->told_accepting = accepting;
    for (size_t i = 0; i < count; i++)
        pn_tick_sure(s->em.st, tell_tick, (PyObject *)s, (void *)((uintptr_t)i << 1 | accepting), 1);
}

void
pn_server_tell_closed(PnServer *s)
{
    if (s->em.st->cluster_watch != NULL)
        pn_tick_sure(s->em.st, tell_tick, (PyObject *)s, (void *)CLOSED, 1);
}

/* --- the reasons --- */

bool
pn_server_is_full(const PnServer *s)
{
    return s->max_connections != NULL &&
           (double)(s->connections + pn_server_waiting(s)) >= s->max; /* false if `max` is NaN */
}

void
pn_server_watch(PnServer *s)
{
    bool accepts = !s->waits_for_listener && !s->full && !s->held_back;
    struct pn_listener *l;
    size_t i;
    for (i = 0; (l = pn_server_listener(s, i, NULL)) != NULL; i++) {
        if (accepts)
            (void)pn_listener_start(l);
        else
            pn_listener_pause(l);
    }
    if (s->listener != NULL && s->listener->sharing == PN_SHARED_DELIVERED && accepts != s->told_accepting)
        pn_server_tell_accepting(s, i, accepts);
}

void
pn_server_count_changed(PnServer *s)
{
    bool full =
        s->listener != NULL && s->listener->sharing != PN_NOT_SHARED && !s->drop_max_connection && pn_server_is_full(s);
    if (full == s->full)
        return;
    s->full = full;
    pn_server_watch(s);
}

bool
pn_server_is_heard(const PnServer *s)
{
    const struct pn_names *n = &s->em.st->names;
    return pn_has_listeners(&s->em, n->connection) || pn_has_listeners(&s->em, n->secureConnection);
}

void
pn_server_connection_listener(PnServer *s)
{
    if (!s->waits_for_listener)
        return;
    s->waits_for_listener = 0;
    pn_server_watch(s);
}

void
pn_server_wait_for_listener(PnServer *s)
{
    if (pn_server_is_heard(s))
        return;
    s->waits_for_listener = 1;
    pn_server_watch(s);
}

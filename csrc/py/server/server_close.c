/* server_close.c - closes a server: its listener, and a listen() under way; decides when `close` is emitted and when the Future
 * of shutdown() finishes; emits `error`. */
#include "py/events/emitter.h"
#include "py/loop/diagnostics.h"
#include "py/server/server.h"
#include "py/server/server_limits.h"
#include "py/server/server_proxy.h"

/* --- errors --- */

static void
emit_error(PnServer *s, PyObject *error)
{
    if (s->listen_error == error)
        s->listen_error_emitted = 1;
    (void)pn_emit_cycle(&s->em, PN_CYCLE_ERROR, error);
}

static void
error_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    emit_error(PN_SERVER(PyTuple_GET_ITEM(self, 0)), PyTuple_GET_ITEM(self, 1));
}

/* The same without memory for the tuple: the error is that of the last listen(). */
static void
listen_error_tick(PnState *st, PyObject *self, void *arg)
{
    PnServer *s = PN_SERVER(self);
    (void)st;
    (void)arg;
    if (s->listen_error == NULL || s->listen_error_emitted)
        return;
    PyObject *error = Py_NewRef(s->listen_error);
    emit_error(s, error);
    Py_DECREF(error);
}

void
pn_server_failed(PnServer *s, PyObject *error)
{
    PyObject *both = error != NULL ? PyTuple_Pack(2, (PyObject *)s, error) : NULL;
    if (both != NULL)
        pn_tick_sure(s->em.st, error_tick, both, NULL, 1);
    else
        PyErr_WriteUnraisable((PyObject *)s);
    if (both == NULL && error != NULL && s->listen_error == error)
        pn_tick_sure(s->em.st, listen_error_tick, (PyObject *)s, NULL, 1);
    Py_XDECREF(both);
    Py_XDECREF(error);
}

void
pn_listen_failed_with(PnServer *s, PyObject *error)
{
    PyObject *old = s->listen_error; /* released last: that may run user code */
    if (error == NULL)
        error = pn_take_exception();
    s->listen_error = Py_XNewRef(error);
    s->listen_error_emitted = 0;
    Py_XINCREF(error);
    pn_server_failed(s, error);
    pn_publish(s->em.st, "tracing:net.server.listen:error", "server", (PyObject *)s, "error", error);
    Py_XDECREF(error);
    Py_XDECREF(old);
}

/* --- the Future of shutdown() --- */

void
pn_server_finish(PnState *st, PyObject *future, size_t count)
{
    PyObject *method = PyObject_GetAttrString(future, "_finish");
    PyObject *number = method != NULL ? PyLong_FromSize_t(count) : NULL;
    if (number != NULL)
        (void)pn_call_one(st, NULL, method, number);
    else
        PyErr_WriteUnraisable(future);
    Py_XDECREF(number);
    Py_XDECREF(method);
}

void
pn_server_shutdown_over(PnServer *s)
{
    if (!s->shutting_down || s->draining > 0 || (s->closes > 0 && s->listener == NULL && pn_server_open(s) == 0))
        return;
    s->shutting_down = 0;
    PyObject *future = Py_NewRef(s->shutdown);
    pn_server_finish(s->em.st, future, s->counts->force_closed);
    Py_DECREF(future);
}

static void
shutdown_over_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    pn_server_shutdown_over(PN_SERVER(self));
}

static void
shutdown_over_soon(PnServer *s)
{
    if (s->shutting_down)
        pn_tick_sure(s->em.st, shutdown_over_tick, (PyObject *)s, NULL, 1);
}

/* --- `close` --- */

static void
close_tick(PnState *st, PyObject *self, void *arg)
{
    PnServer *s = PN_SERVER(self);
    (void)st;
    (void)arg;
    s->closes--;
    s->close_emitted = s->listener == NULL && s->places == NULL; /* else listen() was called again */
    (void)pn_emit_cycle(&s->em, PN_CYCLE_CLOSE, NULL);
    pn_server_shutdown_over(s);
}

static void
close_if_drained(PnServer *s)
{
    if (s->listener != NULL || pn_server_open(s) > 0)
        return;
    s->closes++;
    pn_tick_sure(s->em.st, close_tick, (PyObject *)s, NULL, 1);
}

void
pn_server_gone_elsewhere(PnServer *s)
{
    s->elsewhere--;
    close_if_drained(s);
}

void
pn_server_connection_gone(PyObject *socket)
{
    PnSocket *sock = PN_SOCKET(socket);
    PnServer *s = PN_SERVER(sock->server);
    bool last = sock->draining && s->draining == 1;
    s->connections--;
    if (s->limits != NULL)
        pn_limits_detach(s, sock);
    if (sock->draining)
        s->draining--;
    sock->counted = sock->draining = 0;
    if (s->em.st->closed)
        return;
    if (s->em.generation == s->em.st->generation)
        pn_brake_gone(&s->em.st->loop->brake);
    if (s->in_cluster)
        pn_server_count_changed(s);
    if (sock->kept)
        pn_server_kept_gone(s);
    close_if_drained(s);
    /* It listens again, or has new connections since: no `close` comes that would finish the Future. */
    if (last && (s->listener != NULL || pn_server_open(s) > 0))
        shutdown_over_soon(s);
}

/* --- closing --- */

static void
release_listener(PnServer *s)
{
    struct pn_listener *l = s->listener;
    if (l == NULL)
        return;
    struct pn_others *others = s->others;
    size_t count = others != NULL ? others->count + 1 : 1;
    bool shared = l->sharing != PN_NOT_SHARED;
    if (s->proxy != NULL)
        pn_server_drop_waiting(s);
    s->in_cluster = s->full = 0;
    s->listener = NULL;
    s->others = NULL;
    pn_listener_close(l);
    pn_others_close(others);
    Py_CLEAR(s->path);
    if (s->told_accepting)
        pn_server_tell_accepting(s, count, false);
    if (shared)
        pn_server_tell_closed(s);
    Py_DECREF(s);
}

/* --- a listen() under way --- */

void
pn_server_begin_listen(PnServer *s, struct pn_places *places)
{
    PnState *st = s->em.st;
    Py_INCREF(s);
    s->places = places;
    places->link = &st->pending_listens;
    places->next = st->pending_listens;
    if (places->next != NULL)
        places->next->places->link = &places->next;
    st->pending_listens = s;
}

struct pn_places *
pn_server_end_listen(PnServer *s)
{
    PnState *st = s->em.st;
    struct pn_places *places = s->places;
    if (s->em.generation == st->generation) { /* else the list is the parent's */
        *places->link = places->next;
        if (places->next != NULL)
            places->next->places->link = places->link;
        if (places->asked && st->loop != NULL)
            st->loop->asked--;
    }
    places->asked = false;
    places->next = NULL;
    places->link = NULL;
    places->lookup = NULL;
    s->places = NULL;
    return places;
}

void
pn_server_cancel_listen(PnServer *s)
{
    if (s->places == NULL)
        return;
    struct pn_lookup *lookup = s->places->lookup;
    struct pn_places *places = pn_server_end_listen(s);
    bool alive = s->em.generation == s->em.st->generation;
    if (lookup != NULL && alive)
        pn_lookup_cancel(lookup);
    if (places->call != NULL && alive)
        pn_waiter_wake(&places->call->w);
    pn_places_free(places);
    Py_DECREF(s); /* the reference of the listen() */
}

static void
changed_tick(PnState *st, PyObject *self, void *arg)
{
    (void)arg;
    pn_server_wake_all(PN_SERVER(self));
    (void)pn_emit0(PN_EMITTER(self), st->server_changed);
}

void
pn_server_changed_soon(PnServer *s)
{
    if (s->accepting != NULL || pn_has_listeners(&s->em, s->em.st->server_changed))
        pn_tick_sure(s->em.st, changed_tick, (PyObject *)s, NULL, 1);
}

void
pn_server_close(PnServer *s)
{
    Py_INCREF(s);
    release_listener(s);
    close_if_drained(s);
    pn_abort_detach(&s->abort);
    s->keeps = 0;
    pn_server_drop_kept(s);
    pn_server_changed_soon(s);
    Py_DECREF(s);
}

void
pn_server_close_pending(PnState *st)
{
    while (st->pending_listens != NULL) {
        PnServer *s = (PnServer *)Py_NewRef((PyObject *)st->pending_listens);
        pn_server_cancel_listen(s);
        pn_server_close(s);
        Py_DECREF(s);
    }
}

void
pn_server_abandon(PnServer *s)
{
    Py_INCREF(s); /* its listener may hold the last reference */
    pn_server_cancel_listen(s);
    release_listener(s);
    pn_abort_detach(&s->abort);
    Py_DECREF(s);
}

/* socket_extras.c - struct pn_socket_extras: rarely used fields, allocated on demand; an aborted AbortSignal
 * destroys the socket. */
#include <stddef.h>

#include "py/loop/driver.h"
#include "py/socket/socket.h"
#include "py/stream/duplex.h"

/* --- signals --- */

static void
abort_socket(PnSocket *s, PyObject *reason)
{
    PnState *st = s->d.em.st;
    if (s->d.em.generation != st->generation || st->loop == NULL || pn_is_dying(s))
        return; /* it belongs to a parent process, or the interpreter is exiting */
    Py_INCREF(s);
    pn_mark_outside(&s->d.em);
    struct pn_stream *io = s->d.io;
    PyObject *error = pn_abort_error(st, reason);
    if (error == NULL)
        error = pn_take_exception();
    if (s->d.io == io || s->aborted) /* else: a garbage collection has run code that connected the socket again */
        pn_duplex_destroy(&s->d, error);
    Py_XDECREF(error);
    if (pn_driver_ensure(st) < 0)
        PyErr_WriteUnraisable((PyObject *)s);
    Py_DECREF(s);
}

static void
on_connect_aborted(struct pn_abort_link *l, PyObject *reason)
{
    struct pn_socket_extras *extras =
        (struct pn_socket_extras *)(void *)((char *)l - offsetof(struct pn_socket_extras, connect_abort));
    abort_socket(extras->socket, reason);
}

static void
on_aborted(struct pn_abort_link *l, PyObject *reason)
{
    struct pn_socket_extras *extras =
        (struct pn_socket_extras *)(void *)((char *)l - offsetof(struct pn_socket_extras, abort));
    extras->socket->aborted = 1;
    abort_socket(extras->socket, reason);
}

int
pn_extras_watch(struct pn_socket_extras *extras, struct pn_abort_link *link, PyObject *signal)
{
    PyObject *old = link->signal;
    bool aborted = pn_abort_reason(signal) != NULL;
    pn_abort_cut(link);
    link->signal = NULL;
    if (!aborted) {
        link->aborted = link == &extras->abort ? on_aborted : on_connect_aborted;
        pn_abort_attach(signal, link);
    }
    Py_XDECREF(old); /* last: it may run user code, which may come here again */
    return aborted;
}

int
pn_socket_follow(PnSocket *s, PyObject *signal)
{
    PnState *st = s->d.em.st;
    struct pn_socket_extras *extras = pn_extras_of(s);
    if (extras == NULL || pn_state_loop(st) == NULL)
        return -1;
    if (pn_extras_watch(extras, &extras->abort, signal) == 0)
        return 0;
    s->aborted = 1;
    PyObject *reason = Py_NewRef(pn_abort_reason(signal));
    abort_socket(s, reason);
    Py_DECREF(reason);
    return 0;
}

void
pn_extras_unwatch(PnSocket *s, PyObject *signals[2])
{
    signals[0] = signals[1] = NULL;
    if (s->extras == NULL)
        return;
    signals[0] = Py_XNewRef(s->extras->abort.signal);
    signals[1] = Py_XNewRef(s->extras->connect_abort.signal);
    pn_abort_detach(&s->extras->abort);
    pn_abort_detach(&s->extras->connect_abort);
}

/* --- the struct --- */

struct pn_socket_extras *
pn_extras_of(PnSocket *s)
{
    if (s->extras == NULL) {
        s->extras = PyMem_RawCalloc(1, sizeof(*s->extras));
        if (s->extras == NULL)
            PyErr_NoMemory();
        else
            s->extras->socket = s;
    }
    return s->extras;
}

void
pn_extras_cut(PnSocket *s)
{
    if (s->extras == NULL)
        return;
    pn_abort_cut(&s->extras->abort);
    pn_abort_cut(&s->extras->connect_abort);
}

void
pn_extras_free(PnSocket *s)
{
    struct pn_socket_extras *extras = s->extras;
    if (extras == NULL)
        return;
    pn_extras_cut(s); /* both first: releasing one signal may abort the second */
    s->extras = NULL;
    pn_abort_detach(&extras->abort);
    pn_abort_detach(&extras->connect_abort);
    Py_XDECREF(extras->attempted);
    Py_XDECREF(extras->block_list);
    Py_XDECREF(extras->bound_path);
    Py_XDECREF(extras->user_data);
    Py_XDECREF(extras->raw_options);
    Py_XDECREF(extras->tls);
    pn_proxy_note_free(extras->proxy);
    PyMem_RawFree(extras);
}

int
pn_extras_traverse(PnSocket *s, visitproc visit, void *arg)
{
    if (s->extras == NULL)
        return 0;
    Py_VISIT(s->extras->attempted);
    Py_VISIT(s->extras->block_list);
    Py_VISIT(s->extras->user_data);
    Py_VISIT(s->extras->tls);
    if (s->extras->proxy != NULL)
        Py_VISIT(s->extras->proxy->info);
    Py_VISIT(s->extras->abort.signal);
    Py_VISIT(s->extras->connect_abort.signal);
    return 0;
}

/* socket_extras.c - what few sockets have: struct pn_rare. */
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
        return; /* of a parent process, or the interpreter leaves */
    Py_INCREF(s);
    pn_mark_outside(&s->d.em);
    struct pn_stream *io = s->d.io;
    PyObject *error = pn_abort_error(st, reason);
    if (error == NULL)
        error = pn_take_exception();
    if (s->d.io == io || s->aborted) /* making it may collect garbage, and another connect() have begun */
        pn_duplex_destroy(&s->d, error);
    Py_XDECREF(error);
    if (pn_notify(st) < 0)
        PyErr_WriteUnraisable((PyObject *)s);
    Py_DECREF(s);
}

static void
on_connect_aborted(struct pn_abort_link *l, PyObject *reason)
{
    struct pn_rare *rare = (struct pn_rare *)(void *)((char *)l - offsetof(struct pn_rare, connect_abort));
    abort_socket(rare->socket, reason);
}

static void
on_aborted(struct pn_abort_link *l, PyObject *reason)
{
    struct pn_rare *rare = (struct pn_rare *)(void *)((char *)l - offsetof(struct pn_rare, abort));
    rare->socket->aborted = 1;
    abort_socket(rare->socket, reason);
}

int
pn_rare_watch(struct pn_rare *rare, struct pn_abort_link *link, PyObject *signal)
{
    pn_abort_unlink(link);
    if (pn_abort_reason(signal) != NULL)
        return 1;
    link->aborted = link == &rare->abort ? on_aborted : on_connect_aborted;
    pn_abort_link(signal, link);
    return 0;
}

int
pn_socket_follow(PnSocket *s, PyObject *signal)
{
    PnState *st = s->d.em.st;
    struct pn_rare *rare = pn_rare_of(s);
    if (rare == NULL || pn_state_loop(st) == NULL)
        return -1;
    if (pn_rare_watch(rare, &rare->abort, signal) == 0)
        return 0;
    s->aborted = 1;
    PyObject *reason = Py_NewRef(pn_abort_reason(signal));
    abort_socket(s, reason);
    Py_DECREF(reason);
    return 0;
}

void
pn_rare_unwatch(PnSocket *s, PyObject *signals[2])
{
    signals[0] = signals[1] = NULL;
    if (s->rare == NULL)
        return;
    signals[0] = Py_XNewRef(s->rare->abort.signal);
    signals[1] = Py_XNewRef(s->rare->connect_abort.signal);
    pn_abort_unlink(&s->rare->abort);
    pn_abort_unlink(&s->rare->connect_abort);
}

/* --- the struct --- */

struct pn_rare *
pn_rare_of(PnSocket *s)
{
    if (s->rare == NULL) {
        s->rare = PyMem_RawCalloc(1, sizeof(*s->rare));
        if (s->rare == NULL)
            PyErr_NoMemory();
        else
            s->rare->socket = s;
    }
    return s->rare;
}

void
pn_rare_cut(PnSocket *s)
{
    if (s->rare == NULL)
        return;
    pn_abort_cut(&s->rare->abort);
    pn_abort_cut(&s->rare->connect_abort);
}

void
pn_rare_free(PnSocket *s)
{
    struct pn_rare *rare = s->rare;
    if (rare == NULL)
        return;
    pn_rare_cut(s); /* both: releasing one signal may abort the other */
    s->rare = NULL;
    pn_abort_unlink(&rare->abort);
    pn_abort_unlink(&rare->connect_abort);
    Py_XDECREF(rare->attempted);
    Py_XDECREF(rare->block_list);
    Py_XDECREF(rare->bound_path);
    PyMem_RawFree(rare);
}

int
pn_rare_traverse(PnSocket *s, visitproc visit, void *arg)
{
    if (s->rare == NULL)
        return 0;
    Py_VISIT(s->rare->attempted);
    Py_VISIT(s->rare->block_list);
    Py_VISIT(s->rare->abort.signal);
    Py_VISIT(s->rare->connect_abort.signal);
    return 0;
}

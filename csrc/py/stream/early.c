/* writes_early.c - what is written before the connection is there.
 *
 * As in Node it leaves within `connect`, and its callback is answered there, in the place among the listeners that the
 * first such write has; when the connection never comes it fails in the same place of `close`. A marker, one object for
 * all sockets, stands in the lists of listeners there; emitting calls pn_early_run() for it. So does one for a reset that
 * waits for the connection. */
#include "py/events/emitter.h"
#include "py/stream/writes.h"

/* --- the marker --- */

static void
unmark(PnSocket *s)
{
    PnState *st = s->em.st;
    pn_remove_quiet_listener(&s->em, st->names.connect, st->early_write);
    pn_remove_quiet_listener(&s->em, st->names.close, st->early_write);
}

int
pn_early_begin(PnSocket *s)
{
    struct pn_names *n = &s->em.st->names;
    PyObject *marker = s->em.st->early_write;
    struct pn_writes *wq = s->wq;
    unmark(s);
    if (pn_list_insert_quiet(&s->em, n->connect, marker) < 0 || pn_list_insert_quiet(&s->em, n->close, marker) < 0)
        return -1;
    wq->before_connect = true;
    wq->connect_end = wq->queued;
    return 0;
}

/* --- a reset --- */

int
pn_early_reset(PnSocket *s)
{
    struct pn_names *n = &s->em.st->names;
    if (s->reset_when_connected)
        return 0;
    pn_remove_quiet_listener(&s->em, n->connect, s->em.st->early_reset); /* of an earlier life */
    if (pn_list_insert_quiet(&s->em, n->connect, s->em.st->early_reset) < 0)
        return -1;
    s->reset_when_connected = 1;
    return 0;
}

static void
run_reset(PnSocket *s)
{
    bool wanted = s->reset_when_connected;
    pn_remove_quiet_listener(&s->em, s->em.st->names.connect, s->em.st->early_reset);
    if (wanted && s->io != NULL && s->connected)
        pn_socket_reset_now(s);
}

/* --- running --- */

void
pn_early_run(PnSocket *s, PyObject *name, PyObject *marker)
{
    struct pn_names *n = &s->em.st->names;
    if (marker == s->em.st->early_reset) {
        if (name == n->connect)
            run_reset(s);
        return;
    }
    if (name != n->connect && name != n->close)
        return;
    unmark(s);
    if (name == n->close)
        pn_socket_fail_writes(s);
    else if (s->io != NULL && s->connected)
        pn_writable_connected(s);
}

void
pn_early_forget(PnSocket *s)
{
    if (s->wq == NULL || !s->wq->before_connect)
        return;
    s->wq->before_connect = false;
    unmark(s);
}

PyObject *
pn_early_marker(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    Py_RETURN_NONE;
}

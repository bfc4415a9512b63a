/* early.c - early writes: write() before the connection is established.
 *
 * As in Node, the data leaves within `connect`, and its callback is called there, at the place among the listeners that
 * the first such write has. If the connection fails, the callback gets its error at the same place of `close`. A
 * marker, one object for all sockets, stands in the lists of listeners there; emitting calls pn_duplex_run_early() of
 * duplex_events.c for it. A reset that waits for the connection has a second marker in the list of `connect`. */
#include "py/events/emitter.h"
#include "py/stream/duplex.h"

/* --- the marker --- */

void
pn_early_unmark(PnDuplex *s)
{
    PnState *st = s->em.st;
    pn_remove_internal_listener(&s->em, st->names.connect, st->early_write);
    pn_remove_internal_listener(&s->em, st->names.close, st->early_write);
}

int
pn_early_begin(PnDuplex *s)
{
    struct pn_names *n = &s->em.st->names;
    PyObject *marker = s->em.st->early_write;
    struct pn_writes *wq = s->wq;
    pn_early_unmark(s);
    if (pn_list_insert_internal(&s->em, n->connect, marker) < 0 ||
        pn_list_insert_internal(&s->em, n->close, marker) < 0)
        return -1;
    wq->before_connect = true;
    wq->connect_end = wq->queued;
    for (struct pn_write_record *r = wq->first; r != NULL && !s->write_failed; r = r->next)
        r->early = true; /* behind cork(): they leave together */
    return 0;
}

/* --- removing and calling it --- */

void
pn_early_forget(PnDuplex *s)
{
    if (s->wq == NULL || !s->wq->before_connect)
        return;
    s->wq->before_connect = false;
    pn_early_unmark(s);
}

PyObject *
pn_early_marker(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    Py_RETURN_NONE;
}

/* writes_early.c - what is written before the connection is there.
 *
 * As in Node it leaves within `connect`, and its callback is answered there, in the place among the listeners that the
 * first such write has; when the connection never comes it fails in the same place of `close`. A marker, one object for
 * all sockets, stands in the lists of listeners there; emitting calls pn_early_run() for it. */
#include "emitter.h"
#include "writes.h"

/* --- the marker --- */

static void
take_out(PnEmitter *e, PyObject *name)
{
    struct pn_listeners *l = e->listeners;
    for (uint32_t i = 0; l != NULL && i < l->count; i++) {
        if (l->at[i].name == name && pn_entry_fn(&l->at[i]) == e->st->early_write) {
            pn_list_remove(e, i);
            return;
        }
    }
}

static void
unmark(PnSocket *s)
{
    take_out(&s->em, s->em.st->names.connect);
    take_out(&s->em, s->em.st->names.close);
}

int
pn_early_begin(PnSocket *s)
{
    struct pn_names *n = &s->em.st->names;
    PyObject *marker = s->em.st->early_write;
    struct pn_writes *wq = s->wq;
    unmark(s);
    if (pn_list_insert(&s->em, n->connect, marker, false, false) < 0 ||
        pn_list_insert(&s->em, n->close, marker, false, false) < 0)
        return -1;
    wq->before_connect = true;
    wq->connect_end = wq->queued;
    return 0;
}

bool
pn_early_only(const PnEmitter *e, PyObject *name)
{
    const struct pn_listeners *l = e->listeners;
    bool marked = false;
    for (uint32_t i = 0; l != NULL && i < l->count; i++) {
        if (l->at[i].name != name)
            continue;
        if (pn_entry_fn(&l->at[i]) != e->st->early_write)
            return false;
        marked = true;
    }
    return marked;
}

void
pn_early_run(PnSocket *s, PyObject *name)
{
    unmark(s);
    if (name == s->em.st->names.close)
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
pn_early_write(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    Py_RETURN_NONE;
}

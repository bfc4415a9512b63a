/* data_event.c - emits `data` for what methods take: at once inside a listener, else by a tick, in the order of the bytes.
 */
#include "py/stream/data_event.h"

#include "py/stream/duplex.h"

static void
deferred_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(self);
    (void)st;
    (void)arg;
    if (pn_data_deferred(s) == 0)
        return;
    PyObject *data = pn_read_queue_shift(&s->r->deferred_data); /* a whole chunk: this cannot fail */
    pn_reads_tidy(s);
    pn_data_emit(s, data);
    Py_DECREF(data);
}

bool
pn_data_emit_deferred(PnDuplex *s)
{
    while (pn_data_deferred(s) > 0 && !s->em.st->loop->halted)
        deferred_tick(s->em.st, (PyObject *)s, NULL);
    return pn_data_deferred(s) == 0;
}

static int
defer(PnDuplex *s, PyObject *data)
{
    struct pn_reads *r = pn_reads_of(s);
    if (r == NULL || pn_tick(s->em.st, deferred_tick, (PyObject *)s, NULL) < 0)
        return -1;
    return pn_read_queue_push(&r->deferred_data, data);
}

int
pn_readable_emit_data(PnDuplex *s, PyObject *data)
{
    PnState *st = s->em.st;
    if (s->error_emitted || s->close_emitted)
        return 0;
    s->did_read = 1;
    if (!pn_data_heard(s))
        return 0;
    if (!pn_in_callback(st) || pn_data_deferred(s) > 0) /* keeps the order of the bytes */
        return defer(s, data);
    PyObject *stack[2] = {NULL, data};
    return pn_emit_for_caller(&s->em, st->names.data, stack + 1, 1) < 0 ? -1 : 0;
}

/* data_event.h - the event `data`: emitted with a chunk that the loop has read, or with one that a method has taken. */
#ifndef PN_PY_STREAM_DATA_EVENT_H
#define PN_PY_STREAM_DATA_EVENT_H

#include "py/events/emitter.h"
#include "py/stream/duplex_object.h"

/* A pipe is a listener of `data` too. */
static inline bool
pn_data_heard(const PnDuplex *s)
{
    return pn_has_listeners(&s->em, s->em.st->names.data);
}

static inline void
pn_data_emit(PnDuplex *s, PyObject *data)
{
    PyObject *stack[2] = {NULL, data};
    if (s->error_emitted || s->close_emitted)
        return;
    s->did_read = 1;
    (void)pn_emit_loop(&s->em, s->em.st->names.data, stack + 1, 1, NULL);
}

/* How many chunks were taken outside of callbacks and still wait for their `data` event. */
static inline size_t
pn_data_deferred(const PnDuplex *s)
{
    return s->r != NULL ? s->r->deferred_data.count : 0;
}

/* In Node, read() itself emits `data`: so the deferred events come before those of the next tick. False when run() has
 * to raise first. */
bool pn_data_emit_deferred(PnDuplex *s);

#endif

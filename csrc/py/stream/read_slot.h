/* read_slot.h - the calls that wait to read from a socket, and the methods read_exactly() and read_until(). */
#ifndef PN_PY_STREAM_READ_SLOT_H
#define PN_PY_STREAM_READ_SLOT_H

#include "py/events/emitter.h"
#include "py/stream/duplex_object.h"

/* Whether a call waits to read. */
static inline bool
pn_read_slot_waits(const PnDuplex *s)
{
    return s->r != NULL && !pn_links_empty(&s->r->waiting);
}

/* Whether `readable` has a listener; a call that waits to read is one. */
static inline bool
pn_read_slot_hears(const PnDuplex *s)
{
    return pn_read_slot_waits(s) || pn_has_listeners(&s->em, s->em.st->names.readable);
}

/* Something can be read, or the end has been read: wakes the call whose turn it is if it can go on. */
void pn_read_slot_look_slow(PnDuplex *s);
static inline void
pn_read_slot_look(PnDuplex *s)
{
    if (pn_read_slot_waits(s))
        pn_read_slot_look_slow(s);
}

/* `error` (with its argument), `end` or `close` is emitted, and has reached our listener: wakes all. */
void pn_read_slot_event(PnDuplex *s, PyObject *name, PyObject *arg);

PyObject *pn_duplex_read_exactly_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_duplex_read_until_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
extern const char pn_read_exactly_doc[], pn_read_until_doc[];

#endif

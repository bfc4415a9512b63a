/* read_slot.h - the calls that wait to read from a socket, and the methods read_exactly() and read_until(); for
 * read_loop.c, which has the loops over a socket. */
#ifndef PN_PY_STREAM_READ_SLOT_H
#define PN_PY_STREAM_READ_SLOT_H

#include "py/events/awaitable.h"
#include "py/events/emitter.h"
#include "py/stream/duplex_object.h"

/* A call that reads. */
struct pn_read_ops {
    struct pn_call_ops call; /* first */
    /* Whether look() would have an outcome: > 0; 0: it needs more, which is read then; -1 with an exception. */
    Py_ssize_t (*ready)(PnCall *c);
};

/* Members of struct pn_call_ops: the call is in the list of the socket meanwhile. The socket has our listeners. */
int pn_read_slot_join(PnCall *c);
void pn_read_slot_leave(PnCall *c, bool gave_up);
/* What the tables of these calls share. */
#define PN_READ_CALL .join = pn_read_slot_join, .leave = pn_read_slot_leave, .get = pn_read_direct_get
/* Nothing waits to read any more, unless something does. */
void pn_read_slot_over(PnDuplex *s);
/* connect() has begun another connection since the wait began: raises what ended the first one. 0 when it has not. */
int pn_read_slot_check_connection(PnCall *c);
/* Whether others are to get data before this call. */
bool pn_read_slot_must_queue(const PnCall *c);
/* Adds our listeners of `error`, `end` and `close`, or removes them; once for each loop. 0, or -1 with an exception. */
int pn_read_slot_listen(PnDuplex *s);
void pn_read_slot_unlisten(PnDuplex *s);
/* The object of a name of pynet/_reading.py: for what is rare. New reference, or NULL with an exception. */
PyObject *pn_read_slot_python(const char *name);
/* An int from `least` on. 0, or -1 with an exception. */
int pn_read_slot_size(PyObject *value, const char *name, int least, size_t *out);

/* Whether a call waits to read. */
static inline bool
pn_read_slot_waits(const PnDuplex *s)
{
    return s->r != NULL && !pn_links_empty(&s->r->waiting);
}

/* Whether `readable` has a listener; a call that waits to read is one, and so is a loop. */
static inline bool
pn_read_slot_hears(const PnDuplex *s)
{
    return pn_read_slot_waits(s) || (s->r != NULL && s->r->loops > 0) ||
           pn_has_listeners(&s->em, s->em.st->names.readable);
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
/* _read_some(sock, n): up to n bytes or characters, when there is one. _has_read(sock, n): True when so many can be
 * taken; they stay. Both wait and raise as read_exactly(). */
PyObject *pn_read_some(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_has_read(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
extern const char pn_read_exactly_doc[], pn_read_until_doc[];

#endif

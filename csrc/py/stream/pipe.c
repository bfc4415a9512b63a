/* pipe.c - pipe() from socket to socket: moves bytes from read to write in C, pauses the source until the destination
 * drains, emits `unpipe`, ends the destination. See pipe_object.c for other destinations.
 *
 * A pipe is a listener of `data`, as in Node. While a socket has no other `data` listeners, no object is made for a
 * chunk.
 *
 * Owns:    the source's list (`pipes`) owns its pipes, each of which owns its destination.
 * Borrows: a destination's list (`piped_from`) borrows the pipes that lead to it. */
#include "py/stream/pipe.h"

#include "py/events/emitter.h"
#include "py/loop/uncaught.h"
#include "py/stream/duplex.h"
#include "py/stream/encoding.h"

/* --- the lists --- */

static void
unlink_from_dest(struct pn_pipe *p)
{
    if (p->sock == NULL)
        return;
    struct pn_pipe **head = &p->sock->piped_from;
    struct pn_pipe *next = p->next_from;
    if (*head == p)
        *head = next;
    else
        p->prev_from->next_from = next;
    if (next != NULL)
        next->prev_from = p->prev_from;
    else if (*head != NULL)
        (*head)->prev_from = p->prev_from;
}

static void
unlink_from_source(struct pn_pipe *p)
{
    struct pn_pipe **link = &p->source->pipes;
    while (*link != p)
        link = &(*link)->next;
    *link = p->next;
}

void
pn_pipe_put_in(struct pn_pipe *p)
{
    struct pn_pipe **link = &p->source->pipes;
    while (*link != NULL)
        link = &(*link)->next;
    *link = p;
    p->source->fast_dest = NULL;
    if (p->sock == NULL)
        return;
    struct pn_pipe *head = p->sock->piped_from; /* a socket may be the destination of thousands */
    p->prev_from = head != NULL ? head->prev_from : p;
    if (head != NULL) {
        head->prev_from->next_from = p;
        head->prev_from = p;
    }
    else {
        p->sock->piped_from = p;
    }
}

static void
cut(struct pn_pipe *p)
{
    unlink_from_dest(p);
    p->source = NULL;
}

PnDuplex *
pn_pipe_source(struct pn_pipe *p)
{
    if (p->source != NULL && pn_is_dying(p->source))
        cut(p);
    return p->source;
}

void
pn_pipe_cut(PnDuplex *s)
{
    s->fast_dest = NULL;
    for (struct pn_pipe *p = s->pipes; p != NULL; p = p->next) {
        if (p->source != NULL)
            cut(p);
    }
}

void
pn_pipe_free(PnDuplex *s)
{
    pn_pipe_cut(s); /* cuts all of them first: releasing one may run code that reaches another */
    struct pn_pipe *p = s->pipes;
    s->pipes = NULL;
    while (p != NULL) {
        struct pn_pipe *next = p->next;
        Py_DECREF(p);
        p = next;
    }
}

int
pn_pipe_traverse(PnDuplex *s, visitproc visit, void *arg)
{
    for (struct pn_pipe *p = s->pipes; p != NULL; p = p->next)
        Py_VISIT(p);
    return 0;
}

/* --- taking out --- */

/* Reports as uncaught what a `pause` listener raises, as for any event that the loop emits. */
static void
pause_source(PnDuplex *s)
{
    if (pn_readable_pause(s) < 0)
        pn_uncaught(s->em.st, (PyObject *)s, NULL);
}

/* Emits `unpipe` on the destination, with Node's arguments: the source and {hasUnpiped: false}. */
static void
unpipe_tick(PnState *st, PyObject *self, void *arg)
{
    (void)arg;
    PyObject *info = PyDict_New();
    if (info == NULL || PyDict_SetItem(info, st->names.hasUnpiped, Py_False) < 0) {
        PyErr_WriteUnraisable(self);
        Py_XDECREF(info);
        return;
    }
    PyObject *stack[3] = {NULL, PyTuple_GET_ITEM(self, 1), info};
    (void)pn_emit_loop(PN_EMITTER(PyTuple_GET_ITEM(self, 0)), st->names.unpipe, stack + 1, 2, NULL);
    Py_DECREF(info);
}

static void
emit_unpipe(PnState *st, PyObject *dest, PnDuplex *source)
{
    PnEmitter *e = pn_pipe_emitter_of(st, dest);
    if (e == NULL || !pn_has_listeners(e, st->names.unpipe))
        return;
    PyObject *both = PyTuple_Pack(2, dest, (PyObject *)source);
    if (both != NULL && pn_in_callback(st))
        unpipe_tick(st, both, NULL);
    else if (both == NULL || pn_tick(st, unpipe_tick, both, NULL) < 0)
        PyErr_WriteUnraisable(dest);
    Py_XDECREF(both);
}

static bool
anything_waits(const PnDuplex *source)
{
    for (const struct pn_pipe *p = source->pipes; p != NULL; p = p->next) {
        if (p->waiting)
            return true;
    }
    return false;
}

static void
resume_source(PnDuplex *source)
{
    if (!anything_waits(source) && pn_has_listeners(&source->em, source->em.st->names.data))
        pn_readable_resume(source);
}

void
pn_pipe_take_out(struct pn_pipe *p, bool silently)
{
    PnDuplex *source = p->source;
    PnState *st = source->em.st;
    source->fast_dest = NULL;
    Py_INCREF(source);
    unlink_from_source(p);
    unlink_from_dest(p);
    p->source = NULL;
    if (!silently && source->pipes == NULL)
        pause_source(source);
    if (p->hooks != NULL)
        p->sink->unhook(st, p);
    if (pn_remove_entry(&source->em, st->names.data, (PyObject *)p) < 0)
        pn_uncaught(st, (PyObject *)source, NULL);
    if (!silently)
        emit_unpipe(st, p->dest, source);
    if (p->waiting)
        resume_source(source);
    Py_DECREF(p);
    Py_DECREF(source);
}

/* A pipe that a listener of `finish` made stays, as in Node. */
static bool
goes_with(const PnDuplex *dest, const struct pn_pipe *p)
{
    return !p->after_finish || dest->destroyed;
}

/* Those that are there end with `finish`; those that its listeners make stay. */
void
pn_pipe_dest_finishing(PnDuplex *s)
{
    for (struct pn_pipe *p = s->piped_from; p != NULL; p = p->next_from)
        p->after_finish = false;
}

/* Counts first: a listener of `unpipe` may make new pipes, which are appended to the list and stay. */
void
pn_pipe_dest_gone(PnDuplex *s)
{
    size_t count = 0;
    for (const struct pn_pipe *p = s->piped_from; p != NULL && goes_with(s, p); p = p->next_from)
        count++;
    for (; count > 0 && s->piped_from != NULL; count--) {
        struct pn_pipe *p = s->piped_from;
        if (pn_pipe_source(p) != NULL)
            pn_pipe_take_out(p, false);
    }
}

/* --- the flow --- */

/* Sets `fast_dest` after a chunk that took the normal path; whatever changes a condition of the fast path clears it. */
static void
remember_fast(PnDuplex *s)
{
    struct pn_pipe *p = s->pipes;
    pn_reads_tidy(s);
    if (p != NULL && p->next == NULL && p->sock != NULL && !p->waiting && s->idle == NULL && s->r == NULL)
        s->fast_dest = p->sock;
}

/* Writes to a socket; returns as pn_writable_write(). */
static int
write_to_socket(PnDuplex *dest, PyObject *data, const char *base, size_t len)
{
    if (base != NULL)
        return pn_writable_write(dest, data, base, len, NULL);
    PyObject *bytes = pn_duplex_encode_default(dest, data);
    if (bytes == NULL)
        return -1;
    int below = pn_writable_write(dest, bytes, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes), NULL);
    Py_DECREF(bytes);
    return below;
}

void
pn_pipe_give(struct pn_pipe *p, PyObject *data, const char *base, size_t len)
{
    bool waited = p->waiting;
    Py_INCREF(p);
    p->waiting = true;
    bool room;
    if (p->sock == NULL) {
        room = p->sink->give(p, data, base, len);
    }
    else {
        int below = write_to_socket(p->sock, data, base, len);
        room = below > 0;
        if (below < 0)
            pn_duplex_destroy_steal(p->sock, NULL);
    }
    if (room)
        p->waiting = waited;
    else if (pn_pipe_source(p) != NULL)
        pause_source(p->source);
    Py_DECREF(p);
}

bool
pn_pipe_only(const PnDuplex *s)
{
    const struct pn_listeners *l = s->em.listeners;
    PnState *st = s->em.st;
    const struct pn_pipe *p = s->pipes;
    for (uint32_t i = 0; l != NULL && i < l->count; i++) {
        if (l->at[i].name != st->names.data)
            continue;
        if (pn_entry_fn(&l->at[i]) != (const void *)p)
            return false;
        p = p->next;
    }
    return p == NULL;
}

/* As emit() does: each pipe that is in the list now gets the chunk, even if another pipe's write removes it
 * meanwhile. */
static void
give_all(PnDuplex *s, size_t count, const char *base, size_t len)
{
    struct pn_pipe *on_stack[8];
    struct pn_pipe **all = count <= 8 ? on_stack : PyMem_Malloc(count * sizeof(struct pn_pipe *));
    if (all == NULL) {
        PyErr_NoMemory();
        pn_duplex_destroy_steal(s, NULL);
        return;
    }
    size_t n = 0;
    for (struct pn_pipe *p = s->pipes; p != NULL; p = p->next)
        all[n++] = (struct pn_pipe *)(void *)Py_NewRef((PyObject *)p);
    for (size_t i = 0; i < n; i++) {
        pn_pipe_give(all[i], NULL, base, len);
        Py_DECREF(all[i]);
    }
    if (all != on_stack)
        PyMem_Free(all);
}

void
pn_pipe_data(PnDuplex *s, const char *base, size_t len)
{
    size_t count = 0;
    for (const struct pn_pipe *p = s->pipes; p != NULL; p = p->next)
        count++;
    if (count == 1)
        pn_pipe_give(s->pipes, NULL, base, len);
    else
        give_all(s, count, base, len);
    remember_fast(s);
}

bool
pn_pipe_fast(PnDuplex *s, const char *base, size_t len)
{
    PnDuplex *d = s->fast_dest;
    if (d->wq != NULL || !d->can_send || d->idle != NULL)
        return false;
    struct iovec iov = {(void *)(uintptr_t)base, len};
    ssize_t sent = pn_stream_try_write(d->io, &iov, 1);
    s->bytes_read += len;
    d->bytes_written += len;
    if (sent == (ssize_t)len)
        return true;
    unsigned scope = pn_callback_scope_open(s->em.st);
    struct pn_pipe *p = (struct pn_pipe *)(void *)Py_NewRef((PyObject *)s->pipes); /* an error may run user code */
    int below = pn_writable_rest(d, NULL, base, len, sent, NULL);
    if (below <= 0)
        p->waiting = true;
    if (below < 0)
        pn_duplex_destroy_steal(d, NULL);
    if (below <= 0 && p->source != NULL)
        pause_source(s);
    Py_DECREF(p);
    pn_callback_scope_close(s->em.st, scope);
    return true;
}

void
pn_pipe_drained(struct pn_pipe *p)
{
    if (!p->waiting)
        return;
    p->waiting = false;
    if (pn_pipe_source(p) != NULL)
        resume_source(p->source);
}

void
pn_pipe_dest_drained(PnDuplex *dest)
{
    for (struct pn_pipe *p = dest->piped_from; p != NULL; p = p->next_from)
        pn_pipe_drained(p);
}

static void
end_pipe(struct pn_pipe *p)
{
    Py_INCREF(p);
    p->end_sent = true;
    if (!p->end)
        pn_pipe_take_out(p, false);
    else if (p->sock == NULL)
        p->sink->end(p);
    else if (pn_writable_end(p->sock, NULL) < 0)
        pn_duplex_destroy_steal(p->sock, NULL);
    Py_DECREF(p);
}

void
pn_pipe_end_late(struct pn_pipe *p)
{
    p->late = false;
    if (pn_pipe_source(p) != NULL && !p->end_sent)
        end_pipe(p);
}

void
pn_pipe_source_ended(PnDuplex *s)
{
    /* Ending one runs listeners, which may take out others: starts again at the head each time. */
    for (struct pn_pipe *p = s->pipes; p != NULL;) {
        if (p->end_sent || p->late)
            p = p->next;
        else {
            end_pipe(p);
            p = s->pipes;
        }
    }
}

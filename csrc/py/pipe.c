/* pipe.c - a.pipe(b) from socket to socket: bytes go from read to write in C.
 *
 * Owns:    each pipe holds a reference to its destination; the source's list owns the pipes.
 * Borrows: the destination's list of the pipes that lead to it. */
#include "args.h"
#include "driver.h"
#include "errors.h"
#include "socket.h"
#include "uncaught.h"

struct pn_pipe {
    struct pn_pipe *next;      /* of the same source */
    struct pn_pipe *next_from; /* to the same destination */
    PnSocket *source;          /* borrowed */
    PnSocket *dest;            /* own */
    bool end;                  /* the destination ends when the source does */
    bool waiting;              /* for the destination's drain */
    bool given;                /* the chunk of now */
    bool told;                 /* that the source has ended */
};

/* --- the lists --- */

static void
unlink_from_dest(struct pn_pipe *p)
{
    struct pn_pipe **link = &p->dest->piped_from;
    while (*link != p)
        link = &(*link)->next_from;
    *link = p->next_from;
}

static void
unlink_from_source(struct pn_pipe *p)
{
    struct pn_pipe **link = &p->source->pipes;
    while (*link != p)
        link = &(*link)->next;
    *link = p->next;
}

static struct pn_pipe *
find(PnSocket *source, PnSocket *dest)
{
    struct pn_pipe *p = source->pipes;
    while (p != NULL && p->dest != dest)
        p = p->next;
    return p;
}

static int
add(PnSocket *source, PnSocket *dest, bool end)
{
    struct pn_pipe *p = PyMem_RawCalloc(1, sizeof(*p));
    if (p == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    p->source = source;
    p->dest = (PnSocket *)Py_NewRef((PyObject *)dest);
    p->end = end;
    p->given = true;
    struct pn_pipe **link = &source->pipes;
    while (*link != NULL)
        link = &(*link)->next;
    *link = p;
    p->next_from = dest->piped_from;
    dest->piped_from = p;
    source->fast_dest = NULL;
    return 0;
}

void
pn_pipe_free(PnSocket *s)
{
    s->fast_dest = NULL;
    while (s->pipes != NULL) {
        struct pn_pipe *p = s->pipes;
        s->pipes = p->next;
        unlink_from_dest(p);
        Py_DECREF(p->dest);
        PyMem_RawFree(p);
    }
}

int
pn_pipe_traverse(PnSocket *s, visitproc visit, void *arg)
{
    for (struct pn_pipe *p = s->pipes; p != NULL; p = p->next)
        Py_VISIT(p->dest);
    return 0;
}

/* --- taking out --- */

/* What a `pause` listener raises is reported, as that of any event the loop causes. */
static void
pause_source(PnSocket *s)
{
    if (pn_readable_pause(s) < 0)
        pn_uncaught(s->em.st, (PyObject *)s, NULL);
}

/* `unpipe` on the destination, with what Node gives: the source and {hasUnpiped: false}. */
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
emit_unpipe(PnSocket *dest, PnSocket *source)
{
    PnState *st = dest->em.st;
    if (!pn_has_listeners(&dest->em, st->names.unpipe))
        return;
    PyObject *both = PyTuple_Pack(2, (PyObject *)dest, (PyObject *)source);
    if (both != NULL && pn_inside(st))
        unpipe_tick(st, both, NULL);
    else if (both == NULL || pn_tick(st, unpipe_tick, both, NULL) < 0)
        PyErr_WriteUnraisable((PyObject *)dest);
    Py_XDECREF(both);
}

static void
take_out(struct pn_pipe *p)
{
    PnSocket *source = p->source, *dest = p->dest;
    source->fast_dest = NULL;
    Py_INCREF(source);
    unlink_from_source(p);
    unlink_from_dest(p);
    PyMem_RawFree(p);
    if (source->pipes == NULL)
        pause_source(source);
    emit_unpipe(dest, source);
    Py_DECREF(dest);
    Py_DECREF(source);
}

void
pn_pipe_dest_gone(PnSocket *s)
{
    while (s->piped_from != NULL)
        take_out(s->piped_from);
}

/* --- the flow --- */

/* `fast_dest` holds from one chunk that went the usual way until something that matters changes. */
static void
remember_fast(PnSocket *s)
{
    struct pn_pipe *p = s->pipes;
    if (p != NULL && p->next == NULL && !p->waiting && s->idle == NULL)
        s->fast_dest = p->dest;
}

/* Writes to the destination; false: the source is to pause. */
static bool
give(struct pn_pipe *p, PyObject *bytes, const char *base, size_t len)
{
    PnSocket *dest = (PnSocket *)Py_NewRef((PyObject *)p->dest);
    bool waited = p->waiting;
    p->given = p->waiting = true;
    int below = pn_writable_write(dest, bytes, base, len, NULL);
    if (below > 0)
        p->waiting = waited;
    else if (below < 0)
        pn_socket_destroy_steal(dest, NULL);
    Py_DECREF(dest);
    return below > 0;
}

void
pn_pipe_data(PnSocket *s, PyObject *bytes, const char *base, size_t len)
{
    bool full = false;
    for (struct pn_pipe *p = s->pipes; p != NULL; p = p->next)
        p->given = false;
    /* A write that is refused makes an error, which may collect garbage, whose __del__ may unpipe: from the start. */
    for (struct pn_pipe *p = s->pipes; p != NULL;) {
        if (p->given)
            p = p->next;
        else {
            full |= !give(p, bytes, base, len);
            p = s->pipes;
        }
    }
    if (full)
        pause_source(s);
    else if (bytes == NULL)
        remember_fast(s);
}

bool
pn_pipe_fast(PnSocket *s, const char *base, size_t len)
{
    PnSocket *d = s->fast_dest;
    if (d->wq != NULL || !d->can_send || d->idle != NULL)
        return false;
    struct iovec iov = {(void *)(uintptr_t)base, len};
    ssize_t sent = pn_stream_try_write(d->io, &iov, 1);
    s->bytes_read += len;
    d->bytes_written += len;
    if (sent == (ssize_t)len)
        return true;
    unsigned scope = pn_enter(s->em.st);
    int below = pn_writable_rest(d, NULL, base, len, sent, NULL);
    if (below <= 0) {
        s->pipes->waiting = true;
        if (below < 0)
            pn_socket_destroy_steal(d, NULL);
        pause_source(s);
    }
    pn_leave(s->em.st, scope);
    return true;
}

static bool
anything_waits(const PnSocket *source)
{
    for (const struct pn_pipe *p = source->pipes; p != NULL; p = p->next) {
        if (p->waiting)
            return true;
    }
    return false;
}

void
pn_pipe_dest_drained(PnSocket *dest)
{
    for (struct pn_pipe *p = dest->piped_from; p != NULL; p = p->next_from) {
        if (!p->waiting)
            continue;
        p->waiting = false;
        if (!anything_waits(p->source))
            pn_readable_resume(p->source);
    }
}

static void
tell_end(struct pn_pipe *p)
{
    PnSocket *dest = (PnSocket *)Py_NewRef((PyObject *)p->dest);
    p->told = true;
    if (!p->end)
        take_out(p);
    else if (!dest->ending && pn_writable_end(dest, NULL) < 0)
        pn_socket_destroy_steal(dest, NULL);
    Py_DECREF(dest);
}

void
pn_pipe_source_ended(PnSocket *s)
{
    /* Telling one runs listeners, which may take out others: from the start each time. */
    for (struct pn_pipe *p = s->pipes; p != NULL;) {
        if (p->told)
            p = p->next;
        else {
            tell_end(p);
            p = s->pipes;
        }
    }
}

static void
ended_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    pn_pipe_source_ended(PN_SOCKET(self));
}

/* --- methods --- */

const char pn_pipe_doc[] =
    "pipe($self, destination, *, end=True)\n--\n\n"
    "Writes everything that is read here to `destination`, another socket or this one, and returns the destination.\n"
    "Reading pauses while the destination is full. When reading ends, destination.end() is called unless end=False.\n"
    "Emits \"pipe\" on the destination. Raises TypeError (ERR_INVALID_ARG_TYPE) when it is no socket.\n"
    "Node: readable.pipe().";

static void
pipe_event_tick(PnState *st, PyObject *self, void *arg)
{
    PyObject *stack[2] = {NULL, PyTuple_GET_ITEM(self, 1)};
    (void)arg;
    (void)pn_emit_loop(PN_EMITTER(PyTuple_GET_ITEM(self, 0)), st->names.pipe, stack + 1, 1, NULL);
}

static int
emit_pipe(PnSocket *dest, PnSocket *source)
{
    PnState *st = dest->em.st;
    if (!pn_has_listeners(&dest->em, st->names.pipe))
        return 0;
    PyObject *stack[2] = {NULL, (PyObject *)source};
    if (pn_inside(st))
        return pn_emit(&dest->em, st->names.pipe, stack + 1, 1) < 0 ? -1 : 0;
    PyObject *both = PyTuple_Pack(2, (PyObject *)dest, (PyObject *)source);
    int status = both != NULL ? pn_tick(st, pipe_event_tick, both, NULL) : -1;
    Py_XDECREF(both);
    return status;
}

PyObject *
pn_socket_pipe_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"destination", "end", NULL};
    PnSocket *s = PN_SOCKET(op);
    PnState *st = s->em.st;
    PyObject *a[2];
    if (pn_check_alive(&s->em) < 0 || pn_unpack("pipe", names, 1, args, nargs, kwnames, a) < 0)
        return NULL;
    int end = 1;
    if (a[1] != NULL && pn_is_options(a[1])) {
        static const char *const options[] = {"end", NULL};
        PyObject *value[1];
        if (pn_options("pipe", options, a[1], NULL, NULL, value) < 0)
            return NULL;
        end = value[0] != NULL ? pn_arg_bool(value[0]) : 1;
        pn_options_clear(value, 1);
    }
    else if (a[1] != NULL && a[1] != Py_None) {
        end = pn_arg_bool(a[1]);
    }
    if (end < 0)
        return NULL;
    if (!PyObject_TypeCheck(a[0], st->Socket))
        return pn_raise_arg_type("destination", "an instance of Socket", a[0]);
    PnSocket *dest = PN_SOCKET(a[0]);
    if (pn_check_alive(&dest->em) < 0 || add(s, dest, end) < 0)
        return NULL;
    if (s->end_emitted && pn_tick(st, ended_tick, op, NULL) < 0)
        return NULL;
    if (emit_pipe(dest, s) < 0)
        return NULL;
    if (dest->need_drain) {
        struct pn_pipe *p = find(s, dest);
        if (p != NULL)
            p->waiting = true;
        if (pn_readable_pause(s) < 0)
            return NULL;
    }
    else {
        pn_readable_resume(s);
    }
    pn_mark_outside(&s->em);
    if (pn_notify(st) < 0)
        return NULL;
    return Py_NewRef(a[0]);
}

const char pn_unpipe_doc[] =
    "unpipe($self, destination=None, /)\n--\n\n"
    "Takes out the pipe to `destination`, or all pipes, and returns the socket. Emits \"unpipe\" on each destination.\n"
    "When none is left, reading is paused. Node: readable.unpipe().";

PyObject *
pn_socket_unpipe_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    PnSocket *s = PN_SOCKET(op);
    if (nargs > 1) {
        PyErr_Format(PyExc_TypeError, "unpipe() takes at most 1 argument (%zd given)", nargs);
        return NULL;
    }
    if (pn_check_alive(&s->em) < 0)
        return NULL;
    PyObject *dest = nargs > 0 && args[0] != Py_None ? args[0] : NULL;
    if (dest != NULL && !PyObject_TypeCheck(dest, s->em.st->Socket))
        return pn_raise_arg_type("destination", "an instance of Socket", dest);
    while (s->pipes != NULL && dest == NULL)
        take_out(s->pipes);
    struct pn_pipe *p = dest != NULL ? find(s, PN_SOCKET(dest)) : NULL;
    if (p != NULL)
        take_out(p);
    if (pn_notify(s->em.st) < 0)
        return NULL;
    return Py_NewRef(op);
}

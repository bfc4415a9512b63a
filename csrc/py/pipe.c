/* pipe.c - a.pipe(b): from socket to socket bytes go from read to write in C; see pipe_object.c for other destinations.
 *
 * A pipe is a listener of `data`, as in Node; while a socket has no others, no object is made for a chunk.
 *
 * Owns:    the source's list owns its pipes, each of which owns its destination.
 * Borrows: a socket's list of the pipes that lead to it. */
#include "pipe.h"
#include "args.h"
#include "driver.h"
#include "encoding.h"
#include "errors.h"
#include "uncaught.h"

/* --- the lists --- */

static void
unlink_from_dest(struct pn_pipe *p)
{
    if (p->sock == NULL)
        return;
    struct pn_pipe **link = &p->sock->piped_from;
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
find(PnSocket *source, PyObject *dest)
{
    struct pn_pipe *p = source->pipes;
    while (p != NULL && p->dest != dest)
        p = p->next;
    return p;
}

static struct pn_pipe *
add(PnSocket *source, PyObject *dest, bool end)
{
    struct pn_pipe *p = pn_pipe_new(source, dest, end);
    if (p == NULL)
        return NULL;
    struct pn_pipe **link = &source->pipes;
    while (*link != NULL)
        link = &(*link)->next;
    *link = p;
    link = p->sock != NULL ? &p->sock->piped_from : NULL;
    while (link != NULL && *link != NULL)
        link = &(*link)->next_from;
    if (link != NULL)
        *link = p;
    source->fast_dest = NULL;
    return p;
}

static void
cut(struct pn_pipe *p)
{
    unlink_from_dest(p);
    p->source = NULL;
}

PnSocket *
pn_pipe_source(struct pn_pipe *p)
{
    if (p->source != NULL && pn_is_dying(p->source))
        cut(p);
    return p->source;
}

void
pn_pipe_cut(PnSocket *s)
{
    s->fast_dest = NULL;
    for (struct pn_pipe *p = s->pipes; p != NULL; p = p->next) {
        if (p->source != NULL)
            cut(p);
    }
}

void
pn_pipe_free(PnSocket *s)
{
    pn_pipe_cut(s); /* all of them: releasing one may run code that reaches another */
    struct pn_pipe *p = s->pipes;
    s->pipes = NULL;
    while (p != NULL) {
        struct pn_pipe *next = p->next;
        Py_DECREF(p);
        p = next;
    }
}

int
pn_pipe_traverse(PnSocket *s, visitproc visit, void *arg)
{
    for (struct pn_pipe *p = s->pipes; p != NULL; p = p->next)
        Py_VISIT(p);
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

/* The destination's events, when it has any. */
static PnEmitter *
emitter_of(PnState *st, PyObject *dest)
{
    return PyObject_TypeCheck(dest, st->EventEmitter) ? PN_EMITTER(dest) : NULL;
}

static void
emit_unpipe(PnState *st, PyObject *dest, PnSocket *source)
{
    PnEmitter *e = emitter_of(st, dest);
    if (e == NULL || !pn_has_listeners(e, st->names.unpipe))
        return;
    PyObject *both = PyTuple_Pack(2, dest, (PyObject *)source);
    if (both != NULL && pn_inside(st))
        unpipe_tick(st, both, NULL);
    else if (both == NULL || pn_tick(st, unpipe_tick, both, NULL) < 0)
        PyErr_WriteUnraisable(dest);
    Py_XDECREF(both);
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

static void
resume_source(PnSocket *source)
{
    if (!anything_waits(source) && pn_has_listeners(&source->em, source->em.st->names.data))
        pn_readable_resume(source);
}

void
pn_pipe_take_out(struct pn_pipe *p, bool quietly)
{
    PnSocket *source = p->source;
    PnState *st = source->em.st;
    source->fast_dest = NULL;
    Py_INCREF(source);
    unlink_from_source(p);
    unlink_from_dest(p);
    p->source = NULL;
    if (!quietly && source->pipes == NULL)
        pause_source(source);
    if (p->hooks != NULL)
        pn_pipe_object_unhook(st, p);
    if (pn_remove_entry(&source->em, st->names.data, (PyObject *)p) < 0)
        pn_uncaught(st, (PyObject *)source, NULL);
    if (!quietly)
        emit_unpipe(st, p->dest, source);
    if (p->waiting)
        resume_source(source);
    Py_DECREF(p);
    Py_DECREF(source);
}

/* Not those that a listener of `unpipe` makes anew, which come behind. */
void
pn_pipe_dest_gone(PnSocket *s)
{
    size_t count = 0;
    for (const struct pn_pipe *p = s->piped_from; p != NULL; p = p->next_from)
        count++;
    for (; count > 0 && s->piped_from != NULL; count--) {
        struct pn_pipe *p = s->piped_from;
        if (pn_pipe_source(p) != NULL)
            pn_pipe_take_out(p, false);
    }
}

/* --- the flow --- */

/* `fast_dest` holds from one chunk that went the usual way until something that matters changes. */
static void
remember_fast(PnSocket *s)
{
    struct pn_pipe *p = s->pipes;
    if (p != NULL && p->next == NULL && p->sock != NULL && !p->waiting && s->idle == NULL && s->r == NULL)
        s->fast_dest = p->sock;
}

/* Writes to a socket; as pn_writable_write(). */
static int
write_to_socket(PnSocket *dest, PyObject *data, const char *base, size_t len)
{
    if (base != NULL)
        return pn_writable_write(dest, data, base, len, NULL);
    PyObject *bytes = pn_encode_as(data, (enum pn_encoding)dest->default_encoding);
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
        room = pn_pipe_object_give(p, data, base, len);
    }
    else {
        int below = write_to_socket(p->sock, data, base, len);
        room = below > 0;
        if (below < 0)
            pn_socket_destroy_steal(p->sock, NULL);
    }
    if (room)
        p->waiting = waited;
    else if (pn_pipe_source(p) != NULL)
        pause_source(p->source);
    Py_DECREF(p);
}

bool
pn_pipe_only(const PnSocket *s)
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

/* As an emission: those that are there now get the chunk, whatever becomes of them meanwhile. */
static void
give_all(PnSocket *s, size_t count, const char *base, size_t len)
{
    struct pn_pipe *on_stack[8];
    struct pn_pipe **all = count <= 8 ? on_stack : PyMem_Malloc(count * sizeof(struct pn_pipe *));
    if (all == NULL) {
        PyErr_NoMemory();
        pn_socket_destroy_steal(s, NULL);
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
pn_pipe_data(PnSocket *s, const char *base, size_t len)
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
    struct pn_pipe *p = (struct pn_pipe *)(void *)Py_NewRef((PyObject *)s->pipes); /* an error may run anything */
    int below = pn_writable_rest(d, NULL, base, len, sent, NULL);
    if (below <= 0)
        p->waiting = true;
    if (below < 0)
        pn_socket_destroy_steal(d, NULL);
    if (below <= 0 && p->source != NULL)
        pause_source(s);
    Py_DECREF(p);
    pn_leave(s->em.st, scope);
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
pn_pipe_dest_drained(PnSocket *dest)
{
    for (struct pn_pipe *p = dest->piped_from; p != NULL; p = p->next_from)
        pn_pipe_drained(p);
}

static void
tell_end(struct pn_pipe *p)
{
    Py_INCREF(p);
    p->told = true;
    if (!p->end)
        pn_pipe_take_out(p, false);
    else if (p->sock == NULL)
        pn_pipe_object_end(p);
    else if (!p->sock->ending && pn_writable_end(p->sock, NULL) < 0)
        pn_socket_destroy_steal(p->sock, NULL);
    Py_DECREF(p);
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
    "Writes everything that is read here to `destination` and returns it: a socket, or any object with a write(), "
    "such\n"
    "as a binary file. Reading pauses while it is full: from a write() that gives False until its \"drain\", if it "
    "has\n"
    "events. When reading ends, destination.end() is called unless end=False; of an object that has none flush(), and\n"
    "whoever opened it closes it. Emits \"pipe\" on the destination. When its write() raises, the pipe is taken out, "
    "and\n"
    "the exception is the \"error\" of the destination, or of this socket when the destination has no events.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE) when it has no write(). Node: readable.pipe().";

static void
pipe_event_tick(PnState *st, PyObject *self, void *arg)
{
    PyObject *stack[2] = {NULL, PyTuple_GET_ITEM(self, 1)};
    (void)arg;
    (void)pn_emit_loop(PN_EMITTER(PyTuple_GET_ITEM(self, 0)), st->names.pipe, stack + 1, 1, NULL);
}

static int
emit_pipe(PyObject *dest, PnSocket *source)
{
    PnState *st = source->em.st;
    PnEmitter *e = emitter_of(st, dest);
    if (e == NULL || !pn_has_listeners(e, st->names.pipe))
        return 0;
    PyObject *stack[2] = {NULL, (PyObject *)source};
    if (pn_inside(st))
        return pn_emit(e, st->names.pipe, stack + 1, 1) < 0 ? -1 : 0;
    PyObject *both = PyTuple_Pack(2, dest, (PyObject *)source);
    int status = both != NULL ? pn_tick(st, pipe_event_tick, both, NULL) : -1;
    Py_XDECREF(both);
    return status;
}

/* The argument `end`, or {end: ...} as in Node; -1 with an exception. */
static int
parse_end(PyObject *obj)
{
    static const char *const options[] = {"end", NULL};
    PyObject *value[1];
    if (obj == NULL || obj == Py_None)
        return 1;
    if (!pn_is_options(obj))
        return pn_arg_bool(obj);
    if (pn_options("pipe", options, obj, NULL, NULL, value) < 0)
        return -1;
    int end = value[0] != NULL ? pn_arg_bool(value[0]) : 1;
    pn_options_clear(value, 1);
    return end;
}

/* As Node: `pipe`, then the flow as the destination has it. */
static int
start(PnSocket *s, struct pn_pipe *p)
{
    if (emit_pipe(p->dest, s) < 0)
        return -1;
    if (p->sock != NULL ? p->sock->need_drain && !p->sock->ending && !p->sock->destroyed : p->waiting) {
        p->waiting = true;
        return pn_readable_pause(s);
    }
    pn_readable_resume(s);
    return 0;
}

/* Listens, at both ends. On failure the pipe is taken out. */
static int
hook(PnSocket *s, struct pn_pipe *p)
{
    int status = p->sock == NULL ? pn_pipe_object_hook(p) : 0;
    if (status == 0 && p->source == NULL)
        return 0; /* the destination has taken it out again */
    if (status == 0)
        status = pn_add_listener(&s->em, s->em.st->names.data, (PyObject *)p, false, false);
    if (status == 0 && s->end_emitted)
        status = pn_tick(s->em.st, ended_tick, (PyObject *)s, NULL);
    if (status < 0 && p->source != NULL)
        pn_pipe_take_out(p, true);
    return status;
}

PyObject *
pn_socket_pipe_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"destination", "end", NULL};
    PnSocket *s = PN_SOCKET(op);
    PnState *st = s->em.st;
    PyObject *a[2];
    if (pn_check_alive(&s->em) < 0 || pn_unpack("pipe", names, 1, args, nargs, kwnames, a) < 0 ||
        pn_state_loop(st) == NULL)
        return NULL;
    int end = parse_end(a[1]);
    bool socket = PyObject_TypeCheck(a[0], st->Socket);
    if (end < 0 || (socket && pn_check_alive(PN_EMITTER(a[0])) < 0) || pn_pipe_object_check(st, a[0]) < 0)
        return NULL;
    struct pn_pipe *p = add(s, a[0], end);
    if (p == NULL)
        return NULL;
    Py_INCREF(p);
    int status = hook(s, p);
    if (status == 0)
        status = start(s, p);
    Py_DECREF(p);
    pn_mark_outside(&s->em);
    if (status < 0 || pn_notify(st) < 0)
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
    if (dest != NULL && !PyObject_HasAttrString(dest, "write"))
        return pn_raise_arg_type("destination", "a socket or an object with write()", dest);
    size_t count = 0; /* not those that a listener of `unpipe` makes anew, which come behind */
    for (const struct pn_pipe *p = s->pipes; p != NULL && dest == NULL; p = p->next)
        count++;
    for (; count > 0 && s->pipes != NULL; count--)
        pn_pipe_take_out(s->pipes, false);
    struct pn_pipe *p = dest != NULL ? find(s, dest) : NULL;
    if (p != NULL)
        pn_pipe_take_out(p, false);
    if (pn_notify(s->em.st) < 0)
        return NULL;
    return Py_NewRef(op);
}

/* socket_handle.c - creates and resets sockets; owns their handle and receives its events; does the
 * socket's part of destroy(), of the exit and of the garbage collection.
 *
 * Owns: a socket's handle holds a reference to the socket from its opening to its event `closed`, so that a
 *       connection stays open while user code holds no reference to it. */
#include <string.h>

#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/loop/hooks.h"
#include "py/socket/socket.h"
#include "py/stream/duplex.h"
#include "py/stream/frames.h"
#include "py/stream/read_direct.h"
#include "py/stream/read_slot.h"
#include "py/stream/writes.h"

/* --- the handle --- */

void
pn_socket_own_by_handle(PnSocket *s)
{
    if (!s->handle_is_weak)
        return;
    s->handle_is_weak = 0;
    Py_INCREF(s);
}

void
pn_socket_take_handle(PnSocket *s, struct pn_stream *io, enum pn_stream_kind kind)
{
    s->d.io = io;
    io->own_buffer = s->d.r != NULL && s->d.r->reader != NULL;
    s->is_pipe = kind == PN_STREAM_PIPE;
    Py_INCREF(s);
    if (s->unref)
        pn_stream_ref(io, false);
}

int
pn_socket_open_handle(PnSocket *s, enum pn_stream_kind kind)
{
    int status;
    struct pn_stream *io = pn_stream_new(s->d.em.st->loop, kind, &pn_socket_stream_events, s, &status);
    if (io == NULL) {
        pn_raise_uv(s->d.em.st, status, "open");
        return -1;
    }
    pn_socket_take_handle(s, io, kind);
    return 0;
}

void
pn_socket_close_handle_silently(PnSocket *s)
{
    struct pn_stream *io = s->d.io;
    if (io == NULL)
        return;
    pn_socket_own_by_handle(s);
    s->d.io = NULL;
    s->bound = 0;
    io->owner = NULL;
    pn_stream_close(io);
    Py_DECREF(s);
}

/* In tp_dealloc: closes a handle that still waits for connect(), which holds no reference to the socket. */
static void
close_unowned_handle(PnSocket *s)
{
    struct pn_stream *io = s->d.io;
    if (!s->handle_is_weak || io == NULL || s->d.em.generation != s->d.em.st->generation)
        return;
    s->d.io = NULL;
    s->handle_is_weak = 0;
    io->owner = NULL;
    pn_stream_close(io);
}

static void
save_endpoints(PnSocket *s)
{
    if ((!s->d.connected && !s->bound) || s->endpoints != NULL)
        return;
    struct pn_endpoints *endpoints = PyMem_RawCalloc(1, sizeof(*endpoints));
    if (endpoints == NULL)
        return;
    if (s->is_pipe) {
        endpoints->local_path = pn_socket_local_path(s);
        endpoints->peer_path = pn_socket_peer_path(s);
    }
    else {
        (void)pn_stream_local(s->d.io, &endpoints->local);
        (void)pn_stream_peer(s->d.io, &endpoints->peer);
    }
    s->endpoints = endpoints;
}

/* Runs no user code: paths are str. */
static void
free_endpoints(PnSocket *s)
{
    if (s->endpoints == NULL)
        return;
    Py_XDECREF(s->endpoints->local_path);
    Py_XDECREF(s->endpoints->peer_path);
    PyMem_RawFree(s->endpoints);
    s->endpoints = NULL;
}

/* --- destroying --- */

static void
free_connect(PnSocket *s)
{
    if (s->connect != NULL)
        pn_connect_ops_of(s)->free(s);
}

/* Emits connectionAttemptFailed for the cancelled attempts. `self` is (socket, list of arguments). */
static void
cancelled_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(PyTuple_GET_ITEM(self, 0));
    PyObject *attempts = PyTuple_GET_ITEM(self, 1);
    (void)arg;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(attempts); i++)
        pn_emit_args(&s->d.em, st->names.connectionAttemptFailed, Py_NewRef(PyList_GET_ITEM(attempts, i)));
}

/* Indexes of `kept` in struct pn_destroying: what begin_destroy() leaves to the end of destroy(). */
enum { KEPT_SIGNAL, KEPT_CONNECT_SIGNAL, KEPT_ATTEMPTS };

static void
begin_destroy(PnDuplex *d, struct pn_destroying *x)
{
    PnSocket *s = PN_SOCKET(d);
    s->reset_when_connected = 0;
    pn_extras_unwatch(s, &x->kept[KEPT_SIGNAL]);
    if (s->connect != NULL)
        x->kept[KEPT_ATTEMPTS] = pn_connect_ops_of(s)->cancel(s);
    if (d->io == NULL)
        return;
    if (!x->failed && d->finished)
        x->linger = pn_socket_linger_time(s);
    pn_socket_own_by_handle(s);
    save_endpoints(s);
    s->bound = 0;
}

static void
end_destroy(PnDuplex *d, struct pn_destroying *x)
{
    PnSocket *s = PN_SOCKET(d);
    PyObject *attempts = x->kept[KEPT_ATTEMPTS];
    if (attempts != NULL && pn_tick(d->em.st, cancelled_tick, attempts, NULL) < 0)
        PyErr_WriteUnraisable((PyObject *)s);
    if (!x->had_handle)
        pn_duplex_close_soon(d, pn_duplex_close_tag(d, d->errored != NULL));
    if (s->counted)
        d->em.st->hooks->connection_gone((PyObject *)s);
}

static void
both_over(PnDuplex *d)
{
    PyObject *signals[2];
    pn_extras_unwatch(PN_SOCKET(d), signals);
    Py_XDECREF(signals[0]);
    Py_XDECREF(signals[1]); /* may run user code */
}

void
pn_socket_destroy_concerned(PnState *st, PyObject *emitter)
{
    if (emitter != NULL && PyObject_TypeCheck(emitter, st->Socket))
        pn_duplex_destroy(&PN_SOCKET(emitter)->d, NULL);
}

/* --- struct pn_emitter_ops and struct pn_duplex_ops --- */

/* True if the event was emitted since the last connect(), or no wait is needed; `*arg` (borrowed) is its argument. */
static bool
socket_reached(PnEmitter *e, PyObject *name, PyObject **arg)
{
    PnSocket *s = PN_SOCKET(e);
    struct pn_names *n = &s->d.em.st->names;
    if (name == n->connect || name == n->ready)
        return s->d.was_connected && !s->d.destroyed;
    if (name == n->secureConnect)
        return s->secured && !s->d.destroyed;
    if (name == n->end)
        return s->d.end_emitted;
    if (name == n->finish)
        return s->d.finished;
    if (name == n->drain)
        return s->d.finished || (!s->d.destroyed && !s->d.need_drain);
    if (!s->d.close_emitted || pn_error_pending(&s->d.em))
        return false;
    if (name == n->close)
        *arg = s->d.em.missed_had_error ? Py_True : Py_False;
    else if (name == n->error)
        *arg = s->d.errored;
    return *arg != NULL;
}

static bool
socket_close_emitted(const PnEmitter *e)
{
    return ((const PnSocket *)(const void *)e)->d.close_emitted;
}

/* A `data` listener starts the flowing mode; a `readable` listener replaces it. */
static int
socket_listener_added(PnEmitter *e, PyObject *name)
{
    pn_read_direct_heard(&PN_SOCKET(e)->d);
    if (name == e->st->names.data)
        pn_readable_data_listener(&PN_SOCKET(e)->d);
    else if (name == e->st->names.readable)
        return pn_readable_readable_listener(&PN_SOCKET(e)->d) < 0 ? -1 : pn_driver_ensure(e->st);
    else if (name == e->st->names.handle)
        return pn_frame_reader_heard(&PN_SOCKET(e)->d);
    return 0;
}

static void
socket_listener_removed(PnEmitter *e, PyObject *name)
{
    pn_readable_listener_gone(&PN_SOCKET(e)->d, name != NULL ? name : e->st->names.readable);
}

static bool
socket_call_marker(PnEmitter *e, PyObject *name, PyObject *marker, PyObject *const *args, size_t nargs)
{
    if (marker == e->st->read_wait)
        pn_read_slot_event(PN_DUPLEX(e), name, nargs > 0 ? args[0] : NULL);
    else if (marker == e->st->early_write)
        pn_duplex_run_early(PN_DUPLEX(e), name);
    else if (marker != e->st->early_reset)
        return false;
    else if (name == e->st->names.connect)
        pn_socket_run_reset(PN_SOCKET(e));
    return true;
}

/* `end` comes with the read() after the last byte: makes it, when a frame has taken exactly what was left. */
static void
socket_wait_begins(PnEmitter *e, PyObject *name)
{
    PnDuplex *d = &PN_SOCKET(e)->d;
    const struct pn_names *n = &e->st->names;
    if ((name == n->end || name == n->finish || name == n->close) && d->r_ended && pn_readable_length(d) == 0)
        pn_readable_poll(d);
}

static const struct pn_duplex_ops socket_ops = {
    .em =
        {
            .listener_added = socket_listener_added,
            .listener_removed = socket_listener_removed,
            .call_marker = socket_call_marker,
            .reached = socket_reached,
            .close_emitted = socket_close_emitted,
            .unheard = pn_socket_unheard,
            .wait_begins = socket_wait_begins,
            .close_has_argument = true,
        },
    .begin_destroy = begin_destroy,
    .end_destroy = end_destroy,
    .both_over = both_over,
    .peer = pn_socket_peer_for_error,
    .source_ended = pn_pipe_source_ended,
    .sink_drained = pn_pipe_dest_drained,
    .sink_finishing = pn_pipe_dest_finishing,
    .sink_gone = pn_pipe_dest_gone,
};

/* --- what the handle reports --- */

static void
on_connected(struct pn_stream *io, int status)
{
    PnSocket *s = io->owner;
    PnState *st = s->d.em.st;
    unsigned scope = pn_callback_scope_open(st);
    Py_INCREF(s);
    if (s->connect != NULL)
        pn_connect_ops_of(s)->done(s, io, status);
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
}

/* First runs the ticks that other threads have queued since the last call, such as that of `error`. */
static void
close_in_order(PnState *st, PnSocket *s, uint32_t tag)
{
    unsigned generation = st->generation;
    if (st->depth == 1 && st->ticks.count > 0)
        pn_ticks_run(st);
    if (st->generation != generation)
        return;
    if (!st->loop->halted)
        pn_duplex_close_now(&s->d, tag);
    else
        pn_duplex_close_soon(&s->d, tag);
}

static void
on_closed(struct pn_stream *io)
{
    PnSocket *s = io->owner; /* takes over the handle's reference */
    PnState *st = s->d.em.st;
    io->owner = NULL;
    if (!st->closed) {
        unsigned scope = pn_callback_scope_open(st);
        close_in_order(st, s, io->tag);
        pn_callback_scope_close(st, scope);
    }
    Py_DECREF(s);
}

/* --- all handles at once, see uvio/handles.h --- */

/* Clients stay open as well while handlers are at work, since a handler may need them for its answer. */
static void
on_close_in_order(struct pn_stream *io, bool handlers_work)
{
    PnSocket *s = PN_SOCKET(io->owner);
    if (!handlers_work || (s->server != NULL && !s->handled))
        pn_writable_destroy_soon(&s->d);
}

static bool
is_handled(const struct pn_stream *io)
{
    const PnSocket *s = PN_SOCKET(io->owner);
    return s->handled && !s->d.destroyed;
}

static bool
on_destroy(struct pn_stream *io)
{
    PnDuplex *d = &PN_SOCKET(io->owner)->d;
    if (d->destroyed || pn_is_dying(d))
        return false;
    pn_duplex_destroy(d, NULL);
    return true;
}

static size_t
unsent(const struct pn_stream *io)
{
    const PnDuplex *d = &PN_SOCKET(io->owner)->d;
    if (d->wq == NULL || !d->connected || d->write_failed)
        return 0;
    size_t in_libuv = d->wq->busy ? pn_stream_write_queue_size(io) : 0;
    return d->wq->q.bytes - (d->wq->busy ? d->wq->in_flight : 0) + in_libuv;
}

static void
abandon(PnSocket *s)
{
    struct pn_stream *io = s->d.io;
    if (io == NULL || pn_is_dying(s))
        return;
    if (unsent(io) > 0)
        pn_stream_set_reset(io); /* the peer must not take what it got for all */
    pn_socket_own_by_handle(s);
    save_endpoints(s);
    s->d.destroyed = 1;
    s->d.can_send = false;
    s->d.fast_dest = NULL;
    pn_read_direct_forget(&s->d);
    s->d.connecting = 0;
    s->counted = 0;
    free_connect(s);
    pn_idle_free(&s->d);
    s->d.io = NULL;
    s->d.connected = s->bound = 0;
    pn_stream_close(io);
}

static void
on_abandon(struct pn_stream *io)
{
    abandon(io->owner);
}

static bool
socket_has_unsent(PnSocket *s)
{
    return s->d.wq != NULL && pn_writes_unheld(&s->d) > 0 && !s->d.write_failed &&
           (s->d.connected || s->connect != NULL);
}

static bool
has_unsent(const struct pn_stream *io)
{
    return socket_has_unsent(io->owner);
}

/* It is paused, and has what a resume() would bring into motion: unread data, or a consumer that waits for more. One
 * that was only accepted with pause_on_connect has neither. */
static bool
is_held(const struct pn_stream *io)
{
    const PnDuplex *d = &PN_SOCKET(io->owner)->d;
    if (d->io != io || !d->connected || d->destroyed || !pn_readable_is_paused(d))
        return false;
    if (pn_readable_length(d) > 0)
        return true;
    return !d->r_ended && ((d->r != NULL && d->r->reader != NULL) || pn_has_listeners(&d->em, d->em.st->names.data));
}

const struct pn_stream_events pn_socket_stream_events = {
    .alloc = pn_duplex_on_alloc,
    .read = pn_duplex_on_read,
    .readable = pn_duplex_on_readable,
    .connected = on_connected,
    .written = pn_duplex_on_written,
    .shutdown = pn_duplex_on_shutdown,
    .closed = on_closed,
    .close_in_order = on_close_in_order,
    .destroy = on_destroy,
    .abandon = on_abandon,
    .has_unsent = has_unsent,
    .unsent = unsent,
    .is_held = is_held,
    .is_handled = is_handled,
};

/* --- making --- */

PyObject *
pn_socket_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *op = pn_emitter_new(type, args, kwargs);
    if (op == NULL)
        return NULL;
    PnSocket *s = PN_SOCKET(op);
    s->d.em.ops = &socket_ops.em;
    s->d.read_mark = s->d.write_mark = s->d.em.st->default_mark;
    s->no_delay = s->d.em.st->no_delay;
    s->d.max_write_buffer = UINT32_MAX;
    s->d.write_epoch = UINT32_MAX;
    s->d.em.st->sockets++;
    pn_mark_outside(&s->d.em);
    return op;
}

/* The first connect(): as in Node, what is under way goes on, such as a tick that emits `finish` or `error`. */
static void
begin_first(PnSocket *s)
{
    PyObject *errored = s->d.errored;
    s->d.errored = NULL;
    s->d.ending = s->d.final_called = s->d.finished = 0;
    s->d.write_epoch = UINT32_MAX;
    pn_missed_forget(&s->d.em);
    Py_XDECREF(errored);
}

/* A connect() after destroy(): the connection begins anew, only settings stay. */
static void
begin_again(PnSocket *s)
{
    s->d.bytes_read = s->d.bytes_written = 0;
    s->d.can_send = false;
    s->d.em.connection++;
    s->d.destroyed = s->d.connected = s->secured = 0;
    s->d.r_ended = s->d.end_scheduled = s->d.end_emitted = 0;
    if (s->d.was_connected) /* else a read() that waited for the connection waits on */
        s->d.reading = s->d.need_readable = 0;
    s->d.emitted_readable = 0;
    s->d.was_connected = s->d.error_emitted = s->d.close_emitted = 0;
    s->d.corked = s->d.did_read = 0;
    s->d.write_failed = s->d.destroy_when_finished = 0;
    s->d.ending = s->d.final_called = s->d.finished = s->d.need_drain = s->d.fin_seen = 0;
    s->d.was_connecting = s->reset_when_connected = 0;
    s->d.write_epoch = UINT32_MAX;
    pn_missed_forget(&s->d.em);
}

bool
pn_socket_reset(PnSocket *s)
{
    struct pn_left_behind left;
    PyObject *error = s->d.destroyed ? Py_XNewRef(s->d.errored) : NULL;
    if (error == NULL && s->d.destroyed && s->d.wq != NULL)
        error = pn_duplex_cancelled_error(&s->d); /* may run user code; the code below runs none */
    if (s->d.io != NULL || s->connect != NULL) {
        Py_XDECREF(error);
        return false;
    }
    if (!s->d.destroyed) {
        begin_first(s);
        return s->d.io == NULL && s->connect == NULL;
    }
    pn_early_forget(&s->d);
    pn_writes_leave_behind(&s->d, &left, error);
    pn_reads_reset(&s->d);
    free_endpoints(s);
    if (s->extras != NULL) {
        s->extras->lingers = false;
        Py_CLEAR(s->extras->bound_path);      /* a str: runs no user code */
        pn_proxy_note_free(s->extras->proxy); /* as its tuples and str */
        s->extras->proxy = NULL;
    }
    PyObject *errored = s->d.errored;
    s->d.errored = NULL;
    begin_again(s);
    pn_writes_answer_left(&s->d, &left, error);
    Py_XDECREF(errored);
    Py_XDECREF(error);
    return s->d.io == NULL && s->connect == NULL;
}

/* --- the object --- */

int
pn_socket_traverse(PyObject *op, visitproc visit, void *arg)
{
    PnSocket *s = PN_SOCKET(op);
    Py_VISIT(s->server);
    Py_VISIT(s->d.errored);
    int status = s->connect != NULL ? pn_connect_ops_of(s)->traverse(s, visit, arg) : 0;
    if (status == 0)
        status = pn_writes_traverse(&s->d, visit, arg);
    if (status == 0)
        status = pn_pipe_traverse(&s->d, visit, arg);
    if (status == 0)
        status = s->d.r != NULL && s->d.r->reader != NULL ? s->d.r->reader->traverse(&s->d, visit, arg) : 0;
    if (status == 0)
        status = pn_extras_traverse(s, visit, arg);
    return status != 0 ? status : pn_emitter_traverse(op, visit, arg);
}

int
pn_socket_clear(PyObject *op)
{
    PnSocket *s = PN_SOCKET(op);
    Py_CLEAR(s->server);
    Py_CLEAR(s->d.errored);
    pn_pipe_free(&s->d);
    free_connect(s);
    pn_writes_free(&s->d);
    pn_reads_drop_reader(&s->d);
    pn_extras_free(s);
    return pn_emitter_clear(op);
}

/* Cuts everything that borrows the socket; runs no user code. There is no struct pn_connect here: while a socket
 * connects, its handle holds a reference to it. */
static void
cut(PnSocket *s)
{
    close_unowned_handle(s);
    pn_idle_free(&s->d);
    pn_extras_cut(s);
    pn_pipe_cut(&s->d);
    pn_list_cut(&s->d.em);
}

void
pn_socket_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PnSocket *s = PN_SOCKET(op);
    PyObject_GC_UnTrack(op);
    cut(s);
    Py_TRASHCAN_BEGIN(op, pn_socket_dealloc) /* pipes chain sockets */
        if (s->d.em.weakrefs != NULL) PyObject_ClearWeakRefs(op);
    pn_extras_free(s);
    pn_reads_free(&s->d);
    free_endpoints(s);
    s->d.em.st->sockets--;
    Py_CLEAR(s->server);
    Py_CLEAR(s->d.errored);
    pn_pipe_free(&s->d);
    free_connect(s);
    pn_writes_free(&s->d);
    pn_emitter_free_parts(&s->d.em);
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

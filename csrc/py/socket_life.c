/* socket_life.c - how sockets come to be and how they end.
 *
 * Owns: a socket's handle holds a reference to the socket from its opening to its `closed`, so that a connection lives
 * without anybody holding its object. */
#include <string.h>

#include "driver.h"
#include "errors.h"
#include "server.h"
#include "socket.h"

/* --- making --- */

PyObject *
pn_socket_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *op = pn_emitter_new(type, args, kwargs);
    if (op == NULL)
        return NULL;
    PnSocket *s = PN_SOCKET(op);
    s->em.kind = PN_SOCKET_KIND;
    s->read_mark = s->write_mark = s->em.st->default_mark;
    s->max_write_buffer = UINT32_MAX;
    s->write_epoch = UINT64_MAX;
    s->em.st->sockets++;
    pn_mark_outside(&s->em);
    return op;
}

void
pn_socket_take_handle(PnSocket *s, struct pn_stream *io, enum pn_stream_kind kind)
{
    s->io = io;
    io->own_buffer = s->r != NULL && s->r->onread != NULL;
    s->is_pipe = kind == PN_STREAM_PIPE;
    Py_INCREF(s);
    if (s->unref)
        pn_stream_ref(io, false);
}

int
pn_socket_open_handle(PnSocket *s, enum pn_stream_kind kind)
{
    int status;
    struct pn_stream *io = pn_stream_new(s->em.st->loop, kind, &pn_socket_stream_events, s, &status);
    if (io == NULL) {
        pn_raise_uv(s->em.st, status, "open");
        return -1;
    }
    pn_socket_take_handle(s, io, kind);
    return 0;
}

PnSocket *
pn_socket_accept(PnServer *server, enum pn_stream_kind kind, int fd, const struct pn_addr *peer)
{
    PnState *st = server->em.st;
    PyObject *op = pn_socket_new(st->Socket, NULL, NULL);
    int status = UV_ENOMEM;
    struct pn_stream *io = pn_stream_open(st->loop, kind, fd, &pn_socket_stream_events, op, &status);
    if (op == NULL) {
        if (io != NULL) {
            io->owner = NULL;
            pn_stream_close(io);
        }
        return NULL;
    }
    if (io == NULL) {
        Py_DECREF(op);
        pn_raise_uv(st, status, "accept");
        return NULL;
    }
    PnSocket *s = PN_SOCKET(op);
    io->peer = *peer;
    pn_socket_take_handle(s, io, kind);
    s->connected = 1;
    s->can_send = true;
    s->server = (PnServer *)Py_NewRef((PyObject *)server);
    s->allow_half_open = server->allow_half_open;
    s->was_connected = 1;
    s->read_mark = s->write_mark = server->high_water_mark;
    s->max_write_buffer = server->max_write_buffer;
    s->counted = 1;
    return s;
}

/* What the callbacks of a destroyed socket get: without memory a MemoryError. New reference. */
static PyObject *
cancelled(PnSocket *s)
{
    struct pn_where where = {.syscall = "write"};
    PyObject *error;
    if (s->was_connecting)
        error = pn_net_error(s->em.st, "ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
                             "Socket closed before the connection was established");
    else if (s->wq != NULL && s->wq->first == NULL)
        error = pn_net_error(s->em.st, "ERR_STREAM_DESTROYED", "Cannot call end after a stream was destroyed");
    else
        error = pn_uv_error(s->em.st, UV_ECANCELED, &where);
    return error != NULL ? error : pn_take_exception();
}

bool
pn_socket_reset(PnSocket *s)
{
    struct pn_left_behind left;
    PyObject *error = Py_XNewRef(s->errored);
    if (error == NULL && s->wq != NULL)
        error = cancelled(s); /* may run anything; from here on nothing does, until all is as new */
    if (s->io != NULL || s->connect != NULL) {
        Py_XDECREF(error);
        return false;
    }
    pn_early_forget(s);
    pn_writable_leave_behind(s, &left, error);
    pn_reads_reset(s);
    PyMem_RawFree(s->ends);
    s->ends = NULL;
    if (s->rare != NULL)
        Py_CLEAR(s->rare->bound_path); /* a str */
    PyObject *errored = s->errored;
    s->errored = NULL;
    s->bytes_read = s->bytes_written = 0;
    s->can_send = false;
    s->had_error_before = s->had_error;
    s->destroyed = s->had_error = s->connected = 0;
    s->r_ended = s->end_scheduled = s->end_emitted = 0;
    s->reading = s->need_readable = s->emitted_readable = s->did_read = 0;
    s->was_connected = s->error_emitted = s->close_emitted = 0;
    s->corked = 0;
    s->ending = s->final_called = s->finished = s->need_drain = s->fin_seen = s->write_failed = 0;
    s->was_connecting = s->reset_when_connected = 0;
    s->write_epoch = UINT64_MAX;
    pn_late_forget(&s->em);
    pn_writable_answer_left(s, &left, error);
    Py_XDECREF(errored);
    Py_XDECREF(error);
    return s->io == NULL && s->connect == NULL;
}

/* --- ending --- */

void
pn_socket_drop_handle(PnSocket *s)
{
    struct pn_stream *io = s->io;
    if (io == NULL)
        return;
    pn_socket_hold(s);
    s->io = NULL;
    s->bound = 0;
    io->owner = NULL;
    pn_stream_close(io);
    Py_DECREF(s);
}

static void
keep_ends(PnSocket *s)
{
    if (s->is_pipe || (!s->connected && !s->bound) || s->ends != NULL)
        return;
    struct pn_ends *ends = PyMem_RawCalloc(1, sizeof(*ends));
    if (ends == NULL)
        return;
    (void)pn_stream_local(s->io, &ends->local);
    (void)pn_stream_peer(s->io, &ends->peer);
    s->ends = ends;
}

void
pn_socket_fail_writes(PnSocket *s)
{
    PyObject *first = NULL;
    if (s->wq == NULL || !s->destroyed)
        return;
    if (s->wq->first == NULL && s->wq->on_finish == NULL) {
        pn_writable_fail(s, NULL, NULL);
        return;
    }
    first = cancelled(s);
    PyObject *rest = s->errored != NULL ? Py_NewRef(s->errored) : Py_XNewRef(first);
    pn_writable_fail(s, first, rest);
    Py_XDECREF(first);
    Py_XDECREF(rest);
}

void
pn_socket_close_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(self);
    bool failed = s->destroyed ? s->had_error : s->had_error_before;
    PyObject *had_error = failed ? Py_True : Py_False;
    bool before = !s->was_connecting;
    (void)st;
    (void)arg;
    if (s->piped_from != NULL)
        pn_pipe_dest_gone(s);
    if (before)
        pn_socket_fail_writes(s);
    if (s->destroyed)
        s->close_emitted = 1;
    (void)pn_emit_cycle(&s->em, PN_CYCLE_CLOSE, had_error);
    if (!before)
        pn_socket_fail_writes(s);
}

static void
error_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(PyTuple_GET_ITEM(self, 0));
    (void)st;
    (void)arg;
    if (s->piped_from != NULL)
        pn_pipe_dest_gone(s);
    if (s->destroyed)
        s->error_emitted = 1;
    (void)pn_emit_cycle(&s->em, PN_CYCLE_ERROR, PyTuple_GET_ITEM(self, 1));
}

/* `both` (own, may be NULL) is (socket, error). */
static void
emit_error_soon(PnSocket *s, PyObject *both)
{
    if (both != NULL && pn_tick(s->em.st, error_tick, both, NULL) < 0)
        PyErr_WriteUnraisable((PyObject *)s);
    Py_XDECREF(both);
}

/* What the tick of the error takes. Made before anything changes: it may collect garbage, other threads may go on
 * meanwhile, and `close` must not come before `error`, nor the error to the next life. False: somebody was faster. */
static bool
prepare_error(PnSocket *s, PyObject *error, PyObject **both)
{
    const struct pn_stream *io = s->io;
    *both = error != NULL ? PyTuple_Pack(2, (PyObject *)s, error) : NULL;
    if (error != NULL && *both == NULL)
        PyErr_WriteUnraisable((PyObject *)s);
    if (!s->destroyed && s->io == io && s->em.generation == s->em.st->generation)
        return true;
    Py_CLEAR(*both);
    return false;
}

void
pn_socket_destroy(PnSocket *s, PyObject *error)
{
    PnState *st = s->em.st;
    PyObject *signals[2], *both;
    if (s->destroyed || s->em.generation != st->generation)
        return;
    Py_INCREF(s);
    if (!prepare_error(s, error, &both)) {
        Py_DECREF(s);
        return;
    }
    pn_writable_try_last(s);
    s->destroyed = 1;
    s->can_send = false;
    s->fast_dest = NULL;
    s->was_connecting = s->connecting;
    s->connecting = s->reset_when_connected = 0;
    pn_idle_stop(s);
    pn_rare_unwatch(s, signals);
    PyObject *cancelled_attempts = pn_connect_cancel(s);
    pn_onread_release(s);
    if (error != NULL) {
        s->had_error = 1;
        if (s->errored == NULL)
            s->errored = Py_NewRef(error);
    }
    pn_writable_fail_corked_soon(s);
    pn_writable_fail_end_soon(s);
    struct pn_stream *io = s->io;
    if (io != NULL) {
        pn_socket_hold(s);
        keep_ends(s);
        s->io = NULL;
        s->connected = s->bound = 0;
        pn_stream_close(io);
    }
    emit_error_soon(s, both);
    pn_connect_tell_cancelled(s, cancelled_attempts);
    if (io == NULL && pn_tick(st, pn_socket_close_tick, (PyObject *)s, NULL) < 0)
        PyErr_WriteUnraisable((PyObject *)s);
    pn_server_connection_gone(s);
    Py_XDECREF(signals[0]); /* may run anything */
    Py_XDECREF(signals[1]);
    Py_DECREF(s);
}

void
pn_socket_destroy_steal(PnSocket *s, PyObject *error)
{
    if (error == NULL)
        error = pn_take_exception();
    pn_socket_destroy(s, error);
    Py_XDECREF(error);
}

void
pn_socket_maybe_destroy(PnSocket *s)
{
    if (s->finished && s->end_emitted && !s->destroyed)
        pn_socket_destroy(s, NULL);
}

/* destroySoon(): end() when it is open, and destroy when everything has been written. */
void
pn_socket_destroy_soon(PnSocket *s)
{
    if (s->destroyed || pn_is_dying(s))
        return;
    if (s->finished) {
        pn_socket_destroy(s, NULL);
        return;
    }
    s->destroy_when_finished = 1;
    if (!s->ending && pn_writable_end(s, NULL) < 0)
        pn_socket_destroy_steal(s, NULL);
}

void
pn_socket_abandon(PnSocket *s)
{
    struct pn_stream *io = s->io;
    if (io == NULL || pn_is_dying(s))
        return;
    pn_socket_hold(s);
    keep_ends(s);
    s->destroyed = 1;
    s->can_send = false;
    s->fast_dest = NULL;
    s->connecting = 0;
    s->counted = 0;
    pn_connect_free(s);
    pn_idle_free(s);
    s->io = NULL;
    s->connected = s->bound = 0;
    pn_stream_close(io);
}

bool
pn_socket_has_unsent(PnSocket *s)
{
    return s->wq != NULL && s->wq->q.bytes > 0 && s->corked == 0 && !s->write_failed &&
           (s->connected || s->connect != NULL);
}

/* --- the object --- */

int
pn_socket_traverse(PyObject *op, visitproc visit, void *arg)
{
    PnSocket *s = PN_SOCKET(op);
    Py_VISIT(s->server);
    Py_VISIT(s->errored);
    int status = pn_connect_traverse(s, visit, arg);
    if (status == 0)
        status = pn_writable_traverse(s, visit, arg);
    if (status == 0)
        status = pn_pipe_traverse(s, visit, arg);
    if (status == 0)
        status = pn_onread_traverse(s, visit, arg);
    if (status == 0)
        status = pn_rare_traverse(s, visit, arg);
    return status != 0 ? status : pn_emitter_traverse(op, visit, arg);
}

int
pn_socket_clear(PyObject *op)
{
    PnSocket *s = PN_SOCKET(op);
    Py_CLEAR(s->server);
    Py_CLEAR(s->errored);
    pn_pipe_free(s);
    pn_connect_free(s);
    pn_writable_free(s);
    pn_onread_free(s);
    pn_rare_free(s);
    return pn_emitter_clear(op);
}

/* All that borrows the socket. Runs no code of the user's. Its struct pn_connect is gone by now: the handle of a socket
 * that connects holds it. */
static void
cut(PnSocket *s)
{
    pn_socket_let_go(s);
    pn_idle_free(s);
    pn_rare_cut(s);
    pn_pipe_cut(s);
    pn_list_cut(&s->em);
}

void
pn_socket_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PnSocket *s = PN_SOCKET(op);
    PyObject_GC_UnTrack(op);
    cut(s);
    Py_TRASHCAN_BEGIN(op, pn_socket_dealloc) /* chains of pipes */
        if (s->em.weakrefs != NULL) PyObject_ClearWeakRefs(op);
    pn_rare_free(s);
    pn_reads_free(s);
    PyMem_RawFree(s->ends);
    s->em.st->sockets--;
    Py_CLEAR(s->server);
    Py_CLEAR(s->errored);
    pn_pipe_free(s);
    pn_connect_free(s);
    pn_writable_free(s);
    pn_emitter_free_parts(&s->em);
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

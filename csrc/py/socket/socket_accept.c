/* socket_accept.c - makes the socket of a connection that a server has accepted, or that has come from another process. */

#include "py/base/args.h"
#include "py/socket/socket.h"
#include "py/stream/duplex.h"
#include "uvio/fd.h"
#include "uvio/proxy_read.h"

/* What a factory has returned may be used for a connection. */
static int
check_made(PnState *st, PyObject *op)
{
    if (!PyObject_TypeCheck(op, st->Socket)) {
        pn_raise_arg_type("socket_factory", "a function that returns a Socket", op);
        return -1;
    }
    PnSocket *s = PN_SOCKET(op);
    if (s->d.em.generation == st->generation && s->d.io == NULL && s->connect == NULL && !s->d.destroyed &&
        !s->d.was_connected && !s->d.ending && s->server == NULL)
        return 0;
    pn_raise_arg_value("socket_factory", "must return a new Socket", op);
    return -1;
}

/* factory(**options), where the socket's own options count from then on. New reference, or NULL with an exception. */
static PyObject *
make_by_factory(PnState *st, const struct pn_connection_options *o)
{
    PyObject *limit =
        o->max_write_buffer != UINT32_MAX ? PyLong_FromUnsignedLong(o->max_write_buffer) : Py_NewRef(Py_None);
    PyObject *none = PyTuple_New(0);
    PyObject *options =
        limit != NULL && none != NULL
            ? Py_BuildValue("{s:O,s:k,s:O,s:O,s:O,s:k}", "allow_half_open", o->allow_half_open ? Py_True : Py_False,
                            "high_water_mark", (unsigned long)o->high_water_mark, "max_write_buffer", limit, "no_delay",
                            o->no_delay ? Py_True : Py_False, "keep_alive", o->keep_alive ? Py_True : Py_False,
                            "keep_alive_initial_delay", (unsigned long)o->keep_alive_delay * 1000)
            : NULL;
    PyObject *op = options != NULL ? PyObject_Call(o->factory, none, options) : NULL;
    Py_XDECREF(options);
    Py_XDECREF(none);
    Py_XDECREF(limit);
    if (op != NULL && check_made(st, op) < 0)
        Py_CLEAR(op);
    return op;
}

static void
apply_connection_options(PnSocket *s, const struct pn_connection_options *o)
{
    s->d.allow_half_open = o->allow_half_open;
    s->d.read_mark = s->d.write_mark = o->high_water_mark;
    s->d.max_write_buffer = o->max_write_buffer;
    s->no_delay = o->no_delay;
    if (o->keep_alive) {
        s->keep_alive = 1;
        s->keep_alive_delay = o->keep_alive_delay;
    }
}

void
pn_accepted_close(struct pn_accepted *c, bool reset)
{
    pn_proxy_note_free(c->proxy);
    c->proxy = NULL;
    if (c->io != NULL) {
        if (reset)
            pn_stream_set_reset(c->io);
        c->io->owner = NULL;
        pn_stream_close(c->io);
        c->io = NULL;
    }
    else if (c->fd >= 0) {
        if (reset)
            pn_proxy_reset(c->fd);
        else
            pn_fd_close(c->fd);
    }
    c->fd = -1;
}

/* Without memory the connection would show the proxy's address as the client's. */
static void
take_proxy(PnSocket *s, struct pn_accepted *c)
{
    struct pn_proxy_note *note = c->proxy;
    c->proxy = NULL;
    if (pn_socket_take_proxy(s, note) == 0)
        return;
    PyErr_WriteUnraisable((PyObject *)s);
    pn_duplex_destroy(&s->d, NULL);
}

/* Its handle, for the socket `op`; NULL with an exception. */
static struct pn_stream *
open_accepted(PnState *st, struct pn_accepted *c, PyObject *op)
{
    struct pn_stream *io = c->io;
    int status = UV_ENOMEM;
    if (io != NULL) {
        io->events = &pn_socket_stream_events;
        io->owner = op;
        c->io = NULL;
        return io;
    }
    io = pn_stream_open(st->loop, c->kind, c->fd, &pn_socket_stream_events, op, &status);
    c->fd = -1;
    if (io != NULL)
        io->peer = c->peer;
    else
        pn_raise_uv(st, status, "accept");
    return io;
}

PnSocket *
pn_socket_accept(PnState *st, PyObject *server, const struct pn_connection_options *o, struct pn_accepted *c)
{
    unsigned generation = st->generation;
    PyObject *op = o->factory != NULL ? make_by_factory(st, o) : pn_socket_new(st->Socket, NULL, NULL);
    if (op == NULL || st->loop == NULL || st->generation != generation) {
        pn_accepted_close(c, false);
        Py_XDECREF(op);
        return NULL;
    }
    struct pn_stream *io = open_accepted(st, c, op);
    if (io == NULL) {
        pn_accepted_close(c, false);
        Py_DECREF(op);
        return NULL;
    }
    PnSocket *s = PN_SOCKET(op);
    pn_socket_take_handle(s, io, c->kind);
    s->d.connected = s->d.was_connected = 1;
    s->d.can_send = s->d.corked == 0;
    s->server = Py_XNewRef(server);
    s->counted = server != NULL;
    s->handled = o->handled;
    if (o->factory == NULL)
        apply_connection_options(s, o);
    if (o->pause_on_connect) {
        s->d.flowing = PN_FLOWING_FALSE;
        s->d.paused = 1;
    }
    pn_socket_set_wire_options(s);
    if (c->proxy != NULL)
        take_proxy(s, c);
    return s;
}

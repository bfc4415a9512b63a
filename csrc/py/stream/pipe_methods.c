/* pipe_methods.c - the methods pipe() and unpipe(): parse the arguments, add the pipe, emit `pipe`, start the flow. */
#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/stream/duplex.h"
#include "py/stream/pipe.h"

/* --- pipe() --- */

static struct pn_pipe *
find(PnDuplex *source, PyObject *dest)
{
    struct pn_pipe *p = source->pipes;
    while (p != NULL && p->dest != dest)
        p = p->next;
    return p;
}

static struct pn_pipe *
add(PnDuplex *source, PyObject *dest, bool end)
{
    struct pn_pipe *p = pn_pipe_new(source, dest, end);
    if (p == NULL)
        return NULL;
    if (p->sock == NULL)
        p->sink = &pn_pipe_object_sink;
    pn_pipe_put_in(p);
    return p;
}

const char pn_pipe_doc[] =
    "pipe($self, destination, *, end=True)\n--\n\n"
    "Writes the data of this socket to `destination`, and returns it. The destination is a socket, or any\n"
    "object with write(), such as a binary file. Reading pauses while it is full: from a write() that returns\n"
    "False until its \"drain\", if it has events. When the source ends, destination.end() is called, unless\n"
    "end=False. An object without end() gets a call of flush(), and stays open. Emits \"pipe\" on the\n"
    "destination. If write() of the destination raises, the pipe is removed. The exception is then the \"error\"\n"
    "of the destination, or of this socket if the destination has no events.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE) if destination has no write(). Node: readable.pipe().";

static void
pipe_event_tick(PnState *st, PyObject *self, void *arg)
{
    PyObject *stack[2] = {NULL, PyTuple_GET_ITEM(self, 1)};
    (void)arg;
    (void)pn_emit_loop(PN_EMITTER(PyTuple_GET_ITEM(self, 0)), st->names.pipe, stack + 1, 1, NULL);
}

static int
emit_pipe(PyObject *dest, PnDuplex *source)
{
    PnState *st = source->em.st;
    PnEmitter *e = pn_pipe_emitter_of(st, dest);
    if (e == NULL || !pn_has_listeners(e, st->names.pipe))
        return 0;
    PyObject *stack[2] = {NULL, (PyObject *)source};
    if (pn_in_callback(st))
        return pn_emit_for_caller(e, st->names.pipe, stack + 1, 1) < 0 ? -1 : 0;
    PyObject *both = PyTuple_Pack(2, dest, (PyObject *)source);
    int status = both != NULL ? pn_tick(st, pipe_event_tick, both, NULL) : -1;
    Py_XDECREF(both);
    return status;
}

/* Parses the argument `end`, a bool or {end: ...} as in Node; -1 with an exception. */
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

static void
ended_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    pn_pipe_end_late((struct pn_pipe *)(void *)self);
}

/* As Node: emits `pipe`, then pauses the source if the destination needs a drain, else resumes it. */
static int
start(PnDuplex *s, struct pn_pipe *p)
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

/* Adds the listeners on source and destination. On failure takes the pipe out. */
static int
hook(PnDuplex *s, struct pn_pipe *p)
{
    int status = p->sock == NULL ? pn_pipe_object_hook(p) : 0;
    if (status == 0 && p->source == NULL)
        return 0; /* user code of the destination has taken it out again */
    p->after_finish = p->sock != NULL && p->sock->finished;
    if (status == 0 && s->end_emitted) {
        p->late = true;
        status = pn_tick(s->em.st, ended_tick, (PyObject *)p, NULL);
    }
    if (status == 0)
        status = pn_add_listener(&s->em, s->em.st->names.data, (PyObject *)p, false, false);
    if (status < 0 && p->source != NULL)
        pn_pipe_take_out(p, true);
    return status;
}

PyObject *
pn_duplex_pipe_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"destination", "end", NULL};
    PnDuplex *s = PN_DUPLEX(op);
    PnState *st = s->em.st;
    PyObject *a[2];
    if (pn_check_alive(&s->em) < 0 || pn_unpack("pipe", names, 1, args, nargs, kwnames, a) < 0 ||
        pn_state_loop(st) == NULL)
        return NULL;
    int end = parse_end(a[1]);
    bool socket = PN_IS_DUPLEX(st, a[0]);
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
    if (status < 0 || pn_driver_ensure(st) < 0)
        return NULL;
    return Py_NewRef(a[0]);
}

/* --- unpipe() --- */

const char pn_unpipe_doc[] =
    "unpipe($self, destination=None, /)\n--\n\n"
    "Removes the pipe to `destination`, or all pipes, and returns the socket. Emits \"unpipe\" on each\n"
    "destination. When the last pipe is removed, reading pauses. Node: readable.unpipe().";

PyObject *
pn_duplex_unpipe_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    PnDuplex *s = PN_DUPLEX(op);
    if (nargs > 1) {
        PyErr_Format(PyExc_TypeError, "unpipe() takes at most 1 argument (%zd given)", nargs);
        return NULL;
    }
    if (pn_check_alive(&s->em) < 0)
        return NULL;
    PyObject *dest = nargs > 0 && args[0] != Py_None ? args[0] : NULL;
    int found = dest != NULL ? pn_has_attribute(dest, "write") : 1;
    if (found <= 0)
        return found < 0 ? NULL : pn_raise_arg_type("destination", "a socket or an object with write()", dest);
    size_t count = 0; /* counts first: a listener of `unpipe` may append new pipes, which stay */
    for (const struct pn_pipe *p = s->pipes; p != NULL && dest == NULL; p = p->next)
        count++;
    for (; count > 0 && s->pipes != NULL; count--)
        pn_pipe_take_out(s->pipes, false);
    struct pn_pipe *p = dest != NULL ? find(s, dest) : NULL;
    if (p != NULL)
        pn_pipe_take_out(p, false);
    if (pn_driver_ensure(s->em.st) < 0)
        return NULL;
    return Py_NewRef(op);
}

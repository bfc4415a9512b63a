/* read_loop.c - `for` and `async for` over the chunks and the lines of a socket: what pynet/_reading.py needs of C.
 *
 * The iterator itself is in Python. While it is open the socket has our listeners, and counts as one with a `readable`
 * listener (`loops` of struct pn_reads), so what comes between two items stays in the queue. The next item is a call
 * as those of read_slot.c, in the same list. What is rare is asked of the iterator: _look() when something has ended,
 * _give_up() when looking has failed.
 *
 * Threads: every function runs with the GIL held, on any thread. */
#include "py/stream/read_loop.h"

#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/stream/duplex.h"
#include "py/stream/framing.h"
#include "py/stream/read_direct.h"
#include "py/stream/read_slot.h"

/* --- looking --- */

static PyObject *
take_chunk(PnCall *c)
{
    PnDuplex *s = PN_DUPLEX(c->source);
    if (s->destroyed)
        return NULL;
    PyObject *data = pn_readable_take(s, PN_READ_ALL);
    if (data != NULL && pn_readable_emit_data(s, data) < 0)
        Py_CLEAR(data);
    pn_mark_outside(&s->em);
    return data;
}

static Py_ssize_t
ready_chunk(PnCall *c)
{
    return pn_readable_length(PN_DUPLEX(c->source)) > 0;
}

/* New reference; NULL with MemoryError. */
static PyObject *
newline_for(const PnDuplex *s)
{
    return s->r != NULL && s->r->decoding ? PyUnicode_FromOrdinal('\n') : PyBytes_FromStringAndSize("\n", 1);
}

static Py_ssize_t
ready_line(PnCall *c)
{
    PnDuplex *s = PN_DUPLEX(c->source);
    PyObject *newline = newline_for(s);
    Py_ssize_t end = newline != NULL ? pn_frame_ends(s, newline, c->size) : -1;
    Py_XDECREF(newline);
    return end;
}

/* The line without its end; steals it. */
static PyObject *
without_end(PyObject *line)
{
    bool text = PyUnicode_Check(line);
    Py_ssize_t n = (text ? PyUnicode_GET_LENGTH(line) : PyBytes_GET_SIZE(line)) - 1;
    if (n > 0 && (text ? PyUnicode_READ_CHAR(line, n - 1) == '\r' : PyBytes_AS_STRING(line)[n - 1] == '\r'))
        n--;
    PyObject *rest = text ? PyUnicode_Substring(line, 0, n) : PyBytes_FromStringAndSize(PyBytes_AS_STRING(line), n);
    Py_DECREF(line);
    return rest;
}

static PyObject *
take_line(PnCall *c)
{
    PnDuplex *s = PN_DUPLEX(c->source);
    bool at_end = s->r_ended; /* before the search: another line may come with the end after it */
    PyObject *newline = newline_for(s);
    PyObject *line = newline != NULL ? pn_frame_until(s, newline, c->size) : NULL;
    Py_XDECREF(newline);
    if (line != NULL)
        return c->keep_ends ? line : without_end(line);
    if (!at_end || PyErr_Occurred())
        return NULL;
    /* The last line may lack its end. When nothing is left, taking it causes `end`. */
    size_t left = pn_readable_length(s);
    return left > 0 ? pn_frame_exactly(s, left) : take_chunk(c);
}

static PyObject *
stop(const PnCall *c)
{
    PyErr_SetNone(c->asynchronous ? PyExc_StopAsyncIteration : PyExc_StopIteration);
    return NULL;
}

/* Calls a method of the iterator, which is a class in Python; `arg` may be NULL. New reference. */
static PyObject *
ask(PnCall *c, const char *method, PyObject *arg)
{
    PyObject *function = PyObject_GetAttrString(c->arg, method);
    PyObject *answer = function != NULL ? PyObject_CallFunctionObjArgs(function, arg, NULL) : NULL;
    Py_XDECREF(function);
    return answer;
}

/* Nothing is there. NULL: without an exception when more may come. */
static PyObject *
outcome(PnCall *c)
{
    PnDuplex *s = PN_DUPLEX(c->source);
    PyObject *carried = s->r != NULL ? s->r->loop_error : NULL;
    if (carried == NULL && !s->close_emitted && !s->end_emitted)
        return NULL;
    PyObject *error = carried != NULL ? PyTuple_Pack(1, carried) : PyTuple_New(0);
    PyObject *over = error != NULL ? ask(c, "_look", error) : NULL;
    if (over == Py_True)
        (void)stop(c);
    Py_XDECREF(over);
    Py_XDECREF(error);
    return NULL;
}

static PyObject *
look(PnCall *c, PyObject *(*take)(PnCall *))
{
    if (c->closed)
        return stop(c);
    PyObject *item = NULL;
    bool again = pn_read_slot_check_connection(c) < 0;
    if (!again && pn_check_alive(c->source) == 0) {
        if (pn_read_slot_must_queue(c))
            return NULL;
        item = take(c);
    }
    if (item != NULL)
        return item;
    if (!PyErr_Occurred())
        return outcome(c);
    PyObject *error = pn_take_exception();
    PyObject *none = ask(c, "_give_up", again ? Py_True : Py_False);
    if (none == NULL)
        PyErr_WriteUnraisable(c->arg);
    Py_XDECREF(none);
    pn_put_back_exception(error);
    return NULL;
}

static PyObject *
look_chunk(PnCall *c)
{
    return look(c, take_chunk);
}

static PyObject *
look_line(PnCall *c)
{
    return look(c, take_line);
}

static PyObject *
text_of(const PnCall *c)
{
    return PyUnicode_FromFormat("anext(%R)", c->arg);
}

#define WHAT "a loop over a socket"
static const struct pn_read_ops chunk_ops = {
    .call = {.what = WHAT, .text = text_of, .look = look_chunk, PN_READ_CALL},
    .ready = ready_chunk,
};
static const struct pn_read_ops line_ops = {
    .call = {.what = WHAT, .text = text_of, .look = look_line, PN_READ_CALL},
    .ready = ready_line,
};

/* --- the functions of the module --- */

static PyObject *
raise_no_socket(PyObject *obj)
{
    return pn_raise_arg_type("sock", "an instance of Socket", obj);
}

PyObject *
pn_read_loop_open(PyObject *module, PyObject *socket)
{
    PnState *st = pn_state_of_module(module);
    if (!PN_IS_DUPLEX(st, socket))
        return raise_no_socket(socket);
    PnDuplex *s = PN_DUPLEX(socket);
    if (pn_check_alive(&s->em) < 0 || (st->loop != NULL && pn_driver_ensure(st) < 0) || pn_read_slot_listen(s) < 0)
        return NULL;
    struct pn_reads *r = pn_reads_of(s);
    if (r == NULL || pn_readable_readable_listener(s) < 0) {
        pn_read_slot_unlisten(s);
        return NULL;
    }
    r->loops++;
    Py_RETURN_NONE;
}

PyObject *
pn_read_loop_close(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    if (nargs != 2 || !PN_IS_DUPLEX(st, args[0]))
        return raise_no_socket(nargs > 0 ? args[0] : Py_None);
    PnDuplex *s = PN_DUPLEX(args[0]);
    struct pn_reads *r = s->r;
    if (r == NULL || r->loops == 0)
        Py_RETURN_NONE;
    PyObject *error = r->loop_error;
    for (struct pn_link *link = r->waiting.next; link != &r->waiting; link = link->next) {
        PnCall *c = PN_CALL_OF_PLACE(link);
        if (c->arg != args[1])
            continue;
        c->closed = true;
        pn_waiter_wake(&c->w);
    }
    if (--r->loops == 0)
        r->loop_error = NULL;
    else
        error = NULL;
    pn_read_slot_unlisten(s);
    if (s->em.generation == st->generation) {
        pn_read_slot_over(s);
        pn_reads_tidy(s);
    }
    Py_XDECREF(error);
    Py_RETURN_NONE;
}

/* The call for the next item; NULL with an exception. */
static PnCall *
call_of(PnState *st, PyObject *const *args, Py_ssize_t nargs, bool asynchronous)
{
    size_t max = 0;
    if (nargs < 4 || nargs > 6 || !PN_IS_DUPLEX(st, args[1])) {
        raise_no_socket(nargs > 1 ? args[1] : Py_None);
        return NULL;
    }
    if (nargs > 4 && pn_read_slot_size(args[4], "max", 0, &max) < 0)
        return NULL;
    PnCall *c = pn_call_new(PN_EMITTER(args[1]), max > 0 ? &line_ops.call : &chunk_ops.call, args[2]);
    if (c == NULL)
        return NULL;
    c->arg = Py_NewRef(args[0]);
    c->size = max;
    c->closed = args[3] == Py_True;
    c->keep_ends = nargs > 5 && args[5] == Py_True;
    c->asynchronous = asynchronous;
    return c;
}

PyObject *
pn_read_loop_anext(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    return (PyObject *)call_of(pn_state_of_module(module), args, nargs, true);
}

/* Refuses to block an asyncio loop. */
static PyObject *
block(PnCall *c)
{
    PyObject *loop = pn_running_loop(c->st);
    if (loop == NULL)
        return PyErr_Occurred() ? NULL : pn_call_block(c);
    PyObject *none = ask(c, "_refuse", NULL);
    Py_DECREF(loop);
    Py_XDECREF(none);
    return none != NULL ? pn_call_block(c) : NULL;
}

PyObject *
pn_read_loop_next(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnCall *c = call_of(pn_state_of_module(module), args, nargs, false);
    if (c == NULL)
        return NULL;
    c->state = PN_CALL_DONE;
    PyObject *item = c->ops->look(c);
    if (item == NULL && !PyErr_Occurred())
        item = block(c);
    Py_DECREF(c);
    return item;
}

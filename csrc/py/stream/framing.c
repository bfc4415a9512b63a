/* framing.c - read_until(), read_exactly() and lines(): finds a message in what a socket has read, for read_slot.c and
 * pynet/_reading.py.
 *
 * None of these functions blocks. Data that is not enough stays in the queue, and the socket reads beyond its
 * high-water mark until the queue has as much as the call needs. */
#include "py/stream/framing.h"

#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/stream/duplex.h"
#include "py/stream/duplex_errors.h"

static PnDuplex *
socket_of(PnState *st, PyObject *obj)
{
    if (PN_IS_DUPLEX(st, obj))
        return pn_check_alive(PN_EMITTER(obj)) < 0 ? NULL : PN_DUPLEX(obj);
    pn_raise_arg_type("sock", "an instance of Socket", obj);
    return NULL;
}

/* What waits needs `want` in all: continues reading. 0, or -1 with an exception. */
static int
wait_for(PnDuplex *s, size_t want)
{
    struct pn_reads *r = pn_reads_of(s);
    if (r == NULL)
        return -1;
    r->want = want;
    if (!s->r_ended)
        pn_readable_poll(s);
    return 0;
}

static PyObject *
take(PnDuplex *s, size_t n)
{
    s->r->want = 0;
    PyObject *data = pn_readable_take(s, n);
    if (data == NULL) {
        if (!PyErr_Occurred()) /* re-entered: asking for more has run code that took it */
            (void)wait_for(s, n);
        return NULL;
    }
    if (pn_readable_emit_data(s, data) < 0)
        Py_CLEAR(data);
    return data;
}

/* --- read_exactly() --- */

static PyObject *
nothing(const PnDuplex *s)
{
    return s->r != NULL && s->r->decoding ? PyUnicode_FromString("") : PyBytes_FromStringAndSize(NULL, 0);
}

int
pn_frame_has(PnDuplex *s, size_t n)
{
    if (pn_readable_length(s) >= n)
        return 1;
    return wait_for(s, n);
}

PyObject *
pn_frame_exactly(PnDuplex *s, size_t n)
{
    if (n == 0)
        return nothing(s);
    return pn_frame_has(s, n) == 1 ? take(s, n) : NULL;
}

void
pn_frame_unwanted(PnDuplex *s)
{
    if (s->r == NULL)
        return;
    s->r->want = 0;
    pn_reads_tidy(s);
}

/* --- read_until() --- */

/* Converts the separator to what the socket reads: bytes, or str after set_encoding(). New reference. */
static PyObject *
separator_for(PnDuplex *s, PyObject *separator)
{
    bool text = s->r != NULL && s->r->decoding;
    PyObject *converted;
    if (PyUnicode_Check(separator))
        converted = text ? PyUnicode_FromObject(separator) : PyUnicode_AsUTF8String(separator);
    else if (PyObject_CheckBuffer(separator) && !text)
        converted = PyBytes_FromObject(separator);
    else
        return pn_raise_arg_type("separator", text ? "a str: set_encoding() was called" : "bytes or str", separator);
    if (converted == NULL)
        return NULL;
    if ((text ? PyUnicode_GET_LENGTH(converted) : PyBytes_GET_SIZE(converted)) == 0) {
        Py_DECREF(converted);
        pn_raise_arg_value("separator", "must not be empty", separator);
        return NULL;
    }
    return converted;
}

static void
raise_over_limit(PnDuplex *s, size_t max)
{
    char text[64];
    PyOS_snprintf(text, sizeof(text), "no separator within max=%llu", (unsigned long long)max);
    pn_raise(pn_duplex_error(s, "ERR_READ_LIMIT", text));
}

/* Where the separator ends, as pn_read_queue_find(). Does not search again what it has searched for this separator. */
static Py_ssize_t
find(struct pn_reads *r, PyObject *separator, size_t len)
{
    PyObject *before = r->searched_for;
    bool again = before != NULL && Py_IS_TYPE(before, Py_TYPE(separator)) &&
                 PyObject_RichCompareBool(before, separator, Py_EQ) == 1;
    size_t from = again && r->searched >= len ? r->searched - len + 1 : 0;
    Py_ssize_t end = pn_read_queue_find(&r->q, separator, from);
    if (!again)
        Py_XSETREF(r->searched_for, Py_NewRef(separator));
    r->searched = end == -1 ? r->q.length : 0;
    return end;
}

Py_ssize_t
pn_frame_ends(PnDuplex *s, PyObject *separator, size_t max)
{
    PyObject *converted = separator_for(s, separator);
    if (converted == NULL)
        return -1;
    size_t length = pn_readable_length(s);
    Py_ssize_t end = length > 0 ? find(s->r, converted, (size_t)PyObject_Size(converted)) : -1;
    Py_DECREF(converted);
    if (end == -2)
        return -1;
    if (end >= 0 && (size_t)end <= max)
        return end;
    if (end >= 0 || length >= max) {
        raise_over_limit(s, max);
        return -1;
    }
    return wait_for(s, max < length + PN_SLAB_SIZE ? max : length + PN_SLAB_SIZE);
}

PyObject *
pn_frame_until(PnDuplex *s, PyObject *separator, size_t max)
{
    Py_ssize_t end = pn_frame_ends(s, separator, max);
    return end > 0 ? take(s, (size_t)end) : NULL;
}

/* --- what the waits in Python ask --- */

PyObject *
pn_at_end(PyObject *module, PyObject *obj)
{
    PnDuplex *s = socket_of(pn_state_of_module(module), obj);
    return s == NULL ? NULL : PyBool_FromLong(s->r_ended);
}

/* For a socket that is read by calls: the next call raises its error, and with this listener it is not uncaught. */
PyObject *
pn_hear_errors(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    if (nargs != 2 || !PN_IS_DUPLEX(st, args[0])) {
        PyErr_SetString(PyExc_TypeError, "_hear_errors(socket, function)");
        return NULL;
    }
    if (pn_check_callable(st, args[1], "function") < 0)
        return NULL;
    PnEmitter *e = PN_EMITTER(args[0]);
    const struct pn_listeners *l = e->listeners;
    for (uint32_t i = 0; l != NULL && i < l->count; i++) {
        if (pn_entry_fn(&l->at[i]) == args[1])
            Py_RETURN_NONE;
    }
    if (pn_check_alive(e) < 0 || pn_add_internal_listener(e, st->names.error, args[1]) < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyObject *
pn_all_read(PyObject *module, PyObject *socket)
{
    if (!PN_IS_DUPLEX(pn_state_of_module(module), socket))
        return pn_raise_arg_type("socket", "a Socket", socket);
    return PyBool_FromLong(PN_DUPLEX(socket)->r_ended && pn_readable_length(PN_DUPLEX(socket)) == 0);
}

PyObject *
pn_peek(PyObject *module, PyObject *socket)
{
    if (!PN_IS_DUPLEX(pn_state_of_module(module), socket))
        return pn_raise_arg_type("socket", "a Socket", socket);
    struct pn_reads *r = PN_DUPLEX(socket)->r;
    return r != NULL && r->q.length > 0 ? pn_read_queue_peek(&r->q, r->q.length) : nothing(PN_DUPLEX(socket));
}

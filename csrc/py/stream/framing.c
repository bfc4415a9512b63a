/* framing.c - read_until(), read_exactly() and lines(): finds a message in what a socket has read, for
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

/* The call needs `want` in all: continues reading. Returns None, or NULL with an exception. */
static PyObject *
wait_for(PnDuplex *s, size_t want)
{
    struct pn_reads *r = pn_reads_of(s);
    if (r == NULL)
        return NULL;
    r->want = want;
    if (!s->r_ended)
        pn_readable_poll(s);
    Py_RETURN_NONE;
}

static PyObject *
take(PnDuplex *s, size_t n)
{
    s->r->want = 0;
    PyObject *data = pn_readable_take(s, n);
    if (data == NULL && !PyErr_Occurred()) /* re-entered: asking for more has run code that took it */
        return wait_for(s, n);
    if (data == NULL || pn_readable_emit_data(s, data) < 0) {
        Py_XDECREF(data);
        return NULL;
    }
    return data;
}

PyObject *
pn_read_exactly(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_read_exactly(socket, n)");
    PnDuplex *s = socket_of(st, args[0]);
    if (s == NULL)
        return NULL;
    size_t n = PyLong_AsSize_t(args[1]);
    if (n == (size_t)-1 && PyErr_Occurred())
        return NULL;
    if (n == 0) {
        bool text = s->r != NULL && s->r->decoding;
        if (s->r != NULL) {
            s->r->want = 0; /* a call that still waits asks again at the next chunk */
            pn_reads_tidy(s);
        }
        return text ? PyUnicode_FromString("") : PyBytes_FromStringAndSize(NULL, 0);
    }
    return pn_readable_length(s) >= n ? take(s, n) : wait_for(s, n);
}

PyObject *
pn_has_read(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_has_read(socket, n)");
    PnDuplex *s = socket_of(st, args[0]);
    if (s == NULL)
        return NULL;
    size_t n = PyLong_AsSize_t(args[1]);
    if (n == (size_t)-1 && PyErr_Occurred())
        return NULL;
    if (pn_readable_length(s) >= n)
        Py_RETURN_TRUE;
    return wait_for(s, n);
}

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

static PyObject *
over_limit(PnDuplex *s, PyObject *max)
{
    PyObject *message = PyUnicode_FromFormat("no separator within max=%S", max);
    const char *text = message != NULL ? PyUnicode_AsUTF8(message) : NULL;
    if (text != NULL)
        pn_raise(pn_duplex_error(s, "ERR_READ_LIMIT", text));
    Py_XDECREF(message);
    return NULL;
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

PyObject *
pn_read_until(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    if (nargs != 3)
        return PyErr_Format(PyExc_TypeError, "_read_until(socket, separator, max)");
    PnDuplex *s = socket_of(st, args[0]);
    if (s == NULL)
        return NULL;
    size_t max = args[2] == Py_None ? SIZE_MAX / 2 : PyLong_AsSize_t(args[2]);
    if (max == (size_t)-1 && PyErr_Occurred())
        return NULL;
    PyObject *separator = separator_for(s, args[1]);
    if (separator == NULL)
        return NULL;
    size_t len = (size_t)PyObject_Size(separator);
    size_t length = pn_readable_length(s);
    Py_ssize_t end = length > 0 ? find(s->r, separator, len) : -1;
    Py_DECREF(separator);
    if (end == -2)
        return NULL;
    if (end >= 0 && (size_t)end <= max)
        return take(s, (size_t)end);
    if (end >= 0 || length >= max)
        return over_limit(s, args[2]);
    PyObject *none = wait_for(s, max < length + PN_SLAB_SIZE ? max : length + PN_SLAB_SIZE);
    return none;
}

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
    if (r != NULL && r->q.length > 0)
        return pn_read_queue_peek(&r->q, r->q.length);
    return r != NULL && r->decoding ? PyUnicode_FromString("") : PyBytes_FromStringAndSize(NULL, 0);
}

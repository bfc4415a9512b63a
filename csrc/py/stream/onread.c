/* onread.c - the option `onread`: reads into a buffer of the user and calls a callback; makes no object for a chunk.
 *
 * Owns: the buffer's view from the moment bytes may land in it until the socket is destroyed; if a function makes the
 * buffers, until bytes have landed. */
#include "py/base/args.h"
#include "py/loop/slow.h"
#include "py/loop/uncaught.h"
#include "py/stream/duplex.h"
#include "py/stream/filter.h"

struct pn_onread {
    PyObject *make;     /* own: user function that returns the next buffer; NULL: one buffer for all */
    PyObject *buffer;   /* own: what the callback gets; NULL: `make` must be called */
    PyObject *callback; /* own */
    Py_buffer view;     /* own, while `held` */
    bool held;
};

static const struct pn_reader reader;

static struct pn_onread *
onread_of(const PnDuplex *s)
{
    return s->r != NULL && s->r->reader == &reader ? s->r->reader_state : NULL;
}

/* Releasing may run user code, which may free `o`: it works on a copy. */
static void
release(struct pn_onread *o)
{
    if (!o->held)
        return;
    Py_buffer view = o->view;
    o->held = false;
    PyBuffer_Release(&view);
}

static void
onread_free(void *state)
{
    struct pn_onread *o = state;
    release(o);
    Py_XDECREF(o->make);
    Py_XDECREF(o->buffer);
    Py_XDECREF(o->callback);
    PyMem_RawFree(o);
}

static int
onread_traverse(PnDuplex *s, visitproc visit, void *arg)
{
    struct pn_onread *o = onread_of(s);
    Py_VISIT(o->make);
    Py_VISIT(o->buffer);
    Py_VISIT(o->callback);
    return 0;
}

static void
onread_release(PnDuplex *s)
{
    release(onread_of(s));
}

/* --- the option --- */

/* Gets a view of the buffer. This may run user code. */
static int
view_of(PyObject *buffer, Py_buffer *view)
{
    static const char name[] = "options.onread.buffer";
    if (PyObject_GetBuffer(buffer, view, PyBUF_WRITABLE) < 0) {
        if (PyErr_ExceptionMatches(PyExc_Exception) && !PyErr_ExceptionMatches(PyExc_MemoryError)) {
            PyErr_Clear();
            pn_raise_arg_type(name, "a writable buffer (bytearray, memoryview, array)", buffer);
        }
        return -1;
    }
    if (view->len > 0)
        return 0;
    PyBuffer_Release(view);
    pn_raise_arg_value(name, "must not be empty", buffer);
    return -1;
}

static int
fill(struct pn_onread *o, PnState *st, PyObject *buffer, PyObject *callback)
{
    Py_buffer view;
    if (pn_check_callable(st, callback, "options.onread.callback") < 0)
        return -1;
    o->callback = Py_NewRef(callback);
    if (PyCallable_Check(buffer) && !PyObject_CheckBuffer(buffer)) {
        if (pn_check_callable(st, buffer, "options.onread.buffer") < 0)
            return -1;
        o->make = Py_NewRef(buffer);
        return 0;
    }
    o->buffer = Py_NewRef(buffer);
    if (view_of(buffer, &view) < 0)
        return -1;
    PyBuffer_Release(&view); /* until reading starts, the buffer may still be resized */
    return 0;
}

/* --- reading --- */

/* Calls the user function for the next buffer; it may change the socket, and free `o`. */
static int
make_buffer(PnDuplex *s, struct pn_onread *o)
{
    PyObject *make = Py_NewRef(o->make);
    PyObject *buffer = PyObject_CallNoArgs(make);
    Py_DECREF(make);
    if (buffer == NULL)
        return -1;
    if (onread_of(s) == o && o->buffer == NULL)
        o->buffer = buffer;
    else
        Py_DECREF(buffer);
    return 0;
}

static int
hold(PnDuplex *s, struct pn_onread *o)
{
    PyObject *buffer = Py_NewRef(o->buffer);
    Py_buffer view;
    int status = view_of(buffer, &view);
    if (status == 0 && onread_of(s) == o && !o->held && o->buffer == buffer) {
        o->view = view;
        o->held = true;
    }
    else if (status == 0) {
        PyBuffer_Release(&view);
    }
    Py_DECREF(buffer);
    return status;
}

static bool
onread_prepare(PnDuplex *s)
{
    struct pn_stream *io = s->io; /* user code may reconnect the socket */
    struct pn_onread *o = onread_of(s);
    bool made = o->buffer == NULL;
    if (made && make_buffer(s, o) < 0) {
        if (PyErr_ExceptionMatches(PyExc_Exception))
            pn_duplex_destroy_steal(s, NULL);
        else /* KeyboardInterrupt, SystemExit */
            pn_uncaught(s->em.st, (PyObject *)s, NULL);
        return false;
    }
    o = onread_of(s);
    if (o == NULL || o->buffer == NULL || s->destroyed || s->io != io)
        return false;
    if (made && s->paused) /* the user function has paused the socket */
        return false;
    if (!o->held && hold(s, o) < 0) {
        pn_duplex_destroy_steal(s, NULL);
        return false;
    }
    return onread_of(s) == o && o->held && s->io == io;
}

static bool
onread_needs_call(const PnDuplex *s)
{
    const struct pn_onread *o = onread_of(s);
    return o->buffer == NULL;
}

static void
onread_alloc(PnDuplex *s, char **base, size_t *len)
{
    const struct pn_onread *o = onread_of(s);
    *base = o->held ? o->view.buf : NULL;
    *len = o->held ? (size_t)o->view.len : 0;
}

/* Gets the next buffer. If the socket has been paused, stops reading instead: starting again gets the buffer. */
static void
prepare_next(PnDuplex *s)
{
    struct pn_onread *o = onread_of(s);
    if (o == NULL || o->make == NULL || o->buffer != NULL || s->destroyed || s->io == NULL)
        return;
    if (s->paused || !onread_prepare(s)) {
        if (s->io != NULL)
            pn_filter_read_stop(s);
        s->reading = 0;
    }
}

/* The callback has returned False. Pauses this connection only: the next connect() flows as before. */
static int
pause_for_reader(PnDuplex *s)
{
    bool by_user = s->paused && !s->r->paused_by_reader;
    if (!s->paused)
        s->r->flowing_before = s->flowing;
    int status = pn_readable_pause(s);
    s->r->paused_by_reader = s->paused && !by_user;
    return status;
}

static void
onread_data(PnDuplex *s, size_t len)
{
    PnState *st = s->em.st;
    struct pn_onread *o = onread_of(s);
    PyObject *callback = Py_NewRef(o->callback);
    PyObject *buffer = Py_XNewRef(o->buffer);
    PyObject *stack[3] = {NULL, PyLong_FromSize_t(len), buffer};
    PyObject *result = NULL;
    if (o->make != NULL) { /* the next bytes go to another buffer: releases this one to the user */
        release(o);
        Py_CLEAR(o->buffer);
    }
    if (stack[1] != NULL && buffer != NULL)
        result = pn_vectorcall(st, (PyObject *)s, NULL, callback, stack + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET);
    Py_XDECREF(stack[1]);
    if (result == NULL) {
        pn_note_where(st, (PyObject *)s, NULL, callback);
        pn_uncaught(st, (PyObject *)s, NULL);
    }
    else if (result == Py_False && !s->destroyed) {
        if (pause_for_reader(s) < 0)
            pn_uncaught(st, (PyObject *)s, NULL);
    }
    Py_XDECREF(result);
    Py_XDECREF(buffer);
    Py_DECREF(callback);
    prepare_next(s);
}

/* --- setting it --- */

static const struct pn_reader reader = {
    .prepare = onread_prepare,
    .needs_call = onread_needs_call,
    .alloc = onread_alloc,
    .data = onread_data,
    .release = onread_release,
    .free = onread_free,
    .traverse = onread_traverse,
};

int
pn_onread_set(PnDuplex *s, PyObject *option)
{
    static const char *const names[] = {"buffer", "callback", NULL};
    PyObject *v[2];
    if (!pn_is_options(option)) {
        pn_raise_arg_type("options.onread", "a mapping with buffer and callback", option);
        return -1;
    }
    if (pn_options_dict("onread", names, option, NULL, v) < 0)
        return -1;
    struct pn_onread *o = PyMem_RawCalloc(1, sizeof(*o));
    if (o == NULL)
        PyErr_NoMemory();
    int status = o == NULL ? -1 : fill(o, s->em.st, v[0] ? v[0] : Py_None, v[1] ? v[1] : Py_None);
    pn_options_clear(v, 2);
    struct pn_reads *r = status == 0 ? pn_reads_of(s) : NULL;
    if (r == NULL) {
        if (o != NULL)
            onread_free(o);
        return -1;
    }
    pn_readable_set_reader(s, &reader, o);
    return 0;
}

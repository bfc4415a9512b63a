/* writable_methods.c - the methods write(), writelines(), end(), cork(), uncork() and set_default_encoding(): parse the
 * arguments, convert what is written to bytes. Has the fast path of write(bytes) inside a listener. */
#include "py/base/args.h"
#include "py/loop/driver.h"
#include "py/stream/duplex.h"
#include "py/stream/encoding.h"

/* --- what is written --- */

/* The chunk as an exact bytes object, or a buffer view over the caller's memory. */
struct chunk {
    PyObject *bytes; /* own, or NULL */
    Py_buffer view;  /* own when bytes is NULL */
};

static PyObject *
encode(PnDuplex *s, PyObject *text, PyObject *name, enum pn_text_errors errors)
{
    enum pn_encoding encoding = (enum pn_encoding)s->default_encoding;
    bool strict = s->default_strict;
    if (name != NULL && pn_encoding_lookup(name, &encoding) < 0)
        return NULL;
    if (name != NULL)
        strict = !pn_encoding_is_nodes(name);
    if (errors == PN_ERRORS_DEFAULT)
        errors = (enum pn_text_errors)s->text_errors;
    if (errors != PN_ERRORS_DEFAULT)
        strict = errors == PN_ERRORS_STRICT;
    return strict ? pn_encode_strictly(text, encoding) : pn_encode_as(text, encoding);
}

PyObject *
pn_duplex_encode_default(PnDuplex *s, PyObject *text)
{
    return encode(s, text, NULL, PN_ERRORS_DEFAULT);
}

static int
chunk_of(PnDuplex *s, PyObject *data, PyObject *encoding, enum pn_text_errors errors, struct chunk *out)
{
    PnState *st = s->em.st;
    out->bytes = NULL;
    if (PyBytes_CheckExact(data)) {
        if (encoding != NULL && pn_encoding_check(st, encoding, data) < 0)
            return -1;
        out->bytes = Py_NewRef(data);
        return 0;
    }
    if (PyUnicode_Check(data)) {
        out->bytes = encode(s, data, encoding, errors);
        return out->bytes == NULL ? -1 : 0;
    }
    if (data == Py_None) {
        pn_raise_coded(PyExc_TypeError, "ERR_STREAM_NULL_VALUES",
                       "write() takes str or an object with a buffer, not None; end() ends the stream");
        return -1;
    }
    if (!PyObject_CheckBuffer(data)) {
        pn_raise_arg_type("chunk", "a str or an object with a buffer (bytes, bytearray, memoryview, array)", data);
        return -1;
    }
    if (encoding != NULL && pn_encoding_check(st, encoding, data) < 0)
        return -1;
    return PyObject_GetBuffer(data, &out->view, PyBUF_SIMPLE);
}

static void
release_chunk(struct chunk *c)
{
    if (c->bytes != NULL)
        Py_DECREF(c->bytes);
    else
        PyBuffer_Release(&c->view);
}

static int
write_chunk(PnDuplex *s, struct chunk *c, PyObject *callback)
{
    int result;
    if (c->bytes != NULL)
        result =
            pn_writable_write(s, c->bytes, PyBytes_AS_STRING(c->bytes), (size_t)PyBytes_GET_SIZE(c->bytes), callback);
    else /* no bytes object: data that must wait is copied */
        result = pn_writable_write(s, NULL, c->view.buf != NULL ? c->view.buf : "", (size_t)c->view.len, callback);
    release_chunk(c);
    return result;
}

/* --- arguments --- */

struct write_args {
    PyObject *data, *encoding, *callback; /* borrowed; NULL where absent */
    enum pn_text_errors errors;
};

static int
parse(PnState *st, const char *function, size_t required, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames,
      struct write_args *out)
{
    static const char *const names[] = {"data", "encoding", "callback", "errors", NULL};
    PyObject *a[4];
    if (pn_unpack_keyword_only(function, names, required, 3, args, nargs, kwnames, a) < 0 ||
        pn_text_errors_of(a[3], "errors", &out->errors) < 0)
        return -1;
    /* A function as the last positional argument is the callback, as in Node. */
    if (nargs > 0 && nargs < 3 && a[2] == NULL && PyCallable_Check(args[nargs - 1]) &&
        !(nargs == 1 && (required > 0 || PyObject_CheckBuffer(args[0])))) {
        a[2] = args[nargs - 1];
        a[nargs - 1] = NULL;
    }
    out->data = a[0];
    out->encoding = a[1] == Py_None ? NULL : a[1];
    out->callback = a[2] == Py_None ? NULL : a[2];
    return out->callback != NULL ? pn_check_callable(st, out->callback, "callback") : 0;
}

int
pn_duplex_after_write(PnDuplex *s)
{
    if (pn_in_callback(s->em.st))
        return 0;
    s->em.outside = true;
    return pn_driver_ensure(s->em.st);
}

/* write(bytes) inside a listener, to a socket with nothing queued: the most frequent write of an echo server. */
static bool
is_plain_write(PnDuplex *s, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return nargs == 1 && kwnames == NULL && PyBytes_CheckExact(args[0]) && s->can_send && s->wq == NULL &&
           s->idle == NULL && s->write_epoch != s->em.st->epoch && s->em.generation == s->em.st->generation &&
           pn_in_callback(s->em.st);
}

const char pn_write_doc[] =
    "write($self, data, encoding=\"utf8\", callback=None, *, errors=None)\n--\n\n"
    "Sends data: str (in the encoding: utf8, utf16le, latin1, ascii, hex, base64, base64url) or any object with\n"
    "a buffer. Returns True while less than the high-water mark is queued. After False, wait for \"drain\".\n"
    "callback(err) is called when the data has been sent, with None, or can no longer be sent.\n\n"
    "errors: \"node\" encodes text that does not fit the encoding as Node does, without an error; \"strict\" raises\n"
    "UnicodeEncodeError, or ValueError for hex and base64, and queues nothing. None means the option of the\n"
    "socket, else \"node\" for Node's names of encodings and \"strict\" for others (latin-1, utf_8, us-ascii, ...).\n\n"
    "After end(): \"error\" ERR_STREAM_WRITE_AFTER_END. After destroy() the callback gets ERR_STREAM_DESTROYED.\n"
    "If more than max_write_buffer would be queued: \"error\" ERR_WRITE_BUFFER_FULL. Raises TypeError\n"
    "(ERR_STREAM_NULL_VALUES, ERR_INVALID_ARG_TYPE), ValueError (ERR_UNKNOWN_ENCODING). Node: socket.write().";

PyObject *
pn_duplex_write_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnDuplex *s = PN_DUPLEX(op);
    struct write_args a = {nargs == 1 ? args[0] : NULL, NULL, NULL, PN_ERRORS_DEFAULT};
    struct chunk c;
    if (is_plain_write(s, args, nargs, kwnames)) {
        size_t len = (size_t)PyBytes_GET_SIZE(args[0]);
        struct iovec iov = {PyBytes_AS_STRING(args[0]), len};
        s->bytes_written += len;
        s->write_epoch = s->em.st->epoch;
        ssize_t sent = pn_stream_try_write(s->io, &iov, 1);
        if (sent == (ssize_t)len)
            Py_RETURN_TRUE;
        int below = pn_writable_rest(s, args[0], iov.iov_base, len, sent, NULL);
        return below < 0 ? NULL : PyBool_FromLong(below);
    }
    if (pn_check_alive(&s->em) < 0)
        return NULL;
    if ((nargs != 1 || kwnames != NULL) && parse(s->em.st, "write", 1, args, nargs, kwnames, &a) < 0)
        return NULL;
    if (chunk_of(s, a.data, a.encoding, a.errors, &c) < 0)
        return NULL;
    int below = write_chunk(s, &c, a.callback);
    if (below < 0 || pn_duplex_after_write(s) < 0)
        return NULL;
    return PyBool_FromLong(below);
}

const char pn_end_doc[] =
    "end($self, data=None, encoding=\"utf8\", callback=None, *, errors=None)\n--\n\n"
    "Writes data, if any. When everything has been sent, it ends the writable half: the peer gets \"end\".\n"
    "callback(err) is called before \"finish\". Events: prefinish, finish. Returns the socket.\n"
    "Node: socket.end().";

PyObject *
pn_duplex_end_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnDuplex *s = PN_DUPLEX(op);
    struct write_args a;
    struct chunk c;
    if (pn_check_alive(&s->em) < 0 || parse(s->em.st, "end", 0, args, nargs, kwnames, &a) < 0)
        return NULL;
    if (a.data != NULL && a.data != Py_None) {
        if (chunk_of(s, a.data, a.encoding, a.errors, &c) < 0)
            return NULL;
        bool refused = s->ending || s->destroyed;
        int status = refused ? pn_writable_refuse_end(s, a.callback) : write_chunk(s, &c, NULL);
        if (refused)
            release_chunk(&c);
        if (status < 0 || (refused && pn_duplex_after_write(s) < 0))
            return NULL;
        if (refused)
            return Py_NewRef(op);
    }
    if (pn_writable_end(s, a.callback) < 0 || pn_duplex_after_write(s) < 0)
        return NULL;
    return Py_NewRef(op);
}

/* --- cork() --- */

const char pn_cork_doc[] =
    "cork($self, /)\n--\n\n"
    "From now on, written data stays in the queue, until uncork() has been called as often as cork(), or until\n"
    "end(). Node: writable.cork().";

PyObject *
pn_duplex_cork_method(PyObject *op, PyObject *unused)
{
    PnDuplex *s = PN_DUPLEX(op);
    (void)unused;
    if (pn_check_alive(&s->em) < 0)
        return NULL;
    if (s->corked == UINT16_MAX) {
        PyErr_SetString(PyExc_OverflowError, "cork() was called too often");
        return NULL;
    }
    pn_writable_cork(s);
    Py_RETURN_NONE;
}

const char pn_uncork_doc[] =
    "uncork($self, /)\n--\n\n"
    "Undoes one cork(). The last uncork() sends everything that is queued together. An extra one does nothing.\n"
    "Node: writable.uncork().";

PyObject *
pn_duplex_uncork_method(PyObject *op, PyObject *unused)
{
    PnDuplex *s = PN_DUPLEX(op);
    (void)unused;
    if (pn_check_alive(&s->em) < 0 || pn_writable_uncork(s) < 0 || pn_duplex_after_write(s) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* --- writelines() --- */

const char pn_writelines_doc[] =
    "writelines($self, lines, /)\n--\n\n"
    "Writes each item of an iterable, as write() would, and sends them together. It adds nothing between the\n"
    "items, and checks all of them before it writes the first. Returns what the last write() would return.\n"
    "Raises what write() raises.";

/* Converts all items to exact bytes before the first is written, so that no conversion can fail after it. New tuple. */
static PyObject *
encoded_lines(PnDuplex *s, PyObject *lines)
{
    PyObject *list = PySequence_List(lines);
    for (Py_ssize_t i = 0; list != NULL && i < PyList_GET_SIZE(list); i++) {
        struct chunk c;
        PyObject *item = Py_NewRef(PyList_GET_ITEM(list, i));
        int status = chunk_of(s, item, NULL, PN_ERRORS_DEFAULT, &c);
        if (status == 0 && c.bytes == NULL) {
            c.bytes = PyBytes_FromStringAndSize(c.view.buf, c.view.len);
            PyBuffer_Release(&c.view);
        }
        Py_DECREF(item);
        if (status < 0 || c.bytes == NULL || PyList_SetItem(list, i, c.bytes) < 0)
            Py_CLEAR(list);
    }
    PyObject *all = list != NULL ? PyList_AsTuple(list) : NULL;
    Py_XDECREF(list);
    return all;
}

PyObject *
pn_duplex_writelines_method(PyObject *op, PyObject *lines)
{
    PnDuplex *s = PN_DUPLEX(op);
    PyObject *all = pn_check_alive(&s->em) < 0 ? NULL : encoded_lines(s, lines);
    if (all == NULL)
        return NULL;
    bool corked = s->corked < UINT16_MAX && pn_writable_open(s);
    unsigned waited = s->need_drain;
    uint32_t max = s->max_write_buffer; /* limits what is left after all have been offered to the kernel */
    s->max_write_buffer = UINT32_MAX;
    int below = 1;
    s->corked = (uint16_t)(s->corked + corked);
    for (Py_ssize_t i = 0; below >= 0 && i < PyTuple_GET_SIZE(all); i++) {
        PyObject *bytes = PyTuple_GET_ITEM(all, i);
        below = pn_writable_write(s, bytes, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes), NULL);
    }
    Py_DECREF(all);
    s->max_write_buffer = max;
    if (corked && s->corked > 0) {
        s->need_drain = waited & 1; /* only what is left after all have been offered to the kernel counts */
        if (pn_writable_uncork(s) < 0)
            below = -1;
        if (below >= 0)
            below = pn_writable_below_mark(s, NULL);
    }
    if (below < 0 || pn_duplex_after_write(s) < 0)
        return NULL;
    return PyBool_FromLong(below);
}

/* --- set_default_encoding() --- */

const char pn_set_default_encoding_doc[] =
    "set_default_encoding($self, encoding, /)\n--\n\n"
    "Sets the encoding of a str that write() and end() get without an encoding; \"utf8\" at first. Returns the\n"
    "socket. Raises ValueError (ERR_UNKNOWN_ENCODING). Node: writable.setDefaultEncoding().";

PyObject *
pn_duplex_set_default_encoding_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"encoding", NULL};
    PnDuplex *s = PN_DUPLEX(op);
    PyObject *a[1];
    enum pn_encoding encoding;
    if (pn_check_alive(&s->em) < 0 || pn_unpack("set_default_encoding", names, 1, args, nargs, kwnames, a) < 0 ||
        pn_encoding_lookup(a[0], &encoding) < 0)
        return NULL;
    s->default_encoding = encoding & 15u;
    s->default_strict = !pn_encoding_is_nodes(a[0]);
    return Py_NewRef(op);
}

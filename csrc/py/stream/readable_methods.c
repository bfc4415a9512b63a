/* readable_methods.c - the methods read(), unshift() and set_encoding(): parse the arguments; read(n) may raise the
 * high-water mark, set_encoding() decodes the queue. */
#include "py/base/args.h"
#include "py/loop/driver.h"
#include "py/stream/duplex.h"
#include "py/stream/duplex_errors.h"
#include "py/stream/encoding.h"
#include "py/stream/read_direct.h"

/* Node's limit for the high-water mark that read(n) raises. */
#define MAX_READ (1024 * 1024 * 1024)

/* --- read() --- */

const char pn_read_doc[] =
    "read($self, n=None, /)\n--\n\n"
    "Returns data that was read and not consumed, or None if there is none. It never blocks: wait for\n"
    "\"readable\". Without n it returns the first chunk, as bytes. After set_encoding() it returns all text, or\n"
    "the first chunk while the socket flows. With n it returns that many bytes (characters), or None if there\n"
    "are fewer; after the peer's end it returns the rest. read(-1) is the same as read(). read(0) returns None,\n"
    "and reads from the kernel if there is room. An n above the high-water mark raises the mark. Emits \"data\"\n"
    "with the result.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE) if n is not a number, ValueError (ERR_OUT_OF_RANGE) above 1 GiB.\n"
    "Node: readable.read().";

static int
parse_size(PnDuplex *s, PyObject *obj, size_t *out)
{
    double n = -1;
    if (obj != NULL && obj != Py_None && pn_arg_number(obj, "n", &n) < 0)
        return -1;
    *out = PN_READ_ALL;
    if (!(n >= 0))
        return 0;
    if (n > MAX_READ) {
        pn_raise_range("n", "<= 1GiB", obj);
        return -1;
    }
    *out = (size_t)n;
    if (*out > s->read_mark) {
        uint32_t raised = 1;
        while (raised < *out)
            raised *= 2;
        s->read_mark = raised;
    }
    return 0;
}

PyObject *
pn_duplex_read_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"n", NULL};
    PnDuplex *s = PN_DUPLEX(op);
    PyObject *a[1];
    size_t n;
    if (pn_check_alive(&s->em) < 0 || pn_unpack("read", names, 0, args, nargs, kwnames, a) < 0 ||
        parse_size(s, a[0], &n) < 0 || pn_state_loop(s->em.st) == NULL)
        return NULL;
    PyObject *data = NULL;
    pn_read_direct_end(s);
    if (n == 0)
        pn_readable_poll(s);
    else
        data = pn_readable_take(s, n);
    if (data != NULL && pn_readable_emit_data(s, data) < 0)
        Py_CLEAR(data);
    pn_mark_outside(&s->em);
    if (PyErr_Occurred() || pn_driver_ensure(s->em.st) < 0) {
        Py_XDECREF(data);
        return NULL;
    }
    return data != NULL ? data : Py_NewRef(Py_None);
}

/* --- unshift() --- */

const char pn_unshift_doc[] =
    "unshift($self, chunk, encoding=None, /)\n--\n\n"
    "Puts a chunk back, in front of the data that is kept: bytes (any object with a buffer), or str in the\n"
    "encoding. The next read() or \"data\" gets it again. bytes_read does not change. Returns True while less\n"
    "than the high-water mark is kept. After \"end\": \"error\" ERR_STREAM_UNSHIFT_AFTER_END_EVENT.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_UNKNOWN_ENCODING). Node: readable.unshift().";

/* Converts a chunk to what the queue holds: bytes, or str after set_encoding(). New reference. */
static PyObject *
chunk_of(PnDuplex *s, PyObject *chunk, PyObject *encoding)
{
    bool decoding = s->r != NULL && s->r->decoding;
    PyObject *bytes;
    if (encoding != NULL && pn_encoding_check(s->em.st, encoding, chunk) < 0)
        return NULL;
    if (PyUnicode_Check(chunk)) {
        if (decoding && encoding == NULL)
            return PyUnicode_FromObject(chunk);
        bytes = pn_encode(s->em.st, chunk, encoding);
    }
    else if (PyObject_CheckBuffer(chunk)) {
        bytes = PyBytes_FromObject(chunk);
    }
    else {
        return pn_raise_arg_type("chunk", "a str or an object with a buffer (bytes, bytearray, memoryview, array)",
                                 chunk);
    }
    if (bytes == NULL || !decoding)
        return bytes;
    struct pn_decoder decoder;
    pn_decoder_init(&decoder, s->r->decoder.encoding);
    decoder.strict = s->r->decoder.strict;
    PyObject *text = pn_decoder_write(&decoder, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
    if (text != NULL) /* the chunk is whole: nothing completes its last character */
        PyUnicode_AppendAndDel(&text, pn_decoder_end(&decoder));
    Py_DECREF(bytes);
    return text;
}

/* 1: refused. */
static int
unshift(PnDuplex *s, PyObject *data)
{
    if (PyObject_Size(data) == 0)
        return 0;
    if (s->end_emitted) {
        PyObject *error = pn_duplex_error(s, "ERR_STREAM_UNSHIFT_AFTER_END_EVENT", "stream.unshift() after end event");
        pn_duplex_destroy_steal(s, error);
        return 0;
    }
    if (s->destroyed || s->errored != NULL)
        return 1;
    return pn_readable_unshift(s, data);
}

PyObject *
pn_duplex_unshift_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"chunk", "encoding", NULL};
    PnDuplex *s = PN_DUPLEX(op);
    PyObject *a[2];
    if (pn_check_alive(&s->em) < 0 || pn_unpack("unshift", names, 1, args, nargs, kwnames, a) < 0 ||
        pn_state_loop(s->em.st) == NULL)
        return NULL;
    PyObject *data = chunk_of(s, a[0], a[1] == Py_None ? NULL : a[1]);
    if (data != NULL && PyBytes_Check(data) && s->r != NULL && s->r->decoding) /* the buffer called set_encoding() */
        Py_SETREF(data, chunk_of(s, data, NULL));
    if (data == NULL)
        return NULL;
    int status = unshift(s, data);
    Py_DECREF(data);
    pn_mark_outside(&s->em);
    if (status < 0 || pn_driver_ensure(s->em.st) < 0)
        return NULL;
    return PyBool_FromLong(status == 0 && !s->r_ended &&
                           (pn_readable_length(s) < s->read_mark || pn_readable_length(s) == 0));
}

/* --- set_encoding() --- */

const char pn_set_encoding_doc[] =
    "set_encoding($self, encoding=\"utf8\", /, *, errors=None)\n--\n\n"
    "From now on the socket gives str: \"data\", read(), loops and frames. It decodes from utf8, utf16le, latin1,\n"
    "ascii, base64, base64url or hex; Python's spellings work, too. A character that is split over chunks is\n"
    "decoded whole. If the data ends within a character, the rest comes before \"end\". Data that was already\n"
    "read is decoded as well. You cannot undo this. Returns the socket.\n\n"
    "errors: \"node\" puts U+FFFD in the place of bytes that are not text; \"strict\" destroys the socket with a\n"
    "UnicodeDecodeError. None means the option of the socket, else \"node\" for Node's names of encodings and\n"
    "\"strict\" for others.\n\n"
    "Raises ValueError (ERR_UNKNOWN_ENCODING). Node: socket.setEncoding().";

/* Decodes the queue to one str, and what the decoder before holds of an incomplete character. After the peer's end
 * nothing completes the last character: it is decoded as it is. NULL with an exception; the queue is unchanged. */
static PyObject *
decode_kept(PnDuplex *s, struct pn_decoder *decoder)
{
    struct pn_reads *r = s->r;
    PyObject *text = r->q.count > 0 ? pn_read_queue_peek(&r->q, r->q.length) : PyUnicode_FromString("");
    if (text != NULL && PyBytes_Check(text)) {
        PyObject *all = text;
        text = pn_decoder_write(decoder, PyBytes_AS_STRING(all), (size_t)PyBytes_GET_SIZE(all));
        Py_DECREF(all);
    }
    if (text != NULL && r->decoding && r->decoder.held > 0)
        PyUnicode_AppendAndDel(&text, pn_decoder_write(decoder, (const char *)r->decoder.carry, r->decoder.held));
    if (text != NULL && s->r_ended)
        PyUnicode_AppendAndDel(&text, pn_decoder_end(decoder));
    return text;
}

int
pn_readable_set_encoding(PnDuplex *s, enum pn_encoding encoding, bool strict)
{
    struct pn_reads *r = pn_reads_of(s);
    struct pn_decoder decoder;
    if (r == NULL)
        return -1;
    pn_read_direct_end(s);
    pn_decoder_init(&decoder, encoding);
    decoder.strict = strict;
    bool holds = r->decoding && r->decoder.held > 0;
    bool anew = r->q.count > 0 || holds;
    if (anew) {
        PyObject *text = decode_kept(s, &decoder);
        if (text == NULL)
            return -1;
        struct pn_read_queue decoded = {0};
        int status = PyUnicode_GET_LENGTH(text) > 0 ? pn_read_queue_push(&decoded, text) : 0;
        Py_DECREF(text);
        if (status < 0)
            return -1;
        pn_read_queue_clear(&r->q);
        r->q = decoded;
    }
    r->decoder = decoder;
    r->decoding = true;
    r->searched = 0;
    if (anew)
        pn_readable_decoded_anew(s, holds);
    return 0;
}

PyObject *
pn_duplex_set_encoding_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"encoding", "errors", NULL};
    PnDuplex *s = PN_DUPLEX(op);
    PyObject *a[2];
    enum pn_encoding encoding;
    enum pn_text_errors errors;
    if (pn_check_alive(&s->em) < 0 ||
        pn_unpack_keyword_only("set_encoding", names, 0, 1, args, nargs, kwnames, a) < 0 ||
        pn_encoding_lookup(a[0], &encoding) < 0 || pn_text_errors_of(a[1], "errors", &errors) < 0)
        return NULL;
    if (errors == PN_ERRORS_DEFAULT)
        errors = (enum pn_text_errors)s->text_errors;
    bool strict = errors == PN_ERRORS_DEFAULT ? !pn_encoding_is_nodes(a[0]) : errors == PN_ERRORS_STRICT;
    if (pn_readable_set_encoding(s, encoding, strict) < 0)
        return NULL;
    return s->em.st->loop != NULL && pn_driver_ensure(s->em.st) < 0 ? NULL : Py_NewRef(op);
}

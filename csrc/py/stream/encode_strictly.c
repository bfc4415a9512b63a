/* encode_strictly.c - errors="strict": encodes str to bytes as Python does, and raises when the text does not fit, where
 * Node leaves something out or puts something else in its place. */
#include "py/base/errors.h"
#include "py/stream/encoding.h"

static PyObject *
refuse(PyObject *text, const char *what)
{
    return pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE",
                          "The argument 'data' cannot be encoded: it is not %s. Received %R", what, text);
}

static int
hex_digit(Py_UCS4 c)
{
    if (c >= '0' && c <= '9')
        return (int)(c - '0');
    Py_UCS4 lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? (int)(lower - 'a' + 10) : -1;
}

static bool
all_hex(PyObject *text)
{
    Py_ssize_t len = PyUnicode_GET_LENGTH(text);
    for (Py_ssize_t i = 0; i < len; i++) {
        if (hex_digit(PyUnicode_READ_CHAR(text, i)) < 0)
            return false;
    }
    return len % 2 == 0;
}

static bool
is_base64_digit(Py_UCS4 c, bool url)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        return true;
    return url ? c == '-' || c == '_' : c == '+' || c == '/';
}

/* The alphabet of the encoding alone, with whole padding or none. */
static bool
all_base64(PyObject *text, bool url)
{
    Py_ssize_t len = PyUnicode_GET_LENGTH(text), digits = 0;
    while (digits < len && is_base64_digit(PyUnicode_READ_CHAR(text, digits), url))
        digits++;
    Py_ssize_t padding = len - digits;
    for (Py_ssize_t i = digits; i < len; i++) {
        if (PyUnicode_READ_CHAR(text, i) != '=')
            return false;
    }
    return digits % 4 != 1 && (padding == 0 || (digits % 4 >= 2 && len % 4 == 0));
}

PyObject *
pn_encode_strictly(PyObject *text, enum pn_encoding encoding)
{
    switch (encoding) {
    case PN_UTF8:
        return PyUnicode_AsUTF8String(text);
    case PN_UTF16LE:
        return PyUnicode_AsEncodedString(text, "utf-16-le", NULL);
    case PN_LATIN1:
        return PyUnicode_AsLatin1String(text);
    case PN_ASCII:
        return PyUnicode_AsASCIIString(text);
    case PN_HEX:
        return all_hex(text) ? pn_encode_as(text, encoding) : refuse(text, "hexadecimal, two digits for each byte");
    default:
        if (!all_base64(text, encoding == PN_BASE64URL))
            return refuse(text, encoding == PN_BASE64URL ? "base64url" : "base64");
        return pn_encode_as(text, encoding);
    }
}

PyObject *
pn_encode(PnState *st, PyObject *text, PyObject *encoding)
{
    enum pn_encoding e;
    (void)st;
    if (pn_encoding_lookup(encoding, &e) < 0)
        return NULL;
    return pn_encoding_is_nodes(encoding) ? pn_encode_as(text, e) : pn_encode_strictly(text, e);
}

/* encoding.c - the names of encodings, and encoding str to bytes as Node's Buffer does, see encoding.h. */
#include "py/stream/encoding.h"

#include <string.h>

#include "py/base/errors.h"

/* Spelled with `-` where Python also allows `_`. */
static const struct {
    const char *name;
    enum pn_encoding encoding;
} known[] = {
    {"utf8", PN_UTF8},         {"utf-8", PN_UTF8},       {"ucs2", PN_UTF16LE},        {"ucs-2", PN_UTF16LE},
    {"utf16le", PN_UTF16LE},   {"utf-16le", PN_UTF16LE}, {"utf-16-le", PN_UTF16LE},   {"latin1", PN_LATIN1},
    {"latin-1", PN_LATIN1},    {"binary", PN_LATIN1},    {"latin", PN_LATIN1},        {"l1", PN_LATIN1},
    {"iso-8859-1", PN_LATIN1}, {"iso8859-1", PN_LATIN1}, {"ascii", PN_ASCII},         {"us-ascii", PN_ASCII},
    {"hex", PN_HEX},           {"base64", PN_BASE64},    {"base64url", PN_BASE64URL},
};

/* Ignores case, and the difference between `-` and `_`. */
static bool
same_name(const char *name, const char *ours)
{
    for (; *name != '\0'; name++, ours++) {
        char c = *name == '_' ? '-' : (char)Py_TOLOWER((unsigned char)*name);
        if (c != *ours)
            return false;
    }
    return *ours == '\0';
}

enum pn_encoding
pn_encoding_of(const char *name)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (same_name(name, known[i].name))
            return known[i].encoding;
    }
    return PN_ENCODING_UNKNOWN;
}

const char *
pn_encoding_name(enum pn_encoding encoding)
{
    switch (encoding) {
    case PN_UTF8:
        return "utf8";
    case PN_UTF16LE:
        return "utf16le";
    case PN_LATIN1:
        return "latin1";
    case PN_ASCII:
        return "ascii";
    case PN_HEX:
        return "hex";
    case PN_BASE64:
        return "base64";
    case PN_BASE64URL:
        return "base64url";
    default:
        return NULL;
    }
}

int
pn_encoding_lookup(PyObject *name, enum pn_encoding *out)
{
    enum pn_encoding found = PN_ENCODING_UNKNOWN;
    if (name == NULL || name == Py_None)
        found = PN_UTF8;
    else if (PyUnicode_Check(name)) {
        Py_ssize_t len;
        const char *text = PyUnicode_AsUTF8AndSize(name, &len);
        if (text == NULL) {
            if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
                return -1;
            PyErr_Clear(); /* no name contains a lone surrogate */
        }
        else if (len == 0)
            found = PN_UTF8;
        else if (strlen(text) == (size_t)len) /* rejects "utf8\0..." */
            found = pn_encoding_of(text);
    }
    if (found == PN_ENCODING_UNKNOWN) {
        pn_raise_coded(PyExc_ValueError, "ERR_UNKNOWN_ENCODING", "Unknown encoding: %S", name);
        return -1;
    }
    *out = found;
    return 0;
}

bool
pn_encoding_is_nodes(PyObject *name)
{
    static const char *const nodes[] = {"utf8",   "utf-8",  "ucs2",  "ucs-2", "utf16le", "utf-16le",
                                        "latin1", "binary", "ascii", "hex",   "base64",  "base64url"};
    const char *text = name != NULL && name != Py_None ? PyUnicode_AsUTF8(name) : "";
    if (text == NULL)
        PyErr_Clear();
    if (text == NULL || text[0] == '\0')
        return true;
    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
        if (PyOS_stricmp(text, nodes[i]) == 0)
            return true;
    }
    return false;
}

int
pn_text_errors_of(PyObject *obj, const char *name, enum pn_text_errors *out)
{
    *out = PN_ERRORS_DEFAULT;
    if (obj == NULL || obj == Py_None)
        return 0;
    if (!PyUnicode_Check(obj)) {
        pn_raise_arg_type(name, "a str", obj);
        return -1;
    }
    if (PyUnicode_CompareWithASCIIString(obj, "node") == 0)
        *out = PN_ERRORS_NODE;
    else if (PyUnicode_CompareWithASCIIString(obj, "strict") == 0)
        *out = PN_ERRORS_STRICT;
    else
        pn_raise_arg_value(name, "must be \"node\" or \"strict\"", obj);
    return *out == PN_ERRORS_DEFAULT ? -1 : 0;
}

int
pn_encoding_check(PnState *st, PyObject *name, PyObject *data)
{
    enum pn_encoding ignored;
    (void)st;
    (void)data;
    return pn_encoding_lookup(name, &ignored);
}

/* A lone surrogate becomes U+FFFD, as in Node. */
static PyObject *
to_utf8(PyObject *text)
{
    PyObject *bytes = PyUnicode_AsUTF8String(text);
    if (bytes != NULL || !PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
        return bytes;
    PyErr_Clear();
    PyObject *units = PyUnicode_AsEncodedString(text, "utf-16-le", "surrogatepass");
    if (units == NULL)
        return NULL;
    int order = -1;
    PyObject *clean = PyUnicode_DecodeUTF16(PyBytes_AS_STRING(units), PyBytes_GET_SIZE(units), "replace", &order);
    Py_DECREF(units);
    if (clean == NULL)
        return NULL;
    bytes = PyUnicode_AsUTF8String(clean);
    Py_DECREF(clean);
    return bytes;
}

/* The low byte of each UTF-16 unit. */
static PyObject *
to_latin1(PyObject *text)
{
    PyObject *bytes = PyUnicode_AsLatin1String(text);
    if (bytes != NULL || !PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
        return bytes;
    PyErr_Clear();
    PyObject *units = PyUnicode_AsEncodedString(text, "utf-16-le", "surrogatepass");
    if (units == NULL)
        return NULL;
    Py_ssize_t n = PyBytes_GET_SIZE(units) / 2;
    bytes = PyBytes_FromStringAndSize(NULL, n);
    for (Py_ssize_t i = 0; bytes != NULL && i < n; i++)
        PyBytes_AS_STRING(bytes)[i] = PyBytes_AS_STRING(units)[2 * i];
    Py_DECREF(units);
    return bytes;
}

static int
hex_digit(Py_UCS4 c)
{
    if (c >= '0' && c <= '9')
        return (int)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (int)(c - 'a' + 10);
    return c >= 'A' && c <= 'F' ? (int)(c - 'A' + 10) : -1;
}

/* Stops at the first pair that is not hexadecimal. */
static PyObject *
from_hex(PyObject *text)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(text) / 2;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, n);
    Py_ssize_t i = 0;
    for (; bytes != NULL && i < n; i++) {
        int high = hex_digit(PyUnicode_READ_CHAR(text, 2 * i));
        int low = hex_digit(PyUnicode_READ_CHAR(text, 2 * i + 1));
        if (high < 0 || low < 0)
            break;
        PyBytes_AS_STRING(bytes)[i] = (char)(high << 4 | low);
    }
    if (bytes != NULL && i < n)
        (void)_PyBytes_Resize(&bytes, i);
    return bytes;
}

static int
base64_digit(Py_UCS4 c)
{
    if (c >= 'A' && c <= 'Z')
        return (int)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (int)(c - 'a' + 26);
    if (c >= '0' && c <= '9')
        return (int)(c - '0' + 52);
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* Accepts both alphabets, with or without padding. Skips all other characters; `=` ends the text. */
static PyObject *
from_base64(PyObject *text)
{
    Py_ssize_t len = PyUnicode_GET_LENGTH(text), n = 0;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, len / 4 * 3 + 3);
    uint32_t acc = 0;
    int bits = 0;
    for (Py_ssize_t i = 0; bytes != NULL && i < len; i++) {
        Py_UCS4 c = PyUnicode_READ_CHAR(text, i);
        int digit = base64_digit(c);
        if (c == '=')
            break;
        if (digit < 0)
            continue;
        acc = acc << 6 | (uint32_t)digit;
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        PyBytes_AS_STRING(bytes)[n++] = (char)(acc >> bits & 0xff);
    }
    if (bytes != NULL)
        (void)_PyBytes_Resize(&bytes, n);
    return bytes;
}

PyObject *
pn_encode_as(PyObject *text, enum pn_encoding encoding)
{
    switch (encoding) {
    case PN_UTF8:
        return to_utf8(text);
    case PN_UTF16LE:
        return PyUnicode_AsEncodedString(text, "utf-16-le", "surrogatepass");
    case PN_LATIN1:
    case PN_ASCII:
        return to_latin1(text);
    case PN_HEX:
        return from_hex(text);
    default:
        return from_base64(text);
    }
}

/* decoder.c - set_encoding(): decodes bytes as utf8, utf16le, latin1, ascii, hex or base64 to str, see decoder.h. */
#include "py/stream/decoder.h"

#include <string.h>

/* The text of so many bytes has a length that fits into Py_ssize_t. */
#define LONGEST ((size_t)PY_SSIZE_T_MAX / 4)

/* Bytes over 127 lose their high bit, as in Node. */
static PyObject *
from_ascii(const char *base, size_t len)
{
    PyObject *text = PyUnicode_New((Py_ssize_t)len, 127);
    if (text == NULL || len == 0)
        return text;
    Py_UCS1 *out = PyUnicode_1BYTE_DATA(text);
    for (size_t i = 0; i < len; i++)
        out[i] = (Py_UCS1)(base[i] & 0x7f);
    return text;
}

/* Keeps lone surrogates. Drops half a unit, which occurs only at the end of the stream, as Node does. */
static PyObject *
from_utf16(const char *base, size_t len)
{
    uint32_t max;
    size_t count = pn_decode_utf16_count(base, len, &max);
    PyObject *text = PyUnicode_New((Py_ssize_t)count, max > 0x10ffff ? 0x10ffff : max);
    if (text != NULL && count > 0)
        pn_decode_utf16(base, len, (unsigned)PyUnicode_KIND(text), PyUnicode_DATA(text));
    return text;
}

static PyObject *
to_hex(const char *base, size_t len)
{
    PyObject *text = PyUnicode_New((Py_ssize_t)(len * 2), 127);
    if (text != NULL && len > 0)
        pn_decode_hex(base, len, (char *)PyUnicode_1BYTE_DATA(text));
    return text;
}

static PyObject *
to_base64(const char *base, size_t len, bool url)
{
    PyObject *text = PyUnicode_New((Py_ssize_t)pn_decode_base64_length(len, url), 127);
    if (text != NULL && len > 0)
        pn_decode_base64(base, len, url, (char *)PyUnicode_1BYTE_DATA(text));
    return text;
}

/* `base` holds whole characters, or the end of the stream. CPython makes as many U+FFFD as Node: one for each maximal
 * part of a character. */
static PyObject *
decode(enum pn_encoding encoding, bool strict, const char *base, size_t len)
{
    int order = -1;
    if (strict && encoding == PN_UTF8)
        return PyUnicode_DecodeUTF8(base, (Py_ssize_t)len, NULL);
    if (strict && encoding == PN_UTF16LE)
        return PyUnicode_DecodeUTF16(base, (Py_ssize_t)len, NULL, &order);
    if (strict && encoding == PN_ASCII)
        return PyUnicode_DecodeASCII(base, (Py_ssize_t)len, NULL);
    switch (encoding) {
    case PN_UTF16LE:
        return from_utf16(base, len);
    case PN_LATIN1:
        return PyUnicode_DecodeLatin1(base, (Py_ssize_t)len, NULL);
    case PN_ASCII:
        return from_ascii(base, len);
    case PN_HEX:
        return to_hex(base, len);
    case PN_BASE64:
    case PN_BASE64URL:
        return to_base64(base, len, encoding == PN_BASE64URL);
    default:
        return PyUnicode_DecodeUTF8(base, (Py_ssize_t)len, "replace");
    }
}

/* Decodes all but an incomplete character at the end, which it keeps for the next call. */
static PyObject *
decode_complete(struct pn_decoder *d, const char *base, size_t len)
{
    enum pn_encoding encoding = (enum pn_encoding)d->encoding;
    size_t wait = pn_decode_incomplete(encoding, base, len);
    PyObject *text = decode(encoding, d->strict, base, len - wait);
    if (text == NULL)
        return NULL;
    if (wait > 0)
        memcpy(d->carry, base + len - wait, wait);
    d->held = (uint8_t)wait;
    return text;
}

PyObject *
pn_decoder_write(struct pn_decoder *d, const char *base, size_t len)
{
    if (len > LONGEST)
        return PyErr_NoMemory();
    if (d->held == 0)
        return decode_complete(d, base, len);
    char *joined = PyMem_Malloc(d->held + len);
    if (joined == NULL)
        return PyErr_NoMemory();
    memcpy(joined, d->carry, d->held);
    if (len > 0)
        memcpy(joined + d->held, base, len);
    PyObject *text = decode_complete(d, joined, d->held + len);
    PyMem_Free(joined);
    return text;
}

PyObject *
pn_decoder_end(struct pn_decoder *d)
{
    PyObject *text = decode((enum pn_encoding)d->encoding, d->strict, (const char *)d->carry, d->held);
    if (text != NULL)
        d->held = 0;
    return text;
}

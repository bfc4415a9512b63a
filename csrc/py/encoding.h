/* encoding.h - the text encodings of Node's Buffer, for writing. */
#ifndef PN_PY_ENCODING_H
#define PN_PY_ENCODING_H

#include "state.h"

enum pn_encoding { PN_UTF8, PN_UTF16LE, PN_LATIN1, PN_ASCII, PN_HEX, PN_BASE64, PN_BASE64URL, PN_ENCODING_UNKNOWN };

/* By any of Node's names or Python's, in any case. */
enum pn_encoding pn_encoding_of(const char *name);
/* `name` must be the str of a known encoding: 0, or -1 with ERR_UNKNOWN_ENCODING. `data` is what it is for. */
int pn_encoding_check(PnState *st, PyObject *name, PyObject *data);
/* The text as bytes, as Buffer.from(text, encoding) has it; `encoding` may be NULL (utf8). New reference or NULL. */
PyObject *pn_encode(PnState *st, PyObject *text, PyObject *encoding);

#endif

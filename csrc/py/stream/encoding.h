/* encoding.h - the text encodings of Node's Buffer: their names, and str to bytes; see decoder.h for bytes to str. */
#ifndef PN_PY_STREAM_ENCODING_H
#define PN_PY_STREAM_ENCODING_H

#include "core/decode.h"
#include "py/base/state.h"

/* Finds an encoding by any of Node's or Python's names, in any case; `-` and `_` are the same. */
enum pn_encoding pn_encoding_of(const char *name);
/* Node's name of an encoding, as readable_encoding gives it: "utf8", "utf16le", "latin1", ... */
const char *pn_encoding_name(enum pn_encoding encoding);
/* NULL, None and "" mean utf8, a str names an encoding: 0. Anything else: -1 with ERR_UNKNOWN_ENCODING, `*out` is
 * unchanged. */
int pn_encoding_lookup(PyObject *name, enum pn_encoding *out);
/* The same check without a result: 0, or -1 with ERR_UNKNOWN_ENCODING. `data` is the chunk that it is for. */
int pn_encoding_check(PnState *st, PyObject *name, PyObject *data);
/* Encodes the text as Buffer.from(text, encoding) does; `encoding` may be NULL (utf8). New reference or NULL. */
PyObject *pn_encode(PnState *st, PyObject *text, PyObject *encoding);
PyObject *pn_encode_as(PyObject *text, enum pn_encoding encoding);

#endif

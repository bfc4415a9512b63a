/* encoding.h - the text encodings of Node's Buffer: their names, and text to bytes (decoder.h goes the other way). */
#ifndef PN_PY_STREAM_ENCODING_H
#define PN_PY_STREAM_ENCODING_H

#include "core/decode.h"
#include "py/base/state.h"

/* By any of Node's names or Python's, in any case; `-` and `_` are the same. */
enum pn_encoding pn_encoding_of(const char *name);
/* Node's own name for it, as readable_encoding gives it: "utf8", "utf16le", "latin1", ... */
const char *pn_encoding_name(enum pn_encoding encoding);
/* NULL, None and "" are utf8, a str is what it names: 0. Anything else: -1 with
 * ERR_UNKNOWN_ENCODING, and `*out` is untouched. */
int pn_encoding_lookup(PyObject *name, enum pn_encoding *out);
/* `name` must be the str of a known encoding: 0, or -1 with ERR_UNKNOWN_ENCODING. `data` is what it is for. */
int pn_encoding_check(PnState *st, PyObject *name, PyObject *data);
/* The text as bytes, as Buffer.from(text, encoding) has it; `encoding` may be NULL (utf8). New reference or NULL. */
PyObject *pn_encode(PnState *st, PyObject *text, PyObject *encoding);
PyObject *pn_encode_as(PyObject *text, enum pn_encoding encoding);

#endif
